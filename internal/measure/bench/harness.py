"""Calls one function again and again in this fresh process and reports how long each call took.

harness.py MODULE:FUNCTION SECONDS CALLS WARMUP
"""
import importlib
import json
import os
import sys
import time


def main():
    target, seconds, calls, warmup = sys.argv[1], float(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4])
    sys.path[0] = os.getcwd()
    module, _, name = target.partition(":")
    function = importlib.import_module(module)
    for part in (name or "main").split("."):
        function = getattr(function, part)
    startup = time.time_ns() - int(os.environ["ROADWORTHY_BENCH_START"])
    if calls == 0 and seconds == 0:
        seconds = 0.2
    for _ in range(warmup):
        function()
    clock = time.perf_counter_ns
    latency, errors = [], 0
    begin = clock()
    end = begin + int(seconds * 1e9) if calls == 0 else 1 << 62
    before = begin
    while before < end and (calls == 0 or len(latency) < calls):
        try:
            function()
        except Exception as e:
            errors += 1
            if errors == 1:
                print(f"{type(e).__name__}: {e}", file=sys.stderr)
        after = clock()
        latency.append(after - before)
        before = after
    with open(os.environ["ROADWORTHY_BENCH_REPORT"], "w") as out:
        json.dump({"latency_ns": latency, "elapsed_ns": before - begin, "errors": errors}, out)
        out.write("\n")
        json.dump({"metric": "startup", "value": startup, "unit": "ns"}, out)
        out.write("\n")


main()
