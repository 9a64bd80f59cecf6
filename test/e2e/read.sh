#!/bin/bash
# SPDX-License-Identifier: MIT
#
# egrets -r, as a user without any privilege, on captures that tcpdump makes
# here: of Ethernet, of "any" in both of its forms, and of loopback; of UDP, of
# TCP, and of answers in fragments. Then on files that are damaged: what can be
# read is printed, and the rest is an error.
set -euo pipefail
. "$(dirname "$0")/lab.sh"
. "$(dirname "$0")/expect.sh"

# dig's arguments for each exchange, and what is to be seen of it.
exchanges=(
	"four.lab A"
	"six.lab AAAA"
	"chain.lab A"
	"nothing.lab A"
	"text.lab TXT"
	"mail.lab MX"
)

# And of those whose answers are too long for a packet.
large_exchanges=(
	"large.lab A"
)

# Of the following captures.
dig_options=()
filter="port 53"

# is_settled FILE: nothing has been added to it for a while.
is_settled()
{
	local size

	size=$(stat -c %s "$1")
	sleep 0.3
	[[ $(stat -c %s "$1") == "$size" ]]
}

# capture FILE client|server TCPDUMP-OPTION...: the exchanges, of both
# families, as seen from one namespace. From the server's they are its own,
# and stay on its loopback. (By default a ring has room for 8 packets.)
capture()
{
	local file=$1 where=$2 exchange server holder

	shift 2
	holder="lab_${where}_holder"
	: >"$lab_dir/tcpdump"
	lab_start "${!holder}" tcpdump -Z root --immediate-mode -B 16384 \
		-s 9216 -U -w "$file" "$@" "$filter" 2>"$lab_dir/tcpdump"
	tcpdump_pid=$lab_pid
	lab_pids+=("$tcpdump_pid")
	lab_wait 10 grep -q 'listening on' "$lab_dir/tcpdump" || {
		cat "$lab_dir/tcpdump" >&2
		lab_skip "tcpdump does not listen"
	}
	for exchange in "${exchanges[@]}"; do
		for server in "$LAB_SERVER4" "$LAB_SERVER6"; do
			# shellcheck disable=SC2086 # two words
			lab_run "${!holder}" dig +short "${dig_options[@]}" \
				"@$server" $exchange >"$lab_dir/client"
		done
	done
	# On a busy machine the last packet comes into its hands after dig's.
	lab_wait 10 is_settled "$file" || true
	kill -INT "$tcpdump_pid"
	lab_wait 10 lab_is_gone "$tcpdump_pid"
	chmod 644 "$file"
}

# read_file FILE: as nobody; events in $lab_dir/out, status in $status.
read_file()
{
	status=0
	setpriv --reuid "$LAB_USER_ID" --regid "$LAB_USER_ID" --clear-groups \
		--inh-caps=-all --bounding-set=-all \
		timeout "$((20 * ${EGRETS_PATIENCE:-1}))" \
		"$lab_dir/egrets" -o json -r "$1" \
		>"$lab_dir/out" 2>"$lab_dir/err" || status=$?
}

expected_events()
{
	local exchange kind

	for exchange in "${exchanges[@]}"; do
		for kind in dns.answer dns.query; do
			printf '%s %s\n' "$kind" "$exchange" \
				"$kind" "$exchange"
		done
	done | sort
}

seen_events()
{
	events 'select($kind | startswith("dns.")) |
		"\($kind) \(.dns.question.name) \(.dns.question.type)"' | sort
}

check_capture()
{
	read_file "$2"
	expect_is "$1: status" "$status" 0
	expect_is "$1: one question and one answer for each exchange" \
		"$(seen_events)" "$(expected_events)"
	expect_is "$1: the answer of a chain" \
		"$(events 'select($kind == "dns.answer" and
			.dns.question.name == "chain.lab") |
			.dns.resolved_ip[]?' | sort -u)" 10.77.0.12
	expect_is "$1: a name that does not exist" \
		"$(events 'select($kind == "dns.answer" and
			.dns.question.name == "nothing.lab") |
			.dns.response_code' | sort -u)" NXDOMAIN
}

# check_damaged WHAT FILE LINES MESSAGE: how many lines are still printed.
check_damaged()
{
	read_file "$2"
	expect_is "$1: status" "$status" 1
	expect_is "$1: what could be read is printed" \
		"$(wc -l <"$lab_dir/out")" "$3"
	expect_like "$1: a message" "$(cat "$lab_dir/err")" "$4"
	expect_is "$1: one line of it" "$(grep -c "$2" "$lab_dir/err")" 1
}

