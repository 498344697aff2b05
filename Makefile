# Every habit of this project has a target here; `make` alone lists them.
.DEFAULT_GOAL := help
.PHONY: help setup build install test lint sanitize fuzz demo bench docs

help: ## list the targets
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 14

setup: ## install what is missing (system packages, libtorch, text encoder); says what it does
	@scripts/setup

build: setup ## build .build/release/ascl and .build/release/ascl-bench
	swift build -c release --product ascl
	swift build -c release --product ascl-bench

install: setup ## put the program and what it needs into PREFIX, ready to run from any folder
	@scripts/install "$(PREFIX)"

# Tests that start several processes which wait for each other: by themselves, as among others they would take all threads.
RANKS = (RanksTests|ProcessGroupTests)/

# A build from nothing takes less time with whole modules and without debug information (CI: `make test
# BUILD_FLAGS='$(CLEAN_BUILD_FLAGS)'`); one that goes on from an earlier build does better without.
CLEAN_BUILD_FLAGS = -Xcc -g0 -Xcxx -g0 -Xswiftc -gnone -Xswiftc -disable-batch-mode -Xswiftc -wmo -Xswiftc -num-threads -Xswiftc 2

test: setup lint sanitize ## lint, then build and run every test, and the example as a stranger would build it
	swift build --build-tests $(BUILD_FLAGS)
	swift test --skip-build --skip "$(RANKS)"
	swift test --skip-build --no-parallel --filter "$(RANKS)"
	@scripts/test-example $(CLEAN_BUILD_FLAGS)

lint: ## check formatting, naming and documentation, and that every import keeps to the layers
	swift format lint --strict --recursive --parallel Sources Tests Package.swift
	@scripts/check-layers

sanitize: ## run the kernels of the pair score and the vector scan under the address and undefined-behaviour sanitizers
	@scripts/sanitize

fuzz: setup ## give the readers of strangers' files changed ones for a minute each
	swift build --build-tests
	ASCL_FUZZ_SECONDS=60 swift test --skip-build --no-parallel --filter "Mutated.*Tests"

demo: build ## generate scenes, then train, evaluate and query AsCL on them
	scripts/demo

bench: build ## time scores, training steps and a whole evaluation against PyTorch's
	Benchmarks/run

docs: setup ## build the documentation into .build/docs
	scripts/docs
