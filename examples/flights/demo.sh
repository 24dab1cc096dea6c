#!/usr/bin/env bash
# From five files to a published report: usage: demo.sh PROGRAM [LAKE]
set -euo pipefail
here="$(cd "$(dirname "$0")" && pwd)"
root="$(cd "$here/../.." && pwd)"
program="$(realpath "${1:?usage: demo.sh PROGRAM [LAKE]}")"
export BOATHOUSE_LAKE="${2:-$root/build/demo-lake}"
files="${BOATHOUSE_DEMO_FILES:-$root/build/deps/nycflights13}"
branch="demo"

if [ ! -f "$files/flights.csv" ]; then
  echo "no flights.csv in $files: run tools/install_deps.sh first" >&2
  exit 1
fi

bold="" plain=""
if [ -t 1 ] && [ -z "${NO_COLOR:-}" ]; then bold=$'\e[1m' plain=$'\e[0m'; fi
step() { printf '\n%s== %s%s\n' "$bold" "$1" "$plain"; }
boathouse() {
  printf '%s$ boathouse' "$bold"
  for word in "$@"; do
    case "$word" in *[[:space:]\*\(\)\$]*) printf " '%s'" "${word//$root\//}" ;; *) printf ' %s' "${word//$root\//}" ;; esac
  done
  printf '%s\n' "$plain"
  "$program" "$@"
}

step "a branch of the lake: nothing below touches main before the merge"
boathouse branch rm "$branch" --if-exists
boathouse branch create "$branch" --from main

step "five files in: a file that was imported before is skipped"
for table in airlines airports planes weather flights; do
  boathouse ingest "$table" "$files/$table.csv" -b "$branch" --null-token NA
done

step "what a run would do"
boathouse plan "$here" -r "$branch"

step "the run: isolated functions, all tables published in one step"
boathouse run "$here" -r "$branch"

step "what changed, then all of it into main at once"
boathouse branch diff main "$branch"
boathouse branch merge "$branch" --into main
boathouse commit main -n 3 --format oneline

step "the report"
boathouse query "SELECT * FROM delay_report ORDER BY late_percent DESC" -r main --no-trunc
boathouse query "SELECT * FROM carrier_ranking" -r main --max-rows 5 --no-trunc
