#!/bin/bash
# SPDX-License-Identifier: MIT
#
# Short connections as fast as this machine makes them, from every processor:
# each is shown, with the name that they were made for, and nothing is lost. By
# the second half memory grows no more.
#
#	burst.sh [CONNECTIONS]
set -euo pipefail
. "$(dirname "$0")/lab.sh"
. "$(dirname "$0")/expect.sh"

connections=${1:-$((${EGRETS_PATIENCE:-1} > 1 ? 2000 : 100000))}
host=four.lab
address=10.77.0.10
# KiB that may come and go.
slack=1024

# The rest of the machine has connections, too.
made_by_us()
{
	grep '"name":"connects"' "$lab_dir/out"
}

count_shown()
{
	made_by_us | grep '"result":"established"' |
		grep -c "\"address\":\"$address\".*\"domain\":\"$host\"" || true
}

are_shown()
{
	(($(count_shown) >= $1))
}

# The most that egrets has had resident so far.
memory_kib()
{
	awk '$1 == "VmHWM:" { print $2 }' "/proc/$egrets_pid/status"
}

# burst COUNT IN-ALL
burst()
{
	local rate made

	read -r rate made < <(lab_client "$EGRETS_HELPERS/connects" -c "$1" \
		-P "$(nproc)" "$host")
	printf '%d connections, %d a second\n' "$made" "$rate"
	lab_wait 20 are_shown "$2" || true
}

[[ -x $EGRETS_HELPERS/connects ]] ||
	lab_skip "no $EGRETS_HELPERS/connects (build the tests)"
# An egrets of its own, whose memory is looked at.
unset EGRETS_SHARED
lab_up
ip -n "$lab_client_ns" addr add "$address/32" dev lo
egrets_start -o json -e process.tcp
burst $((connections / 2)) $((connections / 2))
first=$(memory_kib)
burst $((connections - connections / 2)) "$connections"
second=$(memory_kib)
egrets_stop

expect_is "$connections connections, each shown with its name" \
	"$(count_shown)" "$connections"
expect_is "and once" "$(made_by_us | wc -l)" "$connections"
expect_true "memory is flat ($first KiB, then $second)" \
	test "$second" -le $((first + slack))
expect_nothing_lost "a burst"
expect_done
