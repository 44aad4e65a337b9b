#!/bin/sh
# run.sh NAME:PACKAGE TIME runs one fuzzer for TIME and prints its last figures. Go ends some runs with "context deadline
# exceeded" when the time is over while an input runs: that is no failure unless an input was written.
GO=${GO:-go}
name=${1%%:*}
out=$(mktemp)
trap 'rm -f "$out"' EXIT
echo "$name, $2:"
if ! $GO test "${1#*:}" -run '^$' -fuzz "^$name\$" -fuzztime "$2" -fuzzminimizetime 10x >"$out" 2>&1; then
	if ! grep -q 'context deadline exceeded' "$out" || grep -q 'Failing input written\|panic:\|process hung' "$out"; then
		tail -30 "$out"
		exit 1
	fi
fi
grep ' elapsed: ' "$out" | tail -1
