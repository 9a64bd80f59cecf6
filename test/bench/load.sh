#!/bin/bash
# SPDX-License-Identifier: MIT
#
#	EGRETS=FILE EGRETS_HELPERS=DIR load.sh [ROUNDS [SECONDS]]
#
# Short connections on loopback as fast as they can be made: without anybody
# who looks, with egrets, with an egrets that is asked for another process only,
# and, where they run, with the tools that people take today. In turns, so that
# a busy minute is everybody's. Once from one process, which leaves a processor
# to who looks, and once from one a processor, which does not. Then how long
# each probe takes, by the kernel's clock. For scripts/bench.
set -euo pipefail
e2e=$(cd "$(dirname "$0")/../e2e" && pwd)
# shellcheck source-path=SCRIPTDIR source=../e2e/lab.sh
. "$e2e/lab.sh"
# shellcheck source-path=SCRIPTDIR source=../e2e/expect.sh
. "$e2e/expect.sh"

rounds=${1:-5}
seconds=${2:-3}
host=four.lab
address=10.77.0.10
tools=(none egrets other)
export PYTHONUNBUFFERED=1

egrets()
{
	exec "$EGRETS" "${egrets_forced[@]}" -e process.tcp
}

other()
{
	exec "$EGRETS" "${egrets_forced[@]}" -e process.tcp -p 1
}

tcpconnect()
{
	exec /usr/sbin/tcpconnect-bpfcc
}

bpftrace()
{
	# shellcheck disable=SC2016 # bpftrace's own
	exec /usr/bin/bpftrace -B line -e 'kprobe:tcp_v4_connect {
		$to = (struct sockaddr_in *)arg1;
		printf("%d %s %s %d\n", pid, comm, ntop($to->sin_addr.s_addr),
			bswap($to->sin_port));
	}'
}

# An egrets says so; others are when they have shown something.
is_ready()
{
	lab_is_gone "$watcher" && return 0
	case $1 in
	egrets|other)
		grep -q '^egrets: ready' "$lab_dir/$1.err"
		;;
	*)
		connects -c 1 >/dev/null
		grep -q "$address" "$lab_dir/$1.out"
		;;
	esac
}

# connects OPTION...: from the client's namespace, where the host is its own.
connects()
{
	lab_client "$EGRETS_HELPERS/connects" "$@" "$host"
}

# The processor time of a process and its children so far, in ms.
ticks_of()
{
	awk -v per_s="$(getconf CLK_TCK)" \
		'{ print ($14 + $15 + $16 + $17) * 1000 / per_s }' "/proc/$1/stat"
}

start()
{
	watcher=
	[[ $1 != none ]] || return 0
	# Old lines are not to be taken for the new one's.
	rm -f "$lab_dir/$1.out" "$lab_dir/$1.err"
	: >"$lab_dir/$1.out" 2>"$lab_dir/$1.err"
	"$1" >"$lab_dir/$1.out" 2>"$lab_dir/$1.err" &
	watcher=$!
	lab_pids+=("$watcher")
	lab_wait 60 is_ready "$1" || true
	if lab_is_gone "$watcher"; then
		lab_note "$1 does not begin:"
		tail -n 5 "$lab_dir/$1.err" >&2
		return 1
	fi
}

# The lines that a tool has printed about connections.
shown()
{
	grep -c "$address" "$lab_dir/$1.out" || true
}

# It may still have some to print.
is_quiet()
{
	local before

	before=$(shown "$1")
	sleep 0.3
	[[ $(shown "$1") == "$before" ]]
}

# measure TOOL PROCESSES: a line of connects a second, how many were made and how
# many of them shown, µs of the tool's for each, and what it says that it lost.
measure()
{
	local tool=$1 made rate before=0 after=0 had=0 has=0

	start "$tool"
	if [[ $watcher ]]; then
		had=$(shown "$tool")
		before=$(ticks_of "$watcher")
	fi
	read -r rate made < <(connects -t "$seconds" -P "$2")
	if [[ $watcher ]]; then
		lab_wait 60 is_quiet "$tool"
		after=$(ticks_of "$watcher")
		kill -INT "$watcher"
		wait "$watcher" || true
		has=$(shown "$tool")
	fi
	awk -v rate="$rate" -v made="$made" -v shown=$((has - had)) \
		-v ms="$after $before" 'BEGIN {
			split(ms, at)
			printf "%d %d %d %.3f\n", rate, made, shown,
				(at[1] - at[2]) * 1000 / made }' \
		>>"$lab_dir/$tool.$2"
	[[ $tool != egrets && $tool != other ]] ||
		sed -n 's/.*lost: //p' "$lab_dir/$tool.err" | grep -v '^none$' |
		sed "s/^/load: $tool has lost: /" >&2 || true
}

# median FILE COLUMN
median()
{
	cut -d ' ' -f "$2" "$1" | sort -n | sed -n "$((rounds / 2 + 1))p"
}

# table PROCESSES
table()
{
	local tool file base

	base=$(median "$lab_dir/none.$1" 1)
	printf '\n%-12s %12s %8s %14s %18s\n' "from $1" connects/s ratio \
		'not shown' 'its µs a connect'
	for tool in "${tools[@]}"; do
		file=$lab_dir/$tool.$1
		awk -v tool="$tool" -v rate="$(median "$file" 1)" \
			-v base="$base" -v us="$(median "$file" 4)" '
			{ made += $2; shown += $3 }
			END {
				missed = sprintf("%.3f %%", 100 - shown * 100 / made)
				if (tool == "none" || tool == "other")
					missed = "-"
				printf "%-12s %12d %8.3f %14s %18s\n", tool,
					rate, rate / base, missed,
					tool == "none" ? "-" : us
			}' "$file"
	done
}

# probes TOOL: how long its programs take, weighed by how often they run.
probes()
{
	start "$1"
	lab_client "$EGRETS_HELPERS/../bench/probe_stats" "$EGRETS_HELPERS/connects" -t 1 "$host" \
		>"$lab_dir/stats"
	kill -INT "$watcher"
	wait "$watcher" || true
	awk -v tool="$1" '
		NR == 1 { made = $2; next }
		{
			printf "%-12s %-16s %8.2f times %6d ns\n", tool, $1,
				$2 / made, $3
			all += $2 * $3
		}
		END {
			printf "%-12s %-16s %23d ns\n", tool, "a connection",
				all / made
		}' "$lab_dir/stats"
}

lab_up
ip -n "$lab_client_ns" addr add "$address/32" dev lo
if [[ -x /usr/sbin/tcpconnect-bpfcc && -d /sys/bus/event_source/devices/kprobe ]]; then
	tools+=(tcpconnect)
fi
if type -P bpftrace >/dev/null &&
	[[ -d /sys/bus/event_source/devices/kprobe ]]; then
	tools+=(bpftrace)
fi
for processes in 1 $(($(nproc) > 1 ? $(nproc) : 0)); do
	((processes)) || continue
	for ((round = 0; round < rounds; round++)); do
		for tool in "${tools[@]}"; do
			measure "$tool" "$processes"
		done
	done
	table "$processes"
done
echo
for tool in "${tools[@]:1}"; do
	probes "$tool"
done
