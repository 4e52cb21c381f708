# Thin: each target sets up what it needs (`make setup`, nothing when all is there) and runs one command.
# PYTHON=/path/to/python3.13 names a Python; FANOUT_CACHE=/a/folder keeps downloads outside the checkout.
.DEFAULT_GOAL := help
.PHONY: help setup demo dev stack test check check-lint check-types check-tests package deploy bench simulate mutants lock clean distclean

BIN := .local/venvs/project/bin
STAGE ?= local
ARGS ?=

help: ## this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: ## install all that is needed, into .local/
	@sh installation/setup.sh

demo: setup ## start everything, write documents, verify every delivery; TRACE=path plays a real editing history
	@$(BIN)/fanout demo --stage local $(if $(TRACE),--trace '$(TRACE)') $(ARGS)

dev: setup ## the local stack, deployed, and a live log of what happens
	@$(BIN)/fanout dev $(ARGS)

stack: setup ## the local stack alone, until Ctrl-C
	@$(BIN)/fanout-local up $(ARGS)

test: setup ## all tests, also those against the real engines; ARGS="-k name" for some
	@$(BIN)/pytest $(ARGS)

check: setup ## lint, format, types and the fast tests, side by side
	@$(MAKE) --no-print-directory --keep-going -j2 check-types check-tests check-lint

check-lint:
	@$(BIN)/ruff check --quiet
	@$(BIN)/ruff format --check --quiet

check-types:
	@$(BIN)/mypy

check-tests:
	@$(BIN)/pytest -q -m 'not integration and not e2e' tests/unit tests/property localstack/tests

package: setup ## the functions' zip
	@$(BIN)/fanout package

deploy: setup ## deploy to STAGE (local: the running local stack)
	@$(BIN)/fanout deploy --stage '$(STAGE)' $(ARGS)

bench: setup ## measure; NAME=decode, or see benchmarks/
	@$(BIN)/python -m benchmarks $(NAME)

simulate: setup ## run the core through simulated worlds full of faults: SEEDS=N of them, from FIRST=N on
	@$(BIN)/python -m tests.simulation --seeds '$(or $(SEEDS),1000)' --first '$(or $(FIRST),0)' $(ARGS)

mutants: setup ## run the tests against wrong versions of the core: each must be told from the right one
	@$(BIN)/python -m tests.mutants $(ARGS)

lock: setup ## resolve the dependencies anew, after a change of requirements/*.in; ARGS=--upgrade for newer ones
	@$(BIN)/python -m installation.lock $(ARGS)

clean: ## stop this checkout's stacks, remove what was built and stored
	@for run in .local/run/*/; do [ ! -d "$$run" ] || $(BIN)/fanout-local down --instance "$$(basename "$$run")"; done
	@rm -rf .local/run .local/build .mypy_cache .ruff_cache .pytest_cache .hypothesis .serverless

distclean: clean ## and all that set-up installed (not a FANOUT_CACHE elsewhere)
	@rm -rf .local
