#!/bin/bash
# SPDX-License-Identifier: MIT
#
# A packet from the client namespace passes two ends of a veth pair, and one
# within the server namespace passes its loopback twice: each exchange is
# reported once, in the namespace of the process that asked. So it is in a
# namespace that came into being a moment ago.
set -euo pipefail
. "$(dirname "$0")/lab.sh"
. "$(dirname "$0")/expect.sh"

netns_of()
{
	stat -L -c %i "/run/netns/$1"
}

# what_is_seen NAME: all events about a name, whoever they are said to be of.
what_is_seen()
{
	events 'select(.dns.question.name == $name or
			.destination.domain == $name) |
		"\($kind) \(.dns.question.type // .destination.ip) \($pid) \(
			.egrets.netns)"' --arg name "$1" | sort
}

# expect_once NAME ADDRESS PID NETNS
expect_once()
{
	expect_is "$1: one question, one answer, one connection" \
		"$(what_is_seen "$1")" \
		"$(printf '%s\n' "dns.answer A $3 $4" "dns.query A $3 $4" \
			"process.tcp_v4 $2 $3 $4")"
}

# short_lived NAME: ask and connect from a new namespace, which then goes.
short_lived()
{
	local ns=egrets-short-$$

	lab_branch "$ns" 0
	lab_run "$lab_held" curl -4 -s -o /dev/null "http://$1/"
	short=$lab_pid
	short_netns=$(netns_of "$ns")
}

# With packet sockets, egrets sees the namespaces that were there before it.
sees_sockets()
{
	grep -q 'DNS seen at its sockets' "$lab_dir/err"
}

lab_up
egrets_start -o json
lab_client curl -4 -s -o /dev/null http://four.lab/
client=$lab_pid
lab_server curl -4 -s -o /dev/null http://both.lab/
server=$lab_pid
# The same name in both at about the same time.
lab_client_start curl -4 -s -o /dev/null http://end.lab/
client_too=$lab_pid
lab_server_start curl -4 -s -o /dev/null http://end.lab/
server_too=$lab_pid
wait "$client_too" "$server_too"
# Asked for in one, connected to from the other.
lab_server dig +short elsewhere.lab >"$lab_dir/client"
lab_client curl -s -o /dev/null http://10.77.0.23/
other=$lab_pid
if sees_sockets; then
	short_lived short.wild.lab
fi
egrets_stop

client_netns=$(netns_of "$lab_client_ns")
server_netns=$(netns_of "$lab_server_ns")
expect_once four.lab 10.77.0.10 "$client" "$client_netns"
expect_once both.lab 10.77.0.11 "$server" "$server_netns"
if sees_sockets; then
	expect_once short.wild.lab 10.77.0.19 "$short" "$short_netns"
fi
expect_is "end.lab: each namespace's own events" \
	"$(what_is_seen end.lab | sort)" \
	"$(for at in "$client_too $client_netns" "$server_too $server_netns"; do
		printf '%s\n' "dns.answer A $at" "dns.query A $at" \
			"process.tcp_v4 10.77.0.12 $at"
	done | sort)"
expect_like "a name asked for in another namespace is a last resort" \
	"$(events 'select($pid == $other and $kind == "process.tcp_v4") |
		"\(.destination.domain) \(.egrets.dns.via)"' \
		--argjson other "$other")" \
	'^elsewhere\.lab (cgroup|machine)$'
expect_nothing_lost "two namespaces"
expect_done
