# make bench: the speed of check beside Ruff, on three trees of real code of over 500,000 lines each. Trees and Ruff come
# from PyPI and are kept in .bench. On a machine that does nothing else; about ten minutes.

BENCH_RUNS ?= 5
BENCH_RUFF ?= 0.17.6
BENCH_TREES = homeassistant sympy transformers

.PHONY: bench
bench: build .bench/ruff-$(BENCH_RUFF)/bin/ruff $(BENCH_TREES:%=.bench/%)
	@$(GO) run ./internal/tools/bench -roadworthy bin/roadworthy -ruff .bench/ruff-$(BENCH_RUFF)/bin/ruff -runs $(BENCH_RUNS) $(BENCH_TREES:%=.bench/%)

.bench/ruff-$(BENCH_RUFF)/bin/ruff:
	@python3 -m venv .bench/ruff-$(BENCH_RUFF)
	@.bench/ruff-$(BENCH_RUFF)/bin/pip install --quiet --disable-pip-version-check ruff==$(BENCH_RUFF)

.bench/homeassistant: ; @$(call bench_wheel,homeassistant==2024.3.3)
.bench/sympy: ; @$(call bench_wheel,sympy==1.14.0)
.bench/transformers: ; @$(call bench_wheel,transformers==4.57.1)

# A package's files, without its dependencies and whatever Python it asks for. Complete or not there.
bench_wheel = rm -rf $@.new && python3 -m pip download --quiet --disable-pip-version-check --no-deps --only-binary=:all: \
	--python-version 3.13 --dest $@.new $(1) && python3 -m zipfile -e $@.new/*.whl $@.new/tree && mv $@.new/tree $@ && rm -rf $@.new
