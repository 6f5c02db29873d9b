# Two commands do everything on a fresh machine: `make site` and `make test`. The first run sets up; later ones do not.
PY := .venv/bin/python
PATH := $(CURDIR)/.venv/bin:$(PATH)
LOCK := requirements/build.txt requirements/run.txt
JOBS ?= auto

.PHONY: site serve test check fix bench lock clean

site: .venv/.run ## build the included digest into output/
	$(PY) -m sitegen build

serve: .venv/.run ## show the included digest while you write
	$(PY) -m sitegen serve

test: .venv/.test ## run the whole test suite
	$(PY) -m pytest -n $(JOBS)

check: .venv/.test ## format, lint, types, import contracts, the sample's content
	$(PY) -m ruff format --check .
	$(PY) -m ruff check .
	$(PY) -m mypy
	lint-imports
	$(PY) -m sitegen check

fix: .venv/.test ## format, and mend what can be mended by itself
	$(PY) -m ruff format .
	$(PY) -m ruff check --fix .

bench: .venv/.run ## time builds of made-up sites, and write the figures down
	$(PY) -m benchmarks --write

lock: ## pin the newest allowed versions (needs uv)
	uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --no-annotate requirements/build.in -o requirements/build.txt
	uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --no-annotate pyproject.toml -o requirements/run.txt
	uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --no-annotate requirements/test.in -o requirements/test.txt

clean: ## remove what builds and tests made; the environment stays
	rm -rf .sitegen .hypothesis .pytest_cache .mypy_cache .ruff_cache .import_linter_cache

.venv/.run: $(LOCK) scripts/setup
	scripts/setup run

.venv/.test: .venv/.run requirements/test.txt requirements/spec.txt requirements/editor.txt
	scripts/setup test
