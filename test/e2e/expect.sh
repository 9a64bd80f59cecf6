# shellcheck shell=bash
# SPDX-License-Identifier: MIT
# shellcheck disable=SC2154 # lab.sh's variables
#
# What the end-to-end tests are written with: run egrets, pick events from
# what it printed, compare. Source it after lab.sh.
#
#	EGRETS            the program (default: the newest build)
#	EGRETS_HELPERS    directory of race, sink, … (default: beside it)
#	EGRETS_ATTACH     auto, kprobe or tracepoint
#	EGRETS_TYPES      auto, btf or headers
#	EGRETS_SHARED     directory of an egrets that runs already, for several
#	                  tests; see egrets_start
#	EGRETS_PATIENCE   factor on every time limit, for emulated machines

expect_source=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
expect_failures=0
egrets_pid=
egrets_status=
egrets_forced=()
egrets_found=
shared_from=
shared_mark=
seen=()
picked=

expect_setup()
{
	local build

	if [[ -z ${EGRETS:-} ]]; then
		for build in release dev asan; do
			EGRETS=$expect_source/build/$build/egrets
			[[ -x $EGRETS ]] && break
		done
	fi
	[[ -x $EGRETS ]] || lab_skip "no $EGRETS (build it, or set EGRETS)"
	EGRETS=$(realpath "$EGRETS")
	egrets_found=$EGRETS
	egrets_forced=(--attach="${EGRETS_ATTACH:-auto}"
		--kernel-types="${EGRETS_TYPES:-auto}")
	: "${EGRETS_HELPERS:=$(dirname "$EGRETS")/test/e2e}"
	lab_need jq
}
expect_setup

expect_pass()
{
	printf 'ok: %s\n' "$1"
}

expect_fail()
{
	printf 'FAILED: %s\n' "$1"
	expect_failures=$((expect_failures + 1))
}

# expect_is WHAT ACTUAL EXPECTED: both may have several lines.
expect_is()
{
	if [[ $2 == "$3" ]]; then
		expect_pass "$1"
		return
	fi
	expect_fail "$1"
	printf 'is:\n%s\nshould be:\n%s\n' "$2" "$3" | cat -v |
		sed 's/^/\t/'
}

# expect_like WHAT ACTUAL REGEX
expect_like()
{
	if [[ $2 =~ $3 ]]; then
		expect_pass "$1"
	else
		expect_fail "$1"
		printf '\tis:          %q\n\tshould match: %s\n' "$2" "$3"
	fi
}

# expect_true WHAT COMMAND...
expect_true()
{
	local what=$1

	shift
	if "$@"; then
		expect_pass "$what"
	else
		expect_fail "$what"
		printf '\tfailed: %s\n' "$*"
	fi
}

# try COMMAND...: with $out, $err and $status after it.
try()
{
	status=0
	timeout -k 5 $((20 * ${EGRETS_PATIENCE:-1})) "$@" \
		>"$lab_dir/out" 2>"$lab_dir/err" || status=$?
	out=$(<"$lab_dir/out")
	err=$(<"$lab_dir/err")
}

# refuses WHAT STATUS MESSAGE COMMAND...: in one line, with nothing on stdout.
refuses()
{
	local what=$1 wanted=$2 message=$3

	shift 3
	try "$@"
	expect_is "$what: status" "$status" "$wanted"
	expect_like "$what: a message" "$err" "$message"
	expect_is "$what: one line of it" "$(wc -l <"$lab_dir/err")" 1
	expect_is "$what: nothing on stdout" "$out" ""
}

# The last line of every test.
expect_done()
{
	if ((expect_failures)); then
		printf '%d failed\n' "$expect_failures"
		exit 1
	fi
	exit 0
}

egrets_is_ready()
{
	grep -q '^egrets: ready' "$lab_dir/err" || lab_is_gone "$egrets_pid"
}

# In an emulated machine a start takes egrets seconds, and a minute where it
# compiles against headers. There one `egrets -o json` runs for all tests, and
# each is shown what was printed between its egrets_start and egrets_stop. Who
# wants other options, another EGRETS, or to change it with EGRETS_DEBUG_..., has
# its own.
egrets_is_shared()
{
	[[ ${EGRETS_SHARED-} && $* == "-o json" && $EGRETS == "$egrets_found" ]] &&
		! compgen -v EGRETS_DEBUG_ >/dev/null
}

# Whether a test should do without an egrets of its own if it can.
starts_are_dear()
{
	[[ ${EGRETS_TYPES-} == headers ]] && ((${EGRETS_PATIENCE:-1} > 1))
}

mark_is_printed()
{
	local line

	line=$(tail -c "+$((shared_mark + 1))" "$EGRETS_SHARED/out" |
		grep -b '"ip":"127\.0\.0\.1","port":1}') || return
	shared_mark=$((shared_mark + ${line%%:*}))
}

