# Two commands: `make run` and `make test`. `make help` lists the rest.
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.NOTPARALLEL:
.PHONY: help run test check torture bench lock catalogues clean installed installed-dev
MAKEFLAGS += --no-builtin-rules --no-print-directory

PYTHON_HERE := .venv/bin/python
COMPILED := $(patsubst %.po,%.mo,$(wildcard youthforum/catalogues/*/LC_MESSAGES/*.po))

help:  ## this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' Makefile

run: installed $(COMPILED)  ## start the platform on http://127.0.0.1:5000 (HOST, PORT)
	@exec $(PYTHON_HERE) wsgi.py

test: installed-dev $(COMPILED)  ## all tests, with Chromium, PostgreSQL and Redis where they are (ARGS="tests/live -x")
	@CHROMIUM=$$(tools/find_chromium) && export CHROMIUM && \
	  exec $(PYTHON_HERE) -m pytest -n 2 --dist loadgroup $(ARGS)

check: installed-dev $(COMPILED)  ## style, types, imports, catalogues, migrations, scripts, known vulnerabilities
	$(PYTHON_HERE) -m ruff check .
	$(PYTHON_HERE) -m ruff format --check .
	$(PYTHON_HERE) -m mypy
	.venv/bin/lint-imports --no-logo
	@$(PYTHON_HERE) tools/check_catalogues.py
	@tools/check_migrations
	@$(PYTHON_HERE) tools/vendor --check
	@tools/check_scripts
	@$(PYTHON_HERE) tools/check_vulnerabilities.py
	@echo "make check: all well"

torture: installed-dev $(COMPILED)  ## the long fault and fuzz runs
	@CHROMIUM=$$(tools/find_chromium) && export CHROMIUM && \
	  TORTURE=1 exec $(PYTHON_HERE) -m pytest -m torture --timeout 3600 $(ARGS)

bench: installed-dev $(COMPILED)  ## measure, and write docs/benchmarks.md
	@exec $(PYTHON_HERE) -m bench $(ARGS)

lock: installed-dev  ## pin requirements.in and requirements-dev.in anew (ARGS=--upgrade for newer versions)
	@for name in requirements requirements-dev; do \
	  $(PYTHON_HERE) -m piptools compile --quiet --generate-hashes --strip-extras --allow-unsafe --no-header \
	    --no-emit-index-url --no-emit-find-links --no-emit-trusted-host $(ARGS) -o $$name.lock $$name.in || exit 1; \
	done

catalogues: installed-dev  ## bring new messages into the catalogues; what is untranslated is listed
	@$(PYTHON_HERE) tools/check_catalogues.py --update

clean:  ## remove what make made; instance/ with its database stays
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis tools/node_modules
	find youthforum tests bench migrations -name __pycache__ -prune -exec rm -rf {} + 2>/dev/null || true
	find youthforum -name '*.mo' -delete

installed:
	@tools/install run

installed-dev: installed
	@tools/install dev

%.mo: %.po
	@$(PYTHON_HERE) -m babel.messages.frontend --quiet compile -i $< -o $@
