#!/bin/bash
# SPDX-License-Identifier: MIT
#
# Where records are lost, since egrets does not get to read them for two
# seconds, that is told; and of the names told from then on, those that an
# answer among them may have replaced are marked as unsure: no other is wrong.
set -euo pipefail
. "$(dirname "$0")/lab.sh"
. "$(dirname "$0")/expect.sh"
. "$(dirname "$0")/workloads.sh"

connects=${EGRETS_LOSSES_CONNECTS:-40000}

# The perf buffers are full long before it reads on.
look_away()
{
	sleep 0.5
	kill -STOP "$egrets_pid"
	sleep 2
	kill -CONT "$egrets_pid"
}

# figure POLICY INDEX: of its verdict.
figure()
{
	verdict_of "$1" | cut -d' ' -f"$2"
}

# An egrets of its own, which is stopped.
unset EGRETS_SHARED
lab_up
workloads_up
egrets_start -o json
look_away &
looking=$!
work shared "$connects" || expect_fail "the workload itself went well"
wait "$looking"
egrets_stop
judge
printf '%s\n' "$report" | sed 's/^/\t/'
lost=$(events 'select($kind == "egrets.lost" and
	.egrets.lost.source == "probes") | .egrets.lost.count' |
	awk '{ n += $1 } END { print n + 0 }')
unsure=$(sed -nE 's/^egrets: .* unsure ([0-9]+)$/\1/p' <<<"$report")
expect_true "records were lost, and that is told ($lost)" test "$lost" -gt 0
expect_true "names after that are told as unsure (${unsure:-0})" \
	test "${unsure:-0}" -gt 0
expect_true "names are told as sure" test "$(figure egrets 1)" -gt 0
expect_is "of the names that are told as sure, so many are wrong" \
	"$(figure egrets 2)" 0
expect_done
