#!/bin/bash
# SPDX-License-Identifier: MIT
#
# DNS elsewhere than at port 53: at a port that --dns-port names, and asked of
# everybody on a link, by multicast DNS (avahi answers) and LLMNR (llmnrd).
set -euo pipefail
. "$(dirname "$0")/lab.sh"
. "$(dirname "$0")/expect.sh"

port=5300
neighbour=neighbour
# On the link that the responders are on.
multicast='ip route replace 224.0.0.0/4 dev lab'

# Avahi has its files in fixed places.
start_responders()
{
	cat >"$lab_dir/avahi.conf" <<-END
		[server]
		host-name=avahi
		allow-interfaces=lab
		enable-dbus=no
		[publish]
		publish-addresses=no
		publish-workstation=yes
	END
	# shellcheck disable=SC2016
	lab_server_start unshare --mount bash -euc "$multicast"'
		mount -t tmpfs none /run
		mount -t tmpfs none /etc/avahi
		echo "10.77.0.10 $1.local" >/etc/avahi/hosts
		exec avahi-daemon --no-drop-root --no-rlimits --no-chroot -f "$0"' \
		"$lab_dir/avahi.conf" "$neighbour" >"$lab_dir/avahi.log" 2>&1
	lab_server_start llmnrd -H "$neighbour" -i lab >"$lab_dir/llmnrd.log" 2>&1
	lab_zone | sed "/^listen-address/a port=$port" >"$lab_dir/other.conf"
	lab_server_start dnsmasq --no-daemon --conf-file="$lab_dir/other.conf" \
		>"$lab_dir/other.log" 2>&1
}

# From a socket that takes the answer from whoever it comes.
asks_avahi()
{
	printf '\0\7\0\0\0\1\0\0\0\0\0\0\11%s\5local\0\0\1\0\1' "$neighbour" \
		>"$lab_dir/question"
	lab_client socat -t 1 - UDP4-DATAGRAM:224.0.0.251:5353 \
		<"$lab_dir/question" >"$lab_dir/client" 2>&1 &&
		grep -aqF "$neighbour" "$lab_dir/client"
}

asks_llmnrd()
{
	lab_client llmnr-query -c 1 -T A -I lab "$neighbour" \
		>"$lab_dir/client" 2>&1 && grep -q 'IN A 10.77' "$lab_dir/client"
}

asks_other()
{
	lab_client dig +time=1 +tries=1 +short -p "$port" "@$LAB_SERVER4" \
		four.lab A >"$lab_dir/client" &&
		grep -qx 10.77.0.10 "$lab_dir/client"
}

# What a process asked for and was told: of answers, the first address's net.
exchanges_of()
{
	events 'select($pid == $who and ($kind | startswith("dns."))) |
		"\($kind) \(.dns.question.name) \(.dns.question.type) \(
		.destination.ip):\(.destination.port)\(
		if .dns.resolved_ip then " " + .dns.resolved_ip[0][:5]
			else "" end)"' --argjson who "$1" |
		sed -E 's/ (10\.77\.[0-9.]*|fe80[^ ]*):/ neighbour:/' |
		LC_ALL=C sort -u
}

# A lab of our own: it has routes and servers that others do not expect.
unset LAB_SHARED EGRETS_SHARED
lab_up
lab_need socat avahi-daemon llmnrd llmnr-query mdns-scan
start_responders
lab_client bash -c "$multicast"
for server in asks_avahi asks_llmnrd asks_other; do
	lab_wait 20 "$server" || {
		cat "$lab_dir/avahi.log" "$lab_dir/llmnrd.log" "$lab_dir/client" >&2
		lab_note "$server: nobody answers"
		exit 1
	}
done

egrets_start -o json --dns-port "$port"
asks_other || expect_fail "the other port answers"
other=$lab_pid
lab_client dig +tcp +short -p "$port" "@$LAB_SERVER4" six.lab AAAA \
	>"$lab_dir/client"
other_tcp=$lab_pid
asks_avahi || expect_fail "avahi answers"
avahi=$lab_pid
asks_llmnrd || expect_fail "llmnrd answers"
llmnr=$lab_pid
address=$(sed -n 's/.*IN A \([0-9.]*\).*/\1/p' "$lab_dir/client" | head -n 1)
lab_client curl -s -o /dev/null "http://$address/" || true
curl=$lab_pid
# It asks from port 5353, and is answered there by the group.
lab_client timeout -s INT 3 mdns-scan >"$lab_dir/client" 2>&1 || true
egrets_stop

expect_is "another port" "$(exchanges_of "$other")" \
	"dns.answer four.lab A neighbour:$port 10.77
dns.query four.lab A neighbour:$port"
expect_is "another port, TCP" "$(exchanges_of "$other_tcp")" \
	"dns.answer six.lab AAAA neighbour:$port fd00:
dns.query six.lab AAAA neighbour:$port"
expect_is "multicast DNS, answered to who asked" "$(exchanges_of "$avahi")" \
	"dns.answer $neighbour.local A neighbour:5353 10.77
dns.query $neighbour.local A 224.0.0.251:5353"
expect_is "LLMNR" "$(exchanges_of "$llmnr")" \
	"dns.answer $neighbour A neighbour:5355 10.77
dns.query $neighbour A 224.0.0.252:5355"
expect_is "who connects after that has the name" \
	"$(events 'select($pid == $who and $kind == "process.tcp_v4") |
		.destination.domain' --argjson who "$curl" | sort -u)" "$neighbour"
scan=$(events 'select(.process.name == "mdns-scan" and $kind == "dns.query") |
	$pid' | head -n 1)
expect_like "multicast DNS, answered to the group" \
	"$(exchanges_of "${scan:-0}")" \
	"dns.answer _services._dns-sd._udp.local PTR neighbour:5353.*\
dns.query _services._dns-sd._udp.local PTR 224.0.0.251:5353"
expect_is "nothing of the neighbours' own talk" \
	"$(events 'select(($kind | startswith("dns.")) and
		.egrets.netns == $netns and $pid == null) | tojson' \
		--argjson netns "$(stat -L -c %i "/run/netns/$lab_client_ns")")" ""
expect_nothing_lost "other ports"
expect_done
