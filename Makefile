# Stowline: `make run` and `make test` are all that a newcomer needs. `make help` lists the rest.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready-to-run
DEV_READY := $(VENV)/.ready-to-test
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check

export STOWLINE_DATA_DIR ?= var

MINUTES ?= 30
# Three processes share the modules of tests, as many of them wait for servers; WORKERS=0 keeps them in one (for a debugger).
WORKERS ?= 3
SHARED_OUT := -n $(WORKERS) --dist loadscope --no-loadscope-reorder

.DEFAULT_GOAL := help
.PHONY: help run test proof soak lint bench lock wheel clean

help: ## say what each command does
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-6s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: $(READY) ## start Stowline here with demo data and print its address and logins
	@exec $(BIN)/stowline demo --serve $(ARGS)

test: $(DEV_READY) ## run every test; says which were skipped and why (ARGS="-k picking" to choose)
	@STOWLINE_TEST_CHROMIUM="$$(.ci/chromium $(BIN)/python)"; export STOWLINE_TEST_CHROMIUM; \
	exec $(BIN)/python -m pytest $(SHARED_OUT) $(ARGS)

proof: $(DEV_READY) ## run the long proofs in full: kill tests, races, a whole day of orders
	@STOWLINE_TEST_CHROMIUM="$$(.ci/chromium $(BIN)/python)"; export STOWLINE_TEST_CHROMIUM; \
	STOWLINE_PROOF=full exec $(BIN)/python -m pytest -n $(WORKERS) --dist worksteal --timeout 900 -m proof $(ARGS)

soak: $(DEV_READY) ## let Hypothesis play shifts on both databases for half an hour (MINUTES=30)
	@STOWLINE_SOAK_MINUTES=$(MINUTES) exec $(BIN)/python -m pytest -k however_long tests/stories/test_state_machine.py $(ARGS)

lint: $(DEV_READY) ## ruff, mypy and the import contracts
	@status=0; \
	$(BIN)/ruff check . || status=1; \
	$(BIN)/mypy || status=1; \
	$(BIN)/lint-imports --no-cache || status=1; \
	exit $$status

bench: $(DEV_READY) ## run every benchmark and print ours beside the limits
	@for script in benchmarks/[a-z]*.py; do \
	echo "== $$script"; $(BIN)/python "$$script" $(ARGS) || exit 1; \
	done

lock: | $(BIN)/python ## make requirements.lock and requirements-dev.lock anew from pyproject.toml
	@work=$$(mktemp -d) && trap 'rm -rf "$$work"' EXIT && \
	$(BIN)/python -m venv "$$work/venv" && pip="$$work/venv/bin/python -m pip --disable-pip-version-check" && \
	$$pip install --quiet . && \
	$$pip freeze --exclude stowline > "$$work/requirements.lock" && \
	$$pip install --quiet --constraint "$$work/requirements.lock" ".[dev]" && \
	$$pip freeze --exclude stowline > "$$work/requirements-dev.lock" && \
	cp "$$work/requirements.lock" "$$work/requirements-dev.lock" . && \
	wc -l requirements.lock requirements-dev.lock

wheel: | $(BIN)/python ## build the wheel into dist/
	@$(BIN)/python -m pip wheel --quiet --disable-pip-version-check --no-deps --wheel-dir dist . && ls dist/*.whl

clean: ## remove the virtual environment, caches and built files; the data in var/ stays
	rm -rf $(VENV) build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	echo "Stowline needs Python 3.11 or newer; $(PYTHON) is $$($(PYTHON) --version 2>&1)." \
	"Install one, then: make $(MAKECMDGOALS) PYTHON=python3.11" >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { \
	echo "$(PYTHON) has no venv module. On Debian and Ubuntu: apt-get install python3-venv" >&2; exit 1; }
	@echo "Making $(VENV) with $$($(PYTHON) --version)"
	@$(PYTHON) -m venv $(VENV)

$(READY): requirements.lock pyproject.toml | $(BIN)/python
	@echo "Installing what Stowline needs (requirements.lock)"
	@$(PIP) --requirement requirements.lock
	@$(PIP) --no-deps --editable .
	@touch $@

$(DEV_READY): requirements-dev.lock $(READY)
	@echo "Installing what the tests need (requirements-dev.lock)"
	@$(PIP) --requirement requirements-dev.lock
	@touch $@
