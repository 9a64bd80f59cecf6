#!/bin/bash
# SPDX-License-Identifier: MIT
#
# Connects that fail are shown with how they failed, under the name that was
# asked for; a connect to an address that nobody asked about has no name, also
# when the name is learned later.
set -euo pipefail
. "$(dirname "$0")/lab.sh"
. "$(dirname "$0")/expect.sh"

# A blocking connect, which curl's is not.
blocking='exec 3<>"/dev/tcp/$0/$1"'
whats=()
pids=()
expected=()

# attempt WHAT "NAME RESULT" COMMAND...
attempt()
{
	whats+=("$1")
	expected+=("$2")
	shift 2
	lab_client "$@" >"$lab_dir/client" 2>&1 || true
	pids+=("$lab_pid")
}

lab_up
egrets_start -o json
attempt "refused" "refused.lab ECONNREFUSED" \
	curl -s4 http://refused.lab:81/
attempt "refused, IPv6" "refused.lab ECONNREFUSED" \
	curl -s6 http://refused.lab:81/
attempt "refused, blocking" "refused.lab ECONNREFUSED" \
	bash -c "$blocking" refused.lab 81
attempt "no route" "noroute.lab ENETUNREACH" \
	curl -s4 http://noroute.lab/
attempt "no route, blocking" "noroute.lab ENETUNREACH" \
	bash -c "$blocking" noroute.lab 80
attempt "an unreachable route" "unreachable.lab EHOSTUNREACH" \
	curl -s4 http://unreachable.lab/
attempt "no such neighbour" "absent.lab EHOSTUNREACH" \
	bash -c "$blocking" absent.lab 80
attempt "timed out" "silent.lab ETIMEDOUT" \
	bash -c "$blocking" silent.lab 80
attempt "timed out, IPv6" "silent.lab ETIMEDOUT" \
	curl -s6 http://silent.lab/
attempt "given up by the program" "silent.lab aborted" \
	curl -s4 -m 1 http://silent.lab/
attempt "killed while it waited" "silent.lab aborted" \
	timeout -s KILL 1 bash -c "$blocking" silent.lab 80

attempt "nobody asked" " established" \
	curl -s -o /dev/null "http://$LAB_NAMELESS4/"
attempt "nobody asked, IPv6" " established" \
	curl -s -o /dev/null "http://[$LAB_NAMELESS6]/"
attempt "nobody has asked yet" " established" \
	curl -s -o /dev/null http://10.77.0.13/
lab_client dig +short shared-a.lab >"$lab_dir/client"
attempt "somebody else has asked" "shared-a.lab established" \
	curl -s -o /dev/null http://10.77.0.13/
egrets_stop

for i in "${!whats[@]}"; do
	# The one that timeout runs is its child.
	expect_is "${whats[i]}" \
		"$(events 'select(($kind | startswith("process.tcp")) and
			($pid == $client or .process.parent.pid == $client)) |
			"\(.destination.domain // "") \(.egrets.result)"' \
			--argjson client "${pids[i]}")" "${expected[i]}"
done
expect_nothing_lost failures
expect_done
