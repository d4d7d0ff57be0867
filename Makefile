# Claimwire's commands; `make` alone lists them.

PYTHON ?= python3
# URLs hold & and ?, paths blanks: the shell gets them as variables, never as words of its own.
export FEEDS AGAINST CLAIMS DATA EDITIONS FETCHES
BUILDER ?= docker
VERSION = $(shell sed -n 's/^version = "\(.*\)"/\1/p' pyproject.toml)
COMPILE = uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header

.DEFAULT_GOAL := help
.PHONY: help run dev test bench bench-api bench-ingest bench-relate bench-capacity quality train lint types format documents lock clean

help: ## list these commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run: ## start everything on this machine; FEEDS="https://… https://…" reads those instead of the samples
	@set -f; exec $(PYTHON) services/bootstrap.py requirements/run.txt -- .venv/bin/claimwire up $$FEEDS

dev: ## make .venv with all that development needs
	@$(PYTHON) services/bootstrap.py requirements/dev.txt

test: dev ## run every test, on its own PostgreSQL and Kafka
	@.venv/bin/python -m pytest -n 3 --cov

bench: dev ## measure articles a CPU second, for the whole path and bare
	@.venv/bin/python -m bench.throughput

bench-api: dev ## measure the gateway's cost on 200,000 claims; CLAIMS=2000000 for more
	@.venv/bin/python -m bench.api $${CLAIMS:+--claims "$$CLAIMS"}

bench-ingest: dev ## measure fetching and cleaning against its peers; FETCHES=2000 for a shorter look at memory
	@.venv/bin/python -m bench.ingest $${FETCHES:+--fetches "$$FETCHES"}

bench-relate: dev ## measure what comparing an article costs as the store grows; CLAIMS="10000 1000000" for other sizes
	@.venv/bin/python -m bench.relate $${CLAIMS:+--statements $$CLAIMS}

bench-capacity: dev ## measure CPU, disk and memory an article, with all comparing; EDITIONS=3 reads each page so often
	@.venv/bin/python -m bench.capacity $${EDITIONS:+--editions "$$EDITIONS"}

quality: dev ## measure the reading against annotated news; AGAINST=<earlier quality.json> shows what moved
	@.venv/bin/python -m bench.quality $${AGAINST:+--against "$$AGAINST"}

train: dev ## learn the reader's weights anew, in hours; DATA=<folder of public data sets>, else from our corpus alone
	@$(PYTHON) -m venv .venv-training
	@.venv-training/bin/python -m pip install --quiet --require-hashes -r training/requirements.txt
	@test -d models/minilm || .venv-training/bin/python -m training.encoders models/minilm
	@.venv-training/bin/python -m training.learning models/minilm models/reader.pt $${DATA:+--data "$$DATA"}
	@.venv-training/bin/python -m training.export models/minilm models/reader.pt models/reader
	@.venv-training/bin/python -m training.nearness models/minilm models/nearness
	@.venv-training/bin/python -m training.sentences models/nearness models/reader
	@for half in 0 1; do .venv-training/bin/python -m training.nearness models/minilm models/without-$$half --without $$half \
	  && .venv-training/bin/python -m training.sentences models/without-$$half models/without-$$half || exit 1; done
	@.venv/bin/python -m training.statements --model models/reader
	@.venv/bin/python -m training.confidence --model models/reader
	@.venv/bin/python -m training.relations models/without-0 models/without-1 --model models/reader

lint: dev ## check style
	@.venv/bin/ruff check
	@.venv/bin/ruff format --check

types: dev ## check types
	@.venv/bin/mypy

format: dev ## put the code in its form
	@.venv/bin/ruff format
	@.venv/bin/ruff check --fix --select I

documents: dev ## write what is generated: JSON Schemas, database.sql, openapi.json, the pages of metrics, problems and settings
	@.venv/bin/python -m schemas.documents
	@.venv/bin/python -c 'from services.migrations import schema_sql; print(schema_sql(), end="")' > schemas/database.sql
	@.venv/bin/python -m services.api.openapi > schemas/openapi.json
	@.venv/bin/python -m services.api.catalogue > docs/problems.md
	@.venv/bin/python -m services.cli.metrics > docs/metrics.md
	@.venv/bin/python -m services.cli.configuration > docs/configuration.md
	@.venv/bin/python deploy/prometheus/manifest.py > deploy/k8s/base/prometheus-rule.yaml
	@.venv/bin/python deploy/grafana/dashboards.py

image: ## build the image claimwire:VERSION; BUILDER=podman|buildah|docker, BASE=<image@digest>
	@$(BUILDER) build -f deploy/Dockerfile -t claimwire:$(VERSION) --build-arg VERSION=$(VERSION) \
	  --build-arg REVISION=$(shell git rev-parse HEAD) $(if $(BASE),--build-arg BASE=$(BASE)) $(IMAGE_OPTIONS) .

wheels: dev ## fetch the image's packages into build/wheels, to build it without a network; FOR=3.11 for an older Python
	@mkdir -p build/wheels
	@.venv/bin/pip download --quiet --require-hashes --only-binary=:all: --python-version $(or $(FOR),3.13) -d build/wheels \
	  -r requirements/services.txt -r requirements/build.txt

sbom: dev ## list what the image holds, as CycloneDX: build/sbom.cdx.json
	@mkdir -p build
	@.venv/bin/python -W ignore -m cyclonedx_py requirements --pyproject pyproject.toml --output-reproducible --of JSON -o build/sbom.cdx.json \
	  requirements/services.txt

check-cluster: dev ## apply the manifests to a real kube-apiserver that is built here (go, etcd, kubectl)
	@.ci/check-cluster

manifests: ## render what is applied to a cluster: build/manifests/{dev,prod}.yaml (needs kubectl)
	@mkdir -p build/manifests
	@for overlay in dev prod; do kubectl kustomize deploy/k8s/overlays/$$overlay > build/manifests/$$overlay.yaml || exit 1; done
	@ls build/manifests/*.yaml

lock: ## pin every dependency with its hashes (needs uv)
	@$(COMPILE) --all-extras pyproject.toml -o requirements/dev.txt
	@$(COMPILE) -c requirements/dev.txt pyproject.toml -o requirements/services.txt
	@echo hatchling | $(COMPILE) -c requirements/dev.txt - -o requirements/build.txt
	@$(COMPILE) -c requirements/dev.txt --extra engines --extra build pyproject.toml -o requirements/run.txt
	@$(COMPILE) --group rivals -o requirements/rivals.txt

clean: ## remove what was built: .venv and caches; what was stored (.state) stays
	@rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .hypothesis .coverage* htmlcov bench/out build
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +
