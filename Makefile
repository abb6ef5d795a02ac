# What a contributor types. Every step says what it does; `make help` lists them.
#
# The stamp files in $(VENV) make `setup` incremental: a second run costs nothing
# unless the file that lists the dependencies changed.

SHELL := /bin/bash
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help setup demo test test-python test-pyzmq test-node test-go check check-python check-proto \
        check-node check-go bench docs docs-site clean

VENV ?= .venv
PYTHON ?= $(firstword $(foreach p,python3 python3.14 python3.13 python3.12 python3.11,\
            $(if $(shell $(p) -c 'import sys; print(sys.version_info >= (3, 11) or "")' 2>/dev/null),$(p))))
RUN := $(VENV)/bin/python
NODE_DIR := clients/node
GO_DIR := clients/go
GO_MODULES := $(GO_DIR) examples/demo/players/go benchmarks/go tests/interop/peers/go
HAVE_NODE := $(and $(shell command -v node),$(shell command -v npm),$(wildcard $(NODE_DIR)/package.json))
HAVE_GO := $(and $(shell command -v go),$(wildcard $(GO_DIR)/go.mod))
PYTEST_ARGS ?=
BENCH_ARGS ?=

# A missing language is said out loud on a laptop and is an error in CI,
# where a silently shorter run would look like a pass.
define left_out
	@echo "== LEFT OUT: $(1)"; [ "$${CI:-}" != true ] || { echo "   (an error, because CI=true)"; exit 1; }
endef

help:
	@echo "make setup   install everything the other targets need"
	@echo "make demo    the four patterns between Python, Node, Go and libzmq"
	@echo "make test    all tests: Python (with coverage of core), Node, Go"
	@echo "make test-pyzmq PYZMQ_TESTS=...  pyzmq's own tests, on libzmq and on this engine"
	@echo "make check   formatting, lint, types, proto lint, freshness of generated code"
	@echo "make bench   the figures beside pyzmq in the same run (BENCH_ARGS=--quick, --growth, --publish)"
	@echo "make docs    the documentation in build/docs, and a test run of every program in it"
	@echo "make clean   remove what the other targets made"

# ---------------------------------------------------------------- setup

setup: $(VENV)/.stamp-python $(if $(HAVE_NODE),$(VENV)/.stamp-node,no-node) \
       $(if $(HAVE_GO),$(VENV)/.stamp-go,no-go)
	@echo "== setup: ready"

$(VENV)/bin/python:
	@[ -n "$(PYTHON)" ] || { echo "Python 3.11 or newer is needed and was not found"; exit 1; }
	@echo "== setup: virtual environment in $(VENV) ($(PYTHON))"
	$(PYTHON) -m venv $(VENV)

$(VENV)/.stamp-python: pyproject.toml | $(VENV)/bin/python
	@echo "== setup: Python packages"
	$(RUN) -m pip install --quiet --disable-pip-version-check --upgrade 'pip>=23' 'setuptools>=77'
	$(RUN) -m pip install --quiet --disable-pip-version-check -e '.[all,test,dev]'
	@touch $@

$(VENV)/.stamp-node: $(NODE_DIR)/package-lock.json | $(VENV)/bin/python
	@echo "== setup: Node packages in $(NODE_DIR)"
	cd $(NODE_DIR) && npm ci --no-audit --no-fund --loglevel=error
	@touch $@

$(VENV)/.stamp-go: $(GO_DIR)/go.sum | $(VENV)/bin/python
	@echo "== setup: Go modules in $(GO_DIR)"
	cd $(GO_DIR) && go mod download
	@touch $@

.PHONY: no-node no-go
no-node:
	$(call left_out,Node.js client: node and npm are not installed)
no-go:
	$(call left_out,Go client: go is not installed)

# ---------------------------------------------------------------- demo

demo: setup
	@echo "== demo"
	@$(RUN) -m examples.demo

# ---------------------------------------------------------------- test

