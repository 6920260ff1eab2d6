# Karyotriage, the daily commands. `make run` and `make test` need nothing beforehand but Python 3.11 to 3.13.
# Written for GNU make 3.81 (macOS) and later.

VENV := .venv
BIN := $(VENV)/bin
RUNTIME := $(VENV)/.installed
DEVELOPMENT := $(VENV)/.installed-dev

# `PYTHON=/path/to/python3.12 make run` takes that Python instead of the newest one found.
PYTHON ?=

export PYTHONPATH := $(CURDIR)

.DEFAULT_GOAL := help
.PHONY: help run test tests lint style types format bench pictures soak lock sbom clean

help:  ## show these commands
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-9s %s\n", $$1, $$2 }' Makefile

run: $(RUNTIME)  ## start Valkey, one engine and the dashboard; Ctrl-C stops them
	@exec $(BIN)/python -m engine.operations.serve

# The types are checked beside the tests: they take a minute of one core, and tests often wait for something.
test: style  ## lint, format check, types and all tests; ARGS="-k triage" chooses
	@$(MAKE) --no-print-directory --jobs 2 types tests

lint: style types  ## lint, format check and types only

style: $(DEVELOPMENT)
	$(BIN)/python -m ruff check .
	$(BIN)/python -m ruff format --check .

types: $(DEVELOPMENT)
	$(BIN)/python -m mypy

# one thread each for matrices of NumPy: the processes that test are more than the cores already
tests: $(DEVELOPMENT)
	OPENBLAS_NUM_THREADS=1 $(BIN)/python -m pytest -n auto --maxprocesses 4 --dist worksteal $(ARGS)

format: $(DEVELOPMENT)  ## let ruff put imports and layout right
	$(BIN)/python -m ruff check --fix-only .
	$(BIN)/python -m ruff format .

bench: $(DEVELOPMENT)  ## the benchmarks, with their figures
	$(BIN)/python -m pytest -s -m benchmark tests/benchmarks tests/e2e $(ARGS)

pictures: $(DEVELOPMENT)  ## the pictures of the documents, of every page with simulated data
	$(BIN)/python -m pytest -m pictures tests/e2e $(ARGS)

soak: $(DEVELOPMENT)  ## faults for a long time: thousands of damaged files, hundreds of killed engines, a built image
	$(BIN)/python -m pytest -s -m soak --timeout 7200 tests/faults tests/test_image.py tests/engine/test_qualification.py tests/models/test_shipped_model.py $(ARGS)

lock: $(DEVELOPMENT)  ## requirements.lock anew, after a change of requirements.txt
	deploy/lock.sh

sbom: $(RUNTIME)  ## sbom.json: every package and model in here, in CycloneDX
	$(BIN)/python -m engine sbom sbom.json

clean:  ## remove the virtual environment and the caches; never data/
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis test-results
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(RUNTIME): requirements.txt
	@$(PREPARE_VENV)
	@echo "Installing requirements.txt into $(VENV) (the first time takes some minutes) ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.txt
	@touch $@

$(DEVELOPMENT): requirements-dev.txt $(RUNTIME)
	@echo "Installing requirements-dev.txt into $(VENV) ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements-dev.txt
	@touch $@

# The newest suitable Python makes the virtual environment. One that works already is kept; one that was left half
# made, or whose Python has gone, is made anew.
define PREPARE_VENV
if ! $(BIN)/python -m pip --version >/dev/null 2>&1; then \
	found=; \
	for candidate in $(or $(PYTHON),python3.13 python3.12 python3.11 python3 python); do \
		if "$$candidate" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' >/dev/null 2>&1; \
		then found=$$candidate; break; fi; \
	done; \
	if [ -z "$$found" ]; then \
		echo "Karyotriage needs Python 3.11, 3.12 or 3.13, and none was found: install one from python.org or your system's packages." >&2; \
		exit 1; \
	fi; \
	if ! "$$found" -c 'import ensurepip, venv' >/dev/null 2>&1; then \
		echo "$$found has no venv module: on Debian or Ubuntu run 'sudo apt install $${found##*/}-venv', then try again." >&2; \
		exit 1; \
	fi; \
	"$$found" -m venv --clear $(VENV); \
fi
endef
