#!/bin/sh
# The story of the README as a new user lives it: an empty folder, one file, one command; a run, a failure that is
# retried, a dead letter that is replayed. Fails if it takes longer than two minutes.
set -eu
bin=$1
dir=$(mktemp -d)
start=$(date +%s)
trap 'kill "$pid" 2>/dev/null || true; wait "$pid" 2>/dev/null || true; rm -rf "$dir"' EXIT
pid=
cd "$dir"
cat > app.py <<'PY'
import os
import roadworthy

@roadworthy.job(retries=1, backoff="100ms")
def greet(name="world"):
    print("hello", name)
    if name == "nobody" and not os.path.exists("fixed"):
        raise ValueError("nobody is there")
PY
"$bin" up --listen 127.0.0.1:0 > up.log 2>&1 &
pid=$!
for _ in $(seq 100); do "$bin" queues > /dev/null 2>&1 && grep -q dashboard up.log && break; sleep 0.1; done
url=$(sed -n 's/^dashboard //p' up.log)
until_state() {
	for _ in $(seq 200); do
		"$bin" runs show "$1" > show.txt 2>&1 && grep -q "^run $1 of greet: $2" show.txt && return
		sleep 0.1
	done
	cat show.txt up.log
	echo "run $1 is not $2" && exit 1
}
"$bin" jobs run greet name=ann
until_state 1 done
curl -fsS "$url/" | grep -q app.js
curl -fsS "$url/api/v1/runs/1" | grep -q 'hello ann'
"$bin" jobs run greet name=nobody
until_state 2 dead
grep -q "nobody is there" show.txt
grep -q "attempt 2" show.txt
"$bin" dlq | grep -q "nobody is there"
touch fixed
"$bin" dlq replay 2
until_state 2 done
took=$(($(date +%s) - start))
echo "run, retry, dead letter and replay seen: $took s"
[ "$took" -lt 120 ]
