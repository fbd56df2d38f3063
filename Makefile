# Natter's commands. `make run` and `make test` do all their own set-up.
.DEFAULT_GOAL := help
SHELL := /bin/bash
BIN := .venv/bin
PYTEST_ARGS ?=
RUN_ARGS ?=

.PHONY: help setup run test check fmt fmt-check lint imports types e2e docs site models clean

help: ## list the targets
	@grep -E '^[a-z0-9-]+:.*## ' $(firstword $(MAKEFILE_LIST)) | sed -E 's/^([a-z0-9-]+):[^#]*## (.*)/  \1\t\2/' | expand -t 14

setup: ## install what is missing: uv, .venv, and as root on Debian nats-server and libflite1
	@scripts/setup.sh

run: setup ## run the whole stack (RUN_ARGS="--in-process --port 9000")
	@exec $(BIN)/natter up $(RUN_ARGS)

test: setup ## run the tests (PYTEST_ARGS="-k turn")
	@$(BIN)/natter models fetch >/dev/null || echo "tests that need the models will skip" >&2
	@$(BIN)/python -m pytest $(PYTEST_ARGS)

check: fmt-check lint imports types test ## everything that must hold: format, lint, imports, types, tests

fmt: setup ## format the code
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix --quiet . || true

fmt-check: setup
	@$(BIN)/ruff format --check --quiet . || { echo "not formatted: run make fmt" >&2; exit 1; }

lint: setup ## lint
	@$(BIN)/ruff check --quiet .

imports: setup ## check who imports whom
	@$(BIN)/lint-imports --no-logo

types: setup ## check the types
	@$(BIN)/mypy libs services benchmarks

e2e: setup models ## real speech through the real stack
	@$(BIN)/python -m pytest tests/e2e $(PYTEST_ARGS)

docs: setup ## make what of the documentation is made
	@$(BIN)/python -m natter_gateway.published > docs/events.md
	@$(BIN)/python -m natter_gateway.rest > docs/rest.md
	@$(BIN)/python -m scripts.generate

site: setup ## build the documentation as a site, into site/
	@NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict

models: setup ## fetch the embedded speech models
	@$(BIN)/natter models fetch

clean: ## remove what set-up and checks made (not the models)
	@rm -rf .venv .venv-uv .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis dist site
