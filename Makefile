# Two commands do everything on a fresh Debian or Ubuntu machine: `make run` and `make test`.
SHELL := /bin/sh
PY := .venv/bin/python
OUT ?= out/visit
PRINTER ?= ok

.DEFAULT_GOAL := help
.PHONY: help run visit test test-long test-usb-kernel bench lint reset-demo clean

help: ## This list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' Makefile

run: ## Server with a sample ledger, and the terminal with the simulated printer
	@sh deploy/bootstrap.sh run
	@exec $(PY) -m deploy.one_machine run

visit: ## Play one whole visit: make visit OUT=dir [PRINTER=ok|empty|jam|mute]
	@sh deploy/bootstrap.sh visit
	@exec $(PY) -m tests.visit --out "$(OUT)" --printer "$(PRINTER)"

test: ## Style, types and every test, on SQLite and on a PostgreSQL that the run starts itself
	@sh deploy/bootstrap.sh test
	@sh deploy/check.sh

test-long: ## The tests that take long too
	@sh deploy/bootstrap.sh test
	@sh deploy/check.sh "long or not long"

test-usb-kernel: ## The USB driver under a real Linux kernel in QEMU (2 minutes; says so where it cannot)
	@sh deploy/bootstrap.sh usb-kernel
	@sh tests/usb_kernel/run.sh

bench: ## What is promised of speed, as distributions; some parts: PART="search recall ledger"
	@sh deploy/bootstrap.sh test
	@$(PY) -m tests.bench $(PART)

lint: ## ruff and mypy only
	@sh deploy/bootstrap.sh test
	@$(PY) -m ruff check . && $(PY) -m ruff format --check . && $(PY) -m mypy

reset-demo: ## Forget the demo's database, keys and passwords (asks nothing)
	@test -x $(PY) || exec sh deploy/bootstrap.sh say-install
	@exec $(PY) -m deploy.one_machine reset

clean: ## Remove what tests and visits left
	@rm -rf out .pytest_cache .mypy_cache .ruff_cache .hypothesis
