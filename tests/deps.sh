#!/bin/sh
# deps.sh - install what building and testing need, if it is missing.
#
#   deps.sh [PACKAGE...]        these as well
#
# Debian packages by name. As root, or through sudo. Installs nothing when
# everything is there, so it can run before every build.
set -eu

build="gcc make pkg-config libc6-dev libmilter-dev libhiredis-dev libsodium-dev
	libssl-dev libidn2-dev libunistring-dev libjansson-dev libsystemd-dev"
test="libcmocka-dev perl python3-minimal python3 redis-server postfix php-cli
	sasl2-bin libsasl2-modules libsasl2-modules-db mandoc procps iproute2
	util-linux openssl"

missing=
for p in $build $test "$@"; do
	dpkg-query -W -f '${Status}\n' "$p" 2>/dev/null |
		grep -q '^install ok installed' || missing="$missing $p"
done
[ -n "$missing" ] || exit 0

as_root=
if [ "$(id -u)" -ne 0 ]; then
	command -v sudo >/dev/null || {
		echo "deps.sh: missing packages:$missing" >&2
		echo "deps.sh: run this as root, or install sudo" >&2
		exit 1
	}
	as_root=sudo
fi
echo "Installing:$missing"
export DEBIAN_FRONTEND=noninteractive
# A server that starts by itself is not wanted: the tests start their own.
policy=/usr/sbin/policy-rc.d
if [ ! -e $policy ]; then
	printf '#!/bin/sh\nexit 101\n' | $as_root tee $policy >/dev/null
	$as_root chmod 755 $policy
	trap '$as_root rm -f $policy' EXIT
fi
$as_root apt-get update -q
# shellcheck disable=SC2086
$as_root apt-get install -qy --no-install-recommends $missing
