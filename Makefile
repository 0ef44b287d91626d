# Needs Python 3.11 or newer and make; everything else goes into .venv.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt
.DEFAULT_GOAL := help

help: ## List what make can do
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 14

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "Handoff needs Python 3.11 or newer; name one with: make PYTHON=/path/to/python3.11" >&2; exit 1; }
	$(PYTHON) -m venv $(VENV)

$(VENV)/.installed: $(BIN)/python pyproject.toml constraints.txt
	$(PIP) -e .
	@touch $@

$(VENV)/.developed: $(VENV)/.installed
	$(PIP) -e '.[dev]'
	@touch $@

demo: $(VENV)/.installed ## Set up and open Handoff with sample leads
	@$(BIN)/handoff demo

test: $(VENV)/.developed ## Set up and run the tests, on up to four cores
	$(BIN)/python -m pytest -n logical --maxprocesses 4 --dist worksteal

faults: $(VENV)/.developed ## Kill the program a thousand times on a line that fails; slow tests of what gets lost
	$(BIN)/python -m tests.faults.rounds $(ROUNDS)
	$(BIN)/python -m pytest tests/faults

check: format-check lint types contracts test ## Format, lint, types, import contracts, tests

format: $(VENV)/.developed ## Put the code into its one format
	$(BIN)/ruff format . && $(BIN)/ruff check --fix .

format-check: $(VENV)/.developed
	$(BIN)/ruff format --check .

lint: $(VENV)/.developed
	$(BIN)/ruff check .

types: $(VENV)/.developed
	$(BIN)/mypy

contracts: $(VENV)/.developed
	$(BIN)/lint-imports

bench: $(VENV)/.developed ## Measure, as a person would see it, and print one table (JSON=FILE keeps it, BENCH="--only keys")
	$(BIN)/python -P bench/run.py $(if $(JSON),--json $(JSON)) $(BENCH)

performance: $(VENV)/.developed ## Measure, and write the figures and the plot of docs/performance.md again
	$(BIN)/python -P bench/run.py --json docs/performance.json $(BENCH)
	$(BIN)/python -P docs/performance.py

docs: $(VENV)/.developed ## Write again what is generated: OpenAPI document, the guide's pages on keys and settings, screenshots
	$(BIN)/python -P docs/generate.py

clean: ## Remove what make made
	rm -rf $(VENV) dist build

.PHONY: help demo test faults check format format-check lint types contracts bench performance docs clean
