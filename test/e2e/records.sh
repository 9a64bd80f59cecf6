#!/bin/bash
# SPDX-License-Identifier: MIT
#
# What answers of other types tell, live: an address that came along with an
# SRV record is named by the service that was asked for, a question without an
# answer is told of once and with who asked, and one that is still open when
# egrets ends is in the summary.
set -euo pipefail
. "$(dirname "$0")/lab.sh"
. "$(dirname "$0")/expect.sh"

# Takes packets and never answers.
silent=10.77.0.16

timed_out()
{
	grep -q '"dns.timeout"' "$lab_dir/out"
}

lab_up
egrets_start -o json
lab_client dig +short _http._tcp.lab SRV >"$lab_dir/srv"
lab_client curl -s -o /dev/null http://10.77.0.10/
lab_client dig nothing.lab A >"$lab_dir/nothing"
lab_client_start dig +tries=1 +timeout=15 "@$silent" late.example AAAA
dig_pid=$lab_pid
expect_true "a timeout is told while the question waits" lab_wait 10 timed_out
expect_true "it still waits" test -e "/proc/$dig_pid"
lab_client_start dig +tries=1 +timeout=15 "@$silent" open.example A
lab_wait 5 grep -q '"open.example"' "$lab_dir/out" || true
egrets_stop

expect_is "a service's address has the name of the service" \
	"$(events 'select($kind == "process.tcp_v4") |
		"\(.destination.ip) \(.destination.domain)"')" \
	"10.77.0.10 _http._tcp.lab"
expect_is "its answer" "$(events 'select($kind == "dns.answer" and
		.dns.question.type == "SRV") |
		"\(.dns.answers[0].data) \(.dns.resolved_ip | join(","))"')" \
	"1 2 80 four.lab 10.77.0.10"
expect_is "a name that does not exist" "$(events 'select($kind == "dns.answer" and
		.dns.question.name == "nothing.lab") |
		"\(.dns.response_code) \(.event.outcome)"')" "NXDOMAIN failure"
expect_is "one timeout, and its asker" "$(events 'select($kind == "dns.timeout") |
		"\(.process.name) \($pid) \(.dns.question.name) \(
			.dns.question.type) \(.destination.ip) \(.event.duration)"')" \
	"dig $dig_pid late.example AAAA $silent 5000000000"
expect_like "what is open is in the summary" "$(cat "$lab_dir/err")" \
	'questions: 4 asked, 2 answered, 1 not in time, 1 open'
expect_done
