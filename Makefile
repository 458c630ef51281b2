# Staydown. `make` alone says what there is. Every target prepares the virtual environment that it needs.
PYTHON ?= python3
READY := .venv/.ready
SAM := .venv-sam/.ready
BENCH := .venv-bench/.ready
FUZZ := .venv-fuzz/.ready
LOCK := .venv-lock/.ready
PY := .venv/bin/python
LAYERS := layers/staydown/requirements.in layers/crypto/requirements.in layers/imaging/requirements.in layers/imaging/requirements-heic.in
COMPILE := $(CURDIR)/.venv-lock/bin/pip-compile --quiet --generate-hashes --strip-extras --no-emit-index-url --no-emit-trusted-host
export SAM_CLI_TELEMETRY := 0
# Small products of matrices are slower on several threads than on one, on busy cores by far.
export OPENBLAS_NUM_THREADS := 1
export AWS_DEFAULT_REGION ?= eu-central-1

.DEFAULT_GOAL := help
.PHONY: help run demo test fuzz safeguards check bench load build lock pages sizes clean screens

help: ## what there is
	@grep -E '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## /make \1\t/' | expand -t 14

run: $(READY) ## the whole stack on this machine, until Ctrl-C (PORT=8080, AWS_PORT=8081)
	@$(PY) -m infra.local

demo: $(READY) ## the story on real photographs: upload, report, decide, stay down, appeal
	@$(PY) -m infra.demo

test: $(READY) ## every test
	@$(PY) -m pytest -q -n 3 --dist loadscope --no-loadscope-reorder

safeguards: $(READY) ## takes each safeguard out of a copy; its tests have to fail (some minutes)
	@$(PY) -m tools.safeguards

fuzz: $(READY) $(FUZZ) ## files made to hurt, found by coverage (SECONDS=120)
	@$(PY) -m tools.fuzz.corpus .local/fuzz/corpus
	@cd .local/fuzz && PYTHONPATH=$(CURDIR):$(CURDIR)/layers/staydown $(CURDIR)/.venv-fuzz/bin/python -m tools.fuzz.fingerprints corpus \
		-max_total_time=$(or $(SECONDS),120) -timeout=20 -rss_limit_mb=2000 -max_len=65536 -print_final_stats=1

check: $(READY) ## style, types, template, API document, docs/law.md
	@.venv/bin/ruff check . && .venv/bin/ruff format --check . && .venv/bin/mypy && .venv/bin/cfn-lint template.yaml && $(PY) -m infra.openapi --check && $(PY) -m infra.legal_matrix --check

bench: $(BENCH) ## every figure of docs/benchmarks.md (50 minutes; QUICK=1: a few; PHOTOGRAPHS=FOLDER, SOURCE=TEXT)
	@PHOTOGRAPHS="$(PHOTOGRAPHS)" SOURCE="$(SOURCE)" .venv-bench/bin/python -m tools.benchmarks $(if $(QUICK),--quick --out .local/benchmarks)

load: $(BENCH) ## uploads in bursts, for long, and when things go wrong: nothing is lost (some 5 minutes; ARGS=)
	@PHOTOGRAPHS="$(PHOTOGRAPHS)" SOURCE="$(SOURCE)" .venv-bench/bin/python -m tools.load $(if $(ARGS),$(ARGS),--out docs)

build: $(SAM) ## what is deployed, into .aws-sam (needs python3.13 on PATH; HEIC=0: without HEIC)
	@python3.13 -c pass 2>/dev/null || { echo "make build: no python3.13 on PATH that runs; the functions are built for it" >&2; exit 1; }
	@.venv-sam/bin/sam validate --lint && .venv-sam/bin/sam build

lock: $(LOCK) ## resolve layers/*/*.in into locked requirements with hashes (needs python3.13 on PATH)
	@cd layers/staydown && $(COMPILE) requirements.in
	@cd layers/crypto && $(COMPILE) requirements.in
	@cd layers/imaging && $(COMPILE) --unsafe-package=pywavelets --unsafe-package=scipy requirements.in
	@cd layers/imaging && $(COMPILE) --unsafe-package=pillow requirements-heic.in

pages: $(READY) ## put the web pages where the deployed stack serves them (STACK=staydown)
	@$(PY) -m infra.pages --stack $(or $(STACK),staydown)

screens: $(READY) ## what every page looks like, into docs/screens (needs Chromium)
	@$(PY) -m tests.browser.screens

sizes: $(READY) ## unzipped size of each function with its layers, from .aws-sam (make build)
	@$(PY) -m infra.sizes

clean: ## remove what make made
	@rm -rf .venv .venv-sam .venv-bench .venv-fuzz .venv-lock .aws-sam .local .pytest_cache .mypy_cache .ruff_cache

$(READY): requirements.txt $(LAYERS) pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "needs Python 3.11 or newer; PYTHON= chooses one" >&2; exit 1; }
	@$(PYTHON) -m venv .venv && $(PY) -m pip install --quiet --disable-pip-version-check -r requirements.txt -e . && touch $@

$(BENCH): requirements.txt $(LAYERS) tools/benchmarks/requirements.txt
	@$(PYTHON) -m venv .venv-bench && .venv-bench/bin/python -m pip install --quiet --disable-pip-version-check -r requirements.txt -r tools/benchmarks/requirements.txt -e . && touch $@

$(SAM): infra/requirements-sam.txt
	@$(PYTHON) -m venv .venv-sam && .venv-sam/bin/python -m pip install --quiet --disable-pip-version-check -r $< && touch $@

$(LOCK): infra/requirements-lock.txt
	@python3.13 -m venv .venv-lock && .venv-lock/bin/python -m pip install --quiet --disable-pip-version-check -r $< && touch $@

$(FUZZ): $(LAYERS) tools/fuzz/requirements.txt
	@$(PYTHON) -m venv .venv-fuzz && .venv-fuzz/bin/python -m pip install --quiet --disable-pip-version-check $(addprefix -r ,$(LAYERS)) -r tools/fuzz/requirements.txt && touch $@
