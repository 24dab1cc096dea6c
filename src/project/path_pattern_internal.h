// Patterns of paths, as .gitignore and include_paths write them.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace project {

/// `*` and `?` do not cross "/", `**` does; [a-z] and [!a-z].
bool MatchesPattern(std::string_view pattern, std::string_view path);

/// The rules of the ignore files of one folder and those above it.
class IgnoreRules {
 public:
  /// The lines of an ignore file that lies in `folder` ("" = the root, else "a/b").
  void Add(const std::string& folder, std::string_view text);
  /// For a path from the root whose parents are not ignored; the last rule that matches decides.
  bool Ignores(const std::string& path, bool is_folder) const;

 private:
  struct Rule {
    std::string folder;
    std::string pattern;
    bool anchored = false;
    bool negated = false;
    bool folders_only = false;
  };
  std::vector<Rule> rules_;
};

}  // namespace project
