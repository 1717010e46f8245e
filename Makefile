# The front door: each target installs what it needs and is missing, then does what its name says.
.DEFAULT_GOAL := build
.PHONY: build install run test check asan tsan fuzz bench clean help

JOBS ?= $(shell nproc)
export JOBS

build: ## Build build/pgwatch
	@scripts/install build
	@scripts/build

install: ## Install it and units for systemd below PREFIX, which is /usr/local
	@test -x build/release/pgwatch || scripts/build
	@cmake --install build/release --prefix $(or $(PREFIX),/usr/local)

run: ## Watch a throw-away primary and standby on 127.0.0.1:9187, or what CONFIG=file says
	@scripts/install $(if $(CONFIG),build,run)
	@scripts/build
	@demo/run $(CONFIG)

test: ## Run all tests; ends with their counts
	@scripts/install test
	@scripts/test

check: ## Check formatting, and clang-tidy's rules
	@scripts/install test
	@scripts/test format tidy

asan tsan fuzz: ## Run the tests under that sanitizer; run the fuzzers
	@scripts/install test
	@scripts/test $@

bench: ## Run the benchmarks
	@scripts/install bench
	@scripts/bench

clean: ## Remove everything built
	@rm -rf build

help: ## Say what there is
	@sed -n 's/^\([a-z ]*\):.*## \(.*\)/  \1\t\2/p' Makefile | expand -t 20
