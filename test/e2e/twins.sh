#!/bin/bash
# SPDX-License-Identifier: MIT
#
# Two network namespaces with the same addresses and ports, a server bound to
# 0.0.0.0:8080 in each, and in each the same connections at the same time, some
# of them from before egrets: each has its own process, name and bytes, on either
# side.
set -euo pipefail
. "$(dirname "$0")/lab.sh"
. "$(dirname "$0")/expect.sh"

# Of shared-a.lab and shared-b.lab.
address=10.77.0.13
port=8080
declare -A holder netns server client

twin_listens()
{
	[[ $(lab_run "${holder[$1]}" ss -Htuln "sport = :$port" | wc -l) == 2 ]]
}

start()
{
	lab_start "$@"
	lab_pids+=("$lab_pid")
}

# twin_up TWIN NUMBER: with the address on its own loopback, and servers that
# keep what they get.
twin_up()
{
	local ns=egrets-twin-$1-$$ got=OPEN:$lab_dir/got.$1,creat,append

	lab_branch "$ns" "$2"
	holder[$1]=$lab_held
	netns[$1]=$(stat -L -c %i "/run/netns/$ns")
	ip -n "$ns" link set lo up
	ip -n "$ns" addr add "$address/32" dev lo
	start "$lab_held" socat -u \
		"TCP4-LISTEN:$port,bind=0.0.0.0,reuseaddr,fork" "$got"
	server[$1]=$lab_pid
	start "$lab_held" socat -u "UDP4-RECV:$port,bind=0.0.0.0" "$got"
	lab_wait 10 twin_listens "$1" || lab_skip "socat does not listen"
}

has_got()
{
	[[ $(stat -c %s "$lab_dir/got.$1" 2>/dev/null) == "$2" ]]
}

# connect TWIN PROTOCOL PORT HOST: a client that waits for what to send.
connect()
{
	mkfifo "$lab_dir/$1.$3"
	start "${holder[$1]}" socat -u - "$2:$4:$port,sourceport=$3" \
		<>"$lab_dir/$1.$3"
	client[$1.$3]=$lab_pid
}

# send TWIN PORT BYTES IN-ALL: the server has then got so many.
send()
{
	printf "%$3s" "" >"$lab_dir/$1.$2"
	lab_wait 10 has_got "$1" "$4" ||
		expect_fail "$1 sends from port $2, and is heard in its own namespace"
}

lab_need socat
# An egrets of its own, which starts late.
unset EGRETS_SHARED
lab_up
twin_up a 1
twin_up b 2
connect a TCP4 5001 "$address"
connect b TCP4 5001 "$address"
send a 5001 100 100
send b 5001 200 200
egrets_start -o json -e process,flow
connect b TCP4 5002 shared-b.lab
connect a TCP4 5002 shared-a.lab
connect b UDP4 5003 shared-b.lab
connect a UDP4 5003 shared-a.lab
send a 5002 1000 1100
send b 5002 2000 2200
send a 5003 10 1110
send b 5003 20 2220
send b 5001 3 2223
send a 5001 4 1114
for at in b.5003 a.5002 b.5002 b.5001 a.5003 a.5001; do
	lab_end "${client[$at]}"
done
egrets_stop

# seen FILTER WHAT: of the events at the servers' port, in either namespace.
seen()
{
	events "select(.destination.port == \$port and .egrets.netns == (\$a, \$b)
		and ($1)) | \"\(.egrets.netns) $2\"" --argjson port "$port" \
		--argjson a "${netns[a]}" --argjson b "${netns[b]}" |
		LC_ALL=C sort
}

# twins A B: what is to be seen of each, with its namespace.
twins()
{
	printf '%s\n' "${netns[a]} $1" "${netns[b]} $2" | LC_ALL=C sort
}

# who PORT A B: what is to be seen of each client, with its pid.
who()
{
	twins "${client[a.$1]} $2" "${client[b.$1]} $3"
}

from="\(.source.ip):\(.source.port) to \(.destination.ip)"
name="\(.destination.domain) \(.egrets.dns.via)"
expect_is "TCP" "$(seen '$kind == "process.tcp_v4"' "\(.process.pid) $from $name")" \
	"$(who 5002 "$address:5002 to $address shared-a.lab process" \
		"$address:5002 to $address shared-b.lab process")"
expect_is "UDP" "$(seen '$kind == "process.udp_v4"' \
	"\(.process.pid) $from $name")" \
	"$(who 5003 "$address:5003 to $address shared-a.lab process" \
		"$address:5003 to $address shared-b.lab process")"
outbound='$kind == "flow" and .network.direction != "ingress"'
inbound='$kind == "flow" and .network.direction == "ingress"'
expect_is "flows, outbound" \
	"$(seen "$outbound and .source.port == 5002" \
		"\(.process.pid) \(.egrets.result) $name \(.source.bytes)")" \
	"$(who 5002 "closed shared-a.lab process 1000" \
		"closed shared-b.lab process 2000")"
expect_is "flows from before, outbound" \
	"$(seen "$outbound and .source.port == 5001" \
		"\(.process.pid) \(.egrets.result) \(.source.bytes)")" \
	"$(who 5001 "closed 104" "closed 203")"
for of in "5002 1000 2000" "5001 104 203"; do
	read -r from a b <<<"$of"
	expect_is "flows, inbound, from port $from" \
		"$(seen "$inbound and .source.port == $from" \
			"\(.process.parent.pid) \(.egrets.result) \(.source.bytes)")" \
		"$(twins "${server[a]} closed $a" "${server[b]} closed $b")"
done
expect_nothing_lost "twins"
expect_done