test: setup test-python $(if $(HAVE_NODE),test-node) $(if $(HAVE_GO),test-go)
	@echo "== test: all passed"

test-python: $(VENV)/.stamp-python
	@echo "== test: Python (statement coverage of core below)"
	@$(RUN) -m coverage erase
	$(RUN) -m coverage run -m pytest -q $(PYTEST_ARGS)
	@$(RUN) -m coverage combine --quiet
	@$(RUN) -m coverage report

# PYZMQ_TESTS: the `tests` directory of a checkout of pyzmq, of the release that is installed.
test-pyzmq: $(VENV)/.stamp-pyzmq-suite
	@echo "== test: pyzmq's own tests, on libzmq and on this engine"
	$(RUN) -m tests.pyzmq_backend.suite "$(PYZMQ_TESTS)"

$(VENV)/.stamp-pyzmq-suite: pyproject.toml | $(VENV)/.stamp-python
	$(RUN) -m pip install --quiet --disable-pip-version-check -e '.[pyzmq-suite]'
	@touch $@

test-node: $(VENV)/.stamp-python $(VENV)/.stamp-node
	@echo "== test: Node client"
	cd $(NODE_DIR) && PATH="$(abspath $(VENV))/bin:$$PATH" npm test

test-go: $(VENV)/.stamp-python $(VENV)/.stamp-go
	@echo "== test: Go client"
	cd $(GO_DIR) && PATH="$(abspath $(VENV))/bin:$$PATH" go test ./...

# ---------------------------------------------------------------- check

check: setup check-python check-proto $(if $(HAVE_NODE),check-node) $(if $(HAVE_GO),check-go)
	@echo "== check: all passed"

check-python: $(VENV)/.stamp-python
	@echo "== check: ruff"
	$(RUN) -m ruff check .
	$(RUN) -m ruff format --check .
	@echo "== check: mypy --strict"
	$(RUN) -m mypy
	@echo "== check: generated pages"
	$(RUN) docs/generate_options.py --check

check-proto: $(VENV)/.stamp-python
	@echo "== check: proto"
	@VENV=$(VENV) .ci/check-proto

check-node: $(VENV)/.stamp-node
	@echo "== check: Node client"
	cd $(NODE_DIR) && npm run --if-present check

check-go: $(VENV)/.stamp-go
	@echo "== check: Go client, demo and benchmarks (gofmt, vet)"
	@unformatted=$$(gofmt -l $(GO_MODULES)); [ -z "$$unformatted" ] || { echo "gofmt: $$unformatted"; exit 1; }
	@for module in $(GO_MODULES); do (cd $$module && go vet ./...) || exit 1; done

# ---------------------------------------------------------------- bench, docs, clean

bench: setup $(VENV)/.stamp-bench
	@echo "== bench"
	@$(RUN) -m benchmarks $(BENCH_ARGS)

$(VENV)/.stamp-bench: pyproject.toml | $(VENV)/.stamp-python
	@echo "== bench: the opponents"
	$(RUN) -m pip install --quiet --disable-pip-version-check -e '.[bench]' \
	  || echo "== LEFT OUT: opponents that could not be installed"
	@touch $@

docs: docs-site
	@echo "== docs: every program in README, docs and examples is run"
	$(RUN) -m pytest -q tests/test_docs.py

docs-site: $(VENV)/.stamp-docs
	@echo "== docs: the site"
	$(RUN) -m sphinx -q -W --keep-going -b html docs build/docs
	@echo "== docs: open build/docs/index.html"

$(VENV)/.stamp-docs: pyproject.toml | $(VENV)/.stamp-python
	@echo "== docs: Sphinx"
	$(RUN) -m pip install --quiet --disable-pip-version-check -e '.[docs]'
	@touch $@

clean:
	@echo "== clean"
	rm -rf build dist *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis .coverage .coverage.* \
	  benchmarks/results $(NODE_DIR)/node_modules $(VENV)
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
