# Thin targets: each is the plain commands that the README writes out.
PYTHON ?= python3
VENV ?= .venv
BIN = $(VENV)/bin

.DEFAULT_GOAL := help
.PHONY: help ask test test-fast test-all lint bench clean

help: ## Show what there is
	@sed -n 's/^\([a-z-]*\):.*## /\1: /p' $(MAKEFILE_LIST)

# Exported, so that the shell takes the prompt from the environment and reads nothing into it.
export PROMPT ?= Why is the sky blue?
ask: $(VENV)/.run ## Set up, and ask the embedded model: make ask PROMPT="Why is the sky blue?"
	@$(BIN)/g4f-lite ask "$$PROMPT"

test: $(VENV)/.test ## Set up, and run the whole test suite, on every core
	$(BIN)/python -m pytest -n auto $(ARGS)

test-fast: $(VENV)/.test ## Set up, and run the tests that need no child process, model or installation
	$(BIN)/python -m pytest -n auto -m "not slow and not model and not packages" --hypothesis-profile fast $(ARGS)

test-all: ## Run the test suite on each of CPython 3.10 to 3.13 that is installed
	.ci/each-python

lint: $(VENV)/.lint ## Set up, and run ruff, mypy and pyright
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/pyright --pythonpath $(BIN)/python

bench: $(VENV)/.test ## Set up, and measure: a table of ratios, and JSON beside it
	$(BIN)/python tests/benchmarks/run.py $(ARGS)

clean: ## Remove what the other targets made
	rm -rf $(VENV) build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis

$(BIN)/python:
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --upgrade pip

$(VENV)/.run: pyproject.toml | $(BIN)/python
	$(BIN)/python -m pip install --quiet --editable '.[local]'
	@touch $@

$(VENV)/.test: pyproject.toml | $(BIN)/python
	$(BIN)/python -m pip install --quiet --editable '.[local,async,schema,keyring]' --group test
	@touch $@

$(VENV)/.lint: pyproject.toml | $(BIN)/python
	$(BIN)/python -m pip install --quiet --editable '.[local,async,schema,keyring]' --group dev
	@touch $@
