# Everything a newcomer, CI and a release need, from a fresh clone with only Python 3.11+, make and git.
# Each target first does the set-up it needs; a stamp file remembers it, so the second time is fast.

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.NOTPARALLEL:
MAKEFLAGS += --no-print-directory

VENV   := .venv
BIN    := $(VENV)/bin
PY     := $(BIN)/python
PIP    := $(PY) -m pip --disable-pip-version-check --no-input
SAY    := @printf '\n==> %s\n'

# `make run PORT=8123` asks for that port; without it the first free one from 8000 is taken
PORT   ?=
# `make test TESTS=tests/unit ARGS='-k timer'` runs a part
TESTS  ?= tests
ARGS   ?=
# one more than there are cores: many tests wait for a process, a browser or a clock
JOBS   ?= $(shell echo $$(( $$(nproc 2>/dev/null || echo 2) + 1 )))

export PYTHONUNBUFFERED := 1
# what is compiled once need not be compiled by every process of a test run
unexport PYTHONDONTWRITEBYTECODE
export PYTHON

.PHONY: help
help: ## Say what can be done (this list)
	@printf 'make …\n'
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  \1\t\2/p' Makefile | expand -t 14

.PHONY: run
run: $(VENV)/.embedded $(VENV)/.project $(VENV)/.assets ## Try it: everything on this computer, with demo people (PORT=8123 to choose the port)
	@exec $(PY) -m workers.embedded $(if $(PORT),--port $(PORT))

.PHONY: test
test: $(VENV)/.dev $(VENV)/.project $(VENV)/.assets ## Run the tests, all but `long` and `proof` (TESTS=tests/unit for a part, ARGS='-k timer' for pytest)
	@$(PY) tools/browser.py
	$(BIN)/pytest -n $(JOBS) --dist loadfile --no-loadscope-reorder -m 'not proof and not long' --durations 15 --durations-min 2 $(TESTS) $(ARGS)

.PHONY: long
long: $(VENV)/.dev $(VENV)/.project $(VENV)/.assets ## Run the tests that take long: every organisation and every editor in the browser, 10,000 attacks
	@$(PY) tools/browser.py
	$(BIN)/pytest -n $(JOBS) --dist loadfile --no-loadscope-reorder -m long --durations 15 --durations-min 2 $(TESTS) $(ARGS)

.PHONY: check
check: $(VENV)/.dev $(VENV)/.project ## Format, lint, types, import rules, dependencies, spelling, translations
	$(SAY) 'format and lint'
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(SAY) 'types'
	$(BIN)/mypy
	$(SAY) 'layers: who may import whom'
	$(BIN)/lint-imports
	$(SAY) 'dependencies: none missing, none unused'
	$(BIN)/deptry .
	$(SAY) 'spelling, translations'
	$(BIN)/codespell
	$(PY) tools/translations.py --check

.PHONY: fix
fix: $(VENV)/.dev $(VENV)/.project ## Format the code and mend what the linter can mend by itself
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

.PHONY: bench
bench: $(VENV)/.dev $(VENV)/.project $(VENV)/.assets ## Measure: prints the tables, writes build/bench.json
	@mkdir -p build
	$(PY) -m tests.bench

.PHONY: proof
proof: $(VENV)/.dev $(VENV)/.project ## Damage every organisation in every way a rule names; keeps the matrix in docs/proof.md
	$(PY) -m tools.proof

.PHONY: pictures
pictures: $(VENV)/.dev $(VENV)/.project $(VENV)/.assets ## Make the pictures of the README and the guides from the real pages
	@$(PY) tools/browser.py
	$(PY) -m tools.pictures

.PHONY: setup
setup: $(VENV)/.dev $(VENV)/.project $(VENV)/.assets ## Only the set-up for developing: packages, front end

.PHONY: lock
lock: $(VENV)/.dev $(VENV)/.project ## Choose new versions of the Python packages within pyproject.toml's bounds and lock them
	$(LOCK) --upgrade --all-extras --group dev pyproject.toml -o requirements/dev.txt
	$(LOCK) --group build -c requirements/dev.txt pyproject.toml -o requirements/runtime.txt
	$(LOCK) --group build --extra embedded -c requirements/dev.txt pyproject.toml -o requirements/embedded.txt
	$(LOCK) --upgrade --group node -o requirements/node.txt
LOCK = $(BIN)/uv pip compile --quiet --universal --generate-hashes --no-emit-index-url \
	--python-version 3.11 --custom-compile-command 'make lock'

.PHONY: clean
clean: ## Throw away everything that was installed or built (the data of `make run` in var/ stays)
	rm -rf $(VENV) build dist web/static/build web/frontend/node_modules *.egg-info
	rm -rf .mypy_cache .pytest_cache .ruff_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

.PHONY: clean-data
clean-data: ## Throw away the data of `make run` (cases, people, mails)
	rm -rf var

# --- set-up -----------------------------------------------------------------------------------------

$(VENV)/.made:
	$(SAY) 'making the virtual environment in $(VENV)'
	@sh tools/venv.sh $(VENV)
	@touch $@

# What `make run` needs; the development packages hold the same versions and more.
$(VENV)/.embedded: requirements/embedded.txt | $(VENV)/.made
	@if [ -e $(VENV)/.dev ] && [ ! requirements/dev.txt -nt $(VENV)/.dev ]; then :; else \
	  printf '\n==> installing the locked Python packages (a minute or so, once)\n'; \
	  $(PIP) install --require-hashes --progress-bar on -r requirements/embedded.txt; fi
	@touch $@

$(VENV)/.dev: requirements/dev.txt | $(VENV)/.made
	$(SAY) 'installing the locked Python packages for developing (a minute or two, once)'
	@$(PIP) install --require-hashes --progress-bar on -r requirements/dev.txt
	@touch $@

# The project itself, as its files lie here. `make` has installed one of the two sets before this. Compiled at once:
# where Python may not keep what it compiles, each of the many processes would do it again (0.6 s of its 2.1).
$(VENV)/.project: pyproject.toml | $(VENV)/.made
	@$(PIP) install --quiet --no-build-isolation --no-deps --no-index -e .
	@$(PY) -m compileall -q meldcode web workers
	@touch $@

# The pages' styles and scripts, and the translations: made from their sources, never committed.
ASSETS := $(shell find web/frontend web/translations -name node_modules -prune -o -type f ! -name '*.mo' -print 2>/dev/null)
$(VENV)/.assets: $(ASSETS) tools/frontend.py tools/translations.py
	@$(PY) tools/translations.py
	@$(PY) tools/frontend.py
	@touch $@
