# make -f conformance.mk conformance
#
# Compares the parser with the ast module of CPython 3.14 and 3.15: on their standard libraries, on popular packages from
# PyPI, and on the snippets in CPython's own tests. Packages and results stay in a cache outside the tree.

PYTHONS ?= python3.14 python3.15
# A directory with CPython's test package (test_syntax.py and its neighbours); a Linux distribution may leave it out.
CPYTHON_TESTS ?= $(firstword $(wildcard $(shell $(firstword $(PYTHONS)) -c 'import os; print(os.path.dirname(os.__file__))')/test))
CACHE ?= $(or $(XDG_CACHE_HOME),$(HOME)/.cache)/roadworthy-conformance
PACKAGES = requests flask django fastapi pydantic sqlalchemy celery numpy pandas scipy scikit-learn matplotlib \
	boto3 botocore urllib3 click rich httpx aiohttp jinja2 pytest black mypy attrs cryptography setuptools pip \
	pyyaml pillow tornado twisted networkx sympy werkzeug starlette redis openai langchain-core streamlit dask
TEST_FILES = test_syntax test_exceptions test_fstring test_patma test_type_params test_grammar
CONFORMANCE = $(CACHE)/conformance

.PHONY: conformance
conformance: $(CACHE)/packages.stamp
	go build -o $(CONFORMANCE) ./internal/python/conformance
	@status=0; for python in $(PYTHONS); do \
		lib=$$($$python -c 'import os; print(os.path.dirname(os.__file__))') || exit 2; \
		echo "standard library:"; $(CONFORMANCE) -python $$python $$lib || status=1; \
		echo "packages:"; $(CONFORMANCE) -python $$python $(CACHE)/packages || status=1; \
		files=; for t in $(TEST_FILES); do test -f $(CPYTHON_TESTS)/$$t.py && files="$$files $(CPYTHON_TESTS)/$$t.py"; done; \
		if test -n "$$files"; then echo "test snippets:"; $(CONFORMANCE) -python $$python -snippets $$files || status=1; fi; \
	done; exit $$status

$(CACHE)/packages.stamp:
	mkdir -p $(CACHE)
	python3 -m pip install --quiet --no-deps --target $(CACHE)/packages $(PACKAGES)
	touch $@
