# SPDX-License-Identifier: Apache-2.0
# Two commands matter: `make up` runs guiju, `make test` proves it. `make` alone lists the others.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check

# Overrides of `make up`, passed on only when given:
#   make up PORT=9090 DATA=/somewhere UPSTREAM=http://127.0.0.1:8000/v1 WORKERS=2
UP := $(if $(PORT),--port "$(PORT)") $(if $(DATA),--data "$(DATA)") \
      $(if $(UPSTREAM),--upstream "$(UPSTREAM)") $(if $(WORKERS),--workers "$(WORKERS)")

# What is imported is compiled once and kept, whatever the surroundings say: otherwise each start
# and each command compile their sources anew, which takes them another second.
export PYTHONDONTWRITEBYTECODE :=

.DEFAULT_GOAL := help
.PHONY: help up test check bench docs lock migration clean
.DELETE_ON_ERROR:

help: ## Show what can be made
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

up: $(VENV)/.base ## Run gateway, console and worker on 127.0.0.1:8080 (PORT, DATA, UPSTREAM, WORKERS)
	@exec $(BIN)/guiju up $(UP)

test: $(VENV)/.test ## Run everything: contracts, lint, types, all tests, PostgreSQL, browser
	@tools/system_packages.sh postgresql chromium chromium-driver fonts-noto-cjk ffmpeg libimage-exiftool-perl libarchive-zip-perl openssl poppler-utils
	@tools/run_tests.sh all

check: $(VENV)/.test ## Run the fast part, in less than 90 seconds
	@tools/run_tests.sh fast

bench: $(VENV)/.test ## Measure against peers and limits; prints a table, writes bench/results
	@tools/system_packages.sh nginx-light wrk postgresql
	@PYTHON="$(PYTHON)" tools/bench_peers.sh
	@set -e; for one in $$(grep -l __main__ bench/*.py); do PYTHONPATH=. $(BIN)/python "$$one"; done

docs: $(VENV)/.test ## Write the pages of docs/ that are made from data
	@$(BIN)/python tools/make_controls_doc.py
	@$(BIN)/python tools/make_cases_doc.py

lock: $(VENV)/.test ## Lock the dependencies anew (UPGRADE=1: to their newest versions)
	@tools/lock.sh $(if $(UPGRADE),--upgrade)

migration: $(VENV)/.test ## Write the next database migration (NAME="Add complaints")
	@$(BIN)/python tools/make_migration.py $(if $(NAME),"$(NAME)")

clean: ## Remove the environment and caches; never the data
	rm -rf $(VENV) build dist src/*.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis \
	    .import_linter_cache
	find src tests tools bench -name __pycache__ -type d -prune -exec rm -rf {} + 2>/dev/null || true

# The stamps say that what the environment needs is in it; they are older than what they depend on
# only after a lock or the package's own data changed.
$(BIN)/python:
	@PYTHON="$(PYTHON)" tools/make_venv.sh $(VENV)

$(VENV)/.base: requirements/base.txt requirements/build.txt pyproject.toml | $(BIN)/python
	@echo "Installing what guiju needs into $(VENV) (hash-locked) ..."
	@$(PIP) --require-hashes -r requirements/base.txt -r requirements/build.txt
	@$(PIP) --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/.test: requirements/test.txt $(VENV)/.base
	@echo "Installing what the tests need into $(VENV) (hash-locked) ..."
	@$(PIP) --require-hashes -r requirements/test.txt
	@touch $@
