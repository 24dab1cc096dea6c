#!/usr/bin/env python3
"""The part of CONTRIBUTING.md that a program can check: sizes, names, banned calls, READMEs, dead headers.

usage: tidy.py [ROOT]      ROOT holds src/; default is the folder above this file
"""
import pathlib
import re
import sys

FUNCTION_LINES_MAX = 70
FILE_LINES_MAX = 600
HEADER_LINES_MAX = 300
README_LINES_MAX = 60
COLUMNS_MAX = 100

BANNED_WORDS = ("util", "utils", "common", "misc", "helper", "helpers", "manager", "data", "info", "new")
# Words of the Iceberg and Arrow specifications, which we do not rename.
SPEC_FILES = ("data_file",)
SPEC_TYPES = {"Metadata", "TableMetadata", "FileMetadata", "MetaData"}
TYPE_NAME = re.compile(r"^\s*(?:class|struct|enum class|enum)\s+(?:\[\[\w+\]\]\s+)?([A-Z]\w*)\s*(?:final\s*)?[:{]")

# What tests may use all the same: they ask whether CI=true, and draw numbers from a printed seed.
FINE_IN_TESTS = ("getenv", "mt19937")
# A line may say why it is the exception: "// tidy: the library's handle is not thread-safe".
EXCEPTION = re.compile(r"// tidy: \S+")

# (pattern, what to use instead, modules where it is right; apps is the folder of the programs)
BANNED_CALLS = (
    (re.compile(r"\bsystem_clock::now\b"), "base::Clock", {"base"}),
    (re.compile(r"\bs?rand\s*\(|\brandom_device\b"), "base::Rng", {"base"}),
    (re.compile(r"\bmt19937"), "base::Rng", {"base"}),
    (re.compile(r"\bstd::(?:recursive_|shared_)?mutex\s+\w+_?\s*;"), "base::Guarded<T>", {"base"}),
    (re.compile(r"\b(?:secure_)?getenv\s*\("), "an Options field filled in apps/ or embedded/",
     {"base", "apps", "embedded"}),
    (re.compile(r"\bstd::thread\b"), "std::jthread", set()),
    (re.compile(r"\bsleep_for\s*\(|\busleep\s*\("), "base::Guarded::WaitFor or a deadline", {"base"}),
    (re.compile(r"\b(?:strcpy|strcat|sprintf|gets)\s*\("), "std::string", set()),
)
TODO = re.compile(r"\b(FIXME|XXX)\b|\bTODO(?!\(#\d+\))")


