# Needs make, Python 3.11 or newer with venv and pip, and whatever package index that pip is set up to use.
# pip and not uv: uv is quicker but does not read pip's configuration, so it would miss a district's own index.

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help demo serve test browser spark tables check bench fuzz torture lock clean

VENV ?= .venv
BIN := $(VENV)/bin
PYTHON ?=
PYTEST_ARGS ?=
LOCK_ARGS ?=
FUZZ_ARGS ?=
TORTURE_ARGS ?=

# Nothing that runs from here reports home.
export MLFLOW_DISABLE_TELEMETRY := true
export DO_NOT_TRACK := true

help:  ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "make %-7s %s\n", $$1, $$2}' $(firstword $(MAKEFILE_LIST))

demo: $(VENV)/ready  ## set up, then run the whole main job on real students and say where to look
	$(BIN)/earlywarn demo

# The demo's desk has a folder of its own, so that a district's is never filled with made-up names.
serve: $(VENV)/ready  ## after the demo: the counselors' desk on this machine, with made-up names and demo accounts
	EARLYWARN_DESK=demo-out/desk $(BIN)/earlywarn demo-desk
	EARLYWARN_DESK=demo-out/desk $(BIN)/earlywarn serve

test: $(VENV)/ready  ## set up, then run the tests and report coverage (PYTEST_ARGS=... for more)
	$(BIN)/python -m pytest --cov --cov-report=term $(PYTEST_ARGS)

browser: $(VENV)/ready  ## the desk's tests in a real browser, with a screenshot of each page in build/; Chromium must be there
	@command -v chromium >/dev/null || { echo "no Chromium: install it, such as chromium, or run .ci/run" >&2; exit 1; }
	EARLYWARN_BROWSER=1 $(BIN)/python -m pytest -q tests/browser $(PYTEST_ARGS)

spark: $(VENV)/spark  ## set up PySpark too (450 MB) and run the tests that need it; Java 17 must be there
	EARLYWARN_SPARK=1 $(BIN)/python -m pytest -q tests/spark $(PYTEST_ARGS)

tables: $(VENV)/ready  ## hold the audit of thousands of degenerate tables against figures straight from rows
	EARLYWARN_TABLES=2000 $(BIN)/python -m pytest -q tests/audit/test_degenerate.py

check: $(VENV)/ready  ## lint, format, types and the import contract; changes nothing
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy --strict src
	$(BIN)/lint-imports --no-logo

bench: $(VENV)/ready  ## run every benchmark, print the table, write build/bench.json
	$(BIN)/python -m bench

# Pins that still fit are kept; LOCK_ARGS=--upgrade takes the newest.
# fewest: one version of numpy and scipy on every Python, so the same roster gives the same bytes everywhere.
# The runtime lock is cut from the dev lock, so both always name the same versions.
COMPILE = $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --fork-strategy fewest \
	--only-binary :all: --generate-hashes --no-header --no-annotate pyproject.toml

lock: $(VENV)/ready  ## pin the requirements again, with hashes (LOCK_ARGS=--upgrade for the newest)
	$(COMPILE) $(LOCK_ARGS) --extra demo --extra bench --extra dev --output-file requirements-dev.lock
	$(COMPILE) --constraint requirements-dev.lock --output-file requirements.lock
	echo 'setuptools>=80' | $(COMPILE) - --no-binary pyspark --extra spark --constraint requirements-dev.lock \
	  --output-file requirements-spark.lock

fuzz: $(VENV)/ready  ## read 100,000 hostile files; ends with 1 if one is not refused or counted (FUZZ_ARGS=... for more)
	$(BIN)/python -m fuzz $(FUZZ_ARGS)

torture: $(VENV)/ready  ## cut score runs short in every way known, 500 times by kill -9; writes build/torture.json
	$(BIN)/python -m torture $(TORTURE_ARGS)

clean:  ## remove what was built and cached; .venv, models/ and scores/ stay
	rm -rf build dist .coverage .coverage.* .hypothesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache
	find bench experiments fuzz src tests torture -name __pycache__ -type d -prune -exec rm -rf {} + 2>/dev/null || true

# One environment and one lock for every target. A changed lock makes it anew, so that nothing outlives its
# pin; a changed pyproject.toml only installs the package again.
# pip is told to show errors only (-qq). Wheels only: a source archive would build with tools that no hash covers.
# compileall: on two cores five times as quick as pip's own, and the first command is then not a slow one. A
# file that does not compile (a package's test of another Python) is one that nobody imports.
$(VENV)/locked: requirements-dev.lock
	@set -e; for python in $(PYTHON) python3.11 python3.12 python3.13 python3; do \
	  if "$$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then \
	    echo "setting up $(VENV) with $$("$$python" --version); about a minute"; \
	    "$$python" -m venv --clear $(VENV); exit; fi; done; \
	  echo "no Python 3.11 or newer: install one, or name it: make PYTHON=/path/to/python3" >&2; exit 1
	$(BIN)/python -m pip install -qq --disable-pip-version-check --no-compile --only-binary :all: \
	  --require-hashes --requirement requirements-dev.lock
	$(BIN)/python -m compileall -q -j 0 $(VENV)/lib || true
	@touch $@

# PySpark is a source archive alone, of Python and Java that is built already: setuptools, which packs it, is of the
# lock too and goes first, since pip must not fetch one behind the lock's back.
$(VENV)/spark: requirements-spark.lock $(VENV)/ready
	@command -v java >/dev/null || { echo "no Java: install 17 or newer, such as openjdk-17-jre-headless" >&2; exit 1; }
	awk '/^[a-z]/ { own = /^setuptools==/ } own' requirements-spark.lock > $(VENV)/packs-spark.lock
	$(BIN)/python -m pip install -qq --disable-pip-version-check --no-compile --only-binary :all: \
	  --require-hashes --requirement $(VENV)/packs-spark.lock
	$(BIN)/python -m pip install -qq --disable-pip-version-check --no-compile --only-binary :all: --no-binary pyspark \
	  --no-build-isolation --require-hashes --requirement requirements-spark.lock
	@touch $@

$(VENV)/ready: $(VENV)/locked pyproject.toml
	$(BIN)/python -m pip install -qq --disable-pip-version-check --no-compile --no-deps --no-build-isolation \
	  --no-index --editable .
	$(BIN)/python -m compileall -q src
	@touch $@
