#!/usr/bin/env bash
# Formats all C++ sources in place; with --check only says which differ.
set -euo pipefail
cd "$(dirname "$0")/.."
format=clang-format-19
mapfile -t files < <(git ls-files --cached --others --exclude-standard 'src/*.h' 'src/*.cc' 'apps/*.h' 'apps/*.cc' 'tests/*.cc' 'tests/*.h' 'benchmarks/*.cc')
[ ${#files[@]} -eq 0 ] && exit 0
if [ "${1:-}" = --check ]; then
  "$format" --dry-run --Werror "${files[@]}" || { echo "run 'make format'" >&2; exit 1; }
else
  "$format" -i "${files[@]}"
fi
