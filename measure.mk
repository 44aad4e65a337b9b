# What docs/measure.md reports, as targets. The first of each pair is the full experiment, for a quiet machine; `-short` judges only what
# no load can break, and all of them together take about a minute. They need a CPython 3.11 or later and say so where there is none.

SHOWN = go run ./internal/measure/shown
KEEP ?= .bench

.PHONY: measure-test measure-aa measure-aa-short measure-load measure-load-short measure-truth measure-truth-short \
	measure-states measure-states-short measure-bounds measure-bounds-short measure-overhead measure-overhead-short \
	measure-kill measure-kill-short measure-fuzz measure-fuzz-short measure-short bin/shown

measure-test:
	go test ./internal/measure/...

.PHONY: bin/roadworthy-measured
bin/roadworthy-measured:
	go build -o $@ ./cmd/roadworthy

measure-aa:
	mkdir -p $(KEEP)
	$(SHOWN) aa -sessions 500 -planted 30 -keep $(KEEP)/aa.jsonl
measure-aa-short:
	$(SHOWN) -short aa

measure-load:
	$(SHOWN) load -seconds 120
measure-load-short:
	$(SHOWN) -short load

measure-truth:
	$(SHOWN) truth
measure-truth-short:
	$(SHOWN) -short truth

measure-states:
	$(SHOWN) states
measure-states-short:
	$(SHOWN) -short states

measure-bounds:
	$(SHOWN) bounds
measure-bounds-short:
	$(SHOWN) -short bounds

measure-overhead: bin/roadworthy-measured
	$(SHOWN) overhead -roadworthy bin/roadworthy-measured
measure-overhead-short: bin/roadworthy-measured
	$(SHOWN) -short overhead -roadworthy bin/roadworthy-measured

measure-kill: bin/roadworthy-measured
	$(SHOWN) kill -roadworthy bin/roadworthy-measured
measure-kill-short: bin/roadworthy-measured
	$(SHOWN) -short kill -roadworthy bin/roadworthy-measured

measure-fuzz:
	MEASURE_LONG=1 go test -timeout 60m -run 'Mutated|Endless' ./internal/measure/cpython
	go test -run xxx -fuzz FuzzLineTable -fuzztime 60s ./internal/measure/cpython
measure-fuzz-short:
	go test -run 'Mutated|Endless' ./internal/measure/cpython

bin/shown:
	@go build -o $@ ./internal/measure/shown

# In CI: what fails here fails from a fault. Other work on the machine adds to latencies, takes processors away and makes looks late; it makes no
# verdict wrong, no request vanish, no wait look like another, and leaves no process behind.
measure-short: bin/shown bin/roadworthy-measured
	@set -e; for e in aa load truth states bounds; do echo "== $$e"; bin/shown -short $$e; done
	@set -e; for e in overhead kill; do echo "== $$e"; bin/shown -short $$e -roadworthy bin/roadworthy-measured; done
