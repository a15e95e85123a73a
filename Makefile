# Triage Gateway. `make run` serves it here; `make test` is what CI checks; `make help` lists the rest.
# Works with GNU make 3.81 (macOS) and later, and any POSIX shell.

VENV  := .venv
PY    := $(VENV)/bin/python
STATE := state
# The last file that `make models` writes: where it is, nothing has to be fetched.
MODEL := $(STATE)/models/all-minilm-l6-v2.f16.gguf
NODE  := tests/clients/node
PROGRAMS := tests/clients/programs
PROGRAMS_VENV := .venv-clients
OPENAI2 := $(PROGRAMS)/openai2
OPENAI2_VENV := .venv-clients-openai2
AIDER := $(PROGRAMS)/aider
AIDER_VENV := .venv-clients-aider
PROMPTFOO := $(PROGRAMS)/promptfoo
MLX := tests/kit/mlx
MLX_VENV := .venv-mlx

PORT ?=
ARGS ?=
MINUTES ?= 30
VERSION ?=
# From the command line only: some shells export HOST as the name of the machine.
ifeq ($(origin HOST),command line)
HOST_OPTION := --host $(HOST)
endif

# Tests that start no gateway and no other process.
QUICK := tests/project/test_architecture_page.py tests/project/test_budgets.py tests/project/test_kit.py \
    tests/project/test_layers.py tests/project/test_lock.py tests/project/test_mirror.py tests/project/test_sealed.py \
    tests/policy tests/routing tests/outbound tests/kinds tests/phi/replace tests/wire/framing tests/config tests/access

LOCK := uv pip compile --quiet --universal --no-strip-extras --python-version 3.11 --generate-hashes --no-emit-index-url --no-header

.PHONY: help install models run check test pythons clients programs mutants fuzz soak release image sbom bench bench-quick budgets observe dashboards pictures screens lint format lock node clean
.DEFAULT_GOAL := help
# What failed halfway is not taken for done the next time.
.DELETE_ON_ERROR:

help: ## list these commands
	@echo "usage: make COMMAND [PORT=8080] [HOST=127.0.0.1] [ARGS='further arguments'] [MINUTES=30]"
	@echo
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' Makefile

install: $(VENV)/.run-installed ## create .venv with everything that `make run` needs

models: $(VENV)/.run-installed ## fetch the two small demonstration models, once
	@$(PY) -m gateway models fetch --state-dir $(STATE)

run: $(VENV)/.run-installed $(MODEL) ## serve the gateway (PORT=, HOST=, ARGS='--log json')
	@exec $(PY) -m gateway serve $(HOST_OPTION) $(if $(PORT),--port $(PORT)) $(ARGS)

test: $(VENV)/.dev-installed $(MODEL) $(VENV)/openai2/.installed $(MLX_VENV)/.installed node ## everything CI checks (ARGS='tests/policy -k fallback')
	$(PY) -m ruff format --check --quiet .
	$(PY) -m ruff check --quiet .
	$(PY) -m mypy --no-error-summary
	$(PY) -m pytest -n 3 $(if $(ARGS),$(ARGS),--cov)  # all of it, and the branches of the pure core

check: $(VENV)/.dev-installed ## a first look at a change, in about a minute: style, types, structure, quick unit tests
	$(PY) -m ruff format --check --quiet .
	$(PY) -m ruff check --quiet .
	$(PY) -m mypy --no-error-summary
	HYPOTHESIS_PROFILE=quick $(PY) -m pytest -n 2 -x $(QUICK) $(ARGS)

pythons: $(PY) ## the quick tests under Python 3.12 and 3.13, as far as this machine has them
	$(PY) .ci/pythons.py $(filter-out tests/project/test_lock.py,$(QUICK)) --ignore tests/config/test_prices.py $(ARGS)  # these ask LiteLLM

mutants: $(VENV)/.dev-installed ## change the pure core at 120 places; its tests must notice (ARGS='--sample 0 policy/')
	$(PY) bench/mutants.py $(ARGS)

fuzz: $(VENV)/.dev-installed ## spoil what works, and read it: bodies, streams, configurations, policies (MINUTES=30)
	$(PY) bench/fuzz.py --minutes $(MINUTES) $(ARGS)

soak: $(VENV)/.dev-installed ## mixed load with faults: memory, descriptors and tasks stay flat (MINUTES=30)
	$(PY) -m bench.soak --minutes $(MINUTES)

release: $(VENV)/.dev-installed ## make a release of a clean clone: changelog, version, tag, wheel, sdist, SBOM (VERSION=0.2.0 ARGS=--dry-run)
	@test -n "$(VERSION)" || { echo "Say which: make release VERSION=0.2.0" >&2; exit 1; }
	$(PY) .ci/release.py $(VERSION) $(ARGS)

image: | $(PY) ## run the steps of the Dockerfile without a container engine, and check what they make (root, mmdebstrap; ARGS='--bind DIR')
	$(PY) .ci/image.py dist/image $(ARGS)

