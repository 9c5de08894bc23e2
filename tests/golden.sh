#!/bin/sh
# golden.sh - policies and what the compiler says of them, to the letter. TAP.
#
#   golden/bad/x.policy  golden/bad/x.err   the messages, carets included
#   golden/ok/x.policy   golden/ok/x.dump   the program
#
# A policy too large to be kept is printed by golden/bad/x.sh. What a policy
# names (*.set, *.inc) lies beside it.
#
# Run from the top of the tree; $B is the build directory. With --bless the
# .err and .dump files are written instead: look at the diff before you commit.
set -u
B=${B:-build/none}
sluice=$(realpath "$B/sluice") || exit 1
top=$(pwd)
examples=$top/deploy/policies manual=$top/policy/policy.5
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

# What `sluice check` says, without its own closing line. A policy with errors
# is refused; one with warnings only is not; this is neither without a word.
refuses() { # POLICY ERR
	"$sluice" check "$1" >"$dir/out" 2>"$dir/said"
	status=$?
	grep -v '^sluice[ :]' "$dir/said" >"$dir/got"
	same "bad/$1: messages" "$2"
	wanted=0
	grep -q ': error: ' "$dir/got" && wanted=1
	[ -s "$dir/got" ] && [ $status -eq $wanted ]
	result "bad/$1: exit status" $? "$dir/said"
}

# The program goes to $dir/got, and what is said of it.
program() { # NAME FILE
	"$sluice" dump "$2" >"$dir/got" 2>&1 && ! grep ': warning: ' "$dir/got" >"$dir/out"
	result "$1: no warnings" $? "$dir/out"
}

# The canonical form of a policy is that program ($dir/got) again, and its own
# canonical form. It is written beside the policy, for the files that it names.
formats() { # NAME FILE
	formatted=$(dirname "$2")/formatted
	{
		"$sluice" fmt "$2" >"$formatted" &&
		"$sluice" fmt "$formatted" >"$dir/again" &&
		diff -u "$formatted" "$dir/again" &&
		"$sluice" dump "$formatted" | diff -u "$dir/got" -
	} >"$dir/out" 2>&1
	result "$1: canonical form" $? "$dir/out"
}

cd "$top/tests/golden/bad" || exit 1
for policy in *.policy; do
	refuses "$policy" "${policy%.policy}.err"
done
mkdir "$dir/large" && cd "$dir/large" || exit 1
for script in "$top"/tests/golden/bad/*.sh; do
	policy=$(basename "$script" .sh).policy
	sh "$script" >"$policy"
	refuses "$policy" "${script%.sh}.err"
done

cp -r "$top/tests/golden/ok" "$dir/ok"
cd "$dir/ok" || exit 1
for policy in *.policy; do
	program "ok/$policy" "$policy"
	same "ok/$policy: program" "$top/tests/golden/ok/${policy%.policy}.dump"
	formats "ok/$policy" "$policy"
done

# What we ship is canonical already.
cp -r "$examples" "$dir/examples"
for policy in "$dir"/examples/*.policy; do
	name="deploy/policies/${policy##*/}"
	program "$name" "$policy"
	formats "$name" "$policy"
	diff -u "$policy" "$dir/examples/formatted" >"$dir/diff" 2>&1
	result "$name is in canonical form" $? "$dir/diff"
done

# The complete policies of the manual page stand between `.Bd -literal` lines
# that are marked as such.
awk -v dir="$dir" '/^\.\\" policy$/ { file = dir "/manual-" ++i ".policy"; next }
	/^\.Bd/ && file { on = 1; next }
	/^\.Ed/ { on = 0; file = "" }
	on { gsub(/\\e/, "\\"); sub(/^\\&/, ""); print >file }' "$manual"
for policy in "$dir"/manual-*.policy; do
	program "policy(5): ${policy##*/}" "$policy"
	formats "policy(5): ${policy##*/}" "$policy"
done

# Its table of facts has each fact of facts.def, with its trust.
cd "$top" || exit 1
sed -n 's/^FACT([A-Z]*, *"\([^"]*\)", *[A-Z]*, *\([A-Z]*\),.*/\1 \2/p' policy/facts.def |
	tr A-Z a-z | sort >"$dir/facts"
sed -n 's/^\.It Cm \([a-z.]*\).* Ta \(proven\|claimed\) Ta .*/\1 \2/p' "$manual" |
	sort >"$dir/table"
[ -s "$dir/facts" ] && diff -u "$dir/facts" "$dir/table" >"$dir/diff" 2>&1
result "policy(5): the table of facts" $? "$dir/diff"

# Its numbers are marked with the name that they have in the source.
grep -A1 '^\.\\" limit ' "$manual" | awk '
	/^\.\\" limit / { name = $3; next }
	/^--/ { next }
	{ print name, $0 }' >"$dir/numbers"
while read -r name line; do
	value=$(sed -n "s/^#define $name[ 	]*\([0-9]*\).*/\1/p" policy/*.h policy/*/*.[ch])
	case " $line " in
	*[!0-9]"${value:-?}"[!0-9]*) ;;
	*) echo "$name is ${value:-unknown}: $line" ;;
	esac
done <"$dir/numbers" >"$dir/wrong"
[ -s "$dir/numbers" ] && [ ! -s "$dir/wrong" ]
result "policy(5): the numbers" $? "$dir/wrong"

echo "1..$n"
exit $bad
