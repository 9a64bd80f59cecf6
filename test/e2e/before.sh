#!/bin/bash
# SPDX-License-Identifier: MIT
#
# Questions over sockets from before egrets: whose they are is known all the
# same, over TCP and UDP.
set -euo pipefail
. "$(dirname "$0")/lab.sh"
. "$(dirname "$0")/expect.sh"

# A question for the A record of a name in .lab, as the shell's printf has it.
question()
{
	printf '\\0\\7\\1\\0\\0\\1\\0\\0\\0\\0\\0\\0\\%o%s\\3lab\\0\\0\\1\\0\\1' \
		"${#1}" "$1"
}

# PROTOCOL SERVER FILES TEXT: opens a socket, and asks when told to.
# shellcheck disable=SC2016
over='exec 3<>"/dev/$1/$2/53"
	: >"$3.open"
	read -r _ <"$3.go"
	printf "$4" >&3
	timeout 20 head -c 12 <&3 >"$3.answer"'

# start WHAT PROTOCOL SERVER TEXT: $pids[WHAT] will ask.
declare -A pids
start()
{
	mkfifo "$lab_dir/$1.go"
	lab_client_start bash -euc "$over" - "$2" "$3" "$lab_dir/$1" "$4"
	pids[$1]=$lab_pid
	lab_wait 10 test -e "$lab_dir/$1.open"
}

seen_of()
{
	events 'select($pid == $who and ($kind | startswith("dns."))) |
		"\($kind) \(.dns.question.name) \(.network.transport) \(
		.process.name)"' --argjson who "${pids[$1]}" | LC_ALL=C sort
}

# A lab of our own: its egrets starts late.
unset EGRETS_SHARED
lab_up
framed='\0\32'
start tcp tcp "$LAB_SERVER4" "$framed$(question four)"
start tcp6 tcp "$LAB_SERVER6" "$framed$(question both)"
start udp udp "$LAB_SERVER4" "$(question chain)"
egrets_start -o json
for what in tcp tcp6 udp; do
	echo go >"$lab_dir/$what.go"
	lab_wait 10 test -s "$lab_dir/$what.answer" ||
		expect_fail "$what: the server answers"
done
egrets_stop

expect_is "TCP" "$(seen_of tcp)" "dns.answer four.lab tcp bash
dns.query four.lab tcp bash"
expect_is "TCP over IPv6" "$(seen_of tcp6)" "dns.answer both.lab tcp bash
dns.query both.lab tcp bash"
expect_is "UDP" "$(seen_of udp)" "dns.answer chain.lab udp bash
dns.query chain.lab udp bash"
expect_nothing_lost "from before"
expect_done
