#!/bin/bash
# SPDX-License-Identifier: MIT
#
# Frames that programs put on the wire by themselves: one line for each socket
# and interface.
set -euo pipefail
. "$(dirname "$0")/lab.sh"
. "$(dirname "$0")/expect.sh"

unset EGRETS_SHARED
lab_up
egrets_start -o json -e process
if grep -q '^egrets: .*no packet.send' "$lab_dir/err"; then
	egrets_stop
	expect_lack "hook at frames that programs make"
	expect_done
fi
lab_client busybox arping -q -c 2 -w 5 -I lab 10.77.0.10 >/dev/null || true
arping=$lab_pid
lab_client "$EGRETS_HELPERS/raw_client" -p 34997 lab >"$lab_dir/client" ||
	expect_fail "the client itself went well"
client=$lab_pid
egrets_stop

number=$(ip -n "$lab_client_ns" -o link show lab | cut -d: -f1)
events_load 'select($kind == "process.packet") | "\($pid) \(.process.name) \(
	.egrets.frame | "\(.ifindex) \(.interface // "-") \(.ethertype // "-")"
	) \(.egrets.netns == $netns) \(.process.args | join(" "))"' \
	--argjson netns "$(stat -L -c %i "/run/netns/$lab_client_ns")"
events_of "$arping"
bound="$number lab 2054"
unbound="$number - 34997"
# The kernel's headers do not say what a socket is bound to.
[[ ${EGRETS_TYPES-} != headers ]] || bound="$number - 2054"
# Without kprobes that is all that is told.
grep -q 'attached by kprobe' "$lab_dir/err" || unbound="0 - -"
expect_is "arping" "$picked" "busybox $bound true \
busybox arping -q -c 2 -w 5 -I lab 10.77.0.10"
events_of "$client"
expect_is "a socket that is not bound" "$picked" "raw_client $unbound true \
$EGRETS_HELPERS/raw_client -p 34997 lab"
expect_is "nobody else's" "${#seen[@]}" 2
expect_nothing_lost frames
expect_done
