# Every command of the project. `make` alone says what there is.

PYTHON ?= python3
STAGE ?= dev
FUNCTION ?=
TO ?=
DO ?= --help
ADDRESS ?=
# Whether alarms roll a deployment back.
WATCH ?= on

LOCAL := .tools/emulator/bin/python infra/local
WITH_TOOLS := PATH="$(CURDIR)/.tools/cargo/bin:$(CURDIR)/.tools/mutants/bin:$$PATH"
CARGO := $(WITH_TOOLS) cargo
MUTANTS_VERSION := 27.1.0
MUTANTS := mutants --output .build --no-shuffle
SAM := SAM_CLI_TELEMETRY=0 .tools/sam/bin/sam

.DEFAULT_GOAL := help
.PHONY: help needs up demo down logs mails operate officer restore portal test audit bench deploy describe format
.PHONY: schedules screenshots check-portal check-python check-docs check-rust check-dependencies check-template
.PHONY: test-rust test-browser test-e2e test-stack mutants test-mutants limits preflight undeploy
.PHONY: corpus test-corpus corpus-programs fuzz

help: ## What there is.
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/make \1|\2/p' $(MAKEFILE_LIST) | column -t -s '|'

# ------------------------------------------------------------------------------------------------ on this machine

# What the machine lacks is said before anything else happens; the script is told what was asked for.
needs:
	@PYTHON="$(PYTHON)" sh infra/local/needs.sh $(MAKECMDGOALS)

demo: up ## Everything: tools, build, stack, and a workbook of 220 people from upload to accounts and mails.
	@$(LOCAL)/demo.py

up: needs portal .tools/emulator/.ready .tools/sam/.ready ## Only the stack: tools, build, emulator, deployment, people.
	@$(LOCAL)/up.py

logs: .tools/emulator/.ready ## What the functions said; FUNCTION=send-mail for one of them.
	@$(LOCAL)/logs.py $(FUNCTION)

mails: .tools/emulator/.ready ## What was mailed, as people read it; TO=somebody@agency.gov.sg for one mailbox.
	@$(LOCAL)/mails.py $(TO)

down: .tools/emulator/.ready ## Stops what `make up` started.
	@$(LOCAL)/down.py

portal: portal/dist/.built ## The pages, which the function of that name carries inside.

portal/node_modules/.ready: portal/package-lock.json | needs
	@echo "[portal] loading what the pages are built with ..."
	@npm --prefix portal ci --ignore-scripts --no-audit --no-fund --loglevel=error
	@touch $@

