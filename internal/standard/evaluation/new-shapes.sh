#!/bin/sh
# Makes every shape and runs the commands that its own README names. Prints one row of docs/standard.md a shape; exits 1
# when any command failed. Usage: new-shapes.sh ROADWORTHY DIRECTORY [SHAPE…]; NEW_FLAGS is handed to `roadworthy new`.
set -u
roadworthy=$1 directory=$2
shift 2
[ $# -gt 0 ] || set -- api admin service worker job pipeline ai-app cli library notebook
mkdir -p "$directory"
failed=0
# serves: the server that the README's run command starts answers real HTTP requests on a port of its own.
serves() {
	port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
	name=$(echo "shop_$shape" | tr 'a-z-' 'A-Z_')
	(cd "$project" && exec env "${name}_PORT=$port" "${name}_MODEL_KEY=none" "${name}_SECRET_KEY=only-here-only-here-only-here-only-here" \
		sh -c "exec $command") >"$directory/$shape.run.log" 2>&1 &
	server=$!
	answer=1
	for _ in $(seq 60); do
		if python3 - "$port" <<'EOF' >>"$directory/$shape.run.log" 2>&1; then answer=0; break; fi
import sys, urllib.request
for path, part in (("healthz", b"ok"), ("metrics", b"http_request_seconds")):
    with urllib.request.urlopen(f"http://127.0.0.1:{sys.argv[1]}/{path}", timeout=5) as reply:
        assert reply.status == 200 and part in reply.read(), path
    assert len(reply.headers["x-request-id"]) == 32
EOF
		sleep 1
	done
	kill "$server" 2>/dev/null
	wait "$server" 2>/dev/null
	return $answer
}
echo '| shape | new | install | test | format | lint | check types | build | run | check | unchanged by format | seconds |'
echo '|---|---|---|---|---|---|---|---|---|---|---|---|'
for shape; do
	project=$directory/shop-$shape
	rm -rf "$project"
	started=$(date +%s)
	row="| $shape |"
	step() { # name, command
		if (cd "$project" && sh -c "$2") >"$directory/$shape.$1.log" 2>&1; then row="$row yes |"; else row="$row **no** |"; failed=1; fi
	}
	if "$roadworthy" new "shop-$shape" --into "$project" --shape "$shape" --owner @acme/shop ${NEW_FLAGS:-} >"$directory/$shape.new.log" 2>&1 &&
		[ -f "$project/uv.lock" ]; then row="$row yes |"; else row="$row **no** |"; failed=1; fi
	(cd "$project" && find . -type f ! -path './.venv/*' -exec cksum {} + | sort -k 3) >"$directory/$shape.before" 2>/dev/null
	for name in install test format lint 'check types' build; do
		command=$(sed -n "s/^| $name | \`\(.*\)\` |\$/\1/p" "$project/README.md")
		step "$(echo "$name" | tr ' ' -)" "${command:-false}"
	done
	command=$(sed -n 's/^| run | `\(.*\)` |$/\1/p' "$project/README.md")
	case $shape in
	api | admin | service | ai-app) if serves; then row="$row answers |"; else row="$row **no** |"; failed=1; fi ;;
	pipeline | cli | library) step run "$command" ;;
	worker) row="$row in its tests |" ;;     # needs Redis to run alone
	job) row="$row in its tests |" ;;        # reaches the network
	notebook) row="$row in its tests |" ;;   # needs a browser
	esac
	step check "'$roadworthy' check --no-cache" # no finding at the tier asked for
	(cd "$project" && cut -d ' ' -f 3- "$directory/$shape.before" | tr '\n' '\0' | xargs -0 cksum | sort -k 3) >"$directory/$shape.after" 2>&1
	if cmp -s "$directory/$shape.before" "$directory/$shape.after"; then row="$row yes |"; else row="$row **no** |"; failed=1; fi
	echo "$row $(($(date +%s) - started)) |"
done
exit $failed
