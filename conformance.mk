# make conformance: trees, scopes and rejection held against CPython 3.14 and 3.15 themselves, on their standard libraries,
# on popular packages from PyPI, and on the snippets inside CPython's own tests. It prints the counts of each and fails on any
# difference. Packages and results stay in a cache outside the tree; the first run downloads about 250 MB. `conformance-short`
# does the same on the standard library alone, with the first of the Pythons that there is.

PYTHONS ?= python3.14 python3.15
# A directory with CPython's test_syntax.py and its neighbours: an interpreter's own where its distribution has them, or
# Lib/test of a copy of CPython's repository.
CPYTHON_TESTS ?= $(firstword $(wildcard $(shell $(firstword $(PYTHONS)) -c 'import os; print(os.path.dirname(os.__file__))' 2>/dev/null)/test))
CACHE ?= $(or $(XDG_CACHE_HOME),$(HOME)/.cache)/roadworthy-conformance
PACKAGES = aiohttp anyio attrs black boto3 botocore celery click cryptography dask django fastapi flask httpx hypothesis jinja2 \
	langchain-core matplotlib mypy networkx numpy openai pandas pillow pip pydantic pygments pytest pyyaml redis requests rich \
	scikit-learn scipy setuptools sqlalchemy starlette streamlit sympy tornado tqdm twisted typer urllib3 werkzeug
TEST_FILES = test_syntax test_exceptions test_fstring test_patma test_type_params test_grammar

.PHONY: conformance conformance-short
conformance: $(CACHE)/packages-2.stamp
	@$(GO) build -o $(CACHE)/ ./internal/python/conformance && mv $(CACHE)/conformance $(CACHE)/trees
	@$(GO) build -o $(CACHE)/ ./internal/python/scope/conformance && mv $(CACHE)/conformance $(CACHE)/scopes
	@status=0; for python in $(PYTHONS); do \
		lib=$$($$python -c 'import os; print(os.path.dirname(os.__file__))') || exit 2; \
		echo "$$python, trees, standard library:"; $(CACHE)/trees -python $$python $$lib || status=1; \
		echo "$$python, trees, packages:"; $(CACHE)/trees -python $$python $(CACHE)/packages-2 || status=1; \
		echo "$$python, scopes, standard library and packages:"; $(CACHE)/scopes -python $$python $$lib $(CACHE)/packages-2 || status=1; \
		files=; for t in $(TEST_FILES); do test -f $(CPYTHON_TESTS)/$$t.py && files="$$files $(CPYTHON_TESTS)/$$t.py"; done; \
		if test -n "$$files"; then echo "$$python, snippets in CPython's tests:"; $(CACHE)/trees -python $$python -snippets $$files || status=1; \
		else echo "no CPython tests found: name them with CPYTHON_TESTS=DIR"; fi; \
	done; exit $$status

# Popular packages without their dependencies, each where it can be installed.
$(CACHE)/packages-2.stamp:
	@mkdir -p $(CACHE)
	python3 -m pip install --quiet --disable-pip-version-check --no-deps --no-compile --target $(CACHE)/packages-2 $(PACKAGES)
	@touch $@

conformance-short:
	@set -e; python=$$(for p in $(PYTHONS) python3; do command -v $$p && break; done); \
	case $$($$python -c 'import sys; print(sys.version_info[1])') in 14|15) ;; *) echo "conformance-short: no Python 3.14 or 3.15: left out"; exit 0;; esac; \
	lib=$$($$python -c 'import os; print(os.path.dirname(os.__file__))'); \
	$(GO) run ./internal/python/conformance -python $$python $$lib; \
	$(GO) run ./internal/python/scope/conformance -python $$python $$lib
