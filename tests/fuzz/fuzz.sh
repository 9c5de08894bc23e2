#!/bin/sh
# fuzz.sh - lets libFuzzer work on each target for FUZZ_S seconds.
#
#   fuzz.sh BUILD TARGET...     from the top of the tree
#
# One after the other, in a temporary directory. Prints one line for each
# target. What was found stays in that directory; it is a seed once it is mended.
set -u
build=$1
shift
seconds=${FUZZ_S:-600}
dir=$(mktemp -d) || exit 1
bad=0

seeds() {
	echo "tests/fuzz/seed/$1"
	[ "$1" = text ] && echo tests/golden/ok tests/golden/bad deploy/policies
}

for target; do
	mkdir "$dir/$target" "$dir/$target/found"
	dict=tests/fuzz/$target.dict
	[ -e "$dict" ] && dict="-dict=$dict" || dict=
	# shellcheck disable=SC2046,SC2086
	if "$build/t/fuzz_$target" -max_total_time="$seconds" -timeout=20 \
		-max_len=8192 -print_final_stats=1 $dict \
		-artifact_prefix="$dir/$target/found/" "$dir/$target" \
		$(seeds "$target") >"$dir/$target.log" 2>&1
	then
		runs=$(sed -n 's/^stat::number_of_executed_units: *//p' "$dir/$target.log")
		echo "fuzz_$target: ${runs:-no} runs in $seconds seconds, nothing found"
	else
		echo "fuzz_$target: found $(ls "$dir/$target/found"); see $dir/$target.log"
		bad=1
	fi
done
[ $bad -eq 0 ] && rm -rf "$dir"
exit $bad
