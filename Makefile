# The project's commands; `make` alone lists them. All they need is Python 3.10 or newer, and what they install goes to .venv.

PYTHON ?= python3
DOCKER ?= docker
# More for pytest (make test PYTEST_ARGS="-k policy"), the benchmarks (make bench BENCH_ARGS="--only set") and the lock
# compiler (make locks LOCK_ARGS=--upgrade).
PYTEST_ARGS ?=
BENCH_ARGS ?=
LOCK_ARGS ?=
COVERAGE ?= --cov --cov-report=term

VENV := .venv
BIN := $(VENV)/bin
STAMPS := $(VENV)/stamps

# What the job around us set for a pip or Python of its own must not reach ours.
unexport PIP_REQUIRE_VIRTUALENV PIP_USER PIP_TARGET PIP_PREFIX PIP_ROOT PIP_CONSTRAINT PIP_REQUIREMENT
unexport PYTHONPATH PYTHONHOME PYTHONSTARTUP VIRTUAL_ENV

# Quiet: whoever tries the project wants to see the project. Errors still show.
PIP_INSTALL := $(BIN)/python -m pip install -qq --disable-pip-version-check --no-input --no-deps

# --no-deps: a lock names everything there is to install. Without isolation the build needs no network of its own.
define install
@echo "Installing requirements/$(1).txt into $(VENV) ..."
@$(PIP_INSTALL) --require-hashes -r requirements/$(1).txt
@touch $@
endef
define install-with-package
$(call install,$(1))
@$(PIP_INSTALL) --no-build-isolation -e .
@touch $@
endef

.PHONY: help demo test lint types imports check format manifests e2e bench locks build pyz component readme image clean

help:
	@echo "Usage: make TARGET"
	@sed -n 's/^\([a-z0-9]*\):.*## \(.*\)/  \1|\2/p' Makefile | while IFS='|' read -r name text; do printf '  %-10s %s\n' "$$name" "$$text"; done

demo: $(STAMPS)/demo ## a deployment's story against an embedded Alert24
	@$(BIN)/alert24-deploy demo

test: $(STAMPS)/dev ## the fast tests, with coverage
	@$(BIN)/python -m pytest -n auto $(COVERAGE) $(PYTEST_ARGS)

lint: $(STAMPS)/dev ## ruff: mistakes and formatting
	@$(BIN)/ruff check
	@$(BIN)/ruff format --check

types: $(STAMPS)/dev ## mypy, strict
	@$(BIN)/mypy

imports: $(STAMPS)/dev ## import-linter: who may import whom
	@$(BIN)/lint-imports --no-logo

check: lint types imports ## lint, types and imports

format: $(STAMPS)/dev ## let ruff repair what it can
	@$(BIN)/ruff check --fix
	@$(BIN)/ruff format

