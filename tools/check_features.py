#!/usr/bin/env python3
"""docs/reference/features.md: every number once, every word known, every test there.

usage: check_features.py [root] [build folder]     with a build folder the names of tests are those of ctest"""
import pathlib
import re
import subprocess
import sys

FEATURES, CHOICES = 290, 22
WORDS = {"yes", "no", "part", "Python", "–"}
PLACES = ("src", "tests", "python/tests")


def cases(root):
    """What a test's name may be followed by: gtest's Suite.Name, and functions of Python tests."""
    found = set()
    for place in PLACES:
        for path in sorted((root / place).rglob("*_test.cc")):
            found.update(f"{suite}.{name}" for suite, name in re.findall(
                r"^(?:TEST|TEST_F|TEST_P|TYPED_TEST)\(\s*(\w+),\s*(\w+)\)", path.read_text(), re.MULTILINE))
        for path in sorted((root / place).rglob("*.py")):
            found.update(re.findall(r"^\s*(?:async )?def (\w+)\(", path.read_text(), re.MULTILINE))
    return found


def names(build):
    """The tests of a build."""
    done = subprocess.run(["ctest", "--test-dir", build, "-N"], capture_output=True, text=True, check=True)
    return set(re.findall(r"^ *Test +#\d+: (\S+)", done.stdout, re.MULTILINE))


def check(text, known_cases, known_names):
    seen = []
    for line in text.splitlines():
        row = [cell.strip() for cell in line.split("|")[1:-1]]
        if len(row) != 7 or not re.fullmatch(r"[FX]-\d+", row[0]):
            continue
        number, what, embedded, ours, stock, tests, missing = row
        seen.append(number)
        for word in {embedded, ours, stock} - WORDS:
            yield f"{number}: \"{word}\" is none of {sorted(WORDS)}"
        if not what:
            yield f"{number}: says nothing"
        works = {embedded, ours, stock} & {"yes", "part", "Python"}
        if works and not tests:
            yield f"{number}: nothing shows that it works"
        if "part" in works and not missing:
            yield f"{number}: what is missing?"
        for test in re.findall(r"`([^`]*)`", tests):
            name, _, case = test.partition(": ")
            if known_names is not None and name not in known_names:
                yield f"{number}: there is no test {name}"
            if case and case not in known_cases:
                yield f"{number}: there is no case {case} of {name}"
    wanted = [f"F-{n:03}" for n in range(1, FEATURES + 1)] + [f"X-{n:02}" for n in range(1, CHOICES + 1)]
    for number in sorted(set(wanted) - set(seen)):
        yield f"{number} is missing"
    for number in sorted({n for n in seen if seen.count(n) > 1 or n not in wanted}):
        yield f"{number} is there twice, or is no number"


def main(root, build=None):
    text = (root / "docs/reference/features.md").read_text()
    found = list(check(text, cases(root), names(build) if build else None))
    for line in found:
        print(line)
    if not found:
        print("features ok")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else pathlib.Path(__file__).resolve().parents[1]), *sys.argv[2:3]))
