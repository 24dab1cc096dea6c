"""The scenario runner itself, on a program that only echoes."""
import pathlib
import subprocess
import sys
import tempfile
import unittest

RUNNER = pathlib.Path(__file__).with_name("run.py")
PROGRAM = '#!/bin/sh\nif [ "$1" = fail ]; then echo "error: no"; exit 1; fi\necho "said $*"\n'


class Runner(unittest.TestCase):
    def run_on(self, text):
        with tempfile.TemporaryDirectory() as folder:
            program = pathlib.Path(folder) / "program"
            program.write_text(PROGRAM)
            program.chmod(0o755)
            scenario = pathlib.Path(folder) / "x.test"
            scenario.write_text(text)
            done = subprocess.run([sys.executable, RUNNER, program, scenario], capture_output=True, text=True)
            return done.returncode, done.stdout + done.stderr

    def test_what_holds_passes(self):
        code, text = self.run_on("# a comment\n$ boathouse a b\n> said a b\n~ ^said\n!~ error\n\n"
                                 "$ boathouse fail\nexit 1\n~ error\n")
        self.assertEqual(code, 0, text)
        self.assertIn("2 steps ok", text)

    def test_what_does_not_hold_is_named_with_its_line(self):
        for scenario, expected in (("$ boathouse a\n> said b\n", "x.test:2: no line: said b"),
                                   ("$ boathouse a\n~ nope\n", "x.test:2: nothing matches: nope"),
                                   ("$ boathouse a\n!~ said\n", "x.test:2: something matches: said"),
                                   ("$ boathouse fail\n", "x.test:1: exit code 1, expected 0"),
                                   ("$ boathouse a\nexit 2\n", "x.test:1: exit code 0, expected 2")):
            code, text = self.run_on(scenario)
            self.assertEqual(code, 1, text)
            self.assertIn(expected, text)

    def test_files_are_there_when_their_turn_comes(self):
        code, text = self.run_on("file p/a.txt\none\nEND\n$ cat p/a.txt\n> one\n\n"
                                 "file p/a.txt\ntwo\nEND\n$ cat p/a.txt\n> two\n")
        self.assertEqual(code, 0, text)

    def test_mistakes_in_a_scenario_are_named(self):
        for scenario in ("what\n", "$ boathouse\nwhat\n", "file a\nno end\n"):
            code, text = self.run_on(scenario)
            self.assertEqual(code, 1, text)
            self.assertIn("x.test", text)


if __name__ == "__main__":
    unittest.main()
