#!/bin/sh
# Starts a project with hostile names, arguments, output and tracebacks, and checks its dashboard in Chromium.
set -eu
bin=$1
node=$(cd "$2" && pwd)
here=$(cd "$(dirname "$0")/../.." && pwd)
dir=$(mktemp -d)
pid=
trap 'kill "$pid" 2>/dev/null || true; wait "$pid" 2>/dev/null || true; rm -rf "$dir"' EXIT
cd "$dir"
cat > app.py <<'PY'
import time
import roadworthy

@roadworthy.job(schedule="0 7 * * mon", timezone="Europe/Berlin", owner="marketing", tier="internal")
def weekly_report(week="last"):
    roadworthy.metric("rows_written", 1250)

@roadworthy.job(retries=1, backoff="50ms", owner="<script>window.hostile=1</script>", tier="internal")
def sync(customer="acme", api_token="x"):
    print("<script>window.hostile=1</script><img src=x onerror=window.hostile=1>")
    if customer != "acme":
        raise ValueError("<script>window.hostile=1</script> cannot be billed")

@roadworthy.job(concurrency=1)
def embed():
    for i in range(50):
        roadworthy.progress(i, 50, "<b>documents</b>")
        time.sleep(0.1)
PY
"$bin" up --listen 127.0.0.1:0 > up.log 2>&1 &
pid=$!
for _ in $(seq 100); do grep -q dashboard up.log && "$bin" queues > /dev/null 2>&1 && break; sleep 0.1; done
"$bin" jobs run weekly_report
"$bin" jobs run sync 'customer="<img src=x onerror=window.hostile=1>"' api_token=hunter2
"$bin" jobs run embed
"$bin" jobs run embed
sleep 2
url=$(sed -n 's/^dashboard //p' up.log)
cd "$node"
node "$here/internal/web/browser/check.mjs" "$url" "${SHOTS:-$dir/shots}"
