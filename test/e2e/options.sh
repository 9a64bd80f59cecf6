#!/bin/bash
# SPDX-License-Identifier: MIT
#
# The command line's contract: each thing that can be wrong is one line that
# says what to do, with the exit status for it; what ends egrets ends it the
# same way; options that select do select; commands are run and their status
# passed on.
set -euo pipefail
. "$(dirname "$0")/lab.sh"
. "$(dirname "$0")/expect.sh"

as_user=(setpriv --reuid "$LAB_USER_ID" --regid "$LAB_USER_ID"
	--clear-groups --inh-caps=-all --)

check_usage()
{
	refuses "an unknown option" 2 '--help' "$EGRETS" --no-such-option
	refuses "an unknown letter" 2 '--help' "$EGRETS" -Z
	refuses "a time that is none" 2 'abc' "$EGRETS" -t abc
	refuses "a negative time" 2 '-1' "$EGRETS" -t -1
	refuses "an unknown format" 2 'text.*json|json.*text' "$EGRETS" -o xml
	refuses "an unknown event" 2 'nonsense' "$EGRETS" -e nonsense
	refuses "a process number that is none" 2 'abc' "$EGRETS" -p abc
	refuses "an unknown user" 2 'no-such-user' "$EGRETS" -u no-such-user
	refuses "an unknown attach form" 2 'magic' "$EGRETS" --attach=magic
	refuses "unknown kernel types" 2 'magic' "$EGRETS" --kernel-types=magic
	refuses "a missing value" 2 '--help' "$EGRETS" -t
	refuses "a missing command" 2 'command' "$EGRETS" --
	refuses "a word too many" 2 'word' "$EGRETS" word
	refuses "a process of a file" 2 '-r.*-p' \
		"$EGRETS" -r "$lab_dir/none.pcap" -p 1
	refuses "a command and a file" 2 '-r|--read' \
		"$EGRETS" -r "$lab_dir/none.pcap" -- true

	try "$EGRETS" --version
	expect_is "--version: status" "$status" 0
	expect_like "--version" "$out" '^egrets [0-9]+\.[0-9]+'
	try "$EGRETS" --help
	expect_is "--help: status" "$status" 0
	expect_like "--help: on stdout" "$out" '--time.*--output.*--events'
	try "$EGRETS" --dump-probes
	expect_is "--dump-probes: status" "$status" 0
	expect_like "--dump-probes: the C text" "$out" 'struct record_header'
	try "$EGRETS" --check
	expect_is "--check: status" "$status" 0
	expect_like "--check: says how it would attach" "$out$err" \
		'kprobe|tracepoint'
}

check_privilege()
{
	cp "$EGRETS" "$lab_dir/egrets"
	refuses "not root" 77 'root|sudo' "${as_user[@]}" "$lab_dir/egrets"
	try "${as_user[@]}" "$lab_dir/egrets" --check
	expect_is "--check, not root: status" "$status" 77
	try "${as_user[@]}" "$lab_dir/egrets" --help
	expect_is "--help, not root: status" "$status" 0
}

some_traffic()
{
	lab_client curl -4 -s -o /dev/null http://four.lab/
	lab_is_gone "$egrets_pid"
}

# egrets_to COMMAND-LINE: run it with the shell, where egrets' stdout is what
# it says; give it traffic until it ends.
egrets_to()
{
	export EGRETS EGRETS_ATTACH
	: >"$lab_dir/err"
	: "${EGRETS_ATTACH:=auto}"
	bash -c "$1" 2>"$lab_dir/err" &
	egrets_pid=$!
	lab_pids+=("$egrets_pid")
	lab_wait 30 egrets_is_ready
	lab_wait 15 some_traffic || expect_fail "$1: it ends by itself"
	kill -KILL "$egrets_pid" 2>/dev/null || true
	egrets_wait
	err=$(<"$lab_dir/err")
}

check_stdout()
{
	egrets_to '"$EGRETS" --attach="$EGRETS_ATTACH" -t 30 | head -n 1 \
		>/dev/null; exit "${PIPESTATUS[0]}"'
	expect_is "stdout closed early: status" "$egrets_status" 0
	expect_true "stdout closed early: no complaint" \
		test -z "$(grep -iE 'pipe|error|cannot' "$lab_dir/err")"
	egrets_to 'exec "$EGRETS" --attach="$EGRETS_ATTACH" -t 30 >/dev/full'
	expect_is "a full disk: status" "$egrets_status" 1
	expect_like "a full disk: a message" "$err" 'No space left'
	expect_is "a full disk: one line of it" \
		"$(grep -c 'No space left' "$lab_dir/err")" 1
	try bash -c '"$0" --help >/dev/full' "$EGRETS"
	expect_is "--help to a full disk: status" "$status" 1
}

now_ms()
{
	date +%s%3N
}

# The summary comes last, after the line that says it is ready.
has_summary()
{
	sed '0,/^egrets: ready/d' "$lab_dir/err" | grep -qE 'dns\.answer'
}

