#!/usr/bin/env bash
# Each target in a process of its own, so that one that ends does not end the others.
# usage: run.sh PROGRAM SECONDS [TARGET...]
set -uo pipefail
program=$1 seconds=$2
shift 2
failures=${FUZZ_FAILURES:-$(mktemp -d)}
mkdir -p "$failures"
seed=${SEED:-$(date +%s)}
failed=0
for target in ${*:-$("$program" list)}; do
  if ! ASAN_OPTIONS=detect_leaks=0 "$program" "$target" --seconds "$seconds" --seed "$seed" --failures "$failures"; then
    echo "$target FAILED (seed $seed)"
    failed=1
  fi
done
[ $failed = 0 ] && exit 0
echo "inputs that failed are in $failures; look at one with: $program TARGET --input FILE"
exit 1
