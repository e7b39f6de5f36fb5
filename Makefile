# On a fresh clone each of these is one command: `make run` starts the product, `make test` proves it.
# All that is needed beforehand: make, git, and python3 (3.11 or newer) with pip.

PYTHON ?= python3
TESTS  ?= tests
PLATFORM ?= telegram
BIN    := .venv/bin
UV     := .tools/bin/uv
READY  := .venv/.ready
LOCK   := $(UV) pip compile --quiet --universal --generate-hashes --no-header --python-version 3.11

# uv brings its own certificates; the machine's are right also behind a proxy that inspects traffic.
export UV_SYSTEM_CERTS := 1
# pip only fills .tools and .venv, so root (in a container) has nothing to be warned of.
export PIP_ROOT_USER_ACTION := ignore
MAKEFLAGS += --no-print-directory

.PHONY: help setup run demo test lint bench soak messages lock setup-with-uv setup-with-pip setup-for-truth

help:  ## say what each command does
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):[^#]*## */\1\t/' | expand -t 12

setup: $(READY)  ## create .venv with everything, once; later calls return at once
	@:

$(READY): pyproject.toml requirements.lock
	@$(PYTHON) -c 'import sys; sys.exit(None if sys.version_info >= (3, 11) else "chatcrowd needs Python 3.11 or newer; name one: make PYTHON=python3.11")'
	@$(MAKE) setup-with-uv || { echo "uv could not do it, so pip does; this takes about a minute."; $(MAKE) setup-with-pip; }
	@touch $@

# A minimal Debian refuses `pip install` and has no ensurepip; both routes do without either.
setup-with-uv: $(UV)
	@$(BIN)/python -c '' 2>/dev/null || { rm -rf .venv && $(UV) venv --quiet --python "$$(command -v $(PYTHON))" .venv; }
	@$(UV) pip sync --quiet --python $(BIN)/python --require-hashes requirements.lock
	@$(UV) pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation -e .

setup-with-pip:
	@$(BIN)/python -c '' 2>/dev/null || { rm -rf .venv && $(PYTHON) -m venv --without-pip .venv; }
	@$(PYTHON) -m pip --python $(BIN)/python install --quiet --require-hashes -r requirements.lock
	@$(PYTHON) -m pip --python $(BIN)/python install --quiet --no-deps --no-build-isolation -e .

$(UV):
	@$(PYTHON) -m pip install --quiet --upgrade --target .tools uv

run: setup  ## start the service (the web chat opens when no Telegram token is set)
	@$(BIN)/chatcrowd run

demo: setup  ## start the service with a simulated crowd at work
	@$(BIN)/chatcrowd demo

test: setup  ## run every test
	@$(BIN)/python -m pytest -n 2 $(TESTS)

lint: setup  ## check style, types, the shape of the code and the catalogs
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@$(BIN)/python -m i18n.catalogs check

bench: setup  ## measure, side by side with the baselines (DATA=folder of recorded crowds: also how right the labels are)
	@$(if $(DATA),$(MAKE) setup-for-truth)
	@$(BIN)/python -m tests.benchmarks $(if $(DATA),--data $(DATA)) $(BENCH)

setup-for-truth: $(UV)
	@$(UV) pip install --quiet --python $(BIN)/python --require-hashes -r requirements-bench.lock

soak: setup  ## kill the service at random moments and prove that nothing is lost (PLATFORM=slack, slack-http)
	@$(BIN)/python -m tests.soak --platform $(PLATFORM)

messages: setup  ## extract the texts and update every catalog
	@$(BIN)/python -m i18n.catalogs update

lock: $(UV)  ## pin the newest allowed versions of all dependencies
	@$(LOCK) --upgrade --extra postgres --extra train --extra dev pyproject.toml -o requirements.lock
	@$(LOCK) --extra train --extra bench --constraint requirements.lock pyproject.toml -o requirements-bench.lock
	@$(LOCK) --extra postgres --extra train --constraint requirements.lock pyproject.toml -o requirements-runtime.lock
