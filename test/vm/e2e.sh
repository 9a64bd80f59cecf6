#!/bin/bash
# SPDX-License-Identifier: MIT
#
#	EGRETS=FILE EGRETS_HELPERS=DIR test/vm/run 6.1 -- test/vm/e2e.sh [NAME...]
#
# The end-to-end tests one after another, where no CTest build directory is at
# hand; attached to kprobes unless EGRETS_ATTACH says otherwise. One line for
# each; what a test printed is shown unless it passed.
set -euo pipefail
cd "$(dirname "$0")/../e2e"
export EGRETS_ATTACH=${EGRETS_ATTACH:-kprobe}
# Software emulation is an order of magnitude slower than the machine.
export EGRETS_PATIENCE=${EGRETS_PATIENCE:-10}

output=$(mktemp)
trap 'rm -f "$output"' EXIT
failed=0
for test in *.sh; do
	name=${test%.sh}
	# What is not executable is there for the tests to share.
	[[ -x $test ]] || continue
	[[ $# -eq 0 || " $* " == *" $name "* ]] || continue
	status=0 before=$SECONDS
	timeout -k 10 "${EGRETS_TEST_LIMIT:-900}" "./$test" \
		>"$output" 2>&1 </dev/null || status=$?
	took="($((SECONDS - before)) s)"
	case $status in
	0) echo "ok      $name $took" ;;
	77) echo "skipped $name $took" ;;
	*)
		echo "FAILED  $name with status $status $took"
		failed=1
		;;
	esac
	[[ $status -eq 0 ]] || sed 's/^/\t/' "$output"
done
exit "$failed"
