#!/bin/bash
# SPDX-License-Identifier: MIT
#
# A resolver as container engines put into their networks: at 127.0.0.11, port
# 53 for the program, some other port of the container's own loopback on the
# wire, by NAT in both directions. It is told of with the addresses that the
# program knows, once, whether its socket is connected or not.
set -euo pipefail
. "$(dirname "$0")/lab.sh"
. "$(dirname "$0")/expect.sh"

port=38271

# nft in the client's namespace: as libnetwork's rules, in its own words.
rewrite()
{
	lab_client nft -f - <<-END
	table ip embedded {
		chain out {
			type nat hook output priority -100
			ip daddr 127.0.0.11 udp dport 53 dnat to 127.0.0.11:$port
		}
		chain post {
			type nat hook postrouting priority 100
			ip saddr 127.0.0.11 udp sport $port snat to 127.0.0.11:53
		}
	}
	END
}

answers()
{
	lab_client dig +time=1 +tries=1 +short @127.0.0.11 four.lab A |
		grep -qx 10.77.0.10
}

what_is_seen()
{
	events 'select($pid == $who and $kind != "process.udp_v4") |
		[$kind, .dns.question.name // .destination.domain,
			if $kind == "dns.query" then .destination.ip,
				.destination.port
			elif $kind == "dns.answer" then .dns.resolved_ip[0]
			else .egrets.dns.via end] |
		map(tostring) | join(" ")' --argjson who "$1" | LC_ALL=C sort
}

# A lab of our own: it is rebuilt.
unset LAB_SHARED
lab_up
lab_need nft
lab_zone | sed "s/^listen-address=.*/listen-address=127.0.0.11/; /^pid-file/a port=$port" \
	>"$lab_dir/embedded.conf"
lab_client_start dnsmasq --no-daemon --conf-file="$lab_dir/embedded.conf" \
	>"$lab_dir/embedded.log" 2>&1
rewrite
lab_wait 10 answers || { cat "$lab_dir/embedded.log" >&2; exit 1; }
echo "nameserver 127.0.0.11" >"$lab_dir/resolv.conf"

egrets_start -o json
lab_client curl -4 -s -o /dev/null http://both.lab/
connected=$lab_pid
# From sockets that are not connected.
lab_client "$EGRETS_HELPERS/race" --sendto -s 127.0.0.11 -p 80 -c 50 \
	-w "$lab_dir/truth" >"$lab_dir/client" 2>&1 ||
	expect_fail "the workload itself went well"
lab_client dig +short @127.0.0.11 end.lab A >"$lab_dir/client"
dig=$lab_pid
egrets_stop

expect_is "a connected socket" "$(what_is_seen "$connected")" \
	"dns.answer both.lab 10.77.0.11
dns.query both.lab 127.0.0.11 53
process.tcp_v4 both.lab process"
expect_is "dig" "$(what_is_seen "$dig")" \
	"dns.answer end.lab 10.77.0.12
dns.query end.lab 127.0.0.11 53"
expect_is "sockets that are not connected" \
	"$(count '.process.name == "race" and $kind == "dns.query" and
		.destination.ip == "127.0.0.11" and .destination.port == 53'
	) $(count '.process.name == "race" and $kind == "process.tcp_v4" and
		.egrets.dns.via == "process" and
		.egrets.result != "pending"')" "50 50"
expect_is "no answer is unsolicited" \
	"$(events 'select(.egrets.unsolicited // false) | tojson')" ""
expect_nothing_lost "an embedded resolver"
expect_done
