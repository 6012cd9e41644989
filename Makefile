# `make demo` is the place to start; `make help` lists the rest.

PREFIX ?= /usr/local
SWIFT ?= swift
# The oldest Swift that builds this, as MAJOR MINOR.
SWIFT_NEEDED := 6 3
# The Debian and Ubuntu packages that the build and the tests need, and what pkg-config calls the
# libraries elsewhere.
PACKAGES := libpcre2-dev libcurl4-openssl-dev libssl-dev libyaml-dev zlib1g-dev libzstd-dev \
  libsqlite3-dev libsystemd0 pkg-config tzdata openssl zstd logrotate sqlite3 python3-venv
MODULES := libpcre2-8 libcurl libcrypto yaml-0.1 zlib libzstd sqlite3
# Other people's programs that tests run against: Debian packages that are unpacked rather than
# installed, so that no service of theirs starts here; those from PyPI are in Tests/counterparts.txt.
UNPACKED := prometheus-alertmanager
COUNTERPARTS := .build/counterparts
# Extra flags for debug builds and tests, such as -Xswiftc -warnings-as-errors.
FLAGS ?=
# How long the tests may take before they are ended: one that hangs must not hang the build.
PATIENCE ?= 40m
# Flags of `make proof`, such as --rounds 100000 --seed 7.
PROOF ?=
RELEASE := -c release --static-swift-stdlib
SOURCES := Sources Tests Package.swift

.DEFAULT_GOAL := help
.ONESHELL:
.SHELLFLAGS := -eu -c
.PHONY: help demo build test proof bench bench-build bench-allocations soak install deps counterparts toolchain format lint clean

help: ## show this
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-18s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

DEMO := replay -r rules/slow-api.yaml -r rules/actions.yaml Fixtures/logs/demo.ndjson

demo: build ## build, then replay a recorded incident through the shipped rules
	@echo
	echo '$$ tripline $(DEMO)'
	"$$($(SWIFT) build $(RELEASE) --show-bin-path)/tripline" $(DEMO)

build: deps ## build the release binary
	@$(SWIFT) build $(RELEASE) --product tripline

test: deps counterparts ## run all tests, of the program and of the rules
	@$(SWIFT) build --build-tests $(FLAGS)
	log=$$(mktemp)
	trap 'rm -f "$$log"' EXIT
	{ timeout --kill-after=30 $(PATIENCE) $(SWIFT) test --skip-build $(FLAGS) 2>&1 \
	  || echo "tests failed: $$?"; } | tee "$$log"
	if grep -q '^tests failed: ' "$$log"; then exit 1; fi
	"$$($(SWIFT) build --show-bin-path $(FLAGS))/tripline" test rules/
	echo "all tests passed, $$(grep -c ' Test .* skipped: ' "$$log" || true) skipped"

proof: deps ## hold the engine against its referee on 10,000 random logs
	@$(SWIFT) build $(RELEASE) --product tripline-proof
	"$$($(SWIFT) build $(RELEASE) --show-bin-path)/tripline-proof" $(PROOF)

bench: bench-build ## measure speed: GB/s, lines/s, allocations
	@bench="$$($(SWIFT) build $(RELEASE) --show-bin-path)/tripline-bench"
	mkdir -p bench-data
	[ -f bench-data/uniform.log ] || "$$bench" generate --seed 42 --bytes 1e9 bench-data/uniform.log
	[ -f bench-data/mixed.log ] || "$$bench" generate --seed 7 --bytes 2e8 --shape mixed bench-data/mixed.log
	"$$bench" run bench-data/uniform.log bench-data/mixed.log
	"$$bench" groups

bench-allocations: bench-build ## check that the hot path allocates no more than it may
	@"$$($(SWIFT) build $(RELEASE) --show-bin-path)/tripline-bench" allocations

bench-build: deps
	@$(SWIFT) build $(RELEASE) --product tripline-bench

soak: build ## let days pass in a few minutes, and see that nothing grows
	@Tests/Soak/soak "$$($(SWIFT) build $(RELEASE) --show-bin-path)/tripline" 180

