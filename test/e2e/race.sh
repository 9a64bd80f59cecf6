#!/bin/bash
# SPDX-License-Identifier: MIT
#
# 50 processes at once resolve names that share few addresses and connect with
# no pause in between: every connection has the name that its process asked
# for. The same again with things taken in the order in which they are read, one
# CPU after another: then names must be wrong or missing, or this test would
# not show that the order matters.
set -euo pipefail
. "$(dirname "$0")/lab.sh"
. "$(dirname "$0")/expect.sh"

connects=${EGRETS_RACE_CONNECTS:-10000}

# race_run WHAT CONNECTS [OPTION...]: leaves the judge's report in $report and
# its status in $verdict.
race_run()
{
	local what=$1 connects=$2

	shift 2
	egrets_start -o json
	lab_client "$EGRETS_HELPERS/race" -s "$LAB_SERVER4" \
		-p "$LAB_RACE_PORT" -c "$connects" -w "$lab_dir/truth" "$@" ||
		expect_fail "$what: the workload itself went well"
	egrets_stop
	# jq takes its time.
	grep -e "\"port\":$LAB_RACE_PORT" -e egrets.lost "$lab_dir/out" \
		>"$lab_dir/picked" || true
	mv "$lab_dir/picked" "$lab_dir/out"
	# What took long was shown as pending first.
	events 'select(($kind | startswith("process.")) and
			.destination.port == $port and
			.egrets.result != "pending") |
		[$pid, .source.port // 0, .destination.ip,
			.destination.domain // "-"] | @tsv' \
		--argjson port "$LAB_RACE_PORT" >"$lab_dir/seen"
	verdict=0
	report=$("$EGRETS_HELPERS/race_judge" "$lab_dir/truth" \
		"$lab_dir/seen" 2>"$lab_dir/surplus") || verdict=$?
	head -n 5 "$lab_dir/surplus"
	printf '%s:\n' "$what"
	printf '%s\n' "$report" | sed 's/^/\t/'
}

expect_all_right()
{
	expect_is "$1: $2 of $2 named right" \
		"$verdict $(grep -x 'named right: .*' <<<"$report")" \
		"0 named right: $2"
	expect_nothing_lost "$1"
}

lab_up
lab_sink "$LAB_RACE_PORT"

race_run "the race" "$connects"
expect_all_right "the race" "$connects"

if ! starts_are_dear; then
	export EGRETS_DEBUG_UNORDERED=1
	race_run "out of order" "$connects"
	unset EGRETS_DEBUG_UNORDERED
	expect_is "out of order: some names are wrong" \
		"$verdict" 1
fi

# Each of these asks or connects in another way.
few=$((connects / 5))
race_run "IPv6" "$few" -6
expect_all_right "IPv6" "$few"
race_run "asked from unconnected sockets" "$few" --sendto
expect_all_right "asked from unconnected sockets" "$few"
race_run "asked over TCP" "$few" --tcp
expect_all_right "asked over TCP" "$few"
race_run "a child of the asker connects" "$few" --fork
expect_all_right "a child of the asker connects" "$few"
race_run "datagrams" "$few" --udp
expect_all_right "datagrams" "$few"
expect_done
