#!/bin/bash
# SPDX-License-Identifier: MIT
#
#	EGRETS=FILE names.sh [CONNECTS]
#
# How right names are: the workloads of test/e2e/workloads.sh, each with so many
# connects, and for each what egrets told, and what two other policies would
# have told of the same run (see test/e2e/race_judge.c). A table in Markdown on
# stdout; the workloads' own words on stderr. Exit status 0 if every connect was
# told of with the right name. For scripts/bench.
set -euo pipefail
e2e=$(cd "$(dirname "$0")/../e2e" && pwd)
# shellcheck source-path=SCRIPTDIR source=../e2e/lab.sh
. "$e2e/lab.sh"
# shellcheck source-path=SCRIPTDIR source=../e2e/expect.sh
. "$e2e/expect.sh"
# shellcheck source-path=SCRIPTDIR source=../e2e/workloads.sh
. "$e2e/workloads.sh"

connects=${1:-10000}
policies=(egrets "last answer wins" "per pid only")
sums=(0 0 0 0 0 0 0 0 0 0 0 0 0)

row()
{
	printf '| %-57s | %8s | %-23s | %-23s | %-23s |\n' "$@"
}

# count_row WHAT FIGURE...: connects, and four figures for each policy.
count_row()
{
	local what=$1

	shift
	row "$what" "$1" "$2 / $3 / $4 / $5" "$6 / $7 / $8 / $9" \
		"${10} / ${11} / ${12} / ${13}"
}

table_head()
{
	local release

	release=$(uname -r)
	printf 'Linux %s, %d processors; egrets %s.\n' "${release%%-*}" \
		"$(nproc)" "$(sed -n 's/^egrets: ready in [^:]*: //p' \
			"$lab_dir/err")"
	printf 'Each figure: named right / wrong / empty / lost.\n\n'
	row workload connects "${policies[@]}"
	printf '|---|--:|---|---|---|\n'
}

# The last workload's, from the judge's report.
table_row()
{
	local figures policy i

	figures=("$(sed -n 's/^connects: \([0-9]*\),.*/\1/p' <<<"$report")")
	for policy in "${policies[@]}"; do
		read -ra i <<<"$(verdict_of "$policy")"
		figures+=("${i[@]}")
	done
	for i in "${!figures[@]}"; do
		sums[i]=$((sums[i] + figures[i]))
	done
	count_row "$1" "${figures[@]}"
}

lab_up
workloads_up
for name in $(workload_names); do
	read -r _ what <<<"$(workload_about "$name")"
	printf '%s:\n' "$what" >&2
	workload "$name" "$connects" >&2
	((sums[0])) || table_head
	table_row "$what"
	((verdict == 0)) || expect_fail "$what: all named right" >&2
	# But bindings, of which an address has a bounded number: that is no loss
	# of a connect, and would show as a wrong name.
	expect_is "$what: no record was lost" "$(events 'select(
		$kind == "egrets.lost" and .egrets.lost.source != "names") |
		tojson')" "" >&2
done
count_row "all of them" "${sums[@]}"
expect_done >&2
