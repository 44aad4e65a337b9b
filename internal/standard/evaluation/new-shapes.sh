#!/bin/sh
# Makes every shape and runs the commands that its own README names. Prints one row of docs/standard.md a shape; exits 1
# when any command failed. Usage: new-shapes.sh ROADWORTHY DIRECTORY [SHAPE…]; NEW_FLAGS is handed to `roadworthy new`.
set -u
roadworthy=$1 directory=$2
shift 2
[ $# -gt 0 ] || set -- api admin service worker job pipeline ai-app cli library notebook
mkdir -p "$directory"
failed=0
echo '| shape | new | install | test | format | lint | check types | build | unchanged by format | seconds |'
echo '|---|---|---|---|---|---|---|---|---|---|'
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
	(cd "$project" && cut -d ' ' -f 3- "$directory/$shape.before" | tr '\n' '\0' | xargs -0 cksum | sort -k 3) >"$directory/$shape.after" 2>&1
	if cmp -s "$directory/$shape.before" "$directory/$shape.after"; then row="$row yes |"; else row="$row **no** |"; failed=1; fi
	echo "$row $(($(date +%s) - started)) |"
done
exit $failed
