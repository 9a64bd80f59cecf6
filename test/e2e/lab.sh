# shellcheck shell=bash
# SPDX-License-Identifier: MIT
#
# A laboratory: two network namespaces joined by a veth pair, a real DNS
# server with a zone of its own in one of them, an HTTP server beside it, and
# the other one for clients. Nothing outside those namespaces is touched, and
# all of it is gone when the script that sourced this file ends.
#
#	. lab.sh
#	lab_up
#	lab_client curl -s http://four.lab/
#
# What the zone holds is in lab_zone(), which addresses answer how is in
# lab_client_routes(). Several labs can stand side by side; several tests can
# use one, if LAB_SHARED has what lab_share() prints where it was put up.

# Addresses of the DNS server, which serves HTTP too.
export LAB_SERVER4=10.77.0.2
export LAB_SERVER6=fd00:77::2
# For another DNS server.
export LAB_SECOND4=10.77.0.26
# Answers HTTP, but no name leads to it.
export LAB_NAMELESS4=10.77.0.99
export LAB_NAMELESS6=fd00:77::99
# Names of the race workload and the addresses they share, see workloads.sh.
export LAB_RACE_NAMES=200
export LAB_RACE_ADDRESSES=20
export LAB_RACE_PORT=7777
# The second user.
export LAB_USER_ID=65534

# shellcheck source-path=SCRIPTDIR source=../rooted.sh
. "$(dirname "${BASH_SOURCE[0]}")/../rooted.sh"

lab_dir=
lab_client_ns=
lab_server_ns=
lab_client_holder=
lab_server_holder=
lab_pid=
lab_waited=
lab_pids=()
lab_cleanups=()

lab_note()
{
	printf 'lab: %s\n' "$*" >&2
}

# lab_skip REASON: this machine lacks what the test needs.
lab_skip()
{
	printf 'skipped: %s\n' "$*"
	exit 77
}

# lab_need TOOL...: skip unless all of them are here.
lab_need()
{
	local tool

	for tool in "$@"; do
		command -v "$tool" >/dev/null ||
			lab_skip "no $tool here (scripts/setup installs it)"
	done
}

# lab_on_exit COMMAND...: run it before the lab is taken down, last one first.
lab_on_exit()
{
	lab_cleanups=("$(printf '%q ' "$@")" "${lab_cleanups[@]}")
}

# lab_wait SECONDS COMMAND...: until the command succeeds, or fail.
lab_wait()
{
	local limit=$((SECONDS + $1 * ${EGRETS_PATIENCE:-1}))

	shift
	until "$@"; do
		((SECONDS < limit)) || return 1
		sleep 0.05
	done
}

lab_is_gone()
{
	[[ ! -e /proc/$1 ]] || grep -q '^State:.[ZX]' "/proc/$1/status" 2>/dev/null
}

# lab_end PID: terminate one of our own, by force after five seconds.
lab_end()
{
	kill "$1" 2>/dev/null || return 0
	lab_wait 5 lab_is_gone "$1" || kill -KILL "$1" 2>/dev/null || true
	wait "$1" 2>/dev/null || true
}

# Commands run in a namespace keep the pid they were started with, which is in
# lab_pid. Each namespace is entered through its holder, a process that has the
# lab's resolv.conf mounted. It is not `ip netns exec`, which mounts a new /sys
# and so hides the cgroups.
lab_start()
{
	local holder=$1

	shift
	nsenter --target "$holder" --net --mount --root -- "$@" <&0 &
	lab_pid=$!
}

lab_run()
{
	local status=0

	lab_start "$@"
	lab_waited=$lab_pid
	wait "$lab_pid" || status=$?
	lab_waited=
	return "$status"
}

# lab_client_start COMMAND...: in the background, ended with the lab.
lab_client_start()
{
	lab_start "$lab_client_holder" "$@"
	lab_pids+=("$lab_pid")
}

lab_server_start()
{
	lab_start "$lab_server_holder" "$@"
	lab_pids+=("$lab_pid")
}

# lab_client COMMAND...: wait for it and return its status.
lab_client()
{
	lab_run "$lab_client_holder" "$@"
}

lab_server()
{
	lab_run "$lab_server_holder" "$@"
}

# Whether a connect of a client waits for its outcome.
lab_is_connecting()
{
	lab_client ss -Htn state syn-sent >"$lab_dir/connecting"
	test -s "$lab_dir/connecting"
}

