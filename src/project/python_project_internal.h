// From Python files to models, expectations and table schemas.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "project/findings_internal.h"
#include "project/project_graph.h"
#include "project/python_syntax_internal.h"
#include "project/sql_analyzer.h"

namespace project {

/// What names in the files of one project stand for. Borrows the modules.
class PythonNames {
 public:
  explicit PythonNames(const std::map<std::string, PyModule>& modules) : modules_(&modules) {}

  /// "bauplan.Model" for bp.Model, m or boathouse.Model; "" for what is no dotted name.
  std::string PathOf(const PyModule& module, const PyExpr& expr) const;
  /// True for bauplan.<name>, whatever sub-module it was imported from.
  bool IsOurs(const PyModule& module, const PyExpr& expr, std::string_view name) const;
  /// The literal behind a name that is bound once; the expression itself when it is no name; null
  /// when there is none.
  const PyExpr* Resolve(const PyModule& module, const PyExpr& expr) const;
  /// Where a class of the project is declared: {module, class}, or nulls.
  std::pair<const PyModule*, const PyClass*> FindClass(const PyModule& module,
                                                       const PyExpr& expr) const;
  const std::map<std::string, PyModule>& modules() const { return *modules_; }

 private:
  const PyModule* ModuleOf(const std::string& dotted) const;
  const std::map<std::string, PyModule>* modules_;  // by file name
};

/// TableSchema classes, read when first asked for.
class TableSchemas {
 public:
  TableSchemas(const PythonNames& names, Findings& findings) : names_(names), findings_(findings) {}
  /// The contract a class stands for; says what is wrong when it is none.
  std::optional<Contract> Read(const PyModule& module, const PyExpr& expr);
  /// By class name in any file (SQL headers).
  std::optional<Contract> Read(const PlacedText& name);
  /// Is it a class of ours at all?
  bool IsSchema(const PyModule& module, const PyExpr& expr) const;
  /// Reads every schema of the project, so that mistakes in unused ones are found too.
  void ReadAll();

 private:
  bool IsSchemaClass(const PyModule& module, const PyClass& found, int depth) const;
  const Contract& ReadClass(const PyModule& module, const PyClass& found, int depth);
  void ReadField(const PyModule& module, const PyField& field, Contract& contract);
  const PythonNames& names_;
  Findings& findings_;
  std::map<const PyClass*, Contract> read_;
};

/// Appends the models and expectations of one file.
void ReadPythonNodes(const PyModule& module, const PythonNames& names, TableSchemas& schemas,
                     const SqlAnalyzer& sql, Findings& findings, std::vector<NodeDecl>& nodes);

}  // namespace project
