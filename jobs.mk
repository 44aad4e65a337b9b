# What issue "Run" is shown by, one target for each item. `make ci-jobs` is the short form that CI runs; the others are
# the full measurements of docs/run.md. PYTHON is an interpreter with celery, redis, rq, dramatiq, psycopg, asyncpg,
# sqlalchemy and django; redis-server, PostgreSQL's server and Chromium are Debian's packages.

PYTHON ?= python3
JOBS_BIN ?= build/roadworthy-jobs

.PHONY: ci-jobs jobs-bin bench-jobs bench-jobs-short bench-jobs-ours test-jobs test-jobs-story test-jobs-ladder test-jobs-ladder-short \
	test-jobs-schedules test-jobs-limits test-jobs-nodes test-jobs-transactions test-jobs-adapters test-jobs-dashboard test-jobs-pages

ci-jobs: test-jobs test-jobs-story test-jobs-ladder-short test-jobs-nodes test-jobs-transactions test-jobs-adapters

jobs-bin:
	mkdir -p $(dir $(JOBS_BIN))
	CGO_ENABLED=0 go build -trimpath -ldflags "-s -w" -o $(JOBS_BIN) ./cmd/roadworthy
	test $$(wc -c < $(JOBS_BIN)) -lt 60000000

# The behaviour suite on both databases, workers, dashboard API, store.
test-jobs:
	ROADWORTHY_NEED_POSTGRES=1 go test -short ./internal/store/... ./internal/jobs/... ./internal/web/... ./internal/telemetry/...

# 1. The story of the README, in an empty folder.
test-jobs-story: jobs-bin
	sh bench/jobs/story.sh $(abspath $(JOBS_BIN))

# 2. Speed.
bench-jobs: jobs-bin
	$(PYTHON) bench/jobs/bench.py $(JOBS_BIN) --postgres=own --out build/bench-jobs.json

bench-jobs-short: jobs-bin
	$(PYTHON) bench/jobs/bench.py $(JOBS_BIN) --quick --runs 2000

# Nothing but ours, without anything to install: it fails when the queue is ten times slower than it should be.
bench-jobs-ours: jobs-bin
	$(PYTHON) bench/jobs/bench.py $(JOBS_BIN) --ours --quick --runs 1000

# 3. Nothing lost: SIGKILL and SIGSTOP, a full disk (needs root, to mount one), a clock that is set.
test-jobs-ladder:
	cd internal/testkit/ladder && ROADWORTHY_NEED_POSTGRES=1 ROADWORTHY_KILLS=600 ROADWORTHY_RUNS=168000 go test -run Ladder -count=1 -v -timeout 3h .
	cd internal/testkit/ladder && ROADWORTHY_NEED_POSTGRES=1 ROADWORTHY_FULL=40 ROADWORTHY_RUNS=20000 go test -run FullDisk -count=1 -v -timeout 1h .
	ROADWORTHY_JUMPS=500 ROADWORTHY_RUNS=20000 go test -run ClockJumps -count=1 -v -timeout 1h ./internal/jobs

test-jobs-ladder-short:
	ROADWORTHY_NEED_POSTGRES=1 go test -run 'Ladder|FullDisk' -count=1 -v ./internal/testkit/ladder
	go test -run ClockJumps -count=1 -v ./internal/jobs

# 4. Schedules.
test-jobs-schedules:
	go test -run 'Schedule|Fires' -count=1 -v -timeout 30m ./internal/jobs

# 5. Limits, with the cause on the attempt.
test-jobs-limits:
	go test -run 'JobsStop' -count=1 -v ./internal/jobs

# 6. Three nodes; a node that stands still and comes back; a store that is moved while it is in use.
test-jobs-nodes:
	ROADWORTHY_NEED_POSTGRES=1 go test -run 'ThreeNodes|StoppedNode|MoveUnderLoad' -count=1 -v ./internal/testkit/ladder

# 7. Transactional enqueue.
test-jobs-transactions:
	ROADWORTHY_NEED_POSTGRES=1 ROADWORTHY_TEST_PYTHON=$(PYTHON) go test -run Transactional -count=1 -v ./internal/testkit/ladder

# 8. Adapters.
test-jobs-adapters:
	ROADWORTHY_TEST_PYTHON=$(PYTHON) go test -run Adapters -count=1 -v ./internal/testkit/ladder

# 9. The dashboard: a million runs; Chromium with axe (npm install playwright-core axe-core in NODE_DIR first).
test-jobs-pages:
	ROADWORTHY_ROWS=1000000 go test -run PagesAreFast -count=1 -v -timeout 20m ./internal/web

NODE_DIR ?= build/node
test-jobs-dashboard: jobs-bin
	sh bench/jobs/dashboard.sh $(abspath $(JOBS_BIN)) $(NODE_DIR)
