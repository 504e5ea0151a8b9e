# Run `make` for a list of targets. They need Python 3.10 or newer, and install into .venv.

PYTHON ?= python3
DOCKER ?= docker
# Extra arguments for pytest (make test PYTEST_ARGS="-k policy"), the benchmarks (make bench BENCH_ARGS="--only set"), the
# simulation (make simulate SIMULATE_ARGS="--seed 7 --walks 1") and the lock compiler (make locks LOCK_ARGS=--upgrade).
PYTEST_ARGS ?=
BENCH_ARGS ?=
SIMULATE_ARGS ?=
OVERLAPS_ARGS ?=
LOCK_ARGS ?=

VENV := .venv
BIN := $(VENV)/bin
STAMPS := $(VENV)/stamps

# Keep settings that the surrounding job made for its own pip or Python away from ours.
unexport PIP_REQUIRE_VIRTUALENV PIP_USER PIP_TARGET PIP_PREFIX PIP_ROOT PIP_CONSTRAINT PIP_REQUIREMENT
unexport PYTHONPATH PYTHONHOME PYTHONSTARTUP VIRTUAL_ENV
# Compiled files make every process start faster, and the tests start hundreds.
unexport PYTHONDONTWRITEBYTECODE

# Quiet, so that the output shows the project rather than the installation. Errors still show.
PIP_INSTALL := $(BIN)/python -m pip install -qq --disable-pip-version-check --no-input --no-deps

# --no-deps, because a lock names every package. --no-build-isolation, because the build then needs no network.
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

.PHONY: help demo test faults simulate overlaps cover test-all lint types imports check format manifests e2e rehearse bench bench-jobs locks build pyz binary native component readme docs pictures image clean

help:
	@echo "Usage: make TARGET"
	@sed -n 's/^\([a-z0-9-]*\):.*## \(.*\)/  \1|\2/p' Makefile | while IFS='|' read -r name text; do printf '  %-10s %s\n' "$$name" "$$text"; done

demo: $(STAMPS)/demo ## show five deployments on an embedded Alert24
	@$(BIN)/alert24-deploy demo

test: $(STAMPS)/dev ## run the fast tests
	@$(BIN)/python -m pytest -n auto $(PYTEST_ARGS)

cover: $(STAMPS)/dev ## run the fast and the slow tests, and measure coverage
	@$(BIN)/python -m pytest -n auto -m "not (e2e or browser)" --cov --cov-report=term $(PYTEST_ARGS)

test-all: cover e2e ## run all tests (.ci/run installs what they need)

faults: $(STAMPS)/dev ## let each call meet each fault: tests/faults
	@$(BIN)/python -m pytest -n 4 -m "not (e2e or browser)" tests/faults $(PYTEST_ARGS)

simulate: $(STAMPS)/dev ## go through every order of events of deployments that overlap, fail or are killed
	@PYTHONPATH=tests $(BIN)/python -m simulation $(SIMULATE_ARGS)

overlaps: $(STAMPS)/dev ## let fifty real deployments overlap on the sandbox, twenty times, and judge its log
	@PYTHONPATH=tests $(BIN)/python -m simulation.contention $(OVERLAPS_ARGS)

lint: $(STAMPS)/dev ## check errors and formatting with ruff
	@$(BIN)/ruff check
	@$(BIN)/ruff format --check

types: $(STAMPS)/dev ## check types with mypy, in strict mode
	@$(BIN)/mypy

imports: $(STAMPS)/dev ## check which packages import which with import-linter
	@$(BIN)/lint-imports --no-logo

check: lint types imports ## run lint, types and imports

format: $(STAMPS)/dev ## fix what ruff can fix
	@$(BIN)/ruff check --fix
	@$(BIN)/ruff format