PAGES := $(shell find portal/src portal/*.html portal/vite.config.ts portal/package.json portal/tsconfig.json -type f)
portal/dist/.built: portal/node_modules/.ready $(PAGES) | needs
	@echo "[portal] building the pages ..."
	@npm --prefix portal run --silent build
	@touch $@

# STAGE=local is the stack of `make up`.
operate: .tools/sam/.ready ## Help at night: make operate STAGE=prod DO="stuck" (see docs/RUNBOOK.md).
	@.tools/sam/bin/python infra/operate.py $(STAGE) $(DO)

officer: .tools/sam/.ready ## The account of an officer: make officer STAGE=prod ADDRESS=ada.tan@agency.gov.sg.
	@.tools/sam/bin/python infra/officer.py $(STAGE) '$(ADDRESS)'

restore: .tools/sam/.ready ## The table as it was at a time: make restore STAGE=prod DO="to 2026-11-27T10:00:00Z".
	@.tools/sam/bin/python infra/restore.py $(STAGE) $(DO)

# A set of tools is installed once, and again when its list changes.
.tools/%/.ready: infra/local/requirements-%.txt | needs
	@$(PYTHON) infra/local/tools.py $*

# ---------------------------------------------------------------------------------------------------------- tests

CHECKS := check-portal check-python check-docs check-rust check-dependencies
test: needs $(CHECKS) test-rust test-corpus check-template test-stack ## Everything that CI runs; tools included.

check-portal: portal
	npm --prefix portal run --silent check
	npm --prefix portal run --silent pages

check-python: .tools/check/.ready
	.tools/check/bin/ruff format --check infra tests
	.tools/check/bin/ruff check infra tests

# The crates' own README files are rustdoc, whose links this would take for text.
DOCS := README.md portal/README.md fuzz/README.md docs
check-docs: .tools/check/.ready
	.tools/check/bin/mdformat --check $(DOCS)

format: portal/node_modules/.ready .tools/check/.ready ## Formats Rust, TypeScript, Python and docs.
	cargo fmt --all
	npm --prefix portal run --silent format
	.tools/check/bin/ruff format infra tests
	.tools/check/bin/ruff check --fix infra tests
	.tools/check/bin/mdformat $(DOCS)

check-rust: portal
	cargo fmt --all --check
	cargo clippy --workspace --all-targets --features tests/emulator --locked -- -D warnings
	# As they ship: without the features of libraries that only tests switch on.
	cargo check --bins --locked
	RUSTDOCFLAGS="-D warnings" cargo doc --workspace --no-deps --locked

check-dependencies: .tools/cargo/.ready
	$(CARGO) deny --locked check licenses bans sources

test-rust: portal .tools/cargo/.ready
	$(CARGO) nextest run --workspace --locked --no-tests=fail
	cargo test --workspace --locked --doc

corpus: corpus-programs ## What the workbook reader makes of lists by every writer, and of 2,000 generated ones.
	@.tools/corpus/bin/python tests/corpus/corpus.py full

# A share of it that takes less than a minute.
test-corpus: corpus-programs
	@.tools/corpus/bin/python tests/corpus/corpus.py quick

# Of the whole workspace, so that what the tests have built is used.
corpus-programs: .tools/corpus/.ready .tools/corpus-node/.ready
	@cargo build --locked --quiet --workspace --example people --example written

.tools/corpus-node/.ready: tests/corpus/node/package-lock.json | needs
	@echo "[tools] corpus-node: loading the writers that run in Node.js ..."
	@rm -rf .tools/corpus-node && mkdir -p .tools/corpus-node
	@cp tests/corpus/node/package.json tests/corpus/node/package-lock.json .tools/corpus-node
	@npm --prefix .tools/corpus-node ci --ignore-scripts --no-audit --no-fund --loglevel=error
	@touch $@

FUZZ_VERSION := 0.13.2
SECONDS ?= 600
# What each target begins with, besides its own seeds.
SEEDS_OF_archive := shared/sheet/tests/files/cases
SEEDS_OF_file := fuzz/seeds/archive shared/sheet/tests/files/cases
# Everything of the fuzzer itself is in memory too, so its limit is above that of a check.
fuzz: .tools/fuzz/.ready ## Random changes of files and texts: make fuzz OF=worksheet SECONDS=600; see fuzz/README.md.
	@mkdir -p .build/fuzz/$(OF)
	PATH="$(CURDIR)/.tools/fuzz/bin:$$PATH" cargo +nightly fuzz run $(OF) .build/fuzz/$(OF) fuzz/seeds/$(OF) \
		$(SEEDS_OF_$(OF)) -- -max_total_time=$(SECONDS) -timeout=3 -rss_limit_mb=1024 -malloc_limit_mb=48 \
		-max_len=16384 -print_final_stats=1

.tools/fuzz/.ready: | needs
	@echo "[tools] fuzz: building cargo-fuzz $(FUZZ_VERSION) ..."
	@cargo install cargo-fuzz --version $(FUZZ_VERSION) --locked --debug --quiet --root .tools/fuzz
	@touch $@

describe: portal/node_modules/.ready ## Writes the API's description, and what the portal has of it.
	BLESS=1 cargo test --workspace --locked --test suite -q -- openapi:: fields::the_portal
	npm --prefix portal run --silent api

limits: portal .tools/cargo/.ready ## Ten thousand people within the limits of AWS, in virtual time.
	PEOPLE=10000 $(CARGO) nextest run --workspace --locked --success-output final -E 'binary(limits)'

RUNS ?= 1000000
FROM ?= 0
schedules: portal .tools/cargo/.ready ## Random runs of the fault harness: make schedules RUNS=100000 FROM=0.
	SCHEDULES=$(RUNS) SCHEDULES_FROM=$(FROM) $(CARGO) nextest run --workspace --locked --no-fail-fast \
		--success-output final -E 'test(/faults::schedules::random_runs/)'

OF ?= domain
# The tests that have to notice: for a function also the flows, for the store its contract.
MUTANTS_OF_store := --test-package store --test-package testing
MUTANTS_OF_$(OF) ?= $(if $(wildcard functions/$(OF)),--test-package $(OF) --test-package tests)
# One part of many, another one at each commit: all of them take hours. The tests beside it come first.
MUTANT_PARTS := 128
test-mutants: .tools/mutants/.ready .tools/cargo/.ready
	$(WITH_TOOLS) nice -n 5 cargo $(MUTANTS) --package domain --sharding round-robin --shard \
		$$((0x$$(git rev-parse --short=7 HEAD 2>/dev/null || echo 0) % $(MUTANT_PARTS)))/$(MUTANT_PARTS)

mutants: .tools/mutants/.ready .tools/cargo/.ready ## Whether tests notice changes of the code: make mutants OF=store.
	$(CARGO) $(MUTANTS) --jobs 2 --package $(OF) $(MUTANTS_OF_$(OF))

.tools/mutants/.ready: | needs
	@echo "[tools] mutants: building cargo-mutants $(MUTANTS_VERSION) ..."
	@cargo install cargo-mutants --version $(MUTANTS_VERSION) --locked --debug --quiet --root .tools/mutants
	@touch $@

check-template: .tools/emulator/.ready .tools/sam/.ready .tools/checkov/.ready
	.tools/sam/bin/cfn-lint template.yaml
	$(SAM) validate --lint --template template.yaml --region ap-southeast-1
	.tools/emulator/bin/python -m pytest -p no:cacheprovider -q tests/template tests/local

test-browser: needs portal ## The portal in a browser, on the stack of `make up`.
	npm --prefix portal run --silent e2e

screenshots: needs portal ## What the pages look like, into docs/screenshots, from the stack of `make up`.
	npm --prefix portal run --silent screenshots

# The tests on a stack wait for it most of the time. Mutants are tried meanwhile.
test-stack: portal .tools/emulator/.ready .tools/sam/.ready .tools/moto/.ready .tools/mutants/.ready
	@$(MAKE) --no-print-directory --jobs 2 test-e2e test-mutants

test-e2e: portal .tools/emulator/.ready .tools/sam/.ready .tools/moto/.ready
	@$(LOCAL)/e2e.py

audit: .tools/cargo/.ready ## Security advisories, where the RustSec database can be reached.
	$(CARGO) deny --locked check advisories

bench: portal .tools/emulator/.ready .tools/sam/.ready ## The tables of performance, side by side with the peers.
	@.tools/emulator/bin/python tests/bench/bench.py

# ------------------------------------------------------------------------------------------------------------ AWS

preflight: .tools/sam/.ready ## What a real account still lacks, and what to ask for: make preflight STAGE=prod.
	@.tools/sam/bin/python infra/preflight.py $(STAGE) $(WATCH)

deploy: preflight portal .tools/lambda/.ready ## To a real account: make deploy STAGE=prod.
	PATH="$(CURDIR)/.tools/lambda/bin:$$PATH" \
		cargo lambda build --profile ship --arm64 --locked --bins --lambda-dir .build/lambda
	SAM_CLI_TELEMETRY=0 .tools/sam/bin/python infra/watched.py $(STAGE) $(WATCH)
	.tools/sam/bin/python infra/protect.py $(STAGE)
	@.tools/sam/bin/python infra/operate.py $(STAGE) first-rules @infra/domain-rules.json

undeploy: .tools/sam/.ready ## Deletes the stack of a stage, and keeps its data: make undeploy STAGE=prod.
	@.tools/sam/bin/python infra/undeploy.py $(STAGE)
