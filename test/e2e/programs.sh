#!/bin/bash
# SPDX-License-Identifier: MIT
#
# Programs: which one a process begins to run, for whom, and how it ends.
set -euo pipefail
. "$(dirname "$0")/lab.sh"
. "$(dirname "$0")/expect.sh"

whats=()
pids=()
expected=()

# attempt WHAT END COMMAND...
attempt()
{
	"${@:3}" >/dev/null 2>&1 &
	whats+=("$1")
	pids+=($!)
	expected+=("process.exec $$ $(command -v "$3") ${*:3}
process.exit $$ $2")
	wait $! 2>/dev/null || true
}

((EUID == 0)) || lab_skip "egrets needs root"
unset EGRETS_SHARED
lab_files
egrets_start -o json -e process.exec,process.exit
attempt "well" "0 -" sleep 0
attempt "with a code" "3 -" sh -c "exit 3"
attempt "by a signal" "- 9" sh -c "kill -9 \$\$"
attempt "after a while" "0 -" sleep 0.3
slept=${pids[-1]}
attempt "by name" "0 -" sh -c "exec sh -c true"
expected[-1]="process.exec $$ $(command -v sh) sh -c exec sh -c true
process.exec $$ $(command -v sh) sh -c true
process.exit $$ 0 -"
egrets_stop

events_load '"\($pid) \($kind) \(.process.parent.pid) " +
	if $kind == "process.exec" then "\(.process.executable) \(
		.process.args | join(" "))"
	else "\(.process.exit_code // "-") \(.egrets.process.signal // "-")" end'
for i in "${!whats[@]}"; do
	events_of "${pids[i]}"
	expect_is "${whats[i]}" "$(LC_ALL=C sort <<<"$picked")" \
		"$(LC_ALL=C sort <<<"${expected[i]}")"
done
expect_like "how long it ran" "$(events 'select($kind == "process.exit" and
	$pid == $slept) | .event.duration' --argjson slept "$slept")" \
	'^[3-9][0-9]{8}$|^[0-9]{10,}$'
expect_nothing_lost programs
expect_done