manifests: $(STAMPS)/e2e ## lint the workflows, the manifests and the Dockerfile
	@$(BIN)/yamllint --strict $(wildcard *.yml .*.yml .*.yaml .yamllint templates native/*.yml) .github
	@$(BIN)/check-jsonschema --quiet --builtin-schema vendor.github-workflows .github/workflows/*.yml
	@$(BIN)/check-jsonschema --quiet --builtin-schema vendor.dependabot .github/dependabot.yml
	@$(BIN)/check-jsonschema --quiet --builtin-schema vendor.github-issue-forms $(filter-out %/config.yml,$(wildcard .github/ISSUE_TEMPLATE/*.yml))
	@$(BIN)/check-jsonschema --quiet --builtin-schema vendor.github-issue-config .github/ISSUE_TEMPLATE/config.yml
	@$(BIN)/check-jsonschema --quiet --builtin-schema vendor.github-actions action.yml native/action.yml .github/actions/*/action.yml examples/github/*/action.yml
	@$(BIN)/check-jsonschema --quiet --builtin-schema vendor.github-workflows examples/github/*.yml
	@$(BIN)/check-jsonschema --quiet --builtin-schema vendor.gitlab-ci --data-transform gitlab-ci examples/gitlab/*.yml
	@$(BIN)/check-jsonschema --quiet --builtin-schema vendor.circle-ci examples/circleci/config.yml
	@$(BIN)/zizmor --offline --quiet .
	@$(BIN)/hadolint Dockerfile

e2e: $(STAMPS)/e2e $(STAMPS)/docs ## run the end-to-end tests: containers, real runners, a browser (.ci/run installs what they need)
	@$(BIN)/python -m pytest -m "e2e or browser" --timeout=900 $(PYTEST_ARGS)

rehearse: $(STAMPS)/binary ## rehearse a release of HEAD on this machine, as root (.ci/run installs what it needs)
	@PYTHONPATH=tests $(BIN)/python release/rehearse.py

bench: $(STAMPS)/dev ## compare speed and memory with a plain script
	@$(BIN)/python -m benchmarks.run $(BENCH_ARGS)
	@$(BIN)/python -m benchmarks.bench_run

bench-jobs: $(STAMPS)/dev ## measure what the action adds to a job (as root, with what .ci/run installs)
	@PYTHONPATH=tests $(BIN)/python -m benchmarks.bench_jobs

# The order matters: the other locks use the versions of dev, so that one environment can contain them all.
LOCK := $(BIN)/uv pip compile --quiet --universal --python-version 3.10 --generate-hashes --no-annotate \
	--no-emit-index-url --no-emit-find-links --custom-compile-command "make locks" --excludes requirements/excludes.txt
LEAN := --excludes requirements/excludes-lean.txt
locks: $(STAMPS)/locks ## update requirements/*.txt from pyproject.toml and requirements/*.in
	@$(LOCK) $(LOCK_ARGS) pyproject.toml --all-extras requirements/build.in requirements/dev.in -o requirements/dev.txt
	@$(LOCK) $(LEAN) pyproject.toml --extra github -c requirements/dev.txt -o requirements/image.txt
	@$(LOCK) pyproject.toml --extra sandbox requirements/build.in -c requirements/dev.txt -o requirements/demo.txt
	@$(LOCK) $(LOCK_ARGS) requirements/binary.in requirements/e2e.in -c requirements/dev.txt -o requirements/e2e.txt
	@$(LOCK) $(LEAN) pyproject.toml requirements/binary.in -c requirements/e2e.txt -o requirements/binary.txt
	@$(LOCK) $(LOCK_ARGS) requirements/docs.in -c requirements/e2e.txt -o requirements/docs.txt
	@$(LOCK) $(LOCK_ARGS) requirements/locks.in -o requirements/locks.txt

build: $(STAMPS)/dev ## build wheel, source archive, single file and their list of packages, into dist/
	@$(BIN)/python release/artifacts.py dist

pyz: $(STAMPS)/dev ## build the single file for images with Python, dist/alert24-deploy.pyz
	@$(BIN)/python release/pyz.py dist/alert24-deploy.pyz

binary: $(STAMPS)/binary ## build the standalone binary for images without Python, into dist/
	@$(BIN)/python release/binary.py dist

native: $(STAMPS)/dev ## unpack the tool for native/action.yml, the action without Docker, into native/tool/
	@$(BIN)/python release/native.py native/tool

component: ## update templates/deploy.yml from gitlab-ci-component.yml
	@$(or $(wildcard $(BIN)/python),$(PYTHON)) release/component.py

readme: $(STAMPS)/dev ## update README, docs and native/action.yml from the manifest, the examples and --help
	@$(BIN)/python .ci/readme.py
	@$(BIN)/python .ci/how_it_ends.py

pictures: $(STAMPS)/e2e ## make README's pictures of the status page in headless Chromium
	@PYTHONPATH=tests $(BIN)/python .ci/picture.py

docs: $(STAMPS)/docs ## build the documentation's site into build/site, and check its links
	@NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict

image: ## build the container image alert24-deploy
	@$(DOCKER) build -t alert24-deploy .

clean: ## remove everything that these targets created, except .cache
	@rm -rf $(VENV) build dist native/tool htmlcov .coverage .coverage.* .hypothesis .mypy_cache .pytest_cache .ruff_cache .import_linter_cache

$(STAMPS)/venv:
	@command -v "$(PYTHON)" >/dev/null || { echo "$(PYTHON) was not found. Install Python 3.10 or newer, or set its path: make PYTHON=/path/to/python3" >&2; exit 1; }
	@"$(PYTHON)" -c 'import sys; sys.exit(sys.version_info < (3, 10))' || { echo "$$("$(PYTHON)" --version) is too old: 3.10 or newer is required. Set its path: make PYTHON=/path/to/python3" >&2; exit 1; }
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

$(STAMPS)/docs: requirements/docs.txt $(STAMPS)/venv
	$(call install,docs)

$(STAMPS)/binary: requirements/binary.txt $(STAMPS)/dev
	$(call install,binary)

$(STAMPS)/locks: requirements/locks.txt $(STAMPS)/venv
	$(call install,locks)
