#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <sstream>

#include "base/testing/sim_clock.h"
#include "cli/dag_drawing.h"
#include "cli/display_width.h"
#include "cli/json.h"
#include "cli/render_error.h"
#include "cli/run_progress.h"
#include "cli/style.h"
#include "cli/text_table.h"

namespace cli {
namespace {

plan::LogicalNode Node(const std::string& name, const std::vector<std::string>& parents,
                       const std::vector<std::string>& tables = {}) {
  plan::LogicalNode node;
  node.name = name;
  for (const std::string& parent : parents) node.inputs.push_back({parent, false, "", {}, ""});
  for (const std::string& table : tables) node.inputs.push_back({table, true, "", {}, ""});
  return node;
}

std::string Drawn(std::vector<plan::LogicalNode> nodes, bool unicode = true) {
  plan::LogicalPlan plan;
  plan.nodes = std::move(nodes);
  return DrawDag(plan, Style{false, unicode});
}

TEST(DrawDag, AChainIsAStair) {
  EXPECT_EQ(Drawn({Node("a", {}, {"ns.t"}), Node("b", {"a"})}),
            "  ●    a  python  ← ns.t\n"
            "  └─●  b  python\n");
}

TEST(DrawDag, ADiamondJoins) {
  EXPECT_EQ(Drawn({Node("a", {}), Node("b", {"a"}), Node("c", {"a"}), Node("d", {"b", "c"})}),
            "  ●        a  python\n"
            "  ├─●      b  python\n"
            "  └─│─●    c  python\n"
            "    └─┴─●  d  python\n");
}

TEST(DrawDag, AsciiNeedsNoUnicode) {
  for (const char c : Drawn({Node("a", {}, {"ns.t"}), Node("b", {"a"})}, false)) {
    EXPECT_GT(c, 0);
  }
}

TEST(DrawDag, LanesAreUsedAgain) {
  std::vector<plan::LogicalNode> nodes;
  for (int i = 0; i < 20; ++i) {
    nodes.push_back(Node("root" + std::to_string(i), {}));
    nodes.push_back(Node("leaf" + std::to_string(i), {"root" + std::to_string(i)}));
  }
  const std::string text = Drawn(nodes);
  EXPECT_LE(DisplayWidth(text.substr(0, text.find('\n'))), 24u);
}

TEST(DisplayWidth, CountsColumnsNotBytes) {
  EXPECT_EQ(DisplayWidth("abc"), 3u);
  EXPECT_EQ(DisplayWidth("über"), 4u);
  EXPECT_EQ(DisplayWidth("東京"), 4u);
  EXPECT_EQ(DisplayWidth("e\xcc\x81"), 1u);
  EXPECT_EQ(DisplayWidth("\xff\xfe"), 2u);
  EXPECT_EQ(Cut("東京東京", 5), "東京…");
  EXPECT_EQ(Cut("abc", 3), "abc");
  EXPECT_EQ(Padded("東", 4, true), "  東");
}

TEST(DisplayWidth, NoValueCanMoveTheCursor) {
  EXPECT_EQ(Harmless("a\x1b[31m\n\x07"), "a␛[31m␊␇");
  EXPECT_EQ(ValidUtf8("a\xff"
                      "b"),
            "a\xef\xbf\xbd"
            "b");
}

TEST(TextTable, AlignsByDisplayWidth) {
  const TextTable table{{"NAME", "ROWS"}, {{"東京", "1"}, {"x", "200"}}, {false, true}, 0};
  EXPECT_EQ(Render(table, Style{}), "NAME  ROWS\n東京     1\nx      200\n");
}

TEST(Json, PrintsWhatParsersRead) {
  Json json = Json::Object({{"text", "a\"\\\n\x01\xff"}, {"n", 1.5}, {"big", int64_t{1} << 62}});
  json.Set("list", Json::List({Json(), true, 3})).Set("empty", Json::List());
  for (const uint32_t indent : {0u, 2u}) {
    const auto parsed = nlohmann::json::parse(json.Print(indent));
    EXPECT_EQ(parsed["text"], "a\"\\\n\x01\xef\xbf\xbd");
    EXPECT_EQ(parsed["n"], 1.5);
    EXPECT_EQ(parsed["big"], int64_t{1} << 62);
    EXPECT_EQ(parsed["list"].size(), 3u);
  }
}

TEST(Style, WordsForNumbers) {
  EXPECT_EQ(WithCommas(1234567), "1,234,567");
  EXPECT_EQ(WithCommas(999), "999");
  EXPECT_EQ(DurationText(std::chrono::milliseconds(850)), "850 ms");
  EXPECT_EQ(DurationText(std::chrono::milliseconds(12345)), "12.3 s");
  EXPECT_EQ(DurationText(std::chrono::seconds(245)), "4 min 5 s");
  EXPECT_EQ(SizeText(2'500'000), "2.5 MB");
  EXPECT_EQ(SizeText(999), "999 B");
  EXPECT_EQ(Count(1, "row"), "1 row");
}

TEST(RenderError, TheCaretStandsUnderTheColumn) {
  const base::Error error =
      base::Error(base::Code::kInvalidArgument, "project.x", "wrong").At({"m.py", 2, 8});
  const std::string text = RenderError(error, {{"m.py", "a\n# ü: \twrong\n"}}, Style{});
  EXPECT_NE(text.find("2 │ # ü:     wrong\n  │          ^\n"), std::string::npos) << text;
  EXPECT_NE(RenderError(error, {}, Style{}).find("m.py:2:8"), std::string::npos);
}

TEST(RenderError, EachCodeHasAnExitCode) {
  for (int code = 0; code <= static_cast<int>(base::Code::kInternal); ++code) {
    EXPECT_EQ(ExitCode(base::Error(static_cast<base::Code>(code), "x.y", "")), 1);
  }
  EXPECT_EQ(ExitCode(base::Error(base::Code::kInvalidArgument, "cli.usage", "")), 2);
}

TEST(RunProgress, ATerminalIsLeftClean) {
  std::ostringstream out;
  const base::testing::SimClock clock;
  {
    RunProgress progress(out, clock, Style{}, ProgressOptions{true, false, 80, false});
    progress.OnEvent({1, clock.Now(), api::TaskStarted{model::TaskId("t"), "trips"}});
  }
  EXPECT_NE(out.str().find("trips"), std::string::npos);
  EXPECT_TRUE(out.str().ends_with("\x1b[1A\x1b[J")) << out.str();
}

TEST(RunProgress, ALogFileGetsOneLinePerFact) {
  std::ostringstream out;
  const base::testing::SimClock clock;
  RunProgress progress(out, clock, Style{}, ProgressOptions{});
  progress.OnEvent({1, clock.Now(), api::TaskStarted{model::TaskId("t"), "trips"}});
  progress.OnEvent({2, clock.Now(), api::UserOutput{"trips", "m.py", 3, false, "a\nb\n"}});
  EXPECT_EQ(out.str(), "start trips\ntrips @ m.py:3 │ a\ntrips @ m.py:3 │ b\n");
}

}  // namespace
}  // namespace cli
