# make            builds bin/roadworthy
# make test       runs every test and counts them
# make help       lists the rest
#
# Long suites have their own .mk file, included at the end; each says what it needs. SHORT are the short forms, beyond what
# `make test` runs anyway, that .ci/run adds.

GO    ?= go
SHORT := test-jobs-story new-shapes-short bench-jobs-ours measure-short
export CGO_ENABLED = 0

.DEFAULT_GOAL := build
.PHONY: build test lint docs catalogue check-examples short wheel wheels wheel-test clean help print-short

build: ## bin/roadworthy
	@$(GO) build -o bin/roadworthy ./cmd/roadworthy

test: ## every test, with a count at the end
	@$(GO) test -json ./... 2>&1 | $(GO) run ./internal/tools/testsum

lint: ## formatting, go vet, the module file
	@unformatted=$$($(GO)fmt -l cmd internal); test -z "$$unformatted" || { echo "not formatted by gofmt:"; echo "$$unformatted"; exit 1; }
	@$(GO) vet ./...
	@$(GO) mod verify >/dev/null
	@$(GO) mod tidy -diff

docs: ## what is generated: the reference of commands, configuration and rules
	@$(GO) test ./internal/cli -run TestReferenceIsCurrent -update
	@$(GO) test ./internal/project -run 'Documentation|Configuration' -update
	@$(GO) test ./internal/rules -run TestIndexIsCurrent -update

catalogue: ## the stubs of the catalogue, every name of them, against the libraries that python3 has
	@$(GO) test -count=1 ./internal/knowledge/...

check-examples: build ## the main job on examples/, against the findings it is meant to have
	@$(GO) test -count=1 ./internal/examples


wheel: ## dist/roadworthy-….whl for this machine
	@$(GO) run ./internal/tools/wheel -out dist

wheels: ## the wheels of all six platforms
	@set -e; for os in linux darwin windows; do for arch in amd64 arm64; do \
		$(GO) run ./internal/tools/wheel -out dist -os $$os -arch $$arch; done; done

wheel-test: ## the wheel, installed in a fresh virtual environment and used
	@$(GO) test -count=1 -v ./internal/tools/wheel

clean: ## removes what was built
	@rm -rf bin dist

help:
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1\t\2/p' Makefile | expand -t 24
	@echo "and from the .mk files:"
	@awk '/^\.PHONY:/ { on = 1 } on { more = sub(/\\$$/, ""); for (i = 1; i <= NF; i++) if ($$i ~ /^[a-z-]+$$/) print "  make " $$i; on = more }' $(sort $(wildcard *.mk)) | sort -u

include $(sort $(wildcard *.mk))

short: $(SHORT) ## the short forms of the long suites
print-short: ; @echo $(SHORT)
