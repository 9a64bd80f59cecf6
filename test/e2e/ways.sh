#!/bin/bash
# SPDX-License-Identifier: MIT
#
# Every way in which programs send and receive: each conversation is a line when
# it begins and one when it ends, of its program, with the name that led there
# and each byte that was said, on both sides.
set -euo pipefail
. "$(dirname "$0")/lab.sh"
. "$(dirname "$0")/expect.sh"

port=7900
whats=()
pids=()
expected=()

# attempt WHAT WAY NAME...
attempt()
{
	local status=0 to=$port

	[[ $2 != mptcp ]] || to=$((port + 1))
	lab_client "$EGRETS_HELPERS/ways" "$2" "$to" "${@:3}" \
		>"$lab_dir/client" 2>"$lab_dir/client.err" || status=$?
	if ((status == 77)); then
		expect_lack "$1"
		return
	fi
	((status == 0)) ||
		expect_fail "$1: the client itself: $(<"$lab_dir/client.err")"
	whats+=("$1")
	pids+=("$lab_pid")
	expected+=("$(awk -v to="$to" -v way="$2" -v names="${*:3}" '
		{
			split(names, name)
			print $2 ":" to, name[NR], $3, $4, way
		}' "$lab_dir/client" | LC_ALL=C sort)")
}

# Since 5.12 the workers of io_uring are threads of the process.
has_workers_of_its_own()
{
	local major minor

	IFS=.- read -r major minor _ < <(uname -r)
	((major > 5 || (major == 5 && minor >= 12)))
}

# The client has another address, from which the kernel makes a further subflow.
with_subflows()
{
	ip -n "$lab_client_ns" addr add 10.77.0.3/16 dev lab
	lab_on_exit ip -n "$lab_client_ns" addr del 10.77.0.3/16 dev lab
	ip -n "$lab_server_ns" mptcp limits set subflow 1
	ip -n "$lab_client_ns" mptcp limits set subflow 1
	ip -n "$lab_client_ns" mptcp endpoint add 10.77.0.3 dev lab subflow
	lab_on_exit ip -n "$lab_client_ns" mptcp endpoint flush
	lab_client "$EGRETS_HELPERS/ways" mptcp_slow $((port + 1)) four.lab \
		>"$lab_dir/client.subflows"
}

lab_up
unset EGRETS_SHARED
[[ -x $EGRETS_HELPERS/ways ]] ||
	lab_skip "no $EGRETS_HELPERS/ways (build the tests)"
lab_server sysctl -qw net.ipv4.tcp_fastopen=3 || true
lab_server_start "$EGRETS_HELPERS/ways" serve "$port" >"$lab_dir/server"
server=$lab_pid
lab_wait 10 grep -qx ready "$lab_dir/server"
egrets_start -o json -e process,flow
attempt "write and read" write four.lab
attempt "IPv6" write six.lab
attempt "send and recv" send four.lab
attempt "sendmsg and recvmsg" sendmsg both.lab
attempt "sendmmsg and recvmmsg" sendmmsg four.lab
attempt "sendfile" sendfile four.lab
attempt "splice" splice four.lab
attempt "MSG_ZEROCOPY" zerocopy four.lab
attempt "TCP Fast Open, the first time" fastopen four.lab
attempt "TCP Fast Open" fastopen four.lab
fast=$lab_pid
attempt "io_uring" uring four.lab
attempt "multipath TCP" mptcp four.lab
attempt "datagrams" udp_send four.lab
attempt "datagrams, IPv6" udp_send six.lab
attempt "datagrams, write and read" udp_write four.lab
attempt "datagrams, sendto" udp_sendto four.lab
attempt "datagrams, one socket and three places" \
	udp_sendto four.lab shared-a.lab late.lab
attempt "datagrams, sendmsg and recvmsg" udp_sendmsg four.lab
attempt "datagrams, sendmmsg and recvmmsg" udp_sendmmsg four.lab
attempt "datagrams in parts, MSG_MORE" udp_more four.lab
attempt "datagrams in segments, UDP_SEGMENT" udp_gso four.lab
attempt "datagrams in segments, IPv6" udp_gso six.lab
attempt "datagrams in fragments" udp_fragments four.lab
attempt "datagrams in fragments, IPv6" udp_fragments six.lab
attempt "datagrams, io_uring" udp_uring four.lab
if has_workers_of_its_own; then
	attempt "io_uring and its workers" uring_async four.lab
	attempt "datagrams, io_uring and its workers" udp_uring_async four.lab
else
	expect_lack "io_uring workers of the program's own"
fi
subflows=
if [[ ${EGRETS_TYPES-} == headers ]]; then
	echo "headers do not tell of multipath TCP"
elif ip -n "$lab_client_ns" mptcp limits >/dev/null 2>&1; then
	with_subflows || expect_fail "subflows: the client itself went well"
	subflows=$lab_pid
fi
lab_end "$server"
egrets_stop

# What goes to the name server is not meant.
ours='select((.destination.port | IN($port, $port + 1)) and
	(.network.direction != "ingress"))'
