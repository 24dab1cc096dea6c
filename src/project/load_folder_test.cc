#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "base/testing/matchers.h"
#include "project/load.h"
#include "project/path_pattern_internal.h"

namespace project {
namespace {
namespace fs = std::filesystem;
using base::Code;
using base::testing::IsError;
using ::testing::ElementsAre;

const char kYaml[] = "project:\n  id: 01234567-89ab-4cde-8f01-23456789abcd\n";

class LoadFolder : public ::testing::Test {
 protected:
  LoadFolder() {
    std::string name = (fs::temp_directory_path() / "boathouse_project_XXXXXX").string();
    root_ = mkdtemp(name.data());
  }
  ~LoadFolder() override { fs::remove_all(root_); }
  void Write(const std::string& path, const std::string& text = "x") {
    fs::create_directories((root_ / path).parent_path());
    std::ofstream(root_ / path) << text;
  }
  std::vector<std::string> Names() {
    auto files = LoadProjectFolder(root_.string());
    if (!files.ok()) return {files.error().reason};
    std::vector<std::string> names;
    for (const auto& [name, text] : *files) names.push_back(name);
    return names;
  }
  fs::path root_;
};

TEST_F(LoadFolder, TakesExactlyWhatIsShipped) {
  Write("bauplan_project.yml", kYaml);
  for (const char* name : {"models.py", "x.sql", "requirements.txt", ".hidden.py", "UP.PY", "a.pyi",
                           "n.ipynb", "d.json", "pyproject.toml", "sub/b.py", "sub/c.sql"}) {
    Write(name);
  }
  EXPECT_THAT(Names(),
              ElementsAre("bauplan_project.yml", "models.py", "requirements.txt", "x.sql"));
}

TEST_F(LoadFolder, IncludesPatternsAndHonoursIgnoreFiles) {
  Write("bauplan_project.yml",
        std::string(kYaml) + "include_paths:\n  - ./sql/*.sql\n  - deep/**/*.sql\n");
  Write("sql/a.sql");
  Write("sql/b/c.sql");
  Write("deep/d.sql");
  Write("deep/e/f/g.sql");
  Write("deep/old/h.sql");
  Write("deep/e/secret.sql");
  Write("draft_1.py");
  Write("draft_keep.py");
  Write(".gitignore", "# drafts\ndraft_*\n!draft_keep.py\nold/\n");
  Write("deep/e/.gitignore", "/secret.sql\n");
  EXPECT_THAT(Names(), ElementsAre("bauplan_project.yml", "deep/d.sql", "deep/e/f/g.sql",
                                   "draft_keep.py", "sql/a.sql"));
}

TEST_F(LoadFolder, RefusesLinksThatLeadOutside) {
  Write("bauplan_project.yml", kYaml);
  Write("real.txt");
  fs::create_symlink(root_ / "real.txt", root_ / "inside.py");
  EXPECT_THAT(Names(), ElementsAre("bauplan_project.yml", "inside.py"));
  fs::create_symlink("/etc/passwd", root_ / "outside.py");
  EXPECT_THAT(Names(), ElementsAre("project.link_outside"));
}

TEST_F(LoadFolder, SaysWhatIsMissingOrDoubled) {
  EXPECT_THAT(LoadProjectFolder((root_ / "nowhere").string()),
              IsError(Code::kNotFound, "project.no_folder"));
  EXPECT_THAT(Names(), ElementsAre("project.no_file"));
  Write("bauplan_project.yaml", kYaml);
  EXPECT_THAT(Names(), ElementsAre("bauplan_project.yaml"));
  Write("bauplan_project.yml", kYaml);
  EXPECT_THAT(Names(), ElementsAre("project.two_files"));
}

TEST_F(LoadFolder, RefusesPatternsThatClimbOut) {
  Write("bauplan_project.yml", std::string(kYaml) + "include_paths: ['../*.sql']\n");
  EXPECT_THAT(Names(), ElementsAre("project.bad_include"));
}

TEST(MatchesPattern, StarsAndClasses) {
  EXPECT_TRUE(MatchesPattern("a/*.sql", "a/b.sql"));
  EXPECT_FALSE(MatchesPattern("a/*.sql", "a/b/c.sql"));
  EXPECT_TRUE(MatchesPattern("**/*.sql", "c.sql"));
  EXPECT_TRUE(MatchesPattern("a/**/c.sql", "a/c.sql"));
  EXPECT_TRUE(MatchesPattern("[a-c]?[!x]", "bqy"));
  EXPECT_FALSE(MatchesPattern("[a-c]?[!x]", "bqx"));
  EXPECT_TRUE(MatchesPattern("\\*", "*"));
  EXPECT_FALSE(MatchesPattern(std::string(60, '*') + "b", std::string(60, 'a')));
}

TEST(IgnoreRules, LastRuleDecides) {
  IgnoreRules rules;
  rules.Add("", "*.sql\n!keep.sql\n/top.py\nbuild/\na/b.py\n");
  EXPECT_TRUE(rules.Ignores("x/y.sql", false));
  EXPECT_FALSE(rules.Ignores("x/keep.sql", false));
  EXPECT_TRUE(rules.Ignores("top.py", false));
  EXPECT_FALSE(rules.Ignores("x/top.py", false));
  EXPECT_TRUE(rules.Ignores("x/build", true));
  EXPECT_FALSE(rules.Ignores("build", false));
  EXPECT_TRUE(rules.Ignores("a/b.py", false));
}

}  // namespace
}  // namespace project
