# One door per task. `make` alone lists them.

PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
# make run PINS=postgres: with the driver for PostgreSQL
PINS ?= run
CONFIG ?= $(firstword $(wildcard config.toml) config.example.toml)
# Files or folders to test, and options for pytest: make test TESTS=tests/unit OPTIONS=-x
TESTS ?= tests
OPTIONS ?=
# make fuzz FUZZ_ONLY="checkly detection" FUZZ_SECONDS=60
FUZZ_SECONDS ?= 600
FUZZ_JOBS ?= 2
FUZZ_ONLY ?=

.DEFAULT_GOAL := help
.PHONY: help run demo environment test lint format types contracts tests bench screenshots soak fuzz requirements clean

help: ## list these
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/  make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 22

run: $(VENV)/$(PINS).stamp ## watch the vendors of config.toml, without one those of config.example.toml
	STATUSHERD_CONFIG=$(CONFIG) $(BIN)/statusherd run

demo: $(VENV)/$(PINS).stamp ## show an outage from its beginning to its end, on this machine alone
	$(BIN)/statusherd demo

environment: $(VENV)/dev.stamp ## what development needs, in .venv

test: lint types contracts tests ## all that a commit must pass

lint: $(VENV)/dev.stamp ## style
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

format: $(VENV)/dev.stamp ## put the style right where that can be done by itself
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

types: $(VENV)/dev.stamp ## types
	$(BIN)/mypy

contracts: $(VENV)/dev.stamp ## who may import whom
	$(BIN)/lint-imports --no-logo

tests: $(VENV)/dev.stamp ## the tests alone
	$(BIN)/python -m pytest -n auto -m "not soak" $(OPTIONS) $(TESTS)

bench: $(VENV)/dev.stamp ## what things cost, beside the raw floor of the same run
	$(BIN)/python benchmarks $(OPTIONS)

screenshots: $(VENV)/dev.stamp ## pictures of the mail for docs/messages.md, by chromium
	$(BIN)/python benchmarks/screenshots.py

soak: $(VENV)/dev.stamp ## long runs
	$(BIN)/python -m pytest -m soak --timeout=0 $(OPTIONS) $(TESTS)

fuzz: $(VENV)/fuzz.stamp ## hostile bytes against every reader, each for FUZZ_SECONDS: docs/fuzzing.md
	nice -n 19 $(BIN)/python fuzz --seconds $(FUZZ_SECONDS) --jobs $(FUZZ_JOBS) $(if $(FUZZ_ONLY),--only $(FUZZ_ONLY))

requirements: $(VENV)/dev.stamp ## pin anew what pyproject.toml asks for: UPGRADE=--upgrade takes the newest
	$(call pin,run,pyproject.toml)
	$(call pin,postgres,pyproject.toml --extra postgres --constraints requirements/run.txt)
	$(call pin,build,requirements/build.in)
	$(call pin,dev,pyproject.toml --extra postgres --group pyproject.toml:dev --constraints requirements/postgres.txt)
	$(call pin,fuzz,pyproject.toml --group pyproject.toml:fuzz --constraints requirements/run.txt)

# 3.11.2 is what Debian 12 has; newer interpreters get their own pins where they need them.
PIN = $(BIN)/uv pip compile --quiet --universal --python-version 3.11.2 --generate-hashes \
	--no-header --no-annotate --no-emit-index-url --no-emit-find-links $(UPGRADE)
define pin
	$(PIN) $(2) --output-file requirements/$(1).txt
	sed -i '1i # Pinned by `make requirements`; change pyproject.toml, not this file.' requirements/$(1).txt
endef

clean: ## remove what make has made
	rm -rf $(VENV) .mypy_cache .ruff_cache .import_linter_cache .hypothesis

# The environments: pinned packages whose hashes are checked, then the project as it stands in this folder.

INSTALL = $(BIN)/python -m pip install --quiet --disable-pip-version-check

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
		echo "statusherd needs Python 3.11 or newer, and '$(PYTHON)' is none." >&2; \
		echo "Name one: make PYTHON=/path/to/python3.11 …" >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { \
		echo "'$(PYTHON)' cannot make a virtual environment: its module venv or ensurepip is missing." >&2; \
		echo "On Debian and Ubuntu: apt-get install python3-venv" >&2; exit 1; }
	$(PYTHON) -m venv $(VENV)

$(VENV)/%.stamp: pyproject.toml requirements/%.txt requirements/build.txt | $(BIN)/python
	$(INSTALL) --require-hashes -r requirements/$*.txt -r requirements/build.txt
	$(INSTALL) --no-deps --no-build-isolation --editable .
	@touch $@