program=$(realpath "$EGRETS_HELPERS/ways")
events_load "$ours"' | "\($kind | split(".")[0])-\($pid) \(
	.destination.ip):\(.destination.port) \(.destination.domain // "-")" +
	if $kind == "flow" then " \(.source.bytes) \(.destination.bytes)"
	else "" end + if .process.executable != $program then
		" \(.process.executable)" else "" end + (.process.args[1] |
		if . == null then " -" else " \(.)" end)' \
	--argjson port "$port" --arg program "$program"
for i in "${!whats[@]}"; do
	events_of "flow-${pids[i]}"
	expect_is "${whats[i]}: what was said" "$picked" "${expected[i]}"
	events_of "process-${pids[i]}"
	expect_is "${whats[i]}: where to" "$picked" \
		"$(awk '{ print $1, $2, $5 }' <<<"${expected[i]}")"
done

# sides DIRECTION: how much each client has said and heard. To the server's
# socket, one that spoke to several of its addresses is one all the same.
# With TCP Fast Open it may accept what is not established yet, and that is not
# told as from elsewhere then.
sides()
{
	jq -rs 'map(select(.event.action == "flow" and .network.direction ==
		$side and .destination.port == $port and
		.source.port != $fast)) |
		group_by([.source.ip, .source.port, .network.transport])[] |
		"\(.[0].source.ip) \(.[0].source.port) \(.[0].network.transport
		) \(map(.source.bytes) | add) \(map(.destination.bytes) | add
		) \(map(.source.packets) | add)"' --arg side "$1" \
		--argjson fast "$fast_port" --argjson port "$port" "$lab_dir/out" | sed '/ tcp /s/ [0-9]*$//'
}

[[ ! $subflows ]] || {
	events_of "process-$subflows"
	to="10.77.0.10:$((port + 1)) four.lab mptcp_slow"
	expect_is "subflows: each is the program's" "$picked" \
		"$(printf '%s\n' "$to" "$to")"
	events_of "flow-$subflows"
	expect_is "subflows: what was said over both" "$(awk '
		{ sent += $3; received += $4 }
		END { print NR, sent, received }' <<<"$picked")" \
		"2 100000 30000"
}
fast_port=$(events 'select($kind == "flow" and $pid == $fast and
	.destination.port == $port) | .source.port' --argjson fast "$fast" \
	--argjson port "$port")
expect_is "the server's side" "$(sides ingress)" "$(sides egress)"
expect_is "the server has its side" "$(events 'select($kind == "flow" and
	.network.direction == "ingress" and .destination.port == $port) | $pid' \
	--argjson port "$port" | sort -u)" "$server"
expect_nothing_lost "ways"
expect_done
