# Every target does its own set-up: a .venv with the pinned dependencies of constraints.txt.
PYTHON ?= python3
BIN := .venv/bin
READY := .venv/.ready
SCANNED := .venv/.scanned
# What stands for a secret in the documentation and in tests.
EXAMPLES := ^(password|a-password|hunter2|xox[b]-1-token|xox[b]-1-2-(abc|example)|xox[b]-1234-5678-abcd)$$
OPTIONAL := audit bench browser fuzz scale site
LOCK := uv pip compile --universal --python-version 3.11 --upgrade --generate-hashes --no-emit-index-url \
  --no-emit-find-links --no-header --no-annotate

.PHONY: demo setup run test test-long check secrets audit fuzz bench scale docs site playground screenshots format lock clean

demo: $(READY)            ## the main job with no account anywhere, in the browser; TERMINAL=1: at a prompt
	@$(BIN)/python -m bot demo $(if $(TERMINAL),--terminal) $(ARGS)

setup: $(READY)           ## the .venv alone; then .venv/bin/python -m bot …
	@:

run: $(READY)             ## the bot, configured by variables or BOT_CONFIG
	@$(BIN)/python -m bot run

test: $(READY)            ## the tests, under three minutes
	$(BIN)/python -m pytest -n auto --dist worksteal $(ARGS)

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
	@echo "Setting up .venv (once)"
	@$(PYTHON) -m venv --clear .venv
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r constraints.txt
	@touch $@

# What few need: a group of dependencies of pyproject.toml, into the same .venv.
.venv/.%: constraints-%.txt $(READY)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r $<
	@touch $@
