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
waiting=()

# attempt WHAT "NAME RESULT" COMMAND...
attempt()
{
	whats+=("$1")
	expected+=("$2")
	shift 2
	lab_client "$@" >"$lab_dir/client" 2>&1 || true
	pids+=("$lab_pid")
}

# begin: as attempt, but what takes its time goes on in the background.
begin()
{
	whats+=("$1")
	expected+=("$2")
	shift 2
	lab_client_start "$@" >"$lab_dir/client" 2>&1
	pids+=("$lab_pid")
	waiting+=("$lab_pid")
}

lab_up
egrets_start -o json
attempt "refused" "refused.lab ECONNREFUSED" \
	curl -s http://refused.lab:81/
attempt "refused, IPv6" "refused-six.lab ECONNREFUSED" \
	curl -s http://refused-six.lab:81/
attempt "refused, blocking" "refused.lab ECONNREFUSED" \
	bash -c "$blocking" refused.lab 81
attempt "no route" "noroute.lab ENETUNREACH" \
	curl -s http://noroute.lab/
attempt "no route, blocking" "noroute.lab ENETUNREACH" \
	bash -c "$blocking" noroute.lab 80
attempt "an unreachable route" "unreachable.lab EHOSTUNREACH" \
	curl -s http://unreachable.lab/
attempt "no such neighbour" "absent.lab EHOSTUNREACH" \
	bash -c "$blocking" absent.lab 80
attempt "given up by the program" "silent.lab aborted" \
	curl -s -m 2 http://silent.lab/

lab_client_start bash -c "$blocking" silent.lab 80
whats+=("killed while it waits")
pids+=("$lab_pid")
expected+=("silent.lab aborted")
lab_wait 5 lab_is_connecting || expect_fail "a connect waits for its outcome"
lab_end "${pids[-1]}"

begin "timed out" "silent.lab ETIMEDOUT" \
	curl -s http://silent.lab/
silent=$lab_pid
begin "timed out, IPv6" "silent-six.lab ETIMEDOUT" \
	curl -s http://silent-six.lab/
begin "timed out, blocking" "silent.lab ETIMEDOUT" \
	bash -c "$blocking" silent.lab 80

attempt "nobody asked" " established" \
	curl -s -o /dev/null "http://$LAB_NAMELESS4/"
attempt "nobody asked, IPv6" " established" \
	curl -s -o /dev/null "http://[$LAB_NAMELESS6]/"
attempt "nobody has asked yet" " established" \
	curl -s -o /dev/null http://10.77.0.18/
lab_client dig +short late.lab >"$lab_dir/client"
attempt "somebody else has asked" "late.lab established" \
	curl -s -o /dev/null http://10.77.0.18/
for pid in "${waiting[@]}"; do
	wait "$pid" || true
done
egrets_stop

# A connect that takes long is told of twice.
events_load 'select($kind | startswith("process.tcp")) |
	"\($pid) \(.destination.domain // "") \(.egrets.result)"'
for i in "${!whats[@]}"; do
	events_of "${pids[i]}"
	expect_is "${whats[i]}" "$(grep -v ' pending$' <<<"$picked")" \
		"${expected[i]}"
done
events_of "$silent"
expect_is "what takes long is shown as pending first" "$picked" \
	"$(printf '%s\n' 'silent.lab ETIMEDOUT' 'silent.lab pending')"
expect_nothing_lost failures
expect_done