sbom: $(VENV)/.run-installed ## write sbom.cdx.json: what a gateway is made of, off the lock (CycloneDX)
	@$(PY) .ci/sbom.py requirements.lock > sbom.cdx.json
	@echo "sbom.cdx.json: $$(grep -c '"bom-ref"' sbom.cdx.json) components"

bench: $(VENV)/.dev-installed ## what the gateway costs beside nginx and others: a page and two pictures (a quarter of an hour)
	$(PY) -m bench.speed $(ARGS)

bench-quick: $(VENV)/.dev-installed ## the same in two minutes, gateway and nginx: says what got slower, and since which commit
	$(PY) -m bench.speed --quick $(ARGS)

budgets: $(VENV)/.dev-installed ## 200 callers ask 50 times each, all at once: none may overspend a budget (a minute)
	BUDGETS_IN_FULL=1 $(PY) -m pytest -q tests/contract/test_budgets.py -k at_once

clients: $(VENV)/.dev-installed programs ## run real agents and frameworks through the gateway (3 GB of packages; ARGS='-k codex')
	$(PY) -m pytest -n 2 -m programs $(PROGRAMS) $(ARGS)
	@$(if $(ARGS),,$(PY) .ci/clients.py --passed)

programs: $(PROGRAMS_VENV)/.installed $(OPENAI2_VENV)/.installed $(AIDER_VENV)/.installed $(PROGRAMS)/node/node_modules/.installed $(PROMPTFOO)/node_modules/.installed ## install the agents and frameworks that `make clients` runs

observe: $(VENV)/.run-installed ## Prometheus with our rules, and Grafana if installed, beside a running gateway (PORT=, ARGS='--key-file FILE')
	@exec $(PY) -m grafana.observe $(if $(PORT),--gateway 127.0.0.1:$(PORT)) $(ARGS)

dashboards: $(VENV)/.run-installed ## write the dashboards and the rules of objectives from grafana/source
	$(PY) -m grafana.source $(ARGS)

pictures: $(VENV)/.dev-installed grafana/render/node_modules/.installed ## draw every dashboard from real answers (Prometheus, Chromium, pngquant; four minutes)
	$(PY) -m grafana.pictures $(ARGS)

screens: $(VENV)/.dev-installed ## draw the console for the README, after a change of how it looks (Chromium, pngquant)
	$(PY) -m bench.screens

lint: $(VENV)/.dev-installed ## style, types and import contracts
	$(PY) -m ruff format --check .
	$(PY) -m ruff check .
	$(PY) -m mypy
	PYTHONPATH=. $(VENV)/bin/lint-imports

format: $(VENV)/.dev-installed ## format the code, and mend what ruff can mend
	$(PY) -m ruff format .
	$(PY) -m ruff check --fix .

lock: ## renew the lock files from pyproject.toml (ARGS=--upgrade)
	@command -v uv >/dev/null || { echo "make lock needs uv: python3 -m pip install uv" >&2; exit 1; }
	$(LOCK) $(ARGS) --extra embedded --extra encoder --extra build pyproject.toml --output-file requirements.lock
	$(LOCK) $(ARGS) --extra embedded --extra encoder --extra build --extra nvml --extra apple --constraint requirements.lock \
	    pyproject.toml --output-file requirements-meters.lock
	$(LOCK) $(ARGS) --extra embedded --extra encoder --extra build --extra dev --constraint requirements.lock \
	    pyproject.toml --output-file requirements-dev.lock
	$(LOCK) $(ARGS) --extra embedded --extra encoder --extra build --extra presidio --constraint requirements.lock \
	    pyproject.toml --output-file requirements-presidio.lock
	$(LOCK) $(ARGS) --extra embedded --extra encoder --extra build --extra redis --extra postgres --constraint requirements.lock \
	    pyproject.toml --output-file requirements-replicas.lock
	$(LOCK) $(ARGS) $(PROGRAMS)/requirements.in --output-file $(PROGRAMS)/requirements.lock
	$(LOCK) $(ARGS) $(OPENAI2)/requirements.in --output-file $(OPENAI2)/requirements.lock
	$(LOCK) $(ARGS) $(AIDER)/requirements.in --output-file $(AIDER)/requirements.lock
	$(LOCK) $(ARGS) $(MLX)/requirements.in --output-file $(MLX)/requirements.lock

node: $(NODE)/node_modules/.installed ## install the Node clients that the tests drive

clean: ## remove .venv, caches and Node packages; keeps state/
	rm -rf $(VENV) $(MLX_VENV) $(PROGRAMS_VENV) $(OPENAI2_VENV) $(AIDER_VENV) $(NODE)/node_modules $(PROGRAMS)/node/node_modules $(PROMPTFOO)/node_modules grafana/render/node_modules .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache .coverage
	find gateway tests bench grafana -name __pycache__ -type d -prune -exec rm -rf {} +

# --- what the commands stand on ----------------------------------------------------------------------------------

