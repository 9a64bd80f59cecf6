#!/bin/bash
# SPDX-License-Identifier: MIT
#
# What programs ask of sockets by name: each call once, with what came of it, and
# the end of each socket with what went over it, to the byte; of unix and other
# sockets if they are asked for; for the name that a connect was for.
set -euo pipefail
. "$(dirname "$0")/lab.sh"
. "$(dirname "$0")/expect.sh"

# told PART: what was told of that part's process, a line each.
told()
{
	events_of "$(sed -n "s/^$1 //p" "$lab_dir/parts")"
	sed -E 's/(::1|0.0.0.0):[0-9]{5}/\1:any/' <<<"$picked" |
		LC_ALL=C sort
}

# expect_told WHAT PART LINES: in any order.
expect_told()
{
	expect_is "$1" "$(told "$2")" "$(LC_ALL=C sort <<<"$3")"
}

# look OPTION...: what egrets, one of its own, sees of the helper, and of curl.
look()
{
	egrets_start -o json -e socket "$@"
	lab_client "$EGRETS_HELPERS/calls" "$lab_dir" >"$lab_dir/parts" ||
		expect_fail "the helper itself went well"
	lab_client curl -4 -s -o "$lab_dir/page" http://four.lab/
	echo "curl $lab_pid" >>"$lab_dir/parts"
	egrets_stop
	rm -f "$lab_dir/a b"
	# shellcheck disable=SC2016
	events_load '.egrets.socket as $of | [$pid, ($kind | ltrimstr("socket.")),
		($of | .family, .type,
			(if .fd then "fd=" + (.fd > 2 | tostring) else empty end)),
		(.source | select(.ip or .port) | "\(.ip // "*"):\(.port // "*")"),
		(.destination | select(.ip) | "-> \(.ip):\(.port)"),
		(.destination.domain // empty),
		($of | .backlog, .level, .option, .value, .text, .path |
			select(. != null)),
		.egrets.result,
		(if $kind == "socket.close" and .egrets.socket.type != "raw" then
			"\(.source.bytes // 0)/\(.destination.bytes // 0)",
			(.network.direction // empty),
			if .event.duration then "timed" else empty end
		else empty end)] | map(tostring) | join(" ")'
}

expect_parts()
{
	expect_told "$1: TCP" tcp \
		"create inet stream fd=true ok
create inet stream fd=true ok
setsockopt inet stream fd=true SOL_SOCKET SO_REUSEADDR 1 ok
bind inet stream fd=true 127.0.0.1:7790 ok
listen inet stream fd=true 127.0.0.1:7790 7 ok
setsockopt inet stream fd=true SOL_SOCKET SO_REUSEADDR 1 ok
bind inet stream fd=true 127.0.0.1:7791 ok
connect inet stream fd=true 127.0.0.1:7791 -> 127.0.0.1:7790 ok
accept inet stream fd=true 127.0.0.1:7791 -> 127.0.0.1:7790 ok
setsockopt inet stream fd=true 127.0.0.1:7790 -> 127.0.0.1:7791 IPPROTO_TCP TCP_NODELAY 1 ok
close inet stream 127.0.0.1:7791 -> 127.0.0.1:7790 closed 1000/3000 egress timed
close inet stream 127.0.0.1:7791 -> 127.0.0.1:7790 closed 1000/3000 ingress timed
close inet stream 127.0.0.1:7790 closed 0/0 timed"
	expect_told "$1: what is refused" refused \
		"create inet stream fd=true ok
create inet stream fd=true ok
create inet stream EPROTONOSUPPORT
bind inet stream fd=true 127.0.0.1:7790 ok
bind inet stream fd=true 127.0.0.1:7790 EADDRINUSE
setsockopt inet stream fd=true IPPROTO_TCP 250 -7 ENOPROTOOPT
connect inet stream fd=true 127.0.0.1:7790 -> 127.0.0.1:7791 ECONNREFUSED
listen inet stream fd=true 0.0.0.0:any 1 ok
close inet stream 0.0.0.0:any closed 0/0 timed
close inet stream 127.0.0.1:7790 closed 0/0 timed"
	expect_told "$1: options" options \
		"create inet6 stream fd=true ok
setsockopt inet6 stream fd=true IPPROTO_IPV6 IPV6_V6ONLY 1 ok
setsockopt inet6 stream fd=true IPPROTO_TCP TCP_CONGESTION reno ok
setsockopt inet6 stream fd=true SOL_SOCKET SO_BINDTODEVICE lo ok
setsockopt inet6 stream fd=true SOL_SOCKET SO_LINGER ok
close inet6 stream closed 0/0 timed"
	expect_told "$1: UDP" udp \
		"create inet6 dgram fd=true ok
create inet6 dgram fd=true ok
bind inet6 dgram fd=true ::1:7790 ok
connect inet6 dgram fd=true ::1:any -> ::1:7790 ok
close inet6 dgram ::1:any -> ::1:7790 closed 17/0 egress timed
close inet6 dgram ::1:7790 closed 0/17 timed"
	expect_is "$1: what is still to be sent" \
		"$(told queued | grep -oE '^close .* egress' |
			sed -E 's/:[0-9]{5}//')" \
		"close inet stream 127.0.0.1 -> 127.0.0.1:7790 closed 100000/0 egress"
	expect_told "$1: an IPv4 address of an IPv6 socket" mapped \
		"create inet6 stream fd=true ok
bind inet6 stream fd=true 127.0.0.1:7792 ok
close inet6 stream 127.0.0.1:7792 closed 0/0 timed"
	expect_is "$1: as many as wait to accept at once" \
		"$(told waiting | grep -c '^accept .* ok$')" 50
	expect_like "$1: the name that a connect was for" \
		"$(told curl | grep -E '^(connect|close).*:80 ')" \
		"^close inet stream 10.77.0.1:[0-9]+ -> 10.77.0.10:80 four.lab closed 72/229 egress timed
connect inet stream fd=true 10.77.0.1:[0-9]+ -> 10.77.0.10:80 four.lab (ok|EINPROGRESS)$"
}

unset EGRETS_SHARED
lab_up
look
expect_parts "IP"
expect_is "of unix sockets nothing, unless they are asked for" \
	"$(told unix)$(told netlink)" ""
expect_nothing_lost "IP"
look --family all
expect_told "unix sockets" unix \
	"create unix stream fd=true ok
create unix stream fd=true ok
create unix dgram fd=true ok
bind unix stream fd=true $lab_dir/a b ok
listen unix stream fd=true 3 ok
connect unix stream fd=true $lab_dir/a b ok
accept unix stream fd=true ok
bind unix dgram fd=true @egrets@calls ok
connect unix dgram fd=true /nobody ENOENT"
expect_told "netlink" netlink \
	"create netlink raw fd=true ok
bind netlink raw fd=true ok"
expect_nothing_lost "all families"
look --family unix,inet6
expect_is "some families: not the others" "$(told tcp)$(told netlink)" ""
expect_true "some families: these" test -n "$(told options)" -a -n "$(told unix)"
expect_done
