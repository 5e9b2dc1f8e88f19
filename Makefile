# Everything that people and CI run. `make help` lists it.
#
# The first target that needs it makes .venv and installs into it; a stamp file remembers that, so
# running again costs nothing until pyproject.toml or constraints.txt change.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
ARGS ?=

.DEFAULT_GOAL := help
.PHONY: chat test test-faults coverage mutants audit lint format check install docs screenshots clean help

chat: $(STAMP) ## Talk about the sample handbook; ARGS="--docs FOLDER" asks another folder
	@$(BIN)/python main.py $(ARGS)

test: $(STAMP) ## Run the tests; ARGS="tests/agent -k name" runs some of them
	@$(BIN)/python -m pytest $(ARGS)

test-faults: $(STAMP) ## Kill, fill, damage and fuzz everything, at length; the tests do it in short
	@FAULTS=full $(BIN)/python -m pytest --timeout=1800 tests/faults tests/fuzz tests/rag/test_durability.py $(ARGS)

coverage: $(STAMP) ## Run the tests and print, package by package, which branches they reach; 90% is the least
	@$(BIN)/coverage erase
	@$(BIN)/coverage run -m pytest $(ARGS)
	@$(BIN)/coverage combine --quiet
	@for package in agent corpora graphs llm rag; do \
		$(BIN)/coverage report --include="$$package/*" --fail-under=90 || failed=1; done; exit $${failed:-0}

mutants: $(STAMP) ## Break the core in 2500 small ways, print what no test notices; ARGS="rag.storage.*" breaks a part
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[mutation]'
	@OMP_NUM_THREADS=1 $(BIN)/mutmut run $(ARGS)
	@$(BIN)/mutmut results

audit: $(STAMP) ## Compare the pinned packages with the flaws that are known; asks the network
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[audit]'
	@$(BIN)/pip-audit --strict --disable-pip --no-deps --progress-spinner off -r constraints.txt

lint: $(STAMP) ## Check style and types
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy

format: $(STAMP) ## Mend what can be mended by itself
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

check: test lint ## Everything that CI checks

docs: $(STAMP) ## Write docs/commands.md and the drawings of the graphs from the program itself
	@$(BIN)/python -m agent.manual
	@$(BIN)/python -m graphs.drawings

screenshots: $(STAMP) ## Draw the pictures of the README from real conversations
	@$(BIN)/python -m agent.screenshots

install: $(STAMP) ## Make .venv and install everything into it

clean: ## Remove .venv and all caches
	@rm -rf $(VENV) .coverage* mutants .pytest_cache .mypy_cache .ruff_cache build *.egg-info

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

$(STAMP): pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| { echo "Homespun needs Python 3.11 or newer: name one with make PYTHON=python3.12" >&2; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV) \
		|| { echo "The venv module of Python is missing: on Debian, apt-get install python3-venv" >&2; exit 1; }
	@echo "Installing; the first time takes a few minutes." >&2
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[dev]'
	@touch $(STAMP)
