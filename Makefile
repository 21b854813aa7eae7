# Every target does its own set-up: a .venv with the pinned dependencies of constraints.txt.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
SCANNED := .venv/.scanned
# What else it runs on, the newest first; and the tests of what differs: docstrings, warnings, what is written from
# definitions, the loop, the command line, what is drawn, and a whole bot.
NEWER := 3.13 3.12
ON_NEWEST := tests/test_*.py tests/cli tests/slack tests/e2e/test_main_job.py tests/e2e/test_operator.py
# What stands for a secret in the documentation and in tests.
EXAMPLES := ^(password|a-password|hunter2|xox[b]-1-token|xox[b]-1-2-(abc|example)|xox[b]-1234-5678-abcd)$$
OPTIONAL := audit bench browser fuzz scale site
# What is started again and again, as tests do it, is compiled once.
unexport PYTHONDONTWRITEBYTECODE
LOCK := uv pip compile --universal --python-version 3.11 --upgrade --generate-hashes --no-emit-index-url \
  --no-emit-find-links --no-header --no-annotate

.PHONY: demo setup run test test-newest test-long check secrets audit fuzz bench scale docs site playground screenshots format lock clean

demo: $(READY)            ## the main job with no account anywhere, in the browser; TERMINAL=1: at a prompt
	@$(BIN)/python -m bot demo $(if $(TERMINAL),--terminal) $(ARGS)

setup: $(READY)           ## the .venv alone; then .venv/bin/python -m bot …
	@:

run: $(READY)             ## the bot, configured by variables or BOT_CONFIG
	@$(BIN)/python -m bot run

test: $(READY)            ## the tests, under three minutes
	$(BIN)/python -m pytest -n auto --dist worksteal $(ARGS)

# With pyenv, the version that is chosen is the only one that starts by its name.
test-newest:              ## some of them on the newest Python here, in a .venv of its own; about a minute
	@for version in $(NEWER); do \
	  if $(PYTHON) -c "import sys; sys.exit(sys.version_info[:2] < ($$(echo $$version | tr . ,)))"; then \
	    echo "No newer Python to test on: this is $$version or newer"; exit; \
	  elif PYENV_VERSION=$$version python$$version -c 'import venv' 2>/dev/null; then \
	    echo "On Python $$version:"; PYENV_VERSION=$$version exec $(MAKE) --no-print-directory \
	      test PYTHON=python$$version VENV=.venv/newest ARGS="$(ON_NEWEST)"; \
	  fi; \
	done; echo "No newer Python to test on: none of $(NEWER) is on this machine"

test-long: .venv/.browser .venv/.site .venv/.bench ## kill loops, soaks, sweeps, the browser, the site
	$(BIN)/python -m pytest -n auto -m long $(ARGS) || [ $$? -eq 5 ] # 5: there is none

check: $(READY)           ## lint, types, import rules, secrets
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	@$(MAKE) --no-print-directory secrets

# What is made of other files is left out; of the rest, what changed since it was looked through last is looked at.
# Without --no-verify, whatever looks like a token would be tried at whoever issues such.
secrets: $(READY)         ## secrets in what is committed, or will be
	@touch $(SCANNED).now
	git ls-files -z --cached --others --exclude-standard -- ':!*.ambr' ':!*/assets/*' ':!constraints*.txt' ':!*.po' \
	  ':!*.png' ':!*package-lock.json' ':!docs/messages*' | \
	  xargs -0 -r sh -c 'find "$$@" $(if $(wildcard $(SCANNED)),-newer $(SCANNED)) -print0 2>/dev/null' find | \
	  xargs -0 -r $(BIN)/detect-secrets-hook --no-verify --exclude-secrets '$(EXAMPLES)' \
	  --disable-plugin KeywordDetector --disable-plugin Base64HighEntropyString --disable-plugin HexHighEntropyString
	@mv $(SCANNED).now $(SCANNED)

# --strict: what PyPI does not know is not told as if it had no holes.
audit: .venv/.audit       ## known holes in what is pinned
	$(BIN)/pip-audit --strict --requirement constraints.txt --require-hashes --disable-pip --progress-spinner off

fuzz: .venv/.fuzz         ## whatever reads other people's bytes, guided by coverage: ARGS="--seconds 600 answer"
	$(BIN)/python -m tests.fuzz $(ARGS)

bench: .venv/.bench       ## the benchmarks, ratios side by side in one run
	$(BIN)/python -m tests.bench $(ARGS)

scale: .venv/.scale       ## a day of a million users simulated from what was measured: docs/scale.md
	$(BIN)/python -m tests.bench.scale $(ARGS)

docs: $(READY)            ## what is made from the definitions of settings, commands, errors, metrics
	$(BIN)/python -m docs.make

site: .venv/.site         ## the documentation as a site, in site/html; needs no network, nor does reading it
	@$(BIN)/python -m docs.site site/pages
	$(BIN)/zensical build --strict --clean

playground:               ## the demo's page, built anew from playground/: the only thing here that needs Node
	cd playground && npm ci --silent && npm run --silent build

screenshots: .venv/.browser ## the pictures in docs/images, of the playground as it is now
	$(BIN)/python -m tests.browser.screenshots

format: $(READY)
	$(BIN)/ruff check --fix-only .
	$(BIN)/ruff format .

lock:                     ## pin the newest versions that pyproject.toml allows, with hashes
	$(LOCK) pyproject.toml --group dev -o constraints.txt
	$(LOCK) pyproject.toml --constraints constraints.txt -o constraints-run.txt
	for group in $(OPTIONAL); do \
	  $(LOCK) --group $$group --constraints constraints.txt -o constraints-$$group.txt || exit; done

clean:
	rm -rf .venv .cache site .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis

$(READY): constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "superoffice-slack needs Python 3.11 or newer; name one with: make PYTHON=python3.12")'
	@echo "Setting up $(VENV) (once)"
	@$(PYTHON) -m venv --clear $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r constraints.txt
	@touch $@

# What few need: a group of dependencies of pyproject.toml, into the same .venv.
.venv/.%: constraints-%.txt $(READY)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r $<
	@touch $@