# The same as another user, who has no privilege.
lab_client_as_user()
{
	lab_client setpriv --reuid "$LAB_USER_ID" --regid "$LAB_USER_ID" \
		--clear-groups --inh-caps=-all -- "$@"
}

# lab_hold NETNS: start the holder of a namespace, its pid in lab_held.
lab_hold()
{
	local ready=$lab_dir/held.$1 mounts

	mounts="mount --bind '$lab_dir/resolv.conf' /etc/resolv.conf"
	if [[ -e /etc/nsswitch.conf ]]; then
		mounts+=" && mount --bind '$lab_dir/nsswitch.conf' /etc/nsswitch.conf"
	fi
	nsenter --net="/run/netns/$1" unshare --mount -- sh -c \
		"$mounts && : >'$ready' && exec sleep 86400" \
		</dev/null >/dev/null &
	lab_held=$!
	lab_pids+=("$lab_held")
	lab_wait 5 test -e "$ready"
}

# Answers too long for a packet, or for UDP: 200 addresses, the first of them a
# server's, in 3.2 or 5.6 KB; a chain that takes 0.7 KB; 6 KB of texts.
lab_large_answers()
{
	local i last=long.lab pad

	printf 'edns-packet-max=4096\nhost-record=large.lab,%s,%s\n' \
		10.77.0.24 fd00:77::24
	for ((i = 1; i < 200; i++)); do
		printf 'host-record=large.lab,10.80.0.%d,fd00:80::%x\n' \
			"$i" "$i"
	done
	printf -v pad '%060d' 0
	for i in {1..8}; do
		printf 'cname=%s,%s.%d.lab\n' "$last" "$pad" "$i"
		last=$pad.$i.lab
	done
	printf 'host-record=%s,10.77.0.25\n' "$last"
	for i in {1..24}; do
		printf 'txt-record=text.large.lab,"%0250d"\n' "$i"
	done
}

# Name i has address i % LAB_RACE_ADDRESSES, and so has long-i, behind 1.4 KB of
# aliases. To others, the first of those addresses are other-i.
lab_race_names()
{
	local i hop at pad

	printf -v pad '%060d.%060d.%060d' 0 0 0
	for ((i = 0; i < LAB_RACE_NAMES; i++)); do
		at=$((i % LAB_RACE_ADDRESSES))
		printf 'host-record=race-%03d.lab,10.77.1.%d,fd00:77::1:%x\n' \
			"$i" $((at + 1)) $((at + 1))
		printf 'cname=long-%03d.lab,%s.1.%d.lab\n' "$i" "$pad" "$at"
	done
	for ((at = 0; at < LAB_RACE_ADDRESSES; at++)); do
		for hop in {1..6}; do
			printf 'cname=%s.%d.%d.lab,%s.%d.%d.lab\n' "$pad" \
				"$hop" "$at" "$pad" $((hop + 1)) "$at"
		done
		printf 'cname=%s.7.%d.lab,race-%03d.lab\n' "$pad" "$at" "$at"
		printf 'host-record=other-%03d.lab,10.77.1.%d\n' "$at" \
			$((at + 1))
	done
}

lab_zone()
{
	local i

	cat <<-END
	no-resolv
	no-hosts
	no-poll
	bind-interfaces
	listen-address=$LAB_SERVER4,$LAB_SERVER6
	pid-file=
	cache-size=1000
	local-ttl=300
	local=/lab/
	# Nothing is outside: what is asked for there does not exist.
	address=/example/
	host-record=ns.lab,$LAB_SERVER4,$LAB_SERVER6
	host-record=four.lab,10.77.0.10
	host-record=six.lab,fd00:77::10
	host-record=both.lab,10.77.0.11,fd00:77::11
	host-record=end.lab,10.77.0.12,fd00:77::12
	cname=chain.lab,hop-one.lab
	cname=hop-one.lab,hop-two.lab
	cname=hop-two.lab,end.lab
	host-record=shared-a.lab,10.77.0.13
	host-record=shared-b.lab,10.77.0.13
	host-record=shared-c.lab,10.77.0.13
	host-record=many.lab,10.77.0.20
	host-record=many.lab,10.77.0.21
	host-record=many.lab,10.77.0.22
	host-record=refused.lab,10.77.0.14
	host-record=refused-six.lab,fd00:77::14
	host-record=unreachable.lab,10.77.0.15
	host-record=noroute.lab,10.78.0.1
	host-record=silent.lab,10.77.0.16
	host-record=silent-six.lab,fd00:77::16
	host-record=absent.lab,10.77.0.17
	host-record=late.lab,10.77.0.18
	address=/wild.lab/10.77.0.19
	host-record=elsewhere.lab,10.77.0.23
	txt-record=text.lab,"v=lab1 a text with spaces"
	mx-host=mail.lab,four.lab,10
	srv-host=_http._tcp.lab,four.lab,80,1,2
	END
	lab_large_answers
	lab_race_names
}

