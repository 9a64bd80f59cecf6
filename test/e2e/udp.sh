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
families=()
expected=()

# attempt WHAT FAMILY "ADDRESS NAME,…" NAME-OR-OPTION...
attempt()
{
	whats+=("$1")
	families+=("$2")
	expected+=("$3")
	shift 3
	lab_client "$EGRETS_HELPERS/udp_client" "$@" >"$lab_dir/client" ||
		expect_fail "${whats[-1]}: the client itself went well"
	pids+=("$lab_pid")
}

lab_up
lab_sink "$port"
egrets_start -o json
attempt "unconnected" udp_v4 "10.77.0.10 four.lab" "$port" four.lab
attempt "connected" udp_v4 "10.77.0.10 four.lab" -c "$port" four.lab
attempt "unconnected, two places" udp_v4 \
	"10.77.0.10 four.lab,10.77.0.11 both.lab" "$port" four.lab both.lab
attempt "connected, then elsewhere" udp_v4 \
	"10.77.0.10 four.lab,10.77.0.11 both.lab" -c "$port" four.lab both.lab
attempt "IPv6" udp_v6 "fd00:77::10 six.lab" -6 "$port" six.lab
attempt "IPv6 connected" udp_v6 "fd00:77::10 six.lab" -6 -c "$port" six.lab
attempt "IPv6, two places" udp_v6 \
	"fd00:77::10 six.lab,fd00:77::12 chain.lab" \
	-6 "$port" six.lab chain.lab
egrets_stop

for i in "${!whats[@]}"; do
	expect_is "${whats[i]}" \
		"$(events 'select($pid == $client and
			$kind == "process.\($family)" and
			.destination.port == $port) |
			"\(.destination.ip) \(.destination.domain // "")"' \
			--argjson client "${pids[i]}" --argjson port "$port" \
			--arg family "${families[i]}" |
			sort | paste -sd,)" "${expected[i]}"
done
expect_nothing_lost datagrams
expect_done
