#!/bin/bash
# SPDX-License-Identifier: MIT
#
# Kernel types from BTF and from installed headers are the same: two egrets
# side by side, one with each, print the same lines about the same workload,
# but for the moment at which each of them stamps an event.
set -euo pipefail
. "$(dirname "$0")/lab.sh"
. "$(dirname "$0")/expect.sh"

port=7780

workload()
{
	local name

	for name in four six both chain text; do
		lab_client dig +short "$name.lab" ANY || true
		lab_client curl -s "http://$name.lab/" || true
	done
	lab_server curl -s http://end.lab/
	lab_client_as_user curl -s http://both.lab/
	lab_client bash -c 'curl -s http://four.lab/; curl -s http://six.lab/'
	lab_client curl -s http://refused.lab:81/ || true
	lab_client curl -s http://refused-six.lab:81/ || true
	lab_client curl -s http://noroute.lab/ || true
	lab_client curl -s http://unreachable.lab/ || true
	lab_client curl -s -m 2 http://silent.lab/ || true
	lab_client "$EGRETS_HELPERS/udp_client" "$port" four.lab both.lab
	lab_client "$EGRETS_HELPERS/udp_client" -6 -c "$port" six.lab chain.lab
} >"$lab_dir/client"

# lines FILE: what is said of the lab, whenever that was. Of the DNS server, whose
# sockets are older, one egrets may have told already.
lines()
{
	jq -cS 'select((.egrets.netns as $in | $lab | index($in)) and
			.source.port != 53) |
		del(.["@timestamp"], .event.duration, .egrets.time_ms)' \
		--argjson lab "$(stat -L -c %i "/run/netns/$lab_client_ns" \
			"/run/netns/$lab_server_ns" | jq -s .)" "$1" |
		LC_ALL=C sort
}

btf_is_ready()
{
	grep -q '^egrets: ready' "$lab_dir/btf.err" || lab_is_gone "$btf_pid"
}

lab_up
[[ -e /sys/kernel/btf/vmlinux ]] || lab_skip "no BTF here"
[[ -e /lib/modules/$(uname -r)/build ]] || lab_skip "no kernel headers here"
lab_sink "$port"
[[ ${EGRETS_TYPES-} == headers ]] || unset EGRETS_SHARED
egrets_forced=("${egrets_forced[0]}" --kernel-types=headers)
egrets_start -o json
"$EGRETS" "${egrets_forced[0]}" --kernel-types=btf -o json \
	>"$lab_dir/btf" 2>"$lab_dir/btf.err" &
btf_pid=$!
lab_pids+=("$btf_pid")
lab_wait 60 btf_is_ready
workload
egrets_stop
kill -INT "$btf_pid"
wait "$btf_pid" || expect_fail "egrets with types from BTF ends well"

expect_like "one has its types from headers" "$(<"$lab_dir/err")" \
	'ready.* kernel types from headers,'
expect_like "the other one from BTF" "$(<"$lab_dir/btf.err")" \
	'ready.* kernel types from btf,'
lines "$lab_dir/out" >"$lab_dir/lines.headers"
lines "$lab_dir/btf" >"$lab_dir/lines.btf"
count=$(wc -l <"$lab_dir/lines.btf")
expect_true "there are lines to compare ($count)" test "$count" -ge 50
expect_is "types from BTF and from headers: the same lines" \
	"$(diff "$lab_dir/lines.headers" "$lab_dir/lines.btf")" ""
expect_nothing_lost "types"
expect_done
