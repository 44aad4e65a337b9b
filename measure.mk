# What docs/measure.md reports, as targets. The first of each pair is the full experiment; `-short` can fail in CI and takes a minute or less.

SHOWN = go run ./internal/measure/shown
KEEP ?= .bench

.PHONY: measure-test measure-aa measure-aa-short measure-load measure-load-short measure-truth measure-truth-short \
	measure-states measure-states-short measure-bounds measure-bounds-short measure-overhead measure-overhead-short \
	measure-kill measure-kill-short measure-fuzz measure-fuzz-short measure-short

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

measure-short: measure-aa-short measure-load-short measure-truth-short measure-states-short measure-bounds-short measure-overhead-short measure-kill-short measure-fuzz-short
