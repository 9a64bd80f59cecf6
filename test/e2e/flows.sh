#!/bin/bash
# SPDX-License-Identifier: MIT
#
# -e flow: what went over connections, to the byte, whose they are on either
# side, and how they ended; also of those that were there before egrets, and
# that are still open when it ends.
set -euo pipefail
. "$(dirname "$0")/lab.sh"
. "$(dirname "$0")/expect.sh"

large=$((${EGRETS_PATIENCE:-1} > 1 ? 300000 : 3000000))

server_listens()
{
	lab_server ss -Htln "sport = :$1" | grep -q .
}

# serve PORT FROM TO: a server with a child for each connection.
serve()
{
	lab_server_start socat -u -t 0.1 "${@:2}"
	servers[$1]=$lab_pid
	lab_wait 10 server_listens "$1" || lab_skip "socat does not listen"
}

listen()
{
	echo "TCP6-LISTEN:$1,ipv6only=0,reuseaddr,fork"
}

# client WHAT COMMAND...: its flow is looked at later, under this name.
client()
{
	local status=0

	lab_client "${@:2}" >"$lab_dir/client.$1" 2>&1 || status=$?
	((status == 0)) || expect_fail "$1: the client itself went well"
	pids[$1]=$lab_pid
}

# holds WHAT TRANSPORT ADDRESS PORT BYTES MORE: a client that sends some bytes,
# and more when told to.
# shellcheck disable=SC2016
hold='exec 3<>"/dev/$6/$1/$2"
	printf "%$3s" "" >&3
	: >"$5.open"
	read -r _ <"$5.go"
	printf "%$4s" "" >&3
	exec 3>&-
	: >"$5.closed"
	read -r _ <"$5.go"'

holds()
{
	mkfifo "$lab_dir/$1.go"
	lab_client_start bash -euc "$hold" - "${@:3}" "$lab_dir/$1" "$2"
	pids[$1]=$lab_pid
	lab_wait 10 test -e "$lab_dir/$1.open"
}

open_is_told()
{
	grep -F '"result":"open"' "$lab_dir/out" |
		grep -q "\"pid\":${pids[$1]},"
}

declare -A pids servers
lab_need socat
# An egrets of its own, which starts late.
unset EGRETS_SHARED
lab_up
head -c "$large" /dev/zero >"$lab_dir/large"
serve 7801 "$(listen 7801)" OPEN:/dev/null
lab_sink 7803
serve 7802 "OPEN:$lab_dir/large" "$(listen 7802)"
holds old tcp "$LAB_SERVER4" 7801 5 7
egrets_start -o json -e process,flow --interval 0.5
client http curl -4 -s -o /dev/null \
	-w '%{size_request} %{size_header} %{size_download}\n' http://four.lab/
client up socat -u "OPEN:$lab_dir/large" TCP4:both.lab:7801
client down socat -u TCP6:six.lab:7802 OPEN:/dev/null
# Nobody reads what it sends.
lab_client curl -s -m 5 http://both.lab:7803/ >"$lab_dir/client.reset" || true
pids[reset]=$lab_pid
echo go >"$lab_dir/old.go"
lab_wait 10 test -e "$lab_dir/old.closed"
holds open tcp "$LAB_SERVER4" 7801 9 0
holds datagrams udp "$LAB_SERVER4" 7803 11 0
lab_wait 10 open_is_told open ||
	expect_fail "open flows are told of at an interval"
lab_wait 10 open_is_told datagrams ||
	expect_fail "open flows of datagrams are told of at an interval"
egrets_stop

# What takes a while is told as open before.
flow='select($kind == "flow" and .destination.port != 53 and (.egrets.result != "open" or
	$pid == $open or $pid == $datagrams)) | "\(.process.pid) \(
	.network.direction) \(.egrets.result) \(.destination.port) \(
	.destination.domain // "-") \(.source.bytes) \(.destination.bytes)"'
events_load "$flow" --argjson open "${pids[open]}" \
	--argjson datagrams "${pids[datagrams]}"
read -r request header body <"$lab_dir/client.http"
events_of "${pids[http]}"
expect_is "HTTP" "$picked" \
	"egress closed 80 four.lab $request $((header + body))"
events_of "${pids[up]}"
expect_is "sent" "$picked" "egress closed 7801 both.lab $large 0"
events_of "${pids[down]}"
expect_is "received, IPv6" "$picked" "egress closed 7802 six.lab 0 $large"
events_of "${pids[reset]}"
expect_like "reset by the other side" "$picked" \
	"egress (ECONNRESET|EPIPE) 7803 both.lab [0-9]+ 0"
events_of "${pids[old]}"
expect_like "from before" "$picked" "null closed 7801 - 12 0"
events_of "${pids[open]}"
expect_like "still open" "$picked" "egress open 7801 - 9 0"
expect_true "told of more than once" test "$(wc -l <<<"$picked")" -gt 1
events_of "${pids[datagrams]}"
expect_is "datagrams, still open" "$(uniq <<<"$picked")" \
	"egress open 7803 - 11 0"
expect_true "told of more than once" test "$(wc -l <<<"$picked")" -gt 1

# sides DIRECTION: flows that ended in order, from one side.
sides()
{
	events 'select($kind == "flow" and .egrets.result == "closed" and
		(.network.direction // "egress") == $side) | "\(.source.ip) \(
		.source.port) \(.destination.port) \(.source.bytes) \(
		.destination.bytes)"' --arg side "$1" | grep "^10.77\|^fd00" |
		grep -v " \(53\|7803\) " | LC_ALL=C sort
}

expect_is "both sides say the same" "$(sides ingress)" "$(sides egress)"
expect_is "children have them, not who listens" "$(events 'select(
	$kind == "flow" and .egrets.result == "closed" and
	.network.direction == "ingress" and (
	.destination.port == 7801 or .destination.port == 7802)) |
	"\(.process.parent.pid == $up or .process.parent.pid == $down)"' \
	--argjson up "${servers[7801]}" --argjson down "${servers[7802]}" |
	sort -u)" "true"
expect_nothing_lost "flows"

if starts_are_dear; then
	expect_done
fi
# Of a command, what it has closed is over, though the last packet is not yet
# there; and nobody else's is told.
lab_client "$EGRETS" "${egrets_forced[@]}" -q -o json -e flow -- \
	curl -4 -s -o /dev/null http://four.lab/ >"$lab_dir/out" 2>"$lab_dir/err" ||
	expect_fail "egrets -- curl: $(<"$lab_dir/err")"
expect_is "of a command" "$(events '"\(.process.name) \(.egrets.result) \(
	.destination.domain // "-") \(.destination.port)"' | sort)" \
	"curl closed - 53
curl closed four.lab 80"
expect_done
