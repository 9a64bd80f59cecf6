#!/bin/bash
# SPDX-License-Identifier: MIT
#
# Programs that live for some 10 ms, each of which makes one connection, twenty
# at a time: every one is shown with its executable, arguments, parent and the
# name that it asked for, though names share addresses and all of it is over
# before anybody could have looked into /proc.
set -euo pipefail
. "$(dirname "$0")/lab.sh"
. "$(dirname "$0")/expect.sh"

programs=$((${EGRETS_PATIENCE:-1} > 1 ? 60 : LAB_RACE_NAMES))
curl=$(type -P curl)

# In one shell, the parent of all. Its children's pids are the truth.
# shellcheck disable=SC2016
clients='for ((i = 0; i < $2; i++)); do
		printf -v name "race-%03d.lab" "$i"
		"$1" -4 -s -o /dev/null "http://$name/" &
		echo "$! $$ $name"
		((i % 20 < 19)) || wait
	done
	wait'

lab_up
egrets_start -o json
lab_client bash -euc "$clients" - "$curl" "$programs" >"$lab_dir/clients"
egrets_stop

# Where there is too much to do, a connect may take longer than a second.
expect_is "$programs programs, each once, with all that it was" \
	"$(events 'select($kind == "process.tcp_v4" and
			.process.executable == $curl and
			.egrets.result != "pending") | "\($pid) \(
			.process.parent.pid) \(.destination.domain) \(
			.egrets.dns.via) \(.egrets.result) \(
			.process.command_line)"' --arg curl "$curl" |
		LC_ALL=C sort)" \
	"$(while read -r pid parent name; do
		echo "$pid $parent $name process established" \
			"$curl -4 -s -o /dev/null http://$name/"
	done <"$lab_dir/clients" | LC_ALL=C sort)"
expect_is "all programs were started" "$(wc -l <"$lab_dir/clients")" "$programs"
expect_nothing_lost "brief programs"
expect_done
