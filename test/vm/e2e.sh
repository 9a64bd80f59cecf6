#!/bin/bash
# SPDX-License-Identifier: MIT
#
#	EGRETS=FILE EGRETS_HELPERS=DIR test/vm/e2e.sh [NAME...]
#
# The end-to-end tests that depend on the kernel, or those named, one after
# another in a guest, with EGRETS_ATTACH and EGRETS_TYPES as they say. One line
# for each; what a test printed is shown unless it passed. They share one
# egrets, which is asked at the end whether it lost anything.
set -euo pipefail
# Software emulation is an order of magnitude slower than the machine.
export EGRETS_PATIENCE=${EGRETS_PATIENCE:-10}
# What is learned adds up in an egrets that is shared, and is bounded.
export EGRETS_RACE_CONNECTS=${EGRETS_RACE_CONNECTS:-200}
export EGRETS_CONTAINERS=${EGRETS_CONTAINERS:-4}
e2e=$(cd "$(dirname "$0")/../e2e" && pwd)
# shellcheck source-path=SCRIPTDIR source=../e2e/lab.sh
. "$e2e/lab.sh"
# shellcheck source-path=SCRIPTDIR source=../e2e/expect.sh
. "$e2e/expect.sh"
# Not before the lab has been there: it may run this script once more.
cd "$e2e"

# Of the race what does not depend on things that happen at the same time: there
# is one slow processor for all of them.
race="own shared six datagrams namespaces two again threads fork stub fragments"
tests=(names "race $race" brief failures udp protocols netns transports
	embedded hostile leftovers)
[[ ${EGRETS_TYPES-} == headers ]] && tests+=(types) || tests+=(boxed)
# They have an egrets of their own, which takes its time where there are headers.
case ${EGRETS_TYPES-}/${EGRETS_ATTACH-} in
headers/kprobe) tests+=(flows) ;;
headers/*) ;;
*/kprobe) tests+=(flows ways sockets frames programs twins filters) ;;
*) tests+=(flows ways sockets frames programs twins) ;;
esac
# Where egrets has to choose: what it does without what it would like to have,
# and container engines where all cgroups are v2; users' with a network of
# their own, for which udev lets everybody have that device.
if [[ ${EGRETS_ATTACH-} == auto ]]; then
	tests=(hooks wires check refuse podman rootless docker)
	modprobe tun && chmod 666 /dev/net/tun
fi
# Where a filter is looked at depends on what there is to attach to; and until
# 5.11 memory may be too little locked.
[[ $(uname -r) != 5.10.* || ${EGRETS_ATTACH-}/${EGRETS_TYPES-} != tracepoint/btf ]] ||
	tests+=(filters refuse)
(($# == 0)) || tests=("$@")
output=
failed=0

# report NAME STATUS SECONDS: and $output, unless all went well.
report()
{
	case $2 in
	0)
		echo "ok      $1 ($3 s)"
		sed -n 's/^kernel has no /\t&/p' "$output"
		return
		;;
	77) echo "skipped $1 ($3 s)" ;;
	*)
		echo "FAILED  $1 with status $2 ($3 s)"
		failed=1
		;;
	esac
	sed 's/^/\t/' "$output"
}

# run NAME COMMAND...
run()
{
	local name=$1 status=0 before=$SECONDS

	shift
	"$@" >"$output" 2>&1 </dev/null || status=$?
	report "$name" "$status" $((SECONDS - before))
}

# What was asked for was taken, and nothing was lost on the way.
check_shared()
{
	local attach=${EGRETS_ATTACH:-auto} types=${EGRETS_TYPES:-auto}

	egrets_stop
	expect_like "attached as asked" "$(<"$lab_dir/err")" \
		"attached by ${attach/auto/.*}, kernel types from ${types/auto/.*},"
	expect_like "nothing was lost" "$(<"$lab_dir/err")" 'lost: none'
	return "$expect_failures"
}

lab_up
# Each compiles once what others start with, too: with headers that takes 100 s.
export EGRETS_CACHE=$lab_dir/cache
mkdir "$EGRETS_CACHE"
output=$lab_dir/output
egrets_start -o json
grep '^egrets: ready' "$lab_dir/err"
for test in "${tests[@]}"; do
	read -ra words <<<"$test"
	EGRETS_SHARED=$lab_dir LAB_SHARED=$(lab_share) \
		run "${words[0]}" timeout -k 10 \
		"${EGRETS_TEST_LIMIT:-600}" \
		"./${words[0]}.sh" "${words[@]:1}"
done
run shared check_shared
exit "$failed"
