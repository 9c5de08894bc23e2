#!/bin/sh
# borders.sh - the rules of the house that a compiler does not check. TAP.
#
# Run from the top of the tree; $B is the build directory.
set -u
B=${B:-build/none}
n=0
bad=0

# ok NAME OUTPUT: the test passes if OUTPUT is empty.
ok() {
	n=$((n + 1))
	if [ -z "$2" ]; then
		echo "ok $n - $1"
	else
		echo "not ok $n - $1"
		echo "$2" | head -20 | sed 's/^/# /'
		bad=1
	fi
}

c_files() { find policy milter tests -name '*.[ch]' | sort; }

only_in() { # PATTERN FILE...: where else the pattern stands
	pattern=$1; shift
	c_files | grep -vxF "$(printf '%s\n' "$@")" | xargs grep -nE "$pattern"
}

ok "only milter.c knows libmilter, and what it is measured against" "$(only_in 'mfapi\.h' milter/daemon/milter.c tests/bench/floor.c)"
ok "only conn.c knows hiredis" "$(only_in '#include.*hiredis' milter/redis/conn.c)"
ok "only tls.c knows libssl" "$(only_in '#include.*openssl' milter/redis/tls.c)"
ok "redis/ knows nobody who stands on it" "$(grep -nE \
	'#include "(\.\./)*(store|ledger|daemon|command)/' milter/redis/*.[ch])"
ok "policy/ knows no clock, socket, log or stream of its own" "$(grep -nE \
	'stderr|stdout|clock_gettime|\btime\(|socket\(|sodium|hiredis|mfapi|\.\./milter' \
	$(find policy -name '*.[ch]'))"
ok "libpolicy.a asks its libraries for nothing but text and memory" "$(
	nm -u "$B/libpolicy.a" 2>&1 | awk '$1 == "U" { print $2; next } /No such/ { print "missing" }' | sort -u |
	grep -E '^(missing$|smfi_|redis|sodium_|crypto_|clock_|time$|gettimeofday|socket|connect|open(64)?$|pthread_|syslog|getenv)')"
ok "no unbounded copy, no shell" "$(c_files | xargs grep -nE \
	'\b(strcpy|strcat|sprintf|vsprintf|gets|system|popen)\(')"
ok "commands to Redis are argument vectors" "$(c_files | xargs grep -nE \
	'\bredisv?(Append)?Command\(')"
ok "mail is never discarded" "$(c_files | xargs grep -n 'SMFIS_DISCARD')"
ok "no file is over 400 lines" "$(find policy milter tests deploy Makefile \
	-name '*.[chs]' -o -name '*.lua' -o -name '*.sh' -o -name '*.py' -o -name '*.php' -o -name Makefile |
	xargs wc -l | awk '$1 > 400 && $2 != "total"')"
ok "nothing is left unfinished" "$(find policy milter tests deploy Makefile -type f |
	grep -v borders.sh | grep -v golden/ | xargs grep -nE 'TODO|FIXME|\bXXX\b|HACK')"
ok "each F-number is explained in deploy/facts.md" "$(grep -rhoE '\bF[0-9]{1,2}\b' \
	policy milter tests deploy --include='*.[chl1-8]' --include='*.def' --include='*.md' \
	--include='*.py' --include='*.lua' --include='*.service' --include='*.conf' |
	sort -u | while read -r f; do grep -q "^| $f |" deploy/facts.md || echo "$f"; done)"
ok "each line of the log is in sluiced(8)" "$(grep -rhoE 'log_(info|warning|error|reason)\("[a-z-]+' milter |
	sed 's/.*"//' | sort -u | while read -r word; do
		grep -qE "Li (.* )?$word\\b" milter/daemon/sluiced.8 || echo "$word"; done)"
ok "manual pages are clean" "$(find policy milter deploy -name '*.[1-8]' |
	xargs -r mandoc -T lint -W warning 2>&1)"
echo "1..$n"
exit $bad
