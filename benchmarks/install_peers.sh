#!/usr/bin/env bash
# Puts the software we compare with (tools/peer_requirements.txt: PyIceberg, DuckDB) into a virtual environment and
# prints its Python: the one of build/deps when it is of the wanted versions, else build/bench-deps.
set -euo pipefail
root="$(cd "$(dirname "$0")/.." && pwd)"
list="$root/tools/peer_requirements.txt"

is_wanted() {
  [ -x "$1" ] && "$1" - "$list" <<'PYTHON' 2>/dev/null
import importlib.metadata, re, sys
for line in open(sys.argv[1], encoding="utf-8"):
    pinned = re.match(r"([A-Za-z0-9_.-]+)(?:\[.*\])?==(\S+)", line)
    if pinned and importlib.metadata.version(pinned[1]) != pinned[2]:
        sys.exit(1)
PYTHON
}

for folder in "$root/build/deps/peers" "$root/build/bench-deps"; do
  if is_wanted "$folder/bin/python"; then
    echo "$folder/bin/python"
    exit 0
  fi
done
rm -rf "$root/build/bench-deps"
python3 -m venv "$root/build/bench-deps"
"$root/build/bench-deps/bin/pip" install -q --disable-pip-version-check -r "$list" >&2
echo "$root/build/bench-deps/bin/python"