# check_large WHAT FILE TRANSPORT: an answer of 200 addresses for each family.
check_large()
{
	read_file "$2"
	expect_is "$1: status" "$status" 0
	expect_is "$1: all that the answers say" \
		"$(events 'select($kind == "dns.answer") |
			"\(.network.transport) \(.network.type) \(
			.dns.resolved_ip | length) \(.egrets.dns.cut)"' |
			sort)" \
		"$(printf '%s\n' "$3 ipv4 200 null" "$3 ipv6 200 null")"
}

# check_first FILE: tcpdump finds the port only in first fragments of IPv4.
check_first()
{
	read_file "$1"
	expect_is "a first fragment alone: status" "$status" 0
	expect_like "a first fragment alone: a cut answer" \
		"$(events 'select($kind == "dns.answer") |
			"\(.egrets.dns.cut) \(.dns.resolved_ip | length)"' |
			tr "\n" " ")" \
		'^true [5-9][0-9] $'
}

lab_up
lab_need tcpdump
# Where that user can reach it.
cp "$EGRETS" "$lab_dir/egrets"
capture "$lab_dir/ether.pcap" client -i lab
capture "$lab_dir/sll.pcap" server -i any -y LINUX_SLL
capture "$lab_dir/sll2.pcap" server -i any -y LINUX_SLL2
capture "$lab_dir/lo.pcap" server -i lo

check_capture "Ethernet" "$lab_dir/ether.pcap"
check_capture "any, SLL" "$lab_dir/sll.pcap"
check_capture "any, SLL2" "$lab_dir/sll2.pcap"
check_capture "loopback" "$lab_dir/lo.pcap"

lines=$((4 * ${#exchanges[@]}))

dig_options=(+tcp)
capture "$lab_dir/tcp.pcap" client -i lab
capture "$lab_dir/tcp-any.pcap" server -i any -y LINUX_SLL
check_capture "TCP" "$lab_dir/tcp.pcap"
check_capture "TCP, any" "$lab_dir/tcp-any.pcap"

exchanges=("${large_exchanges[@]}")
capture "$lab_dir/large-tcp.pcap" client -i lab
check_large "TCP, large" "$lab_dir/large-tcp.pcap" tcp
ip -n "$lab_client_ns" link set lab mtu 1280
ip -n "$lab_server_ns" link set lab mtu 1280
dig_options=(+notcp +bufsize=4096)
capture "$lab_dir/first.pcap" client -i lab
filter="port 53 or ip[6:2] & 0x1fff != 0 or ip6 proto 44"
capture "$lab_dir/fragments.pcap" client -i lab
capture "$lab_dir/fragments-any.pcap" client -i any -y LINUX_SLL2
check_first "$lab_dir/first.pcap"
check_large "fragments" "$lab_dir/fragments.pcap" udp
check_large "fragments, any" "$lab_dir/fragments-any.pcap" udp

size=$(stat -c %s "$lab_dir/ether.pcap")
head -c $((size - 20)) "$lab_dir/ether.pcap" >"$lab_dir/cut.pcap"
check_damaged "cut short" "$lab_dir/cut.pcap" $((lines - 1)) 'truncated|cut'

# The last packet's header: its length becomes 4 GB.
last=$((size - 16 - $(tcpdump -r "$lab_dir/ether.pcap" -e -n 2>/dev/null |
	sed -n '$s/.* length \([0-9]*\): .*/\1/p')))
{
	head -c $((last + 8)) "$lab_dir/ether.pcap"
	printf '\377\377\377\377'
	tail -c +$((last + 13)) "$lab_dir/ether.pcap"
} >"$lab_dir/corrupt.pcap"
check_damaged "corrupt" "$lab_dir/corrupt.pcap" $((lines - 1)) \
	'length|invalid|corrupt'

printf 'This is no capture, whatever its name says.\n' >"$lab_dir/text.pcap"
check_damaged "not a capture" "$lab_dir/text.pcap" 0 'format|capture'
: >"$lab_dir/empty.pcap"
check_damaged "an empty file" "$lab_dir/empty.pcap" 0 'truncated|empty'
check_damaged "no such file" "$lab_dir/missing.pcap" 0 'No such file'
mkdir "$lab_dir/folder.pcap"
check_damaged "a directory" "$lab_dir/folder.pcap" 0 'directory'
cp "$lab_dir/ether.pcap" "$lab_dir/secret.pcap"
chmod 600 "$lab_dir/secret.pcap"
check_damaged "not readable" "$lab_dir/secret.pcap" 0 'Permission denied'
expect_done
