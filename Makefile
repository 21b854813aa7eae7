# Every target does its own set-up: a .venv with the pinned dependencies of constraints.txt.
PYTHON ?= python3
BIN := .venv/bin
READY := .venv/.ready
BROWSER := .venv/.browser
AUDIT := .venv/.audit
SCALE := .venv/.scale
# What stands for a secret in the documentation and in tests.
EXAMPLES := ^(password|a-password|hunter2|xox[b]-1-token|xox[b]-1-2-(abc|example)|xox[b]-1234-5678-abcd)$$
FUZZ := .venv/.fuzz
SITE := .venv/.site
LOCK := uv pip compile --universal --python-version 3.11 --upgrade --generate-hashes --no-emit-index-url \
  --no-emit-find-links --no-header --no-annotate

.PHONY: demo setup run test test-long check audit fuzz bench scale docs site playground screenshots format lock clean

demo: $(READY)            ## the main job with no account anywhere, in the browser; TERMINAL=1: at a prompt
	@$(BIN)/python -m bot demo $(if $(TERMINAL),--terminal) $(ARGS)

setup: $(READY)           ## the .venv alone; then .venv/bin/python -m bot …
	@:

run: $(READY)             ## the bot, configured by variables or BOT_CONFIG
	@$(BIN)/python -m bot run

test: $(READY)            ## the tests, under three minutes
	$(BIN)/python -m pytest -n auto --dist worksteal $(ARGS)

test-long: $(BROWSER) $(SITE) ## kill loops, soaks, sweeps, the browser, the site
	$(BIN)/python -m pytest -n auto -m long $(ARGS) || [ $$? -eq 5 ] # 5: there is none

check: $(READY)           ## lint, types, import rules
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

audit: $(AUDIT)           ## known holes in what is pinned, secrets in what is committed
	$(BIN)/pip-audit --requirement constraints.txt --require-hashes --disable-pip --progress-spinner off
	git ls-files -z -- ':!*.ambr' ':!*/assets/*' ':!constraints*.txt' ':!*.po' ':!*.png' ':!*package-lock.json' | \
	  xargs -0 $(BIN)/detect-secrets-hook --exclude-secrets '$(EXAMPLES)' --disable-plugin KeywordDetector \
	  --disable-plugin Base64HighEntropyString --disable-plugin HexHighEntropyString

fuzz: $(FUZZ)             ## whatever reads other people's bytes, guided by coverage: ARGS="--seconds 600 answer"
	$(BIN)/python -m tests.fuzz $(ARGS)

bench: $(READY)           ## the benchmarks, ratios side by side in one run
	$(BIN)/python -m tests.bench $(ARGS)

scale: $(SCALE)           ## a day of a million users simulated from what was measured: docs/scale.md
	$(BIN)/python -m tests.bench.scale $(ARGS)

docs: $(READY)            ## what is made from the definitions of settings, commands, errors, metrics
	$(BIN)/python -m docs.make

site: $(SITE)             ## the documentation as a site, in site/html; needs no network, nor does reading it
	@$(BIN)/python -m docs.site site/pages
	$(BIN)/zensical build --strict --clean

playground:               ## the demo's page, built anew from playground/: the only thing here that needs Node
	cd playground && npm ci --silent && npm run --silent build

screenshots: $(BROWSER)   ## the pictures in docs/images, of the playground as it is now
	$(BIN)/python -m tests.browser.screenshots

format: $(READY)
	$(BIN)/ruff check --fix-only .
	$(BIN)/ruff format .

lock:                     ## pin the newest versions that pyproject.toml allows, with hashes
	$(LOCK) pyproject.toml --group dev -o constraints.txt
	$(LOCK) pyproject.toml --constraints constraints.txt -o constraints-run.txt
	$(LOCK) --group browser --constraints constraints.txt -o constraints-browser.txt
	$(LOCK) --group fuzz --constraints constraints.txt -o constraints-fuzz.txt
	$(LOCK) --group site --constraints constraints.txt -o constraints-site.txt
	$(LOCK) --group audit --constraints constraints.txt -o constraints-audit.txt
	$(LOCK) --group scale --constraints constraints.txt -o constraints-scale.txt

clean:
	rm -rf .venv .cache site .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis

$(READY): constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "superoffice-slack needs Python 3.11 or newer; name one with: make PYTHON=python3.12")'
	@echo "Setting up .venv (once)"
	@$(PYTHON) -m venv --clear .venv
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r constraints.txt
	@touch $@

$(FUZZ): constraints-fuzz.txt $(READY)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r constraints-fuzz.txt
	@touch $@

$(AUDIT): constraints-audit.txt $(READY)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r constraints-audit.txt
	@touch $@

$(SCALE): constraints-scale.txt $(READY)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r constraints-scale.txt
	@touch $@

$(SITE): constraints-site.txt $(READY)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r constraints-site.txt
	@touch $@

$(BROWSER): constraints-browser.txt $(READY)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r constraints-browser.txt
	@touch $@
