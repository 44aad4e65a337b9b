# make fuzz: the lexer, the parser, the notebook reader and the whole check, on inputs that no one would write, FUZZTIME
# each. An input that reaches something new is made smaller in ten tries at most: Go's minute would take nearly all of the
# time where one input takes long. A crash, a hang or a broken invariant fails and leaves its input below the package's
# testdata/fuzz.

FUZZTIME ?= 20m
FUZZERS = FuzzLex:./internal/python/parser FuzzParse:./internal/python/parser FuzzRead:./internal/notebook FuzzCheck:./internal/check

.PHONY: fuzz fuzz-short
fuzz:
	@set -e; for f in $(FUZZERS); do GO="$(GO)" sh bench/fuzz/run.sh $$f $(FUZZTIME); done

fuzz-short: ; @$(MAKE) --no-print-directory fuzz FUZZTIME=5s
