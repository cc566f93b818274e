# The front door. `make` alone explains itself.
# The Node.js that `npm ci` brings; where it brings none (it knows Linux on x64 and arm64): make … NODE=node, 24 or newer.
NODE := node_modules/.bin/node
TESTS := 'pkg/**/*.test.ts' 'cmd/**/*.test.ts'
# Which files make e2e runs.
E2E ?= 'e2e/*.test.ts'
# Set ONCE=1 to print once and leave.
ONCE ?=
FUZZ_SECONDS ?= 60
FUZZ_BODIES ?= 100000
SOAK_PERIODS ?= 5000
FUZZ_SEED ?= $(shell od -An -N3 -tu4 /dev/urandom | tr -d ' ')

.DEFAULT_GOAL := help
.PHONY: help install build test verify update types lint format layers e2e bundle bench bench-parts profile soak fuzz demo clean

help: ## Show this help.
	@echo 'To see it run: make demo. To change it: make test, make verify. All targets:'
	@awk 'BEGIN {FS = ":.*## "} /^[a-z0-9-]+:.*## / {printf "  %-11s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

install: node_modules/.package-lock.json ## Install exactly what package-lock.json names, Node.js 24 included.

node_modules/.package-lock.json: package-lock.json
	npm ci --no-audit --no-fund --loglevel=error
	@touch $@

build: install ## Compile to dist/.
	npm run --silent build

test: install ## Run every test of pkg/ and cmd/, offline.
	NODE_COMPILE_CACHE=$(CURDIR)/node_modules/.compile-cache $(NODE) --test --test-timeout=60000 $(TESTS)

verify: types lint format layers ## Check types, lint, format and the layers of the house.

types: install ## Part of verify: check types.
	$(NODE) node_modules/typescript/bin/tsc -p .

lint: install ## Part of verify: check what a review would say.
	$(NODE) node_modules/eslint/bin/eslint.js -c .config/eslint.config.js .

format: install ## Part of verify: check the format; make update mends it.
	node_modules/.bin/biome check . || { echo 'Run: make update'; exit 1; }

layers: install ## Part of verify: imports point down.
	$(NODE) --test pkg/layers.test.ts

update: install ## Format everything and sort imports.
	node_modules/.bin/biome check --write .

clean: ## Remove what was built.
	rm -rf dist .demo

demo: build ## Show the server at work on a pretend cluster (ONCE=1: print once and leave).
	@ONCE=$(ONCE) $(NODE) dist/cmd/demo/main.js

e2e: build $(if $(METRICS_SERVER),bundle) ## The real kubectl against the real server, on a pretend cluster or on E2E_KUBECONFIG's.
	$(if $(METRICS_SERVER),METRICS_SERVER='$(METRICS_SERVER)') $(NODE) --test --test-concurrency=1 $(E2E)

fuzz: install ## Nonsense for the API server, FUZZ_SECONDS=60, and for decoders, FUZZ_BODIES=100000 (FUZZ_SEED=n: the same again).
	@echo "FUZZ_SECONDS=$(FUZZ_SECONDS) FUZZ_SEED=$${seed:=$(FUZZ_SEED)}"; \
		FUZZ_SECONDS=$(FUZZ_SECONDS) FUZZ_SEED=$$seed $(NODE) --test --test-timeout=600000 pkg/apiserver/conformance/*.fuzz.test.ts && \
		FUZZ_BODIES=$(FUZZ_BODIES) FUZZ_SEED=$$seed $(NODE) --test --test-timeout=1800000 pkg/scraper/decode/decode.fuzz.test.ts

bundle: build ## The server as one script with V8's code cache, for an image: dist/bundle/.
	@$(NODE) .config/bundle.js

bench: bundle ## Measure CPU, memory and latency on pretend clusters, and beside SERVER='...' (BENCH='--shape=small --runs=1': quickly).
	@$(NODE) bench/main.ts $(if $(SERVER),--server='$(SERVER)') $(BENCH)

bench-parts: install ## Measure decoding, storing, encoding, selecting, watching and recognising, each alone.
	@for part in $$(ls pkg/*/*.bench.ts pkg/*/*/*.bench.ts); do echo "$$part"; $(NODE) --expose-gc $$part || exit 1; done

profile: build ## A flame graph of the server at work: SHAPE=standard (or small, medium, limit).
	@$(NODE) bench/profile.ts --shape=$(or $(SHAPE),standard)

soak: install ## Thousands of periods in accelerated time, and whether anything grew (SOAK_PERIODS=5000).
	@SOAK_PERIODS=$(SOAK_PERIODS) $(NODE) --expose-gc --max-semi-space-size=4 --heap-growing-percent=50 cmd/metrics-server/testing/soak/main.ts
