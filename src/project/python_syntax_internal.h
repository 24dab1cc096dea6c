// The parts of a Python file that matter to a project, as plain values: read from the syntax tree,
// never run.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/error.h"

namespace project {

struct PyKeyword;

/// An expression. Forms that no decorator argument may have are kOther.
struct PyExpr {
  enum class Kind {
    kNone,
    kTrue,
    kFalse,
    kInteger,
    kFloat,
    kString,
    kName,
    kAttribute,  // children[0].text
    kCall,       // children[0] = what is called, then positional arguments
    kList,
    kTuple,
    kDict,       // key, value, key, value, ...
    kSubscript,  // children[0][children[1], ...]
    kUnion,      // children[0] | children[1]
    kNegative,   // -children[0]
    kOther,
  };
  Kind kind = Kind::kOther;
  std::string text;  // string: its value; name, attribute: the name; number, other: as written
  std::vector<PyExpr> children;
  std::vector<PyKeyword> keywords;
  base::Place place;
};

struct PyKeyword {
  std::string name;
  PyExpr value;
  base::Place place;
};

struct PyParameter {
  std::string name;
  std::optional<PyExpr> annotation;
  std::optional<PyExpr> default_value;
  bool variadic = false;  // *args, **kwargs
  base::Place place;
};

struct PyFunction {
  std::string name;
  base::Place place;
  std::vector<PyExpr> decorators;
  std::vector<PyParameter> parameters;
  std::optional<PyExpr> returns;
};

struct PyField {
  std::string name;
  PyExpr annotation;
  base::Place place;
};

struct PyClass {
  std::string name;
  base::Place place;
  std::vector<PyExpr> bases;
  std::vector<PyField> fields;
};

struct PyModule {
  std::string file;
  std::map<std::string, std::string> imports;  // local name → dotted path: "bp" → "bauplan"
  std::vector<std::string> star_imports;       // modules whose names were all imported
  std::map<std::string, PyExpr> constants;     // names bound exactly once, by a plain assignment
  std::map<std::string, int> bindings;         // how often each module-level name is bound
  std::vector<PyFunction> functions;           // at module level, in order
  std::vector<PyClass> classes;
  std::vector<base::Error> syntax_errors;
};

PyModule ParsePython(const std::string& file, std::string_view text);

}  // namespace project
