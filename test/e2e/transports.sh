#!/bin/bash
# SPDX-License-Identifier: MIT
#
# Answers that do not come as one datagram in one packet: over TCP, in several
# segments, several on one connection, after a truncated one, and in fragments,
# of both families. They are told of as any other, with who asked and how, and
# what they say names connections.
set -euo pipefail
. "$(dirname "$0")/lab.sh"
. "$(dirname "$0")/expect.sh"

whats=()
pids=()
expected=()

# attempt WHAT LINE... -- COMMAND...: the questions and their answers: type,
# transport, protocol, and how many addresses there are in the answer.
attempt()
{
	whats+=("$1")
	shift
	expected+=("")
	while [[ $1 != -- ]]; do
		expected[-1]+=${expected[-1]:+$'\n'}$1
		shift
	done
	shift
	lab_client "$@" >"$lab_dir/client" ||
		expect_fail "${whats[-1]}: the client itself went well"
	pids+=("$lab_pid")
}

# With packet sockets and no kprobes it is not known whose datagrams they are.
knows_askers()
{
	grep -q 'DNS seen at its sockets' "$lab_dir/err" ||
		[[ -e /sys/bus/event_source/devices/kprobe ]]
}

# Of both families.
fragments_made()
{
	local now

	read -ra now < <(lab_fragments)
	((now[0] > before[0] + 2 && now[1] > before[1] + 2))
}

lab_up
lab_set_mtu 1280
lab_on_exit lab_set_mtu 1500
read -ra before < <(lab_fragments)
egrets_start -o json
dig=(dig +bufsize=4096)
attempt "TCP" "A tcp ipv4 1" -- "${dig[@]}" +tcp "@$LAB_SERVER4" four.lab
attempt "TCP over IPv6" "AAAA tcp ipv6 1" \
	-- "${dig[@]}" +tcp "@$LAB_SERVER6" six.lab AAAA
attempt "several on one connection" \
	"A tcp ipv4 1" "A tcp ipv4 1" "AAAA tcp ipv4 1" \
	-- "${dig[@]}" +tcp +keepopen "@$LAB_SERVER4" \
	four.lab A six.lab AAAA chain.lab A
attempt "several segments" "A tcp ipv4 200" \
	-- "${dig[@]}" +tcp "@$LAB_SERVER4" large.lab
attempt "a long text over IPv6" "TXT tcp ipv6 0" \
	-- "${dig[@]}" +tcp "@$LAB_SERVER6" text.large.lab TXT
attempt "UDP, truncated, then TCP" "AAAA tcp ipv4 200" "AAAA udp ipv4 TC" \
	-- "${dig[@]}" "@$LAB_SERVER4" large.lab AAAA
attempt "fragments" "A udp ipv4 200" -- "${dig[@]}" "@$LAB_SERVER4" large.lab
attempt "fragments of IPv6" "A udp ipv6 200" \
	-- "${dig[@]}" "@$LAB_SERVER6" large.lab
attempt "a program that asks once more over TCP" \
	"A tcp ipv4 1" "A udp ipv4 TC" \
	-- curl -4 -s -o /dev/null http://long.lab/
curl=$lab_pid
lab_client curl -s -o /dev/null http://10.77.0.24/
other=$lab_pid
egrets_stop

# Others may ask elsewhere on this machine.
grep "\"netns\":$(stat -L -c %i "/run/netns/$lab_client_ns")[,}]" \
	"$lab_dir/out" >"$lab_dir/here" || true
grep egrets.lost "$lab_dir/out" >>"$lab_dir/here" || true
mv "$lab_dir/here" "$lab_dir/out"
expect_true "the answers were in fragments" fragments_made
whose='.process.pid'
# Then each kind is looked for among all of them.
knows_askers || whose='(if .network.transport == "udp" then "-" else $pid end)'
events_load 'select($kind == "dns.answer") | "\('"$whose"') \(
	.dns.question.type) \(.network.transport) \(.network.type) \(
	if .dns.header_flags // [] | any(. == "TC") then "TC"
		else .dns.resolved_ip // [] | length end)\(
	if .egrets.dns.cut then " cut" else "" end)"'
for i in "${!whats[@]}"; do
	events_of "${pids[i]}"
	if ! knows_askers; then
		expected[i]=$(grep -v ' udp ' <<<"${expected[i]}" || true)
	fi
	expect_is "${whats[i]}" "$picked" "${expected[i]}"
done
knows_askers || {
	events_of -
	expect_is "datagrams, whosever they are" "$picked" \
		"$(printf '%s\n' 'A udp ipv4 200' 'A udp ipv4 TC' \
			'A udp ipv6 200' 'AAAA udp ipv4 TC')"
}
expect_is "a question for each answer, and nothing unsolicited" \
	"$(count '$kind == "dns.query"') $(count '.egrets.unsolicited')" \
	"$(count '$kind == "dns.answer"') 0"
expect_is "the name of a connection, asked for over TCP" \
	"$(events 'select($pid == $curl and .destination.port == 80) |
		"\(.destination.ip) \(.destination.domain) \(.egrets.dns.via)"' \
		--argjson curl "$curl")" "10.77.0.25 long.lab process"
expect_is "the name of a connection, from an answer in fragments" \
	"$(events 'select($pid == $other and .destination.port == 80) |
		.destination.domain' --argjson other "$other")" large.lab
expect_nothing_lost transports
expect_done
