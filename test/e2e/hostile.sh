#!/bin/bash
# SPDX-License-Identifier: MIT
#
# Host names, process names and arguments with escape sequences, quotes,
# newlines and invalid UTF-8 reach neither a terminal raw nor the JSON
# unescaped.
set -euo pipefail
. "$(dirname "$0")/lab.sh"
. "$(dirname "$0")/expect.sh"

# printable FILE: valid UTF-8, no control character but the ends of lines.
printable()
{
	iconv -f UTF-8 -t UTF-8 "$1" >"$lab_dir/converted" &&
	! LC_ALL=C grep -qP '[\x00-\x09\x0b-\x1f\x7f]|\xc2[\x80-\x9f]' "$1"
}

hostile_clients()
{
	local comm

	lab_client dig '\027[2J\027]0;x\007\"a\010b\255\254 =.wild.lab' \
		>"$lab_dir/client" || true
	lab_client curl -4 -s -o /dev/null http://10.77.0.19/
	for comm in $'e\e[31m"\nx=' $'\xff\xfe\xc2\x9b' $'a\tb\\ c'; do
		cp "$(type -P curl)" "$lab_dir/$comm"
		lab_client "$lab_dir/$comm" -4 -s -o /dev/null \
			-A $'agent\e[31m\n\xff"' http://four.lab/
	done
}

check_text()
{
	egrets_start
	hostile_clients
	egrets_stop
	expect_true "hostile bytes, text: printable" printable "$lab_dir/out"
	expect_is "hostile bytes, text: each line is an event" \
		"$(grep -cvE '^(INFO|WARN)\[[0-9]{4,}\] [a-z0-9_.]+ ' \
			"$lab_dir/out")" 0
	expect_is "hostile bytes, text: all are there" \
		"$(grep -c 'process.tcp_v4 .*:80 .*agent' "$lab_dir/out")" 3
	expect_like "hostile bytes, text: the name" \
		"$(grep 'connection=10.77.0.19:80' "$lab_dir/out")" \
		'dns\.entry="[^ ]*wild\.lab"'
}

lab_up
starts_are_dear || check_text

egrets_start -o json
hostile_clients
egrets_stop
expect_true "hostile bytes, JSON: printable" printable "$lab_dir/out"
expect_is "hostile bytes, JSON: each line is an object" \
	"$(jq -c 'type' "$lab_dir/out" | sort | uniq -c |
		awk '{ print $1, $2 }')" \
	"$(wc -l <"$lab_dir/out") \"object\""
expect_true "hostile bytes, JSON: the process name" \
	test "$(count '.process.name == "e\u001b[31m\"\nx="')" -ge 3

expect_done
