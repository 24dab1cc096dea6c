# A thin front for the people who type; everything real is in CMakeLists.txt, tools/ and tests/.
PRESET ?= release
BUILD = build/$(PRESET)
PREFIX ?= /usr/local
JOBS ?= $(shell nproc)
# Tests wait for disks and for servers they start.
TEST_JOBS ?= $(shell expr $(JOBS) + 1)
DEPS = build/deps
PYTHON ?= python3
# Compiled files are found again from any checkout of the same sources.
export CCACHE_BASEDIR ?= $(CURDIR)
export CCACHE_NOHASHDIR ?= 1

.PHONY: all deps configure demo check test unit asan tsan scenarios soak fuzz bench bench-server format tidy docs install clean run

all: configure
	@cmake --build $(BUILD) -j $(JOBS)
	@ln -sf $(PRESET)/bin/boathouse build/boathouse

deps:
	@tools/install_deps.sh $(DEPS)

configure: deps
	@[ -e $(BUILD)/build.ninja ] || cmake --preset $(PRESET) >/dev/null

# From nothing to a published pipeline.
demo: all
	@examples/flights/demo.sh build/boathouse

# What runs before each commit: layout, layers, style, unit tests.
check: deps format-check tidy all
	@ctest --test-dir $(BUILD) -L unit --output-on-failure -j $(TEST_JOBS)

# All tests.
test: all
	@ctest --test-dir $(BUILD) --output-on-failure -j $(TEST_JOBS) --timeout 900 $(if $(M),-R '^$(M)',)

scenarios: all
	@ctest --test-dir $(BUILD) -L scenario --output-on-failure $(if $(F),-R $(F),)

# The unit tests under a sanitizer; M="base state" takes only these modules.
asan tsan:
	@$(MAKE) --no-print-directory PRESET=$@ sanitized

.PHONY: sanitized
sanitized: configure
	@cmake --build $(BUILD) -j $(JOBS) $(if $(M),--target $(addsuffix _test,$(M)))
	@ASAN_OPTIONS=detect_leaks=0 ctest --test-dir $(BUILD) --output-on-failure -j $(JOBS) \
	  $(if $(M),-R '^($(subst $(eval) ,|,$(strip $(M))))$$',-L unit)

# Kills at random moments for a minute each, the servers for ten, or SOAK_SECONDS: before a release, not in `make test`.
soak: all
	@ctest --test-dir $(BUILD) -C soak -L soak --output-on-failure

# Every parser on changed seeds, a minute each or FUZZ_SECONDS, under sanitizers; T=csv takes only that one.
fuzz:
	@$(MAKE) --no-print-directory PRESET=asan fuzzed

.PHONY: fuzzed
fuzzed: configure
	@cmake --build $(BUILD) -j $(JOBS) --target fuzz
	@tests/fuzz/run.sh $(BUILD)/bin/fuzz $(or $(FUZZ_SECONDS),60) $(T)

bench: configure
	@benchmarks/run.sh

# Branches and commits over HTTP, beside Nessie.
bench-server: configure
	@benchmarks/run.sh server

format:
	@tools/format.sh

.PHONY: format-check
format-check:
	@tools/format.sh --check

tidy:
	@$(PYTHON) tools/check_layers.py
	@$(PYTHON) tools/tidy.py
	@$(PYTHON) tools/check_features.py
	@$(DEPS)/peers/bin/python tools/check_protocol.py

docs: all
	@$(PYTHON) tools/make_docs.py build/boathouse

install: all
	@cmake --install $(BUILD) --prefix $(PREFIX)

clean:
	@rm -rf build/release build/dev build/asan build/tsan build/bench build/boathouse
