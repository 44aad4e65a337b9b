# What docs/graduation.md reports, as targets. They need public repositories in REPOS (bench/graduate/sets.py names them), and an interpreter in BENCH_PYTHON with
# the libraries that the notebooks use, IPython, Pillow, Ruff and mypy. Results are kept in KEEP and taken up again.

REPOS ?= .bench/repositories
GRADUATED ?= .bench/graduate
BENCH_PYTHON ?= python3
GRADUATE_TOOLS ?= $(dir $(BENCH_PYTHON))
LEVEL ?= 6
SAMPLE ?= 96
FIRST ?= 0
LIMIT ?= 240
GRADUATE_ENV = PYTHONHASHSEED=1 OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1

.PHONY: graduate-test graduate-cases graduate-originals graduate-open graduate-second graduate-mutants graduate-heads graduate-gate

graduate-test:
	go test ./internal/graduate/...

# Every case of internal/graduate/testdata/cases, as a table: what it is to come to, and what it came to. Cases whose libraries BENCH_PYTHON lacks are
# skipped, and so are those for Pythons that ROADWORTHY_PYTHONS and PATH do not have.
graduate-cases:
	mkdir -p $(GRADUATED)
	rm -f $(GRADUATED)/cases.md
	ROADWORTHY_GRADUATE_CASES=all ROADWORTHY_GRADUATE_TABLE=$(abspath $(GRADUATED))/cases.md ROADWORTHY_PYTHON=$(BENCH_PYTHON) go test -count=1 -timeout 30m -run TestCases ./internal/graduate; \
	  failed=$$?; cat $(GRADUATED)/cases.md; exit $$failed

graduate-originals:
	mkdir -p $(GRADUATED)
	$(GRADUATE_ENV) $(BENCH_PYTHON) bench/graduate/originals.py $(REPOS) $(GRADUATED)/originals.json --sample $(SAMPLE) --first $(FIRST) --limit $(LIMIT)

graduate-open: build graduate-originals
	$(GRADUATE_ENV) $(BENCH_PYTHON) bench/graduate/funnel.py $(REPOS) $(GRADUATED) --roadworthy bin/roadworthy --python $$(command -v $(BENCH_PYTHON)) --level $(LEVEL) --sample $(SAMPLE) --first $(FIRST) --limit $(LIMIT) --cell-timeout 60s

graduate-second:
	$(GRADUATE_ENV) LEVEL=$(LEVEL) $(BENCH_PYTHON) bench/graduate/second.py --funnel $(REPOS) $(GRADUATED)

graduate-mutants: build
	$(GRADUATE_ENV) $(BENCH_PYTHON) bench/graduate/mutants.py $(REPOS) $(GRADUATED) --roadworthy bin/roadworthy --python $$(command -v $(BENCH_PYTHON)) --count 200

graduate-heads:
	$(GRADUATE_ENV) $(BENCH_PYTHON) bench/graduate/heads.py $(REPOS) $(GRADUATED) --tools $(GRADUATE_TOOLS)

graduate-gate:
	$(BENCH_PYTHON) bench/graduate/gate.py $(PROJECT) $(NOTEBOOK)