check_ends()
{
	local signal waiting begun

	for signal in INT TERM; do
		egrets_start
		lab_client curl -4 -s -o /dev/null http://four.lab/
		lab_client_start bash -c "exec 3<>/dev/tcp/silent.lab/80"
		waiting=$lab_pid
		lab_wait 5 lab_is_connecting ||
			expect_fail "a connect waits for its outcome"
		kill -s "$signal" "$egrets_pid"
		egrets_wait
		expect_is "SIG$signal: status" "$egrets_status" 0
		expect_true "SIG$signal: a summary" has_summary
		expect_is "SIG$signal: the last events are there" \
			"$(grep -c 'comm=curl.*dns.entry=four.lab' \
				"$lab_dir/out")" 1
		expect_is "SIG$signal: and what still waits" \
			"$(grep -c "dns.entry=silent.lab.*result=pending" \
				"$lab_dir/out")" 1
		lab_end "$waiting"
	done
	egrets_start -t 1
	begun=$(now_ms)
	lab_client curl -4 -s -o /dev/null http://four.lab/
	egrets_wait
	expect_is "-t 1: status" "$egrets_status" 0
	# It was ready a little before that was noticed.
	expect_true "-t 1: not before its time" \
		test $(($(now_ms) - begun)) -ge 800
	expect_true "-t 1: a summary" has_summary
	try "$EGRETS" "${egrets_forced[@]}" -q -t 1
	expect_is "-q: status" "$status" 0
	expect_is "-q: nothing on stderr" "$err" ""
}

check_command()
{
	local case status_wanted command

	for case in "0 true" "7 exit 7" "143 kill -TERM \$\$" \
		"137 kill -KILL \$\$"; do
		read -r status_wanted command <<<"$case"
		try "$EGRETS" "${egrets_forced[@]}" -- sh -c "$command"
		expect_is "-- $command: its status is passed on" "$status" \
			"$status_wanted"
	done
	try "$EGRETS" "${egrets_forced[@]}" -- /no/such/command
	expect_is "-- a command that is not there: status" "$status" 127
	expect_like "-- a command that is not there: a message" "$err" \
		'/no/such/command: No such file'
	try "$EGRETS" "${egrets_forced[@]}" -- sh -c 'echo its own stdout; cat' <<<"its input"
	expect_like "-- command: has our stdin and stdout" "$out" \
		'its own stdout'$'\n''its input'
	try "$EGRETS" "${egrets_forced[@]}" -t 1 -- sleep 60
	expect_true "-t ends a command's watch" test "$status" -ne 124

	# Only the command and what it starts; also what it does at once.
	lab_background_traffic
	try "$EGRETS" "${egrets_forced[@]}" -o json -- nsenter \
		--target "$lab_client_holder" --net --mount --root -- \
		sh -c 'curl -4 -s -o /dev/null http://four.lab/
			curl -4 -s -o /dev/null http://both.lab/'
	lab_end "$background"
	expect_is "-- command: status" "$status" 0
	expect_is "-- command: all of its connections" \
		"$(events 'select($kind == "process.tcp_v4") |
			.destination.domain' | paste -sd' ')" \
		"four.lab both.lab"
	expect_is "-- command: and nobody else's" \
		"$(count '.destination.domain == "end.lab" or
			.dns.question.name == "end.lab"')" 0
}

# Somebody else, all the time.
lab_background_traffic()
{
	lab_client_start sh -c 'i=0; while [ $i -lt 2000 ]; do
		curl -s -o /dev/null http://end.lab/; i=$((i + 1)); done'
	background=$lab_pid
}

# only WHAT JQ-CONDITION: all events satisfy it, and there are connections.
only()
{
	expect_is "$1: nothing else" \
		"$(count "(\$kind != \"egrets.lost\") and ($2 | not)")" 0
	expect_true "$1: but that" test "$(count "$2")" -gt 0
}

# filtered WHAT JQ-CONDITION OPTION...
filtered()
{
	local what=$1 condition=$2

	shift 2
	egrets_start -o json "$@"
	lab_client curl -4 -s -o /dev/null http://four.lab/
	lab_client busybox wget -q -O /dev/null http://both.lab/
	lab_client_as_user curl -4 -s -o /dev/null http://chain.lab/
	egrets_stop
	only "$what" "$condition"
}

check_filters()
{
	filtered "-e dns" '$kind | startswith("dns.")' -e dns
	filtered "-e process" '$kind | startswith("process.")' -e process
	filtered "-e dns.answer,process.tcp_v4" \
		'$kind == "dns.answer" or $kind == "process.tcp_v4"' \
		-e dns.answer,process.tcp_v4
	filtered "-n curl" '.process.name == "curl"' -n curl
	expect_is "-n curl: both connections" \
		"$(count '$kind == "process.tcp_v4"')" 2
	filtered "-u $LAB_USER_ID" ".user.id == \"$LAB_USER_ID\"" \
		-u "$LAB_USER_ID"
	expect_is "-u $LAB_USER_ID: its connection" \
		"$(events 'select($kind == "process.tcp_v4") |
			.destination.domain')" chain.lab
	filtered "-u nobody" ".user.id == \"$LAB_USER_ID\"" -u nobody

	mkfifo "$lab_dir/go"
	lab_client_start sh -c 'read -r go <"$1"; exec curl -4 -s \
		-o /dev/null http://four.lab/' sh "$lab_dir/go"
	local pid=$lab_pid
	egrets_start -o json -p "$pid"
	lab_client curl -4 -s -o /dev/null http://both.lab/
	echo >"$lab_dir/go"
	wait "$pid"
	egrets_stop
	only "-p" "\$pid == $pid"
}

lab_up
check_usage
check_privilege
check_stdout
check_ends
check_command
check_filters
expect_done
