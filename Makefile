# make run · make demo · make install · make test · make soak · make check · make bench · make pictures · make requirements
PYTHON ?= python3
BIN := .venv/bin
ifeq ($(OS),Windows_NT)
BIN := .venv/Scripts
endif
EXTRAS ?= base

.PHONY: run demo install test soak check bench pictures requirements clean

run: .venv/.console ## the daemon with its console: on .env, or on the demo estate where there is none
	@$(BIN)/sereno start

demo: install ## one cycle on the demo estate
	@$(BIN)/sereno demo run --single-cycle

install: .venv/.$(EXTRAS) ## the set-up alone; EXTRAS=postgresql adds that driver, EXTRAS=console the console

test: .venv/.dev ## the test suite, but for what takes long
	$(BIN)/pytest -m "not soak and not long"

soak: .venv/.dev ## the long tests: random mail, random deaths, random weeks
	$(BIN)/pytest -m soak --timeout 7200

check: .venv/.dev ## the whole gate
	$(BIN)/ruff format --check
	$(BIN)/ruff check
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/pytest

bench: .venv/.dev ## the benchmarks, as ratios; writes benchmarks/RESULTS.md
	$(BIN)/python benchmarks/report.py

.venv/.%: requirements/%.txt requirements/build.txt pyproject.toml
	@[ -x $(BIN)/python ] || $(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/build.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r $<
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

pictures: .venv/.dev ## those of the console that the docs show (needs chromium)
	$(BIN)/python -m tests.browser.pictures

requirements: ## pin anew, with hashes (needs uv)
	$(PIN) pyproject.toml -o requirements/base.txt
	$(PIN) pyproject.toml --extra postgresql -c requirements/base.txt -o requirements/postgresql.txt
	$(PIN) pyproject.toml --extra mysql -c requirements/base.txt -o requirements/mysql.txt
	$(PIN) pyproject.toml --extra odbc -c requirements/base.txt -o requirements/odbc.txt
	$(PIN) pyproject.toml --extra console -c requirements/base.txt -o requirements/console.txt
	$(PIN) --group build -c requirements/base.txt -o requirements/build.txt
	$(PIN) pyproject.toml --group build --group dev -c requirements/base.txt -o requirements/dev.txt

PIN := uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-strip-extras --no-emit-index-url \
	--custom-compile-command "make requirements"

clean: ## what the build made, never what the program wrote
	rm -rf .venv .mypy_cache .ruff_cache .import_linter_cache
