#!/bin/bash
# SPDX-License-Identifier: MIT
#
# Where the kernel does not show packets at their sockets, packet sockets in
# every network namespace see the same DNS: the tests of names once more. (Whose
# datagrams they are then only kprobes can tell.)
set -euo pipefail
[[ -e /sys/bus/event_source/devices/kprobe ]] || {
	echo "skipped: this kernel has no kprobes"
	exit 77
}
export EGRETS_DEBUG_TARGETS=egress=no_such
export EGRETS_RACE_CONNECTS=2000
status=0
for test in names netns race; do
	"$(dirname "$0")/$test.sh" || status=$?
	((status != 77)) || exit "$status"
done
exit "$status"
