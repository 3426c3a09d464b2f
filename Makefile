# Two commands matter: `make demo` (see the loop run) and `make test` (see that it holds).
# Neither needs Node, a GPU or uv on the machine: Python 3.11 or newer and make are enough.

SHELL := /bin/bash
.DEFAULT_GOAL := help

VENV := .venv
BIN := $(VENV)/bin
ARGS ?=
# Two run at once: many tests wait for a server, a lease or a process more than they compute.
WORKERS ?= 2

# What an installation depends on. Page sources are listed so that a change rebuilds the pages.
PAGES := $(shell find frontend/src frontend/public frontend/index.html frontend/package.json \
	frontend/package-lock.json frontend/vite.config.ts -type f 2>/dev/null)
SETUP := pyproject.toml hatch_build.py tools/setup.sh $(PAGES)
DEMO_READY := $(VENV)/.ready-demo
DEV_READY := $(VENV)/.ready-dev

.PHONY: help
help:
	@echo "make demo    the whole loop on a small simulated project, then the site stays up"
	@echo "             make demo ARGS=\"--exit --seed 7 --json result.json\" passes arguments on"
	@echo "make test    every test, fastest first"
	@echo "make check   format, lint, types, import contracts, sizes, boundaries"
	@echo "make format  write the format that make check wants"
	@echo "make setup   only install (the others do it by themselves)"

.PHONY: demo
demo: $(DEMO_READY)
	@$(BIN)/loopwright demo $(ARGS)

.PHONY: test
test: $(DEV_READY)
	@bash tools/system_tools.sh
	$(BIN)/pytest -n $(WORKERS) --dist loadfile --no-loadscope-reorder $(ARGS)
	$(BIN)/python frontend/npm.py test

.PHONY: check
check: $(DEV_READY)
	@bash tools/check.sh

.PHONY: format
format: $(DEV_READY)
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

.PHONY: pages
pages:
	@bash tools/setup.sh train,dev

.PHONY: setup
setup: $(DEV_READY)

$(DEMO_READY): $(SETUP)
	@bash tools/setup.sh train
	@touch $@

$(DEV_READY): $(SETUP) tools/node_modules.py
	@bash tools/setup.sh train,dev
	@$(BIN)/python tools/node_modules.py
	@touch $(DEMO_READY) $@
