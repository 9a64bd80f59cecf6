#!/bin/bash
# SPDX-License-Identifier: MIT
#
# Killed with SIGKILL, at moments all through its start and while it works,
# egrets leaves nothing: no program, map, link or pin in the kernel, no probe,
# no packet socket, no mount, no file, no process.
set -euo pipefail
. "$(dirname "$0")/lab.sh"
. "$(dirname "$0")/expect.sh"

# One line for each thing that could be left.
inventory()
{
	local kind ns file

	for kind in prog map link; do
		bpftool "$kind" show |
			sed -n "s/ recursion_misses [0-9]*//; s/^[0-9]*:/$kind &/p"
	done
	[[ -d /sys/fs/bpf ]] && find /sys/fs/bpf -mindepth 1
	for file in /sys/kernel/{,debug/}tracing/{k,u}probe_events; do
		[[ ! -e $file ]] || sed "s/^/probe /" "$file"
	done
	sed 's/^/mount /' /proc/self/mountinfo
	for ns in "$lab_client_ns" "$lab_server_ns"; do
		nsenter --net="/run/netns/$ns" cat /proc/net/packet |
			sed "1d; s/^/packet socket in $ns /"
	done
	sed '1d; s/^/packet socket /' /proc/net/packet
	find "$lab_dir/tmp" -mindepth 1
	find /tmp /var/tmp /run /dev/shm -maxdepth 1 \
		! -name 'egrets-vm.*' \( -name '*egrets*' -o \
		-name '*bcc*' -o -name '*bpf*' \)
	find /proc -maxdepth 2 -path '/proc/[0-9]*/exe' \
		-lname "$lab_dir/egrets*" -printf 'process %h\n' || true
} 2>/dev/null

left()
{
	inventory | sort | comm -13 "$lab_dir/before" -
}

nothing_left()
{
	[[ -z $(left) ]]
}

# The kernel frees such things a moment after their last user is gone.
expect_nothing_left()
{
	if lab_wait 10 nothing_left; then
		expect_pass "$1"
	else
		expect_fail "$1"
		left | sed 's/^/\t/'
	fi
}

now_ms()
{
	date +%s%3N
}

sleep_ms()
{
	sleep "$(printf '%d.%03d' $(($1 / 1000)) $(($1 % 1000)))"
}

kill_it()
{
	kill -KILL "$egrets_pid"
	wait "$egrets_pid" 2>/dev/null || true
}

# begin OPTION...: start it, not waiting until it is ready.
begin()
{
	: >"$lab_dir/err"
	"$EGRETS" "${egrets_forced[@]}" "$@" \
		>"$lab_dir/out" 2>"$lab_dir/err" &
	egrets_pid=$!
	lab_pids+=("$egrets_pid")
}

check_compiling()
{
	# What is kept for the next start is none of this.
	EGRETS_CACHE='' begin -v
	lab_wait 60 grep -q '^egrets: start: types' "$lab_dir/err" ||
		expect_fail "it begins to compile"
	kill_it
	expect_nothing_left "killed while it compiles"
}

check_working()
{
	begun=$(now_ms)
	egrets_start -o json
	took=$(($(now_ms) - begun))
	lab_client curl -s -o /dev/null http://four.lab/
	expect_true "while it runs there is something to see" \
		test -n "$(left | grep -E '^(prog|map|packet)')"
	kill_it
	expect_nothing_left "killed while it works"
}

check_moments()
{
	local moment

	for moment in 0 12 25 37 50 62 75 87; do
		begin
		sleep_ms $((took * moment / 100))
		kill_it
		expect_nothing_left \
			"killed $((took * moment / 100)) ms after its start"
	done
}

check_signals()
{
	egrets_start -o json
	egrets_stop
	expect_nothing_left "ended by SIGINT"

	egrets_start -o json
	kill -TERM "$egrets_pid"
	egrets_wait
	expect_is "ended by SIGTERM: status" "$egrets_status" 0
	expect_nothing_left "ended by SIGTERM"
}

lab_up
lab_need bpftool
mkdir "$lab_dir/tmp"
# A program of our own name, to know its processes by.
cp "$EGRETS" "$lab_dir/egrets"
EGRETS=$lab_dir/egrets
export TMPDIR=$lab_dir/tmp
inventory | sort >"$lab_dir/before"

check_compiling
starts_are_dear || check_working
# An emulated machine takes too long for all that.
((${EGRETS_PATIENCE:-1} > 1)) || {
	check_moments
	check_signals
}
expect_done
