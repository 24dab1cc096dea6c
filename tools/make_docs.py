#!/usr/bin/env python3
"""Writes docs/reference/errors.md from every reasons.h and docs/reference/cli.md from the program's own help.

usage: make_docs.py [PROGRAM] [--check]    without PROGRAM only errors.md; --check writes nothing and fails on a difference
"""
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
REFERENCE = ROOT / "docs" / "reference"
CONSTANT = re.compile(r'(?:char k\w+\[\]|std::string_view k\w+|char\* k\w+)\s*=\s*"([a-z_]+\.[a-z_0-9]+)";\s*(?://\s*(.*))?')
CODE = re.compile(r"^(Warning, )?k([A-Z]\w+)( \[[^\]]*\])?:?\s*")


def snake(name):
    return re.sub(r"(?<!^)([A-Z])", r"_\1", name).lower()


def reasons_of(path):
    """(reason, code, text) of one header, in its order; a comment stands above its constant or behind it."""
    found, comment, code_above = [], [], ""
    # A constant may be broken over two lines.
    text = re.sub(r"=\s*\n\s*", "= ", path.read_text())
    lines = text.splitlines()
    for number, line in enumerate(lines):
        stripped = line.strip()
        if match := CONSTANT.search(stripped):
            words = (match.group(2) or " ".join(comment)).strip()
            if match.group(2):
                for later in lines[number + 1:]:
                    if not (more := re.fullmatch(r"\s+//\s*(.*)", later)):
                        break
                    words += " " + more.group(1)
            code = ""
            if head := CODE.match(words):
                code, words = snake(head.group(2)), words[head.end():]
                if head.group(3):
                    words += " Context: " + head.group(3).strip(" []") + "."
                code_above = code
            found.append((match.group(1), code or code_above, words.strip().lstrip(". ")))
            comment = []
        elif stripped.startswith("//"):
            comment.append(stripped.lstrip("/ "))
        elif not stripped:
            comment = []
            code_above = ""
        elif not stripped.startswith("inline"):
            comment = []
    return found


def errors_page():
    lines = ["# Errors", "",
             "Every error has a code (what a caller can do about it), a reason (stable, to be compared) and a message (for people,",
             "free to change). With `-O json` all three are in the answer. This page is generated from the `reasons.h` files.", "",
             "| code | what to do |", "|---|---|",
             "| `invalid_argument`, `not_found`, `already_exists`, `failed_precondition` | change the request |",
             "| `conflict` | read again, then retry |",
             "| `unavailable`, `deadline_exceeded` | retry the same |",
             "| `outcome_unknown` | it may have happened: read back before retrying |",
             "| `resource_exhausted` | free or allow more memory, disk or time |",
             "| `permission_denied`, `unauthenticated` | not allowed |",
             "| `user_code` | the project's function, SQL or input file is at fault |",
             "| `unimplemented` | this version cannot do it |",
             "| `corrupt`, `internal` | damaged files, or our bug: please report |",
             "| `cancelled` | somebody stopped it |", ""]
    by_module = {}
    for path in sorted((ROOT / "src").rglob("reasons.h")):
        for reason, code, words in reasons_of(path):
            by_module.setdefault(reason.split(".")[0], {})[reason] = (code, words)
    for module in sorted(by_module):
        lines += [f"## {module}", "", "| reason | code | meaning |", "|---|---|---|"]
        for reason, (code, words) in sorted(by_module[module].items()):
            lines.append(f"| `{reason}` | {f'`{code}`' if code else ''} | {words.replace('|', chr(92) + '|')} |")
        lines.append("")
    return "\n".join(lines)


def commands_of(program):
    script = subprocess.run([program, "completion", "bash"], capture_output=True, text=True, check=True).stdout
    return [match.group(1) for match in re.finditer(r'^\s+"([a-z][a-z -]*)"\) words=', script, re.M)]


def cli_page(program):
    lines = ["# Command line", "",
             "Generated from the program's own help. Global flags stand before or after the command: `--lake FOLDER`, `-O json`,",
             "`--user`, `-q`, `-v`, `--no-color`. Exit codes: 0 done, 1 failed, 2 wrong usage.", ""]
    for command in sorted(set(commands_of(program))):
        text = subprocess.run([program, *command.split(), "--help"], capture_output=True, text=True, check=True).stdout
        lines += [f"## {command}", "", "```", text.strip(), "```", ""]
    return "\n".join(lines)


def main():
    arguments = [a for a in sys.argv[1:] if a != "--check"]
    check = "--check" in sys.argv[1:]
    pages = {"errors.md": errors_page()}
    if arguments:
        pages["cli.md"] = cli_page(arguments[0])
    stale = []
    for name, text in pages.items():
        path = REFERENCE / name
        text = text.rstrip() + "\n"
        if path.exists() and path.read_text() == text:
            continue
        stale.append(name)
        if not check:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
    if check and stale:
        sys.exit(f"docs/reference/{', '.join(stale)}: not what the code says, run 'make docs'")
    print(f"reference pages {'are current' if check else 'written'}: {', '.join(pages)}")


main()