$(PY):
	@for python in python3.11 python3.12 python3.13 python3; do \
	    if $$python -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then \
	        echo "creating $(VENV) with $$($$python --version)"; \
	        exec $$python -m venv $(VENV); \
	    fi; \
	done; \
	echo "No Python 3.11 or newer with venv was found. Install one, then try again:" >&2; \
	echo "  macOS          brew install python@3.11" >&2; \
	echo "  Debian, Ubuntu sudo apt install python3.11 python3.11-venv" >&2; \
	echo "  Fedora         sudo dnf install python3.11" >&2; \
	exit 1

# Hashes are demanded of everything that is installed; what is never imported is never compiled, a third of the time. The project itself is built with what the lock brought.
$(VENV)/.run-installed: requirements.lock pyproject.toml | $(PY)
	@.ci/pinned $(PY) requirements.lock --no-compile
	@$(PY) -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/.dev-installed: requirements-dev.lock $(VENV)/.run-installed
	@.ci/pinned $(PY) requirements-dev.lock --no-compile
	@$(PY) -m compileall -qq -j 0 $(VENV)/lib || true  # so that no test is the first to start something; on all processors
	@touch $@

$(MODEL): | $(VENV)/.run-installed
	@$(PY) -m gateway models fetch --state-dir $(STATE)

$(NODE)/node_modules/.installed: $(NODE)/package-lock.json
	@command -v npm >/dev/null || { echo "The Node clients need Node.js 20 or newer with npm; install it, then try again." >&2; exit 1; }
	cd $(NODE) && npm ci --no-audit --no-fund --loglevel=error
	@touch $@

grafana/render/node_modules/.installed: grafana/render/package-lock.json
	@command -v npm >/dev/null || { echo "The pictures need Node.js with npm; install it, then try again." >&2; exit 1; }
	cd grafana/render && npm ci --no-audit --no-fund --loglevel=error
	@touch $@

$(PROGRAMS_VENV)/.installed: $(PROGRAMS)/requirements.lock | $(PY)
	@$(PY) -m venv $(PROGRAMS_VENV)
	@.ci/pinned $(PROGRAMS_VENV)/bin/python $< --no-compile
	@touch $@

# A real `mlx_lm.server` for the tests. What it does not run needs no compiling, which takes longer than the rest.
$(MLX_VENV)/.installed: $(MLX)/requirements.lock | $(PY)
	@$(PY) -m venv $(MLX_VENV)
	@.ci/pinned $(MLX_VENV)/bin/python $< --no-compile
	@touch $@

$(AIDER_VENV)/.installed: $(AIDER)/requirements.lock | $(PY)
	@$(PY) -m venv $(AIDER_VENV)
	@.ci/pinned $(AIDER_VENV)/bin/python $< --no-compile
	@touch $@

# The older major version of openai stands beside the newer one; what both need is installed already.
$(VENV)/openai2/.installed: tests/clients/openai2.lock | $(VENV)/.dev-installed
	@$(PY) -m pip install --quiet --upgrade --disable-pip-version-check --require-hashes --no-deps --target $(VENV)/openai2 --requirement $<
	@touch $@

# The SDKs' own tests stand in their sources only, which are unpacked and not installed.
$(OPENAI2_VENV)/.installed: $(OPENAI2)/requirements.lock $(OPENAI2)/suites.lock | $(PY)
	@$(PY) -m venv $(OPENAI2_VENV)
	@.ci/pinned $(OPENAI2_VENV)/bin/python $< --no-compile
	@rm -rf $(OPENAI2_VENV)/suites
	@PATH="$(CURDIR)/$(OPENAI2_VENV)/bin:$$PATH" $(OPENAI2_VENV)/bin/python -m pip download --quiet --disable-pip-version-check \
	    --require-hashes --no-deps --no-binary :all: --no-build-isolation --dest $(OPENAI2_VENV)/suites --requirement $(OPENAI2)/suites.lock
	@for source in $(OPENAI2_VENV)/suites/*.tar.gz; do tar -xzf $$source -C $(OPENAI2_VENV)/suites; done
	@touch $@

$(PROGRAMS)/node/node_modules/.installed: $(PROGRAMS)/node/package-lock.json
	@command -v npm >/dev/null || { echo "The Node programs need Node.js 20 or newer with npm; install it, then try again." >&2; exit 1; }
	cd $(PROGRAMS)/node && npm ci --no-audit --no-fund --loglevel=error
	cd $(PROGRAMS)/node && node node_modules/@anthropic-ai/claude-code/install.cjs
	@touch $@

# The packages of its many providers are left out; its database comes for every machine, and npm would refuse those of others.
$(PROMPTFOO)/node_modules/.installed: $(PROMPTFOO)/package-lock.json
	@command -v npm >/dev/null || { echo "promptfoo needs Node.js 20.20 or newer with npm; install it, then try again." >&2; exit 1; }
	cd $(PROMPTFOO) && npm ci --omit=optional --ignore-scripts --force --no-audit --no-fund --loglevel=error
	@touch $@
