#!/bin/bash
# SPDX-License-Identifier: MIT
#
# curl over A, AAAA and a three-step alias chain: each DNS exchange is one
# question and one answer, each connection is one line, with the name that was
# asked for, the process and its program; in both output formats.
set -euo pipefail
. "$(dirname "$0")/lab.sh"
. "$(dirname "$0")/expect.sh"

# URL host, curl's option ("" lets it ask for both families), address.
cases=(
	"four.lab -4 10.77.0.10"
	"four.lab - 10.77.0.10"
	"six.lab -6 fd00:77::10"
	"six.lab - fd00:77::10"
	"both.lab -4 10.77.0.11"
	"both.lab -6 fd00:77::11"
	"chain.lab -4 10.77.0.12"
	"chain.lab -6 fd00:77::12"
	"shared-b.lab -4 10.77.0.13"
	"shared-a.lab -4 10.77.0.13"
)
curl=$(type -P curl)
pids=()
newline=$'\n'

run_clients()
{
	local case name option address

	pids=()
	for case in "${cases[@]}"; do
		read -r name option address <<<"$case"
		[[ $option == - ]] && option=-s
		lab_client "$curl" -s "$option" -o /dev/null "http://$name/"
		pids+=("$lab_pid")
	done
}

types_of()
{
	case $1 in
	-4) echo A ;;
	# curl asks for both with -6, too.
	*) echo A,AAAA ;;
	esac
}

check_json()
{
	local i name option address what

	for i in "${!cases[@]}"; do
		read -r name option address <<<"${cases[i]}"
		what="JSON, $name $option"
		check_json_dns "${pids[i]}"
		check_json_connection "${pids[i]}"
	done
	expect_nothing_lost JSON
}

check_json_dns()
{
	local of_client="select(\$pid == $1 and .dns.question.name == \"$name\")"
	local kind

	for kind in dns.query dns.answer; do
		expect_is "$what: one $kind for each exchange" \
			"$(events "select(\$kind == \"$kind\") | $of_client |
				.dns.question.type" | sort | paste -sd,)" \
			"$(types_of "$option")"
	done
	expect_is "$what: the question is curl's" \
		"$(events "$of_client | select(\$kind == \"dns.query\") |
			.process.name" | sort -u)" curl
	expect_true "$what: the answer has the address" \
		test -n "$(events "$of_client | select(\$kind == \"dns.answer\") |
			select(any(.dns.resolved_ip[]?; . == \"$address\")) | 1")"
}

check_json_connection()
{
	local of_client="select(\$pid == $1 and (\$kind | startswith(\"process.tcp\")))"
	local kind=process.tcp_v4

	[[ $address == *:* ]] && kind=process.tcp_v6
	expect_is "$what: one line for the connection, with its name" \
		"$(events "$of_client | [\$kind, .process.name, .destination.ip,
			.destination.port, .destination.domain,
			.egrets.dns.via, .egrets.result] | join(\" \")")" \
		"$kind curl $address 80 $name process established"
	expect_is "$what: the program" \
		"$(events "$of_client | .process.executable")" "$curl"
	[[ $option == - ]] && option=-s
	expect_is "$what: its arguments" \
		"$(events "$of_client | .process.command_line")" \
		"$curl -s $option -o /dev/null http://$name/"
}

check_text()
{
	local i name option address what pid kind

	for i in "${!cases[@]}"; do
		read -r name option address <<<"${cases[i]}"
		pid=${pids[i]}
		what="text, $name $option"
		for kind in query answer; do
			expect_is "$what: one dns.$kind for each exchange" \
				"$(grep -c "^INFO\[[0-9]*\] dns.$kind hostname=$name .*pid=$pid " \
					"$lab_dir/out")" \
				"$(types_of "$option" | tr , '\n' | wc -l)"
		done
		kind=process.tcp_v4
		[[ $address == *:* ]] && kind=process.tcp_v6 address="[$address]"
		expect_like "$what: one line for the connection" \
			"$(grep "process.tcp_v[46] comm=curl pid=$pid " \
				"$lab_dir/out")" \
			"^INFO\[[0-9]{4,}\] $kind comm=curl pid=$pid connection=${address//[\[\]]/.}:80 dns\.entry=$name container\.image=none container\.hostname=none container\.ip=none dns\.via=process [^$newline]*$"
	done
}

lab_up
egrets_start -o json
run_clients
egrets_stop
check_json

egrets_start
run_clients
egrets_stop
check_text
expect_done
