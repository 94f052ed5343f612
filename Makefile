# `make` sets up and runs; `make test` sets up and tests; `make help` lists the rest.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STUDY ?=
DRAWS ?= 200
MOMENTS ?= 50
SNAKEFILES := Snakefile workflow/Snakefile workflow/project/Snakefile workflow/projects/Snakefile workflow/rules plugins tests/simulation/Snakefile
# Not with --quiet, which hides the warnings from `strict`.
SITE = NO_MKDOCS_2_WARNING=1 $(BIN)/python -m mkdocs build --site-dir $(1) >$(VENV)/site.log 2>&1 || { cat $(VENV)/site.log; exit 1; }
# Tables of simulations, each split over all cores; $(2): further configuration.
TABLES = $(BIN)/python -m snakemake --quiet rules --snakefile tests/simulation/Snakefile --directory resources/monte_carlo \
	--cores all --config "simulations=[$(subst $(SPACE),$(COMMA),$(1))]" $(2) \
	&& cp $(foreach name,$(1),resources/monte_carlo/tables/$(name).*) docs/methods/
COMMA := ,
SPACE := $() $()
INSTALL := $(BIN)/uv pip install --quiet --python $(BIN)/python --compile-bytecode --no-deps
# A proxy's certificate is often known to the system alone, which neither uv nor an older pip asks; where the system
# has none, they have their own.
CERTIFICATES := $(shell $(PYTHON) -c 'import ssl; paths = ssl.get_default_verify_paths(); \
	print(paths.cafile or paths.capath or "")' 2>/dev/null)
ifneq ($(CERTIFICATES),)
export UV_SYSTEM_CERTS ?= 1
export REQUESTS_CA_BUNDLE ?= $(CERTIFICATES)
endif

.PHONY: run setup test quick long format lock docs translated messages site cluster simulation recovery robustness benchmarks scale browser clean help
.DEFAULT_GOAL := run

run: setup ## run the pipeline; STUDY="a b" builds only those studies, CORES=n sets the cores
	@$(BIN)/python -m ruralimpact run $(STUDY) $(if $(CORES),--cores $(CORES))

setup: $(VENV)/package.stamp ## set up the isolated environment in .venv (run and test do it first)

test: setup $(VENV)/dev.stamp $(VENV)/docs.stamp ## run every check and test
	@echo "Style (ruff, snakefmt)" && $(BIN)/ruff check --quiet . && $(BIN)/ruff format --check --quiet .
	@$(BIN)/snakefmt --check --compact-diff $(SNAKEFILES)
	@echo "Types (mypy)" && $(BIN)/mypy
	@echo "Workflow (snakemake --lint)" && $(BIN)/python -m snakemake --lint --quiet
	@echo "Site and its links (mkdocs)" && $(call SITE,$(VENV)/site)
	@echo "Tests (pytest)" && $(BIN)/python -m pytest -m "not long" -n auto --dist loadfile

quick: setup $(VENV)/dev.stamp ## run only the tests that take seconds
	@$(BIN)/python -m pytest -m "not slow and not long" -n auto --dist loadfile

long: setup $(VENV)/dev.stamp ## run the tests that `make test` leaves out (minutes)
	@$(BIN)/python -m pytest -m long -n auto --dist loadfile

browser: run $(VENV)/dev.stamp ## open the pages of a run in chromium (needs Debian's chromium; minutes)
	@$(BIN)/python -m pytest tests/browser

format: setup $(VENV)/dev.stamp ## format the sources
	@$(BIN)/ruff check --fix --quiet . ; $(BIN)/ruff format --quiet . ; $(BIN)/snakefmt $(SNAKEFILES)

lock: $(VENV)/uv.stamp ## resolve the dependencies of pyproject.toml anew
	@$(BIN)/python tools/lock.py

docs: setup ## write the generated pages of docs/ anew
	@$(BIN)/python tools/write_docs.py

translated: setup ## record that the Spanish pages of docs/ say what the English ones do
	@$(BIN)/python tools/translations.py $(SAME)

messages: setup ## gather the sentences to be translated into the catalogues
	@$(BIN)/python tools/messages.py

site: setup $(VENV)/docs.stamp ## build the documentation as a site, in site/
	@$(call SITE,site)

cluster: setup $(VENV)/dev.stamp $(VENV)/cluster.stamp ## run studies, projects and simulations on a Slurm of one node (needs Debian's slurm-wlm and munge, root)
	@$(BIN)/python -m pytest -s tests/cluster

simulation: setup ## coverage of every estimator on simulated clustered surveys (two hours)
	@$(call TABLES,coverage difference_coverage staggered_coverage attrition_coverage strata_coverage,)
	@$(BIN)/python tests/simulation/coverage_page.py
	@$(BIN)/python tests/simulation/difference_coverage_page.py

recovery: setup ## recovery of the stand-in's planted truth over DRAWS draws (200: about an hour)
	@$(call TABLES,bolivia_recovery bolivia_followup percent_intervals registers_recovery survival_curves,draws=$(DRAWS))
	@$(BIN)/python tests/simulation/recovery_page.py
	@$(BIN)/python tests/simulation/registers_page.py

robustness: setup $(VENV)/dev.stamp ## kill and disturb MOMENTS runs (50), compare what the next run makes (an hour)
	@$(BIN)/python tests/robustness/disturbed_runs.py --moments $(MOMENTS)

benchmarks: setup ## time the engine (minutes)
	@$(BIN)/python benchmarks/engine.py

scale: setup ## whole runs of 100,000 and 1,000,000 producers: time, memory and growth of each stage
	@$(BIN)/python benchmarks/whole_runs.py

clean: ## delete the results (not the environment)
	@rm -rf resources results .snakemake

help: ## list these commands
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  make %-11s %s\n", $$1, $$2}' Makefile

$(VENV)/uv.stamp: requirements-uv.lock
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
	  echo "error: Python 3.11 or later is needed, and '$(PYTHON)' is not one. If it is installed under" \
	    "another name, say so: make PYTHON=python3.12" >&2; exit 1; }
	@echo "Setting up the environment in $(VENV) (once; about a minute)"
	@$(PYTHON) -m venv --clear $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-uv.lock
	@touch $@

$(VENV)/run.stamp: $(VENV)/uv.stamp requirements.lock
	@$(INSTALL) --require-hashes -r requirements.lock
	@touch $@

$(VENV)/dev.stamp: $(VENV)/run.stamp requirements-dev.lock
	@$(INSTALL) --require-hashes -r requirements-dev.lock
	@touch $@

$(VENV)/cluster.stamp: $(VENV)/run.stamp requirements-cluster.lock
	@$(INSTALL) --require-hashes -r requirements-cluster.lock
	@touch $@

$(VENV)/docs.stamp: $(VENV)/run.stamp requirements-docs.lock
	@$(INSTALL) --require-hashes -r requirements-docs.lock
	@touch $@

$(VENV)/package.stamp: $(VENV)/run.stamp pyproject.toml
	@$(INSTALL) --no-build-isolation --editable .
	@touch $@
