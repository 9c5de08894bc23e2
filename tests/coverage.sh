#!/bin/sh
# coverage.sh - which lines and branches of policy/ the tests have taken.
#
#   coverage.sh BUILD     after the tests of a build with --coverage
#
# Prints a line for each file, lines and branches, and the sum. A branch that
# only a full memory would take is counted, and so is each half of an && or ||.
set -eu
build=$1
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
find "$build/policy" -name '*.gcda' | sort >"$tmp/list"
[ -s "$tmp/list" ] || { echo "coverage.sh: no figures under $build" >&2; exit 1; }
while read -r data; do
	gcov -n -b -o "$(dirname "$data")" "$data" 2>/dev/null
done <"$tmp/list" | awk '
	/^File / { gsub(/\047/, "", $2); file = $2; next }
	file !~ /^policy\/.*\.c$/ { next }
	/^Lines executed:/ { split($2, a, ":"); percent = a[2] + 0
		lines[file] = $4; taken[file] = percent * $4 / 100 }
	/^Taken at least once:/ { split($4, a, ":"); percent = a[2] + 0
		branches[file] = $6; gone[file] = percent * $6 / 100 }
	/^No branches/ { branches[file] = 0; gone[file] = 0 }
	END {
		for (f in lines) {
			printf "%-36s %6.2f%% of %4d lines  %6.2f%% of %4d branches\n", f,
				100 * taken[f] / (lines[f] ? lines[f] : 1), lines[f],
				branches[f] ? 100 * gone[f] / branches[f] : 100, branches[f] | "sort"
			l += lines[f]; lt += taken[f]; b += branches[f]; bt += gone[f]
		}
		close("sort")
		printf "%-36s %6.2f%% of %4d lines  %6.2f%% of %4d branches\n", "policy/",
			100 * lt / l, l, 100 * bt / b, b
	}'
