#!/bin/bash
# SPDX-License-Identifier: MIT
#
#	EGRETS=FILE EGRETS_HELPERS=DIR peers.sh [RUNS]
#
# From exec to the first connection shown, and memory in steady state, of
# egrets and of the tools that people take today. A connection is made to a
# loopback port of our own 20 times a second, and the clock stops at the first
# one that a tool prints: no tool is asked when it believes to be ready. For
# scripts/bench, which runs it where there are kprobes and headers.
set -euo pipefail

runs=${1:-3}
port=7790
work=$(mktemp -d "${TMPDIR:-/tmp}/peers.XXXXXX")
# shellcheck disable=SC2046 # one word a pid
trap 'kill $(jobs -p) 2>/dev/null; rm -rf "$work"' EXIT
export PYTHONUNBUFFERED=1

egrets()
{
	exec "$EGRETS" -e process.tcp
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
		printf("%d %s %d\n", pid, comm, bswap($to->sin_port));
	}'
}

connect_for_ever()
{
	local i

	for ((i = 0; i < 100000; i++)); do
		(exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null
		read -rt 0.05 <>"$work/never" || true
	done
}

# measure TOOL: its line of figures in $work/TOOL.
measure()
{
	local begun=$EPOCHREALTIME line pid shown out reader

	exec {out}< <("$1" 2>"$work/$1.err")
	pid=$!
	while read -rt 600 line <&"$out"; do
		[[ $line != *"$port"* ]] || break
	done
	shown=$EPOCHREALTIME
	[[ ${line-} == *"$port"* ]] || {
		echo "peers: $1 showed nothing:" >&2
		tail -n 5 "$work/$1.err" >&2
		return 1
	}
	cat <&"$out" >"$work/rest" &
	reader=$!
	sleep 5
	printf '%d %d\n' $(((${shown/./} - ${begun/./}) / 1000)) \
		"$(awk '$1 == "Pss:" { print $2 }' "/proc/$pid/smaps_rollup")" \
		>>"$work/$1"
	kill -INT "$pid"
	wait "$reader"
	exec {out}<&-
}

mkfifo "$work/never"
"$EGRETS_HELPERS/sink" "$port" >"$work/sink" &
until grep -qx ready "$work/sink"; do sleep 0.1; done
connect_for_ever &
for ((run = 0; run < runs; run++)); do
	for tool in egrets tcpconnect bpftrace; do
		measure "$tool"
	done
done

printf '%-12s %20s %10s %12s %10s\n' "median of $runs" \
	"first shown after" ratio "PSS" ratio
for tool in egrets tcpconnect bpftrace; do
	ms=$(cut -d' ' -f1 "$work/$tool" | sort -n | sed -n "$((runs / 2 + 1))p")
	kib=$(cut -d' ' -f2 "$work/$tool" | sort -n | sed -n "$((runs / 2 + 1))p")
	[[ $tool != egrets ]] || { base_ms=$ms base_kib=$kib; }
	awk -v tool="$tool" -v ms="$ms" -v kib="$kib" -v base_ms="$base_ms" \
		-v base_kib="$base_kib" 'BEGIN {
		printf "%-12s %18.1f s %9.1fx %8.1f MiB %9.1fx\n", tool,
			ms / 1000, ms / base_ms, kib / 1024, kib / base_kib }'
done
