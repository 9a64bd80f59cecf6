#!/bin/bash
# SPDX-License-Identifier: MIT
#
# A hook that this kernel lacks or forbids takes its other form, and shows the
# same; one that has no other form is left out with one warning, and the rest
# goes on. Kernels lack functions by another name, inlining or `notrace`, all
# of which look the same from here: egrets asks for what is not there.
set -euo pipefail
export EGRETS_ATTACH=auto
. "$(dirname "$0")/lab.sh"
. "$(dirname "$0")/expect.sh"

port=7779
all="process.tcp_v4 10.77.0.10 80 four.lab established
process.tcp_v4 10.78.0.1 80 noroute.lab ENETUNREACH
process.tcp_v6 fd00:77::10 80 six.lab established
process.udp_v4 10.77.0.10 $port four.lab -
process.udp_v6 fd00:77::10 $port six.lab -"

workload()
{
	lab_client curl -4 -s -o /dev/null http://four.lab/
	lab_client curl -6 -s -o /dev/null http://six.lab/
	lab_client curl -4 -s -o /dev/null http://noroute.lab/ || true
	lab_client "$EGRETS_HELPERS/udp_client" "$port" four.lab
	lab_client "$EGRETS_HELPERS/udp_client" -6 "$port" six.lab
} >"$lab_dir/client"

warnings()
{
	sed -nE 's/^egrets: (no [a-z0-9]+\.[a-z]+|.* is attached without [^:]*):.*/\1/p' \
		"$lab_dir/err"
}

# expect_seen WHAT REPLACED UNSEEN WARNINGS: with these targets replaced, all is
# seen but the lines that match UNSEEN ("": all).
expect_seen()
{
	export EGRETS_DEBUG_TARGETS=$2
	egrets_start -o json
	unset EGRETS_DEBUG_TARGETS
	workload
	egrets_stop
	expect_is "$1: what is seen" "$(events 'select(.destination.port as $to |
			[80, $port] | index($to)) |
		[$kind, .destination.ip, .destination.port,
			.destination.domain // "-", .egrets.result // "-"] |
		join(" ")' --argjson port "$port" | LC_ALL=C sort)" \
		"$(grep -vE "${3:-^$}" <<<"$all" || true)"
	expect_is "$1: what is said" "$(warnings)" "$4"
	expect_nothing_lost "$1"
}

# Something that the kernel has and lets nobody probe.
forbidden()
{
	awk '$2 !~ /\.|^__/ { print $2; exit }' \
		/sys/kernel/debug/kprobes/blacklist
}

has_kprobes()
{
	[[ -e /sys/bus/event_source/devices/kprobe ]]
}

kprobe_cases()
{
	expect_seen "no tcp_v4_connect" tcp_v4_connect=no_such "" ""
	expect_seen "udp_sendmsg and tcp_v6_connect are forbidden" \
		"udp_sendmsg=$(forbidden),tcp_v6_connect=$(forbidden)" "" ""
	expect_seen "no inet_sock_set_state" \
		inet_sock_set_state=no_such "" ""
	expect_seen "no kprobe at all" "tcp_v4_connect=no_such,\
tcp_v6_connect=no_such,udp_sendmsg=no_such,udpv6_sendmsg=no_such" "" ""
}

lab_up
lab_sink "$port"
if has_kprobes; then
	kprobe_cases
	none=tcp_v4_connect=no_such,connect4=no_such
else
	none=connect4=no_such
fi
expect_seen "no sched_process_exec" sched_process_exec=no_such \
	"" "no process.exec"
if has_kprobes; then
	expect_seen "neither tcp_v4_connect nor cgroup connect4" "$none" \
		ENETUNREACH "no tcp4.connect"
else
	expect_seen "no cgroup connect4" "$none" \
		ENETUNREACH "no tcp4.connect
udp4.send is attached without cgroup connect4"
fi

export EGRETS_DEBUG_TARGETS="inet_sock_set_state=no_such,\
tcp_set_state=no_such,tcp_v4_connect=no_such,tcp_v6_connect=no_such,\
udp_sendmsg=no_such,udpv6_sendmsg=no_such,connect4=no_such,connect6=no_such,\
egress=no_such,packet_sendmsg=no_such,sched_process_exec=no_such,sched_process_fork=no_such"
status=0
"$EGRETS" -t 1 >"$lab_dir/out" 2>"$lab_dir/err" || status=$?
expect_is "no hook at all: status" "$status" 77
expect_is "no hook at all: what is said last" "$(tail -n 1 "$lab_dir/err")" \
	"egrets: no probe could be attached to this kernel; see egrets --check"
expect_done