manifests: $(STAMPS)/e2e ## the workflows, the action's manifest and the Dockerfile by their linters
	@$(BIN)/yamllint --strict $(wildcard *.yml .*.yml .*.yaml .yamllint templates) .github
	@$(BIN)/check-jsonschema --quiet --builtin-schema vendor.github-workflows .github/workflows/*.yml
	@$(BIN)/check-jsonschema --quiet --builtin-schema vendor.dependabot .github/dependabot.yml
	@$(BIN)/check-jsonschema --quiet --builtin-schema vendor.github-actions action.yml .github/actions/*/action.yml
	@$(BIN)/check-jsonschema --quiet --builtin-schema vendor.github-workflows examples/github/*.yml
	@$(BIN)/check-jsonschema --quiet --builtin-schema vendor.gitlab-ci --data-transform gitlab-ci examples/gitlab/*.yml
	@$(BIN)/check-jsonschema --quiet --builtin-schema vendor.circle-ci examples/circleci/config.yml
	@$(BIN)/zizmor --offline --quiet .
	@$(BIN)/hadolint Dockerfile

e2e: $(STAMPS)/e2e ## the slow tests: containers, real runners, a browser (.ci/run installs what they need)
	@$(BIN)/python -m pytest -m "e2e or browser" --timeout=900 $(PYTEST_ARGS)

bench: $(STAMPS)/dev ## speed and memory beside a plain script
	@$(BIN)/python -m benchmarks.run $(BENCH_ARGS)
	@$(BIN)/python -m benchmarks.bench_run

# The order matters: dev comes first, and the others keep to its versions, so that one environment can hold them all.
LOCK := $(BIN)/uv pip compile --quiet --universal --python-version 3.10 --generate-hashes --no-annotate \
	--no-emit-index-url --no-emit-find-links --custom-compile-command "make locks" --excludes requirements/excludes.txt
locks: $(STAMPS)/locks ## requirements/*.txt anew from pyproject.toml and requirements/*.in
	@$(LOCK) $(LOCK_ARGS) pyproject.toml --all-extras requirements/build.in requirements/dev.in -o requirements/dev.txt
	@$(LOCK) pyproject.toml --extra github -c requirements/dev.txt -o requirements/image.txt
	@$(LOCK) requirements/build.in -c requirements/dev.txt -o requirements/build.txt
	@$(LOCK) pyproject.toml --extra sandbox requirements/build.in -c requirements/dev.txt -o requirements/demo.txt
	@$(LOCK) $(LOCK_ARGS) requirements/e2e.in -c requirements/dev.txt -o requirements/e2e.txt
	@$(LOCK) $(LOCK_ARGS) requirements/locks.in -o requirements/locks.txt

build: $(STAMPS)/dev ## the wheel and the source archive, into dist/
	@$(BIN)/python -m hatchling build -d dist

pyz: $(STAMPS)/dev ## the tool as a single file for images that have Python, dist/alert24-deploy.pyz
	@$(BIN)/python release/pyz.py dist/alert24-deploy.pyz

# For a release: make component TOOL_URL=https://.../v1.2.3/alert24-deploy.pyz
component: $(if $(TOOL_URL),pyz) ## templates/deploy.yml anew from gitlab-ci-component.yml
	@$(or $(wildcard $(BIN)/python),$(PYTHON)) release/component.py $(if $(TOOL_URL),release "$(TOOL_URL)" dist/alert24-deploy.pyz)

readme: $(STAMPS)/dev ## README and docs anew from the manifest, the examples and --help
	@$(BIN)/python .ci/readme.py

image: ## the container image, as alert24-deploy
	@$(DOCKER) build -t alert24-deploy .

clean: ## remove everything that these commands made, but for .cache
	@rm -rf $(VENV) build dist htmlcov .coverage .coverage.* .hypothesis .mypy_cache .pytest_cache .ruff_cache .import_linter_cache

$(STAMPS)/venv:
	@command -v "$(PYTHON)" >/dev/null || { echo "There is no $(PYTHON) here. Install Python 3.10 or newer, or name one: make PYTHON=/path/to/python3" >&2; exit 1; }
	@"$(PYTHON)" -c 'import sys; sys.exit(sys.version_info < (3, 10))' || { echo "$$("$(PYTHON)" --version) is too old: 3.10 or newer is needed. Name one: make PYTHON=/path/to/python3" >&2; exit 1; }
	@"$(PYTHON)" -c 'import ensurepip, venv' 2>/dev/null || { echo "$(PYTHON) can't make virtual environments. On Debian and Ubuntu: apt-get install python3-venv" >&2; exit 1; }
	@"$(PYTHON)" -m venv --clear $(VENV)
	@mkdir -p $(STAMPS)
	@touch $@

$(STAMPS)/demo: requirements/demo.txt pyproject.toml $(STAMPS)/venv
	$(call install-with-package,demo)

$(STAMPS)/dev: requirements/dev.txt pyproject.toml $(STAMPS)/venv
	$(call install-with-package,dev)

$(STAMPS)/e2e: requirements/e2e.txt $(STAMPS)/dev
	$(call install,e2e)

$(STAMPS)/locks: requirements/locks.txt $(STAMPS)/venv
	$(call install,locks)
