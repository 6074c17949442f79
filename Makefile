# Every target sets itself up: a fresh machine needs Python 3.11 to 3.13 and make, nothing else.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
HOME_DIR ?= var
STAMP  := $(VENV)/.installed-$(shell cat pyproject.toml requirements.lock | cksum | cut -d' ' -f1)
CHECK_STAMP := $(VENV)/.installed-check-$(shell cksum < requirements-check.lock | cut -d' ' -f1)
SPARK_STAMP := $(VENV)/.installed-spark-$(shell cksum < requirements-spark.lock | cut -d' ' -f1)
SUPERSET := .venv-superset
SUPERSET_STAMP := $(SUPERSET)/.installed-$(shell cksum < requirements-superset.lock | cut -d' ' -f1)
PARSED_STAMP := $(VENV)/.parsed-$(shell { echo requirements.lock; find dbt_project -type f \( -name '*.sql' -o -name '*.yml' -o -name '*.csv' \); } | LC_ALL=C sort | xargs cat | cksum | cut -d' ' -f1)
BENCH_STAMP := $(VENV)/.installed-bench-$(shell cksum < requirements-bench.lock | cut -d' ' -f1)
SERVER_STAMP := $(VENV)/.installed-server-$(shell cksum < requirements-server.lock | cut -d' ' -f1)
POSTGRES_PORT ?= 5433
SUPERSET_PORT ?= 8088
AUDIENCE ?= bi
UNFINISHED := $(VENV)/.unfinished

export DO_NOT_TRACK = 1
export PYTHONDONTWRITEBYTECODE =

.PHONY: run test check spark spark-setup lint dictionary bench serve superset soak mutants detect setup clean

run: setup  ## the sample city, built and graded
	@$(BIN)/firemark sample var/sample
	@$(BIN)/firemark --home $(HOME_DIR) build --inbox var/sample/inbox
	@$(BIN)/firemark --home $(HOME_DIR) site

setup: $(STAMP) $(PARSED_STAMP)

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

# The models as dbt reads them, of which every new home takes a copy: a third of its first build.
$(PARSED_STAMP): | $(STAMP)
	@echo "Parsing the models (once for each state of them) ..."
	@$(BIN)/python -m orchestration.building.set_up && rm -f $(VENV)/.parsed-* && touch $@

# DuckDB allocates much and small when it plans; the tunable keeps more of that at hand (a seventh of the CPU), where libc is glibc.
test: setup
	@GLIBC_TUNABLES=glibc.malloc.tcache_count=2000 $(BIN)/python -m pytest -n 2 --dist loadfile --no-loadscope-reorder

check: $(CHECK_STAMP) $(SERVER_STAMP)  ## the tests that need a browser, a server, or many builds
	@$(BIN)/python -m tests.browser
	@$(BIN)/python -m pytest -n 2 --dist loadfile -m "check and not soak"

$(CHECK_STAMP): | $(STAMP)
	@echo "Installing what make check needs into $(VENV) (once) ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements-check.lock
	@touch $@

$(SERVER_STAMP): | $(STAMP)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements-server.lock
	@touch $@

spark: $(SPARK_STAMP)  ## the tests of the Spark engine; they need Java 17
	@$(BIN)/python -m pytest -m "spark and not soak" tests/spark

spark-setup: $(SPARK_STAMP)  ## what `firemark build --engine spark` needs, besides Java 17

# Beside the rest, in one environment: the lock holds all of requirements.lock at the same versions, so nothing else changes.
$(SPARK_STAMP): | $(STAMP)
	@echo "Installing Spark into $(VENV) (once; some 480 MB) ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements-spark.lock
	@touch $@

serve: $(SERVER_STAMP)  ## a Postgres server with the current release (else the sample) on 127.0.0.1, until Ctrl-C
	@test -e $(HOME_DIR)/releases/current || $(MAKE) --no-print-directory run
	@exec $(BIN)/firemark --home $(HOME_DIR) serve --port $(POSTGRES_PORT) --audience $(AUDIENCE)

superset: $(SERVER_STAMP) $(SUPERSET_STAMP)  ## Superset over that server with the three dashboards, on 127.0.0.1, until Ctrl-C
	@test -e $(HOME_DIR)/releases/current || $(MAKE) --no-print-directory run
	@exec $(BIN)/firemark --home $(HOME_DIR) superset --venv $(SUPERSET) --postgres-port $(POSTGRES_PORT) --port $(SUPERSET_PORT)

# An environment of its own: Superset asks for other versions of much that Firemark uses.
$(SUPERSET_STAMP): | $(STAMP)
	@$(BIN)/python -c 'import sys; sys.exit(sys.version_info >= (3, 13))' || { \
	  echo "Superset needs Python 3.11 or 3.12: make PYTHON=python3.11 VENV=.venv311 superset" >&2; exit 1; }
	@echo "Installing Superset into $(SUPERSET) (once; some 1 GB) ..."
	@rm -rf $(SUPERSET) && $(BIN)/python -m venv $(SUPERSET)
	@$(SUPERSET)/bin/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements-superset.lock
	@touch $@

lint: setup
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/sqlfluff lint dbt_project/models dbt_project/tests --processes 2

dictionary: setup  ## writes the column dictionary's labels and types into dbt's YAML
	@$(BIN)/python -m serving.dictionary

bench: $(SERVER_STAMP) $(BENCH_STAMP)  ## ours beside plain dbt, raw DuckDB, pandas, Polars and psql, in one run (LONG=1: hours, with Spark)
	@$(BIN)/python -m tests.bench $(EVENTS) $(if $(AGENCIES),--agencies $(AGENCIES)) $(if $(LONG),--long)

$(BENCH_STAMP): | $(STAMP)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements-bench.lock
	@touch $@

mutants: setup  ## changes the scoring SQL and lists what no test notices
	@$(BIN)/python -m tests.mutation

detect: setup  ## precision and recall of every detector on the sample city
	@$(BIN)/python -m tests.detect

soak: $(CHECK_STAMP) $(SERVER_STAMP) $(SUPERSET_STAMP) $(SPARK_STAMP)  ## the long forms of the reliability tests
	@$(BIN)/python -m pytest -m soak

clean:  ## the sample and what a build makes anew; the key, the originals and the releases stay
	rm -rf var/sample $(HOME_DIR)/build $(HOME_DIR)/cache
