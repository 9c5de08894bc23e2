#!/bin/sh
# golden.sh - policies and what the compiler says of them, to the letter. TAP.
#
#   golden/bad/x.policy  golden/bad/x.err   the messages, carets included
#   golden/ok/x.policy   golden/ok/x.dump   the program
#
# Run from the top of the tree; $B is the build directory. With --bless the
# .err and .dump files are written instead: look at the diff before you commit.
set -u
B=${B:-build/none}
sluice=$(realpath "$B/sluice") || exit 1
examples=$(realpath deploy/policies) manual=$(realpath policy/policy.5)
dir=$(mktemp -d) || exit 1
trap 'rm -rf "$dir"' EXIT
bless=false
[ "${1:-}" = --bless ] && bless=true
n=0
bad=0

# result NAME STATUS [FILE]: one test; FILE says why it failed.
result() {
	n=$((n + 1))
	if [ "$2" -eq 0 ]; then
		echo "ok $n - $1"
	else
		echo "not ok $n - $1"
		[ $# -gt 2 ] && head -40 "$3" | sed 's/^/# /'
		bad=1
	fi
}

# same NAME WANTED: compares $dir/got with the golden file, or makes it that.
same() {
	$bless && cp "$dir/got" "$2"
	diff -u "$2" "$dir/got" >"$dir/diff" 2>&1
	result "$1" $? "$dir/diff"
}

# messages FILE: what `sluice check` says, without its own closing line.
messages() {
	"$sluice" check "$1" 2>&1 >"$dir/out" | grep -v '^sluice[ :]' >"$dir/got"
}

# A policy with errors is refused; one with warnings only is not.
status_fits() {
	grep -q ': error: ' "$dir/got"
	wanted=$((1 - $?))
	"$sluice" check "$1" >"$dir/out" 2>&1
	[ $? -eq $wanted ]
}

compiles() { # NAME FILE
	"$sluice" check -W "$2" >"$dir/out" 2>&1
	result "$1" $? "$dir/out"
}

cd tests/golden/bad || exit 1
for policy in *.policy; do
	messages "$policy"
	same "bad/$policy: messages" "${policy%.policy}.err"
	status_fits "$policy"
	result "bad/$policy: exit status" $? "$dir/out"
done

cd ../ok || exit 1
for policy in *.policy; do
	[ -e "$policy" ] || continue
	"$sluice" dump "$policy" >"$dir/got" 2>&1
	same "ok/$policy: program" "${policy%.policy}.dump"
	compiles "ok/$policy: no warnings" "$policy"
done

for policy in "$examples"/*.policy; do
	[ -e "$policy" ] || continue
	compiles "deploy/policies/${policy##*/} compiles" "$policy"
done

# The complete policies of the manual page stand between `.Bd -literal` lines
# that are marked as such.
awk -v dir="$dir" '/^\.\\" policy$/ { file = dir "/manual-" ++i ".policy"; next }
	/^\.Bd/ && file { on = 1; next }
	/^\.Ed/ { on = 0; file = "" }
	on { gsub(/\\e/, "\\"); sub(/^\\&/, ""); print >file }' "$manual"
for policy in "$dir"/manual-*.policy; do
	compiles "policy(5): ${policy##*/} compiles" "$policy"
done

echo "1..$n"
exit $bad
