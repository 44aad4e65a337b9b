# make -f conformance-scope.mk: scopes held against the symtable module of Python 3.14 and 3.15, on their standard
# libraries and on popular packages from PyPI. PYTHONS names the interpreters; packages are kept in .conformance.

PYTHONS  ?= python3.14 python3.15
SCOPE_PACKAGES ?= aiohttp anyio attrs boto3 botocore celery click cryptography django fastapi flask httpx hypothesis jinja2 \
	matplotlib mypy networkx numpy pandas pip pydantic pygments pytest redis requests rich scikit-learn scipy setuptools \
	sqlalchemy starlette sympy tornado tqdm twisted typer urllib3 werkzeug

.PHONY: conformance-scope
conformance-scope: .conformance/packages
	@set -e; for python in $(PYTHONS); do \
		go run ./internal/python/scope/conformance -python $$python .conformance/packages \
			"$$($$python -c 'import os; print(os.path.dirname(os.__file__))')"; \
	done

.conformance/packages:
	python3 -m pip install --quiet --no-deps --no-compile --disable-pip-version-check --target $@.new $(SCOPE_PACKAGES)
	mv $@.new $@
