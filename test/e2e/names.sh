#!/bin/bash
# SPDX-License-Identifier: MIT
#
# curl over A, AAAA and a three-step alias chain: each DNS exchange is one
# question and one answer, each connection is one line, with the name that was
# asked for, the process and its program; in both output formats.
set -euo pipefail
. "$(dirname "$0")/lab.sh"
. "$(dirname "$0")/expect.sh"

# Name, curl's option ("-s": none), the answer to A, the answer to AAAA (with
# -4 that is not asked for; with -6 some curls ask for both, and others not for
# A), where it connects.
cases=(
	"four.lab -4 10.77.0.10 - 10.77.0.10"
	"four.lab -s 10.77.0.10 none 10.77.0.10"
	"six.lab -6 none fd00:77::10 fd00:77::10"
	"six.lab -s none fd00:77::10 fd00:77::10"
	"both.lab -4 10.77.0.11 - 10.77.0.11"
	"both.lab -6 10.77.0.11 fd00:77::11 fd00:77::11"
	"chain.lab -4 10.77.0.12 - 10.77.0.12"
	"chain.lab -6 10.77.0.12 fd00:77::12 fd00:77::12"
	"shared-b.lab -4 10.77.0.13 - 10.77.0.13"
	"shared-a.lab -4 10.77.0.13 - 10.77.0.13"
)
curl=$(type -P curl)
pids=()
asked=

run_clients()
{
	local case name option

	pids=()
	for case in "${cases[@]}"; do
		read -r name option _ <<<"$case"
		lab_client "$curl" -s "$option" -o /dev/null "http://$name/"
		pids+=("$lab_pid")
	done
}

# What was asked for with -6 the first time holds for every time.
forget_unasked()
{
	[[ $option == -6 ]] || return 0
	: "${asked:=$picked}"
	[[ $asked == *" A "* ]] || a=-
}

# json_lines: what is to be seen of a case, in the order of their text.
json_lines()
{
	local kind=process.tcp_v4

	[[ $address == *:* ]] && kind=process.tcp_v6
	[[ $a == - ]] || printf 'dns.answer %s A %s\n' "$name" "$a"
	[[ $aaaa == - ]] || printf 'dns.answer %s AAAA %s\n' "$name" "$aaaa"
	[[ $a == - ]] || printf 'dns.query %s A curl\n' "$name"
	[[ $aaaa == - ]] || printf 'dns.query %s AAAA curl\n' "$name"
	printf '%s\n' "$kind curl $address 80 $name process established $curl \
$curl -s $option -o /dev/null http://$name/"
}

check_json()
{
	local i name option a aaaa address

	events_load 'if $kind == "dns.query" then
			[.dns.question.name, .dns.question.type, .process.name]
		elif $kind == "dns.answer" then
			[.dns.question.name, .dns.question.type,
				(.dns.resolved_ip // ["none"] | join(","))]
		elif $kind | startswith("process.tcp") then
			[.process.name, .destination.ip, .destination.port,
				.destination.domain, .egrets.dns.via,
				.egrets.result, .process.executable,
				.process.command_line]
		else
			empty
		end | "\($pid) \($kind) \(join(" "))"'
	for i in "${!cases[@]}"; do
		read -r name option a aaaa address <<<"${cases[i]}"
		events_of "${pids[i]}"
		forget_unasked
		expect_is "JSON, $name $option" "$picked" "$(json_lines)"
	done
	expect_nothing_lost JSON
}

# Text lines of a process, without the level, the time and what varies.
text_lines()
{
	sed -En "/ pid=$1 /{
		/process\.udp/d
		s/^INFO\[[0-9]{4,}\] //
		s/ (server|time_ms)=[^ ]*//g
		p
	}" "$lab_dir/out" | LC_ALL=C sort
}

text_expected()
{
	local kind=process.tcp_v4 at=$address cname=

	[[ $address == *:* ]] && kind=process.tcp_v6 at="[$address]"
	[[ $name == chain.lab ]] && cname=" cname=hop-one.lab,hop-two.lab,end.lab"
	{
		[[ $a == - ]] || {
			printf 'dns.query hostname=%s type=%s\n' "$name" A
			printf 'dns.answer hostname=%s response=%s type=A%s\n' \
				"$name" "$a" \
				"$([[ $a == none ]] || echo "$cname")"
		}
		[[ $aaaa == - ]] || {
			printf 'dns.query hostname=%s type=%s\n' "$name" AAAA
			printf 'dns.answer hostname=%s response=%s type=AAAA%s\n' \
				"$name" "$aaaa" \
				"$([[ $aaaa == none ]] || echo "$cname")"
		}
	} | sed "s/\$/ comm=curl pid=$1/"
	printf '%s\n' "$kind comm=curl pid=$1 connection=$at:80 \
dns.entry=$name container.image=none container.hostname=none \
container.ip=none dns.via=process result=established exe=$curl \
args=\"$curl -s $option -o /dev/null http://$name/\""
}

check_text()
{
	local i name option a aaaa address

	for i in "${!cases[@]}"; do
		read -r name option a aaaa address <<<"${cases[i]}"
		forget_unasked
		expect_is "text, $name $option" "$(text_lines "${pids[i]}")" \
			"$(text_expected "${pids[i]}" | LC_ALL=C sort)"
	done
}

lab_up
egrets_start -o json
run_clients
egrets_stop
check_json

if ! starts_are_dear; then
	egrets_start
	run_clients
	egrets_stop
	check_text
fi
expect_done
