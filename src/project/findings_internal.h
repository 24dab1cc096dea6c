// Collects everything that is wrong with a project, so that all of it can be said at once.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/nearest.h"
#include "project/project_graph.h"
#include "project/reasons.h"

namespace project {

class Findings {
 public:
  void Add(base::Error error) { list_.push_back({true, std::move(error)}); }
  void Bad(base::Place place, std::string_view reason, std::string message) {
    Add(Make(base::Code::kInvalidArgument, std::move(place), reason, std::move(message)));
  }
  void Unsupported(base::Place place, std::string_view reason, std::string message) {
    Add(Make(base::Code::kUnimplemented, std::move(place), reason, std::move(message)));
  }
  void Warn(base::Place place, std::string_view reason, std::string message) {
    list_.push_back(
        {false, Make(base::Code::kInvalidArgument, std::move(place), reason, std::move(message))});
  }
  /// A warning about `word`, with the nearest of `known`.
  void WarnUnknown(base::Place place, std::string_view reason, const std::string& what,
                   const std::string& word, const std::vector<std::string>& known) {
    Warn(std::move(place), reason,
         "unknown " + what + " \"" + word + "\"" + base::DidYouMean(word, known));
  }

  std::vector<Diagnostic> Take() {
    SortByPlace(list_);
    return std::move(list_);
  }

 private:
  static base::Error Make(base::Code code, base::Place place, std::string_view reason,
                          std::string message) {
    return base::Error(code, std::string(reason), std::move(message)).At(std::move(place));
  }
  std::vector<Diagnostic> list_;
};

}  // namespace project
