# The long measurements of `new` and `adopt`; they reach the package index. uv and Ruff must be on PATH.
#
#   make -f standard.mk new-shapes                     every shape, with the commands its README names: the table of docs/standard.md
#   make -f standard.mk adopt-repos ADOPT_REPOS=DIR    every git clone in DIR: the table of docs/adopt.md
#   make -f standard.mk new-shapes-short               two shapes, for CI
#   make -f standard.mk adopt-repos-short              small cases as scripts, for CI, without a network
#
# Each fails when a command fails, a user's key is lost, tests differ, or a second run changes something.

WORK        ?= .standard
SHAPES      ?=
ADOPT_NAMES ?=

.PHONY: new-shapes new-shapes-short adopt-repos adopt-repos-short
new-shapes: $(WORK)/roadworthy
	internal/standard/evaluation/new-shapes.sh $(abspath $(WORK))/roadworthy $(abspath $(WORK))/shapes $(SHAPES)

new-shapes-short:
	$(MAKE) -f standard.mk new-shapes SHAPES="library job"

adopt-repos: $(WORK)/roadworthy
	@test -n "$(ADOPT_REPOS)" || { echo "ADOPT_REPOS names the directory that holds the git clones" >&2; exit 2; }
	python3 internal/standard/evaluation/adopt_repos.py $(WORK)/roadworthy $(ADOPT_REPOS) $(WORK)/adopted $(ADOPT_NAMES)

adopt-repos-short:
	go test -count=1 -run 'TestScripts/adopt' ./cmd/roadworthy
	go test -count=1 ./internal/standard/...

.PHONY: $(WORK)/roadworthy
$(WORK)/roadworthy:
	go build -o $@ ./cmd/roadworthy
