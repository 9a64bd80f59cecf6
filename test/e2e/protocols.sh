#!/bin/bash
# SPDX-License-Identifier: MIT
#
# What is neither TCP nor UDP: pings, raw sockets of other protocols, with
# headers of the kernel's and of their own, and SCTP. One line for each socket
# and place, and none for what the kernel answers.
set -euo pipefail
. "$(dirname "$0")/lab.sh"
. "$(dirname "$0")/expect.sh"

whats=()
pids=()
expected=()

# attempt WHAT LINE COMMAND...
attempt()
{
	local status=0

	lab_client "${@:3}" >"$lab_dir/client" 2>&1 || status=$?
	if ((status == 77)); then
		echo "kernel has no $1"
		return
	fi
	((status == 0)) || expect_fail "$1: the client itself went well"
	whats+=("$1")
	expected+=("$2")
	pids+=("$lab_pid")
}

raw()
{
	attempt "$1" "$2" "$EGRETS_HELPERS/raw_client" "${@:3}"
}

lab_up
egrets_start -o json
attempt "pings" "process.icmp_v4 10.77.0.10 four.lab icmp -" \
	ping -4 -c 2 -i 0.2 -W 5 four.lab
attempt "pings, IPv6" "process.icmp_v6 fd00:77::10 six.lab ipv6-icmp -" \
	ping -6 -c 2 -i 0.2 -W 5 six.lab
raw "a raw socket" "process.raw 10.77.0.10 four.lab - 47" 47 four.lab
raw "a raw socket, IPv6" "process.raw fd00:77::10 six.lab - 47" -6 47 six.lab
raw "headers of its own" "process.raw 10.77.0.10 four.lab - 89" -h 89 four.lab
raw "pings of its own" "process.icmp_v4 10.77.0.10 four.lab icmp -" \
	1 four.lab
raw "UDP of its own" "process.raw 10.77.0.10 four.lab udp -" 17 four.lab
raw "SCTP" "process.sctp 10.77.0.10:7 four.lab sctp -" -s 7 four.lab
egrets_stop

events_load 'select($kind | test("icmp|raw|sctp")) | "\($pid) \($kind) \(
	.destination | if .port then "\(.ip):\(.port)" else .ip end) \(
	.destination.domain // "") \(.network | "\(.transport // "-") \(
	.iana_number // "-")")"'
for i in "${!whats[@]}"; do
	events_of "${pids[i]}"
	expect_is "${whats[i]}" "$picked" "${expected[i]}"
done
expect_is "nobody else's" "$(events 'select($kind | test("icmp|raw|sctp")) |
	$pid' | sort -u | wc -l)" "${#pids[@]}"
expect_nothing_lost packets
expect_done