# Make a connection to a port where nobody listens, and wait until it is
# printed: what happened before it has been, too. Where that is goes to
# $shared_mark.
make_mark()
{
	shared_mark=$(stat -c %s "$EGRETS_SHARED/out")
	(: </dev/tcp/127.0.0.1/1) 2>/dev/null || true
	lab_wait 10 mark_is_printed || {
		lab_note "the shared egrets does not print a connection"
		cat "$EGRETS_SHARED/err" >&2
		exit 1
	}
}

# egrets_start [OPTION...]: events go to $lab_dir/out, the rest to
# $lab_dir/err; returns when it is ready.
egrets_start()
{
	if egrets_is_shared "$@"; then
		ln -sf "$EGRETS_SHARED/err" "$lab_dir/err"
		make_mark
		shared_from=$shared_mark
		return
	fi
	# Opened by egrets itself, an old line could be taken for the new one's.
	rm -f "$lab_dir/err"
	: >"$lab_dir/err"
	"$EGRETS" "${egrets_forced[@]}" "$@" \
		>"$lab_dir/out" 2>"$lab_dir/err" &
	egrets_pid=$!
	lab_pids+=("$egrets_pid")
	lab_wait 60 egrets_is_ready || {
		lab_note "egrets is not ready after 60 seconds"
		cat "$lab_dir/err" >&2
		exit 1
	}
	lab_is_gone "$egrets_pid" || return 0
	egrets_wait
	cat "$lab_dir/err" >&2
	((egrets_status == 77)) &&
		lab_skip "egrets cannot run here: $(tail -n 1 "$lab_dir/err")"
	lab_note "egrets ended at once with status $egrets_status"
	exit 1
}

egrets_wait()
{
	egrets_status=0
	wait "$egrets_pid" || egrets_status=$?
}

# What the shared egrets has printed since egrets_start.
take_from_shared()
{
	make_mark
	dd if="$EGRETS_SHARED/out" of="$lab_dir/marked" bs=64K status=none \
		iflag=skip_bytes,count_bytes skip="$shared_from" \
		count=$((shared_mark - shared_from))
	# The first line is the mark.
	sed 1d "$lab_dir/marked" >"$lab_dir/out"
	shared_from=
}

# egrets_stop: as a user would, with Ctrl-C.
egrets_stop()
{
	if [[ $shared_from ]]; then
		take_from_shared
		return
	fi
	kill -INT "$egrets_pid" 2>/dev/null || true
	lab_wait 20 lab_is_gone "$egrets_pid" || {
		expect_fail "egrets ends within 20 seconds of SIGINT"
		kill -KILL "$egrets_pid" 2>/dev/null || true
	}
	egrets_wait
	if ((egrets_status != 0)); then
		expect_fail "egrets exits with 0 (it was $egrets_status)"
		sed 's/^/\t/' "$lab_dir/err"
	fi
}

# events FILTER [JQ-ARGUMENT...]: of the JSON lines, with `pid` and `kind`
# ready to use, one result a line.
events()
{
	local filter=$1

	shift
	jq -r "$@" '.event.action as $kind | .process.pid as $pid |
		'"$filter" "$lab_dir/out"
}

# events_load FILTER [JQ-ARGUMENT...]: its lines, sorted, for events_of. One jq
# for many checks: in an emulated machine it takes a second to start.
events_load()
{
	mapfile -t seen < <(events "$@" | LC_ALL=C sort)
}

# events_of KEY: those of the loaded lines that begin with this word go to
# $picked, without it.
events_of()
{
	local line

	picked=
	for line in "${seen[@]}"; do
		[[ $line != "$1 "* ]] ||
			picked+=${picked:+$'\n'}${line#"$1 "}
	done
}

# count FILTER [JQ-ARGUMENT...]: how many events it selects.
count()
{
	local filter=$1

	shift
	events "select($filter) | 1" "$@" | wc -l
}

# lab_sink PORT: accept connections and datagrams in the server namespace.
lab_sink()
{
	[[ -x $EGRETS_HELPERS/sink ]] ||
		lab_skip "no $EGRETS_HELPERS/sink (build the tests)"
	lab_server_start "$EGRETS_HELPERS/sink" "$1" >"$lab_dir/sink"
	lab_wait 10 grep -qx ready "$lab_dir/sink"
}

# expect_lack WHAT: a reason why this kernel cannot do what is tested; it goes
# into the table of test/vm/matrix.
expect_lack()
{
	printf 'kernel has no %s\n' "$1"
}

# No event says that something was lost.
expect_nothing_lost()
{
	expect_is "$1: nothing was lost" \
		"$(events 'select($kind == "egrets.lost") |
			tojson')" ""
}