def split_name(stem):
    """TableDataHelper and table_data_helper -> [table, data, helper]."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", stem).lower().split("_")


def strip_code(line, in_comment):
    """The line without comments and literals, and whether a block comment goes on."""
    if in_comment:
        end = line.find("*/")
        if end < 0:
            return "", True
        line = line[end + 2:]
    line = re.sub(r'"(?:\\.|[^"\\])*"', '""', line)
    line = re.sub(r"'(?:\\.|[^'\\])'", "''", line)
    line = re.sub(r"/\*.*?\*/", "", line)
    line = line.split("//")[0]
    if "/*" in line:
        return line.split("/*")[0], True
    return line, False


def code_lines(lines):
    out, in_comment, raw_end = [], False, None
    for line in lines:
        if raw_end:
            at = line.find(raw_end)
            line, raw_end = ("", raw_end) if at < 0 else ('""' + line[at + len(raw_end):], None)
        while match := re.search(r'R"(\w*)\(', line):
            closing = f'){match.group(1)}"'
            at = line.find(closing, match.end())
            if at < 0:
                line, raw_end = line[:match.start()], closing
            else:
                line = line[:match.start()] + '""' + line[at + len(closing):]
        code, in_comment = strip_code(line, in_comment)
        out.append(code)
    return out


def function_sizes(code):
    """(first line, lines) of every body that opens after a ')' at namespace or class level."""
    sizes, depth_stack, start, signature = [], [], None, ""
    for number, line in enumerate(code, 1):
        for char in line:
            if char == "{":
                if start is None and re.search(r"\)[\s\w:&*<>,()\[\]]*$", signature) and "=" not in signature:
                    start, start_depth = number, len(depth_stack)
                depth_stack.append(char)
                signature = ""
            elif char == "}":
                if depth_stack:
                    depth_stack.pop()
                if start is not None and len(depth_stack) == start_depth:
                    sizes.append((start, number - start + 1))
                    start = None
                signature = ""
            elif char == ";":
                signature = ""
            else:
                signature += char
        signature += " "
        if line.lstrip().startswith("#"):
            signature = ""
    return sizes


def check_lines(relative, module, is_test, lines, code, errors):
    for number, (line, bare) in enumerate(zip(lines, code), 1):
        where = f"{relative}:{number}"
        if len(line) > COLUMNS_MAX and "http" not in line and 'R"' not in line and "#include" not in line:
            errors.append(f"{where}: {len(line)} columns, at most {COLUMNS_MAX}")
        if TODO.search(line):
            errors.append(f"{where}: write TODO(#issue) with what and when, or do it now")
        if (match := TYPE_NAME.match(bare)) and match.group(1) not in SPEC_TYPES:
            last = split_name(match.group(1))[-1]
            if last in BANNED_WORDS:
                errors.append(f"{where}: type '{match.group(1)}' ends in '{last}': say what it is")
        for pattern, instead, right in BANNED_CALLS:
            if EXCEPTION.search(line) or (is_test and any(word in pattern.pattern for word in FINE_IN_TESTS)):
                continue
            if (match := pattern.search(bare)) and module not in right:
                errors.append(f"{where}: {match.group(0).strip()}: use {instead}")


def check_file(root, file, errors):
    relative = file.relative_to(root)
    module = relative.parts[1] if relative.parts[0] == "src" else relative.parts[0]
    is_test = file.name.endswith("_test.cc") or "testing" in relative.parts
    lines = file.read_text().splitlines()
    code = code_lines(lines)
    stem = file.stem
    for spec in SPEC_FILES:
        stem = stem.replace(spec, "file")
    if any(word in BANNED_WORDS for word in split_name(stem)):
        errors.append(f"{relative}: banned word in a file name: say what it is")
    limit = HEADER_LINES_MAX if file.suffix == ".h" else FILE_LINES_MAX
    if len(lines) > limit:
        errors.append(f"{relative}: {len(lines)} lines, at most {limit}: split it")
    if file.suffix == ".h" and lines and not lines[0].startswith("//"):
        errors.append(f"{relative}:1: a header opens with one sentence saying what it is for")
    if file.suffix == ".h" and "#pragma once" not in lines:
        errors.append(f"{relative}: no #pragma once")
    check_lines(relative, module, is_test, lines, code, errors)
    for start, length in function_sizes(code):
        if length > FUNCTION_LINES_MAX:
            errors.append(f"{relative}:{start}: function of {length} lines, at most {FUNCTION_LINES_MAX}")


def check_readmes(root, errors):
    for folder in sorted(path for path in (root / "src").iterdir() if path.is_dir()):
        if not any(folder.rglob("*.cc")) and not any(folder.rglob("*.h")):
            continue
        readme = folder / "README.md"
        if not readme.exists():
            errors.append(f"src/{folder.name}: no README.md (what it is, why, what belongs here, where to start)")
        elif (count := len(readme.read_text().splitlines())) > README_LINES_MAX:
            errors.append(f"src/{folder.name}/README.md: {count} lines, at most {README_LINES_MAX}")


def check_dead_headers(root, files, errors):
    included = set()
    for file in files:
        included.update(re.findall(r'#\s*include\s*"([^"]+)"', file.read_text()))
    for file in files:
        if file.suffix == ".h" and file.is_relative_to(root / "src"):
            path = file.relative_to(root / "src").as_posix()
            if path not in included:
                errors.append(f"src/{path}: nothing includes it: delete it")


def check(root):
    errors, files = [], []
    for top in ("src", "apps", "tests", "benchmarks"):
        if (root / top).is_dir():
            files += [f for pattern in ("*.h", "*.cc", "*.c") for f in sorted((root / top).rglob(pattern))]
    for file in files:
        check_file(root, file, errors)
    check_readmes(root, errors)
    check_dead_headers(root, files, errors)
    return files, errors


def main():
    root = pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else pathlib.Path(__file__).resolve().parent.parent
    files, errors = check(root)
    print("\n".join(errors) or f"tidy ok: {len(files)} files")
    sys.exit(bool(errors))


if __name__ == "__main__":
    main()
