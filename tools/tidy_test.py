"""One bad tree per offence: each must be found, and the good tree must pass."""
import pathlib
import subprocess
import sys
import tempfile
import unittest

TOOL = pathlib.Path(__file__).with_name("tidy.py")
GOOD = {
    "src/engine/README.md": "# engine\n",
    "src/engine/engine.h": "// Runs SQL.\n#pragma once\nclass Engine {\n  int Rows();\n};\n",
    "src/engine/engine.cc": '#include "engine/engine.h"\nint Engine::Rows() {\n  return 1;\n}\n',
}


class Tidy(unittest.TestCase):
    def run_on(self, files):
        with tempfile.TemporaryDirectory() as folder:
            root = pathlib.Path(folder)
            for path, text in {**GOOD, **files}.items():
                if text is None:
                    continue
                (root / path).parent.mkdir(parents=True, exist_ok=True)
                (root / path).write_text(text)
            done = subprocess.run([sys.executable, TOOL, folder], capture_output=True, text=True)
            return done.returncode, done.stdout + done.stderr

    def refuses(self, expected, path, text):
        code, output = self.run_on({path: text})
        self.assertEqual(code, 1, output)
        self.assertIn(expected, output)

    def passes(self, path, text):
        code, output = self.run_on({path: text})
        self.assertEqual(code, 0, output)

    def test_good_tree_passes(self):
        code, output = self.run_on({})
        self.assertEqual(code, 0, output)
        self.assertIn("tidy ok: 2 files", output)

    def test_long_function(self):
        body = "".join(f"  x = {n};\n" for n in range(70))
        self.refuses("function of 72 lines", "src/engine/a.cc", "void F(int x) {\n" + body + "}\n")
        nested = "namespace a {\nclass B {\n  void F(int x) const noexcept {\n" + body + "  }\n};\n}\n"
        self.refuses("function of 72 lines", "src/engine/a.cc", nested)

    def test_seventy_lines_are_allowed(self):
        body = "".join(f"  x = {n};\n" for n in range(68))
        self.passes("src/engine/a.cc", "void F(int x) {\n" + body + "}\n")

    def test_braces_in_text_and_comments_do_not_count(self):
        self.passes("src/engine/a.cc", 'void F() {\n  G("}{{", \'{\'); // {{{\n}\n' + "int x;\n" * 80)

    def test_raw_texts_do_not_count_however_many(self):
        line = '  x = R"({"a":")" + y + R"(","b":{)" + z + R"(}})";\n'
        self.passes("src/engine/a.cc", "void F() {\n" + line + "}\n" + "int x;\n" * 80)

    def test_long_files(self):
        self.refuses("601 lines, at most 600", "src/engine/a.cc", "int x;\n" * 601)
        self.refuses("301 lines, at most 300", "src/engine/engine.h", "// A.\n#pragma once\n" + "\n" * 299)

    def test_wide_line(self):
        self.refuses("101 columns", "src/engine/a.cc", "//" + "x" * 99 + "\n")

    def test_banned_file_name(self):
        for name in ("string_util", "common", "misc_things", "test_helper", "data", "new_engine"):
            self.refuses("banned word in a file name", f"src/engine/{name}.cc", "int x;\n")

    def test_words_of_the_specification_are_allowed(self):
        self.passes("src/engine/data_file_codec.cc", "int x;\n")

    def test_banned_type_suffix(self):
        self.refuses("type 'PoolManager' ends in 'manager'", "src/engine/a.cc", "class PoolManager {\n};\n")
        self.refuses("type 'RowData' ends in 'data'", "src/engine/a.cc", "struct RowData {\n};\n")
        self.passes("src/engine/a.cc", "struct DataFile {\n};\nstruct TableMetadata {\n};\n")

    def test_banned_calls_name_the_replacement(self):
        for text, instead in (("auto t = std::chrono::system_clock::now();", "base::Clock"),
                              ("int x = rand();", "base::Rng"),
                              ("std::mt19937 g;", "base::Rng"),
                              ("std::mutex mutex_;", "base::Guarded<T>"),
                              ('auto home = std::getenv("HOME");', "an Options field"),
                              ("std::thread worker;", "std::jthread"),
                              ("std::this_thread::sleep_for(x);", "WaitFor")):
            self.refuses(f"use {instead}" if "WaitFor" not in instead else "WaitFor",
                         "src/engine/a.cc", text + "\n")

    def test_tests_may_read_the_environment(self):
        self.passes("src/engine/a_test.cc", 'auto ci = std::getenv("CI");\n')

    def test_tests_may_draw_from_a_seed(self):
        self.passes("src/engine/a_test.cc", "std::mt19937_64 rng(7);\n")

    def test_an_exception_says_why(self):
        self.passes("src/engine/a.cc", "std::mutex opening_;  // tidy: held while the library opens\n")
        self.refuses("base::Guarded<T>", "src/engine/a.cc", "std::mutex opening_;  // tidy:\n")

    def test_banned_calls_in_text_are_fine(self):
        self.passes("src/engine/a.cc", 'const char* kText = "use rand() or std::mutex m;";  // rand()\n')

    def test_fixme(self):
        self.refuses("write TODO(#issue)", "src/engine/a.cc", "// FIX" "ME later\n")
        self.refuses("write TODO(#issue)", "src/engine/a.cc", "// TO" "DO later\n")
        self.passes("src/engine/a.cc", "// TO" "DO(#7): widen when needed\n")

    def test_readme(self):
        code, output = self.run_on({"src/model/ref.cc": "int x;\n"})
        self.assertEqual(code, 1)
        self.assertIn("src/model: no README.md", output)
        self.refuses("61 lines, at most 60", "src/engine/README.md", "x\n" * 61)

    def test_dead_header(self):
        self.refuses("nothing includes it", "src/engine/unused.h", "// Unused.\n#pragma once\n")

    def test_header_without_sentence_or_guard(self):
        self.refuses("opens with one sentence", "src/engine/engine.h", "#pragma once\n")
        self.refuses("no #pragma once", "src/engine/engine.h", "// Runs SQL.\n")


if __name__ == "__main__":
    unittest.main()
