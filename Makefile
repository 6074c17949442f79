# Every target sets itself up: a fresh machine needs Python 3.11 to 3.13 and make, nothing else.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
HOME_DIR ?= var
STAMP  := $(VENV)/.installed-$(shell cat pyproject.toml requirements.lock | cksum | cut -d' ' -f1)
UNFINISHED := $(VENV)/.unfinished

export DO_NOT_TRACK = 1
export PYTHONDONTWRITEBYTECODE =

.PHONY: run test lint dictionary bench soak mutants detect setup clean

run: setup  ## the sample city, built and graded
	@$(BIN)/firemark sample var/sample
	@$(BIN)/firemark --home $(HOME_DIR) build --inbox var/sample/inbox
	@$(BIN)/firemark --home $(HOME_DIR) site

setup: $(STAMP)

# An install that was cut off leaves its mark, and is made anew: pip takes a package that is half there for a whole one.
$(STAMP):
	@if test -e $(UNFINISHED) || { test -x $(BIN)/python && ! $(BIN)/python -m pip --version > /dev/null 2>&1; }; then \
	  echo "An earlier install into $(VENV) was cut off: making it anew ..."; rm -rf $(VENV); fi
	@test -x $(BIN)/python || $(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' || { \
	  echo "$(PYTHON) is $$($(PYTHON) -V 2>&1); Firemark needs Python 3.11, 3.12 or 3.13: make PYTHON=python3.11 ..." >&2; exit 1; }
	@mkdir -p $(VENV) && touch $(UNFINISHED) && rm -f $(VENV)/.installed-*
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@echo "Installing into $(VENV) (once) ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@$(BIN)/python -m compileall -q -j 0 $(VENV)/lib -x 'lib2to3|/tests?/|bad_' > /dev/null
	@rm -f $(UNFINISHED) && touch $@

# DuckDB allocates much and small when it plans; the tunable keeps more of that at hand (a seventh of the CPU), where libc is glibc.
test: setup
	@GLIBC_TUNABLES=glibc.malloc.tcache_count=2000 $(BIN)/python -m pytest -n 2 --dist loadfile --no-loadscope-reorder

lint: setup
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/sqlfluff lint dbt_project/models dbt_project/tests --processes 2

dictionary: setup  ## writes the column dictionary's labels and types into dbt's YAML
	@$(BIN)/python -m serving.dictionary

bench: setup  ## ours beside plain dbt, raw DuckDB and pandas, in one run
	@$(BIN)/python -m tests.bench $(EVENTS)

mutants: setup  ## changes the scoring SQL and lists what no test notices
	@$(BIN)/python -m tests.mutation

detect: setup  ## precision and recall of every detector on the sample city
	@$(BIN)/python -m tests.detect

soak: setup  ## the long forms of the reliability tests
	@$(BIN)/python -m pytest -m soak

clean:  ## the sample and what a build makes anew; the key, the originals and the releases stay
	rm -rf var/sample $(HOME_DIR)/build $(HOME_DIR)/cache
