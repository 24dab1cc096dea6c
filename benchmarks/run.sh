#!/usr/bin/env bash
# Builds a release with its benchmarks, fetches the peers, measures and prints: benchmarks/run.sh [--help | options].
set -euo pipefail
root="$(cd "$(dirname "$0")/.." && pwd)"
cd "$root"
if [ -z "${BOATHOUSE_BENCH_BIN:-}" ]; then
  [ -e build/bench/build.ninja ] || cmake --preset bench >/dev/null
  nice cmake --build build/bench -j "${JOBS:-$(nproc)}" \
    --target boathouse boathouse-sandbox catalog_bench plan_bench query_bench http_load >&2
  export BOATHOUSE_BENCH_BIN="$root/build/bench/bin"
fi
python="$(benchmarks/install_peers.sh)"
exec "$python" benchmarks/run.py "$@"
