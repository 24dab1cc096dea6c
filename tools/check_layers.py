#!/usr/bin/env python3
"""Fails when an #include crosses modules in a way src/LAYERS does not allow.

usage: check_layers.py [ROOT]      ROOT holds src/; default is the folder above this file
"""
import pathlib
import re
import sys

# First path element of a third-party include -> the only modules that may include it.
SEAMS = {
    "arrow": "columnar storage engine server client",
    "boost": "server client",
    "CLI": "cli",
    "curl": "http",
    "duckdb": "engine",
    "fmt": "*",  # any .cc; headers only in base
    "nlohmann": "*",  # any *_json.cc
    "google": "wire server client",
    "grpcpp": "server client",
    "openssl": "base server client",
    "parquet": "engine",
    "proto": "wire server client",
    "seccomp": "runtime",
    "spdlog": "base",
    "sqlite3": "state",
    "tree_sitter": "project",
    "yaml-cpp": "project",
    "zip": "wire",
    "zlib": "*",  # .cc only
    "zstd": "*",
}
TEST_ONLY = {"gtest", "gmock"}
INCLUDE = re.compile(r'\s*#\s*include\s*(["<])([^">]+)')
SYSTEM_HEADER = re.compile(r"[a-z_0-9]+|sys/types\.h")  # <vector>: no folder, no .h; pid_t is a word of ours
PRIVATE_FOLDERS = {"launcher"}  # the inside of a program: its headers are nobody's public headers


def read_layers(path):
    """Module -> the modules it may include; exits when the file is not a topological order."""
    allowed = {}
    for number, line in enumerate(path.read_text().splitlines(), 1):
        if not line.strip() or line.startswith("#"):
            continue
        name, colon, dependencies = line.partition(":")
        name = name.strip()
        if not colon:
            sys.exit(f"src/LAYERS:{number}: expected 'module : dependencies'")
        for dependency in dependencies.split():
            if dependency not in allowed:
                sys.exit(f"src/LAYERS:{number}: {name} lists {dependency}, which is not above it")
        allowed[name] = set(dependencies.split())
    return allowed


def is_public(file, is_test):
    private = file.name.endswith("_internal.h") or PRIVATE_FOLDERS & set(file.parts)
    return file.suffix == ".h" and not is_test and not private


def seam_problem(file, module, top, is_test):
    if is_test:  # tests compare with other software
        return None
    if SEAMS[top] != "*" and module not in SEAMS[top].split():
        return f"only {SEAMS[top]} may use {top}"
    if is_public(file, is_test) and not (top == "fmt" and module == "base"):
        return "third-party header in a public header"
    if top == "nlohmann" and not file.name.endswith(("_json.cc", "_json_internal.h")):
        return "nlohmann belongs in *_json.cc files"
    return None


def own_problem(module, path, allowed, is_test):
    top = path.split("/")[0]
    if "/" not in path:
        return "write the path from src/: \"module/file.h\""
    if top != module and top not in allowed[module]:
        return f"'{module}' may not depend on '{top}'"
    if top != module and "internal" in path:
        return "another module's internal header"
    if "/testing/" in path and not is_test:
        return "test support in product code"
    return None


def problem_of(file, module, quote, path, allowed):
    is_test = file.name.endswith("_test.cc") or "testing" in file.parts
    top = path.split("/")[0].removesuffix(".h").removesuffix(".hpp")
    if top in TEST_ONLY:
        return None if is_test else "test library in product code"
    if top in SEAMS:
        return seam_problem(file, module, top, is_test)
    if quote == '"':
        return own_problem(module, path, allowed, is_test)
    if is_public(file, is_test) and module != "base" and not SYSTEM_HEADER.fullmatch(path):
        return "system or third-party header in a public header"
    return None


def check(root):
    src = root / "src"
    allowed = read_layers(src / "LAYERS")
    errors = []
    for file in sorted(src.rglob("*.h")) + sorted(src.rglob("*.cc")):
        relative = file.relative_to(src)
        module = relative.parts[0]
        if module not in allowed:
            errors.append(f"{relative}: folder '{module}' has no line in src/LAYERS")
            continue
        for number, line in enumerate(file.read_text().splitlines(), 1):
            if not (match := INCLUDE.match(line)):
                continue
            if problem := problem_of(relative, module, *match.groups(), allowed):
                errors.append(f"{relative}:{number}: {match.group(2)}: {problem}")
    return allowed, errors


def main():
    root = pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else pathlib.Path(__file__).resolve().parent.parent
    allowed, errors = check(root)
    print("\n".join(errors) or f"layers ok: {len(allowed)} modules")
    sys.exit(bool(errors))


if __name__ == "__main__":
    main()
