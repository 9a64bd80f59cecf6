#!/bin/bash
# SPDX-License-Identifier: MIT
#
# Many processes at once resolve names that share few addresses and connect with
# no pause in between, in all the ways of workloads.sh: every connection has the
# name that its process asked for. The same again with things taken in the order
# in which they are read, one CPU after another: then names must be wrong or
# missing, or this test would not show that the order matters.
#
#	race.sh [WORKLOAD...]
set -euo pipefail
. "$(dirname "$0")/lab.sh"
. "$(dirname "$0")/expect.sh"
. "$(dirname "$0")/workloads.sh"

connects=${EGRETS_RACE_CONNECTS:-10000}

# race_run WHAT NAME CONNECTS
race_run()
{
	workload "$2" "$3"
	printf '%s:\n' "$1"
	printf '%s\n' "$report" | sed 's/^/\t/'
}

# What egrets is compared with is wrong at times: else it would be no feat. Of
# few connects, or where one processor does one thing at a time, it need not be.
expect_wrong()
{
	local made

	((some >= 500 && $(nproc) > 1)) || return 0
	made=$(sed -n 's/connects: \([0-9]*\),.*/\1/p' <<<"$report")
	expect_true "$1: $2 is not right" \
		test "$(verdict_of "$2" | cut -d' ' -f1)" -lt "$made"
}

lab_up
workloads_up

if ((!$#)) && ! starts_are_dear; then
	export EGRETS_DEBUG_UNORDERED=1
	race_run "out of order" shared "$connects"
	unset EGRETS_DEBUG_UNORDERED
	expect_is "out of order: some names are wrong" "$verdict" 1
fi
# shellcheck disable=SC2046 # words
(($#)) || set -- $(workload_names)
for name; do
	read -r wrong what <<<"$(workload_about "$name")"
	some=$((connects < 4000 ? 200 : connects / 20))
	[[ $name != shared ]] || some=$connects
	race_run "$what" "$name" "$some"
	expect_is "$what: all named right" "$verdict" 0
	expect_nothing_lost "$what"
	[[ $wrong != *last* ]] || expect_wrong "$what" "last answer wins"
	[[ $wrong != *pid* ]] || expect_wrong "$what" "per pid only"
done
expect_done
