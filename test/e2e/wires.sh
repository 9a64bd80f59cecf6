#!/bin/bash
# SPDX-License-Identifier: MIT
#
# Where the kernel does not show packets at their sockets, packet sockets in
# every network namespace see the same DNS: the tests of names once more.
set -euo pipefail
tests=(transports)
# Whose datagrams they are only kprobes can tell then.
[[ ! -e /sys/bus/event_source/devices/kprobe ]] ||
	tests+=(names netns 'race shared six namespaces')
export EGRETS_DEBUG_TARGETS=egress=no_such
export EGRETS_RACE_CONNECTS=${EGRETS_RACE_CONNECTS:-2000}
status=0
for test in "${tests[@]}"; do
	read -r test arguments <<<"$test"
	# shellcheck disable=SC2086 # words
	"$(dirname "$0")/$test.sh" $arguments || status=$?
	((status != 77)) || exit "$status"
done
exit "$status"