install: build ## install the binary under PREFIX (/usr/local)
	@install -s -D -m 755 "$$($(SWIFT) build $(RELEASE) --show-bin-path)/tripline" \
	  "$(DESTDIR)$(PREFIX)/bin/tripline"
	echo "installed $(DESTDIR)$(PREFIX)/bin/tripline"

deps: toolchain ## install the Debian packages that are missing
	@missing=
	if command -v dpkg-query >/dev/null; then
	  for package in $(PACKAGES); do
	    state=$$(dpkg-query -W -f '$${db:Status-Status}\n' "$$package" 2>/dev/null | head -n 1) || true
	    [ "$$state" = installed ] || missing="$$missing $$package"
	  done
	  [ -n "$$missing" ] || exit 0
	else
	  if pkg-config --exists $(MODULES) 2>/dev/null; then exit 0; fi
	  echo "tripline: this system has no Debian packages; install pkg-config and the" >&2
	  echo "  development files of: $(MODULES)" >&2
	  exit 1
	fi
	if ! command -v apt-get >/dev/null; then
	  echo "tripline: these packages are missing and there is no apt-get to install them:" >&2
	  echo " $$missing" >&2
	  exit 1
	fi
	as_root=
	if [ "$$(id -u)" != 0 ]; then
	  if ! command -v sudo >/dev/null; then
	    echo "tripline: some packages are missing, and only root can install them. Run as root:" >&2
	    echo "  apt-get install -y$$missing" >&2
	    exit 1
	  fi
	  as_root=sudo
	fi
	echo "installing$$missing"
	install="$$as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends"
	# The package lists are refreshed only when they turn out to be missing or old.
	$$install $$missing >/dev/null 2>&1 || { $$as_root apt-get update && $$install $$missing; }

counterparts: deps ## install the programs that tests run against
	@wanted="$(UNPACKED) $$(cksum Makefile Tests/counterparts.txt)"
	if [ "$$(cat $(COUNTERPARTS)/installed 2>/dev/null)" = "$$wanted" ]; then exit 0; fi
	echo "installing what tests run against"
	mkdir -p $(COUNTERPARTS)
	cd $(COUNTERPARTS)
	# Without them the tests that need them are skipped, and say so.
	missing() {
	  echo "tripline: can't install $$1; tests against it are skipped" >&2
	  wanted=
	}
	for package in $(UNPACKED); do
	  { rm -f $$package*.deb && apt-get download $$package && dpkg -x $$package*.deb . \
	    && rm -f $$package*.deb; } >/dev/null 2>&1 || missing $$package
	done
	# It looks for its templates under /usr; now it finds them from this directory, by a name as long.
	if [ -f usr/bin/prometheus-alertmanager ]; then
	  LC_ALL=C sed -i 's#/usr/share/prometheus/alertmanager#usr/share/prometheus/alertmanager/#g' \
	    usr/bin/prometheus-alertmanager
	fi
	{ python3 -m venv --clear python \
	  && python/bin/pip install -q --disable-pip-version-check -r $(CURDIR)/Tests/counterparts.txt; \
	  } || missing "the programs of Tests/counterparts.txt"
	if [ -n "$$wanted" ]; then echo "$$wanted" >installed; fi

toolchain:
	@if ! command -v $(SWIFT) >/dev/null; then
	  echo "tripline: there is no '$(SWIFT)'. Swift 6.3 or newer is needed:" >&2
	  echo "  https://www.swift.org/install/linux/" >&2
	  exit 1
	fi
	found=$$($(SWIFT) --version 2>/dev/null | sed -n 's/.*Swift version \([0-9]*\)\.\([0-9]*\).*/\1 \2/p')
	if ! printf '%s\n' "$(SWIFT_NEEDED)" "$$found" | sort -C -n -k 1,1 -k 2,2; then
	  [ -z "$$found" ] || found=", found $$(echo $$found | tr ' ' .)"
	  echo "tripline: Swift 6.3 or newer is needed$$found:" >&2
	  echo "  https://www.swift.org/install/linux/" >&2
	  exit 1
	fi

format: ## format all sources
	@$(SWIFT) format -i -r $(SOURCES)

lint: ## check the format of all sources
	@$(SWIFT) format lint --strict -r $(SOURCES)

clean: ## remove what was built
	@rm -rf .build