lab_server_addresses()
{
	local i

	for i in 2 10 11 12 13 14 18 19 20 21 22 23 24 25 26 99; do
		printf 'addr add 10.77.0.%d/16 dev lab\n' "$i"
		printf 'addr add fd00:77::%d/64 dev lab nodad\n' "$i"
	done
	for ((i = 1; i <= LAB_RACE_ADDRESSES; i++)); do
		printf 'addr add 10.77.1.%d/16 dev lab\n' "$i"
		printf 'addr add fd00:77::1:%x/64 dev lab nodad\n' "$i"
	done
}

# lab_wire NUMBER NETNS [OPTION...]: from a network namespace to the server's,
# with routes to all that is there. The options have ip work in that namespace.
lab_wire()
{
	local at=$((2 * $1)) server client

	server=10.79.$((at / 256)).$((at % 256))
	client=10.79.$((at / 256)).$((at % 256 + 1))
	ip -n "$lab_server_ns" -batch - <<-END
	link add wire-$1 type veth peer name lab netns $2
	addr add $server/31 dev wire-$1
	link set wire-$1 up
	END
	ip "${@:3}" -batch - <<-END
	link set lab up
	addr add $client/31 dev lab
	route add default via $server
	END
}

# lab_branch NAME NUMBER: a new network namespace with such a wire, its holder's
# pid in lab_held.
lab_branch()
{
	ip netns add "$1"
	lab_on_exit ip netns del "$1"
	lab_wire "$2" "$1" -n "$1"
	lab_hold "$1"
}

# How large packets between the two namespaces may be. IPv6 needs 1280.
lab_set_mtu()
{
	ip -n "$lab_client_ns" link set lab mtu "$1"
	ip -n "$lab_server_ns" link set lab mtu "$1"
}

# How many fragments the server's namespace has sent: of IPv4 and of IPv6.
lab_fragments()
{
	lab_server cat /proc/net/snmp /proc/net/snmp6 | awk '
		/^Ip: / && !column {
			for (i = 2; i <= NF; i++)
				if ($i == "FragCreates") column = i
			next
		}
		/^Ip: / { v4 = $column }
		/^Ip6FragCreates/ { v6 = $2 }
		END { print v4 + 0, v6 + 0 }'
}

# Who answers how: 10.78.0.1 has no route at all, .15 an unreachable one, .16
# takes packets and never answers, .17 is nobody's.
lab_client_routes()
{
	cat <<-END
	addr add 10.77.0.1/16 dev lab
	addr add fd00:77::1/64 dev lab nodad
	route add unreachable 10.77.0.15/32
	neigh add 10.77.0.16 lladdr 02:00:00:00:77:16 dev lab nud permanent
	neigh add fd00:77::16 lladdr 02:00:00:00:77:16 dev lab nud permanent
	END
}

lab_network()
{
	local ns

	for ns in "$lab_client_ns" "$lab_server_ns"; do
		ip netns add "$ns"
		ip -n "$ns" link set lo up
		nsenter --net="/run/netns/$ns" sysctl -qw net.ipv6.conf.all.disable_ipv6=0 \
			net.ipv6.conf.default.accept_dad=0 \
			net.ipv6.conf.default.disable_ipv6=0
	done
	ip -n "$lab_client_ns" link add lab type veth \
		peer name lab netns "$lab_server_ns" ||
		lab_skip "cannot make a veth pair (is the veth module here?)"
	ip -n "$lab_client_ns" link set lab up
	ip -n "$lab_server_ns" link set lab up
	lab_server_addresses | ip -n "$lab_server_ns" -batch -
	lab_client_routes | ip -n "$lab_client_ns" -batch -
	# Who is not there is known after 0.3 seconds, not after 3.
	nsenter --net="/run/netns/$lab_client_ns" sysctl -qw \
		net.ipv4.neigh.lab.retrans_time_ms=100
	# An unanswered connect gives up after 3 seconds, not after 127; where
	# the tests themselves are slow, after 7.
	nsenter --net="/run/netns/$lab_client_ns" sysctl -qw \
		net.ipv4.tcp_syn_retries=$((${EGRETS_PATIENCE:-1} > 1 ? 2 : 1))
	nsenter --net="/run/netns/$lab_client_ns" sysctl -qw \
		net.ipv4.tcp_syn_linear_timeouts=0 2>/dev/null || true
}

