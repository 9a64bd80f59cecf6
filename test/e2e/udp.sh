#!/bin/bash
# SPDX-License-Identifier: MIT
#
# Datagrams: one line for each socket and destination, however many are sent,
# from connected sockets and others, over IPv4 and IPv6.
set -euo pipefail
. "$(dirname "$0")/lab.sh"
. "$(dirname "$0")/expect.sh"

port=7778
whats=()
pids=()
expected=()

# attempt WHAT LINES ARGUMENT...: one line for each destination.
attempt()
{
	whats+=("$1")
	expected+=("$2")
	shift 2
	lab_client "$EGRETS_HELPERS/udp_client" "$@" >"$lab_dir/client" ||
		expect_fail "${whats[-1]}: the client itself went well"
	pids+=("$lab_pid")
}

lab_up
lab_sink "$port"
egrets_start -o json
four="process.udp_v4 10.77.0.10 four.lab"
both="process.udp_v4 10.77.0.11 both.lab"
six="process.udp_v6 fd00:77::10 six.lab"
chain="process.udp_v6 fd00:77::12 chain.lab"
attempt "unconnected" "$four" "$port" four.lab
attempt "connected" "$four" -c "$port" four.lab
attempt "unconnected, two places" "$four"$'\n'"$both" "$port" four.lab both.lab
attempt "connected, then elsewhere" "$four"$'\n'"$both" \
	-c "$port" four.lab both.lab
attempt "IPv6" "$six" -6 "$port" six.lab
attempt "IPv6, connected" "$six" -6 -c "$port" six.lab
attempt "IPv6, two places" "$six"$'\n'"$chain" -6 "$port" six.lab chain.lab
egrets_stop

events_load 'select(.destination.port == $port) | "\($pid) \($kind) \(
	.destination.ip) \(.destination.domain // "")"' --argjson port "$port"
for i in "${!whats[@]}"; do
	events_of "${pids[i]}"
	expect_is "${whats[i]}" "$picked" "${expected[i]}"
done
expect_nothing_lost datagrams
expect_done
