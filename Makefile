# make            builds bin/roadworthy
# make test       runs every test and counts them
# make help       lists the rest
#
# Long suites have their own .mk file, included at the end. A suite with a short form adds its target to SHORT, and
# `make short` (which .ci/run calls) runs all of those.

GO    ?= go
SHORT :=
export CGO_ENABLED = 0

.DEFAULT_GOAL := build
.PHONY: build test lint docs catalogue check-examples short wheel wheels wheel-test clean help

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
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 24

include $(sort $(wildcard *.mk))

short: $(SHORT) ## the short forms of the long suites