lab_dns_answers()
{
	lab_client dig +time=1 +tries=1 +short "@$LAB_SERVER4" four.lab A |
		grep -qx 10.77.0.10 &&
	lab_client dig +time=1 +tries=1 +short "@$LAB_SERVER6" six.lab AAAA |
		grep -qx fd00:77::10
}

lab_http_answers()
{
	lab_client curl -sf -o /dev/null --max-time 1 "http://$LAB_SERVER4/" &&
	lab_client curl -sf -o /dev/null --max-time 1 "http://[$LAB_SERVER6]/"
}

lab_servers()
{
	lab_zone >"$lab_dir/dnsmasq.conf"
	lab_server_start dnsmasq --no-daemon --conf-file="$lab_dir/dnsmasq.conf" \
		>"$lab_dir/dnsmasq.log" 2>&1
	mkdir -p "$lab_dir/www"
	printf 'Hello from the lab.\n' >"$lab_dir/www/index.html"
	lab_server_start busybox httpd -f -p '[::]:80' -h "$lab_dir/www" \
		>"$lab_dir/httpd.log" 2>&1
	lab_wait 10 lab_dns_answers || {
		cat "$lab_dir/dnsmasq.log" >&2
		lab_note "the DNS server does not answer"
		return 1
	}
	lab_wait 10 lab_http_answers || {
		cat "$lab_dir/httpd.log" >&2
		lab_note "the HTTP server does not answer"
		return 1
	}
}

lab_down()
{
	local status=$? cleanup pid ns

	trap - EXIT
	trap '' INT TERM
	set +e
	for cleanup in "${lab_cleanups[@]}"; do
		eval "$cleanup"
	done
	for pid in $lab_waited "${lab_pids[@]}"; do
		lab_end "$pid"
	done
	for ns in "$lab_client_ns" "$lab_server_ns"; do
		[[ ! ${LAB_SHARED-} && -n $ns && -e /run/netns/$ns ]] &&
			ip netns del "$ns"
	done
	if [[ -n $lab_dir ]]; then
		if ((status != 0 && status != 77)) && [[ -n ${LAB_KEEP:-} ]]; then
			lab_note "kept $lab_dir"
		else
			rm -rf -- "$lab_dir"
		fi
	fi
	exit "$status"
}

# lab_files: just a directory, and the trap that removes it; for tests that
# need no network.
lab_files()
{
	trap lab_down EXIT
	trap 'exit 130' INT
	trap 'exit 143' TERM
	lab_dir=$(mktemp -d "${TMPDIR:-/tmp}/lab.XXXXXX")
	chmod 755 "$lab_dir"
}

lab_share()
{
	echo "$lab_client_ns $lab_server_ns $lab_client_holder" \
		"$lab_server_holder"
}

lab_up()
{
	((EUID == 0)) || lab_skip "network namespaces need root"
	lab_need ip nsenter unshare setpriv dnsmasq busybox curl dig
	[[ -e /etc/resolv.conf ]] ||
		lab_skip "no /etc/resolv.conf to mount the lab's over"
	lab_files
	printf 'nameserver %s\noptions timeout:2 attempts:2\n' \
		"$LAB_SERVER4" >"$lab_dir/resolv.conf"
	printf 'passwd: files\ngroup: files\nhosts: files dns\n' \
		>"$lab_dir/nsswitch.conf"
	if [[ ${LAB_SHARED-} ]]; then
		read -r lab_client_ns lab_server_ns lab_client_holder \
			lab_server_holder <<<"$LAB_SHARED"
		return
	fi
	lab_client_ns=egrets-client-$$
	lab_server_ns=egrets-server-$$
	lab_network
	lab_hold "$lab_client_ns"
	lab_client_holder=$lab_held
	lab_hold "$lab_server_ns"
	lab_server_holder=$lab_held
	lab_servers
}
