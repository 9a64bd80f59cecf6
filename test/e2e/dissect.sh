#!/bin/bash
# SPDX-License-Identifier: MIT
#
# egrets -r against tshark's dissector: over captures of every kind of record
# and message that real servers send, both say the same of every question and
# answer; and of thousands of damaged variants egrets tells nothing that tshark
# calls malformed, and tells what it tells as tshark does.
#
#	DISSECT_SEED, DISSECT_VARIANTS	which variants, and how many
set -euo pipefail
. "$(dirname "$0")/lab.sh"
. "$(dirname "$0")/expect.sh"
. "$(dirname "$0")/dissect_zone.sh"

seed=${DISSECT_SEED:-1}
variants=${DISSECT_VARIANTS:-20000}
# Parts several values of one field; no field of tshark's has it as it is.
unit=$'\x1f'

start_servers()
{
	local address

	for address in "$DISSECT_UNBOUND4/16" "$DISSECT_DNSMASQ4/16" \
		"$DISSECT_UNBOUND6/64" "$DISSECT_DNSMASQ6/64"; do
		lab_server ip addr add "$address" dev lab \
			"$([[ $address == *:* ]] && echo nodad || echo noprefixroute)"
	done
	unbound_zone >"$lab_dir/rich.zone"
	unbound_conf >"$lab_dir/unbound.conf"
	dnsmasq_conf >"$lab_dir/masq.conf"
	lab_server_start unbound -d -c "$lab_dir/unbound.conf" \
		>"$lab_dir/unbound.log" 2>&1
	lab_server_start dnsmasq --no-daemon --conf-file="$lab_dir/masq.conf" \
		>"$lab_dir/masq.log" 2>&1
	lab_wait 10 servers_answer || {
		cat "$lab_dir/unbound.log" "$lab_dir/masq.log" >&2
		lab_note "the name servers do not answer"
		exit 1
	}
}

servers_answer()
{
	lab_client dig +time=1 +tries=1 +short "@$DISSECT_UNBOUND6" four.rich |
		grep -qx 10.77.0.30 &&
	lab_client dig +time=1 +tries=1 +short "@$DISSECT_DNSMASQ6" four.masq |
		grep -qx 10.77.0.50
}

# capture FILE DIG-OPTION...: all questions and their answers, also in fragments.
# The ring has room for all of it, however slow the machine is.
capture()
{
	local file=$1

	shift
	: >"$lab_dir/tcpdump"
	lab_start "$lab_client_holder" tcpdump -Z root -B 65536 -s 9216 \
		--immediate-mode -U -w "$file" -i lab \
		"port 53 or ip[6:2] & 0x1fff != 0 or ip6[6] == 44" 2>"$lab_dir/tcpdump"
	tcpdump_pid=$lab_pid
	lab_pids+=("$tcpdump_pid")
	lab_wait 10 grep -q 'listening on' "$lab_dir/tcpdump" || {
		cat "$lab_dir/tcpdump" >&2
		lab_skip "tcpdump does not listen"
	}
	lab_client dig +tries=1 +time=5 "$@" -f "$lab_dir/questions" \
		>"$lab_dir/dig" || true
	kill -INT "$tcpdump_pid"
	lab_wait 10 lab_is_gone "$tcpdump_pid"
}

# Rows: exchange and direction, name, type, response code, and the A, AAAA and
# CNAME records of class IN in the answer section. Names are brought to what
# both write alike: tshark shows bytes as they are, or as \ooo, \n and the like.
plain_names()
{
	LC_ALL=C awk -F'\t' -v OFS='\t' '{
		for (i = 2; i <= NF; i++) {
			if (i == 3 || i == 4) continue
			gsub(/\\[0-9][0-9][0-9]|\\[abfnrtv]/, "", $i)
			gsub(/[^A-Za-z0-9_.:=~-]/, "", $i)
		}
		print
	}'
}

# Of what is malformed only the exchange. tshark lists the records of all
# sections in one go, the answers first. It takes two types that are for private
# use (RFC 6895 3.1) for those of a WINS server: who sends such a thing is not
# looked at.
tshark_rows()
{
	tshark -n -N n -r "$1" -Y dns -T fields -E occurrence=a \
		-E separator=/t -E aggregator="$unit" \
		-e ip.src -e ipv6.src -e ip.dst -e ipv6.dst \
		-e udp.srcport -e tcp.srcport -e udp.dstport -e tcp.dstport \
		-e dns.id -e dns.flags.response -e dns.flags.rcode \
		-e dns.resp.ext_rcode -e dns.qry.name -e dns.qry.type \
		-e dns.count.answers -e dns.resp.type -e dns.resp.class \
		-e dns.a -e dns.aaaa -e dns.cname -e _ws.malformed \
		-e dns.count.prerequisites \
		2>"$lab_dir/tshark.err" |
	LC_ALL=C awk -F'\t' -v unit="$unit" -v digits=0123456789abcdef '
		function number(text, value, i)
		{
			text = substr(text, 3)
			for (i = 1; i <= length(text); i++)
				value = value * 16 - 1 + \
					index(digits, substr(text, i, 1))
			return value
		}
		function first(list, parts)
		{
			split(list, parts, unit)
			return parts[1]
		}
		function answers(list, count, types, class, a, aaaa, cname, i, c, text)
		{
			count = split($16, types, unit)
			split($17, class, unit); split($18, a, unit)
			split($19, aaaa, unit); split($20, cname, unit)
			for (i = 1; i <= count && i <= $15 + $22; i++) {
				text = ""
				if (types[i] == 1) text = "A=" a[++n_a]
				if (types[i] == 28) text = "AAAA=" aaaa[++n_aaaa]
				if (types[i] == 5) text = "CNAME=" cname[++n_cname]
				if (types[i] != 41 && class[++c] == "0x0001" &&
				    text != "")
					list = list "\t" text
			}
			return list
		}
		{
			n_a = n_aaaa = n_cname = 0
			source = $1 $2 ":" $5 $6
			target = $3 $4 ":" $7 $8
			ends = $10 ? target " " source : source " " target
			name = first($13)
			if (name == "<Root>") name = "."
			gsub(/<Root>/, ".", $20)
			if (unit $16 unit ~ unit "6528[12]" unit) {
				print "private " ends
			} else if ($21 ~ /Malformed/) {
				print "malformed " ends
			} else {
				printf "%s %d %s\t%s\t%s\t%d%s\n", ends,
					number($9), $10 ? "answer" : "query",
					name, first($14),
					$10 ? number($12) * 16 + $11 : 0,
					$10 ? answers() : ""
			}
		}' | plain_names
}

# compare TSHARK-ROWS EGRETS-ROWS: what egrets tells otherwise. A name with
# bytes beyond ASCII, which tshark shows as if they were UTF-8, is like any. What
# is malformed must not be told as an answer; in a question tshark minds also
# EDNS options that its receiver may not look at.
compare()
{
	LC_ALL=C awk -F'\t' '
		function alike(row, other, ours, theirs, i, n)
		{
			n = split(row, ours)
			if (split(other, theirs) != n) return 0
			for (i = 1; i <= n; i++)
				if (ours[i] != theirs[i] &&
				    !(i == 2 && ours[i] == "~") &&
				    !(ours[i] == "CNAME=~" &&
				      theirs[i] ~ /^CNAME=/))
					return 0
			return 1
		}
		NR == FNR && /^(private|malformed)/ {
			split($0, words, " ")
			kind[words[2], words[3]] = words[1]
			next
		}
		NR == FNR { tshark[$1] = $0; next }
		{
			split($1, words, " ")
			damage = kind[words[1], words[2]]
			if (damage == "private" ||
			    (damage == "malformed" && words[4] == "query"))
				next
			if (!alike($0, tshark[$1]))
				print $0 "\n\tbut tshark: " tshark[$1]
		}' "$@"
}

# The types by the numbers of the C library, not by those of egrets.
type_numbers()
{
	{
		sed -n 's/.*ns_t_\([a-z0-9_]*\) = \([0-9]*\).*/\U\1 \2/p' \
			/usr/include/arpa/nameser.h
		# Those that it is too old for, from IANA.
		printf '%s %d\n' ZONEMD 63 SVCB 64 HTTPS 65 DSYNC 66 \
			NXNAME 128 DOA 259 AMTRELAY 260 RESINFO 261 \
			WALLET 262 CLA 263 IPN 264
	} | tr _ - | jq -nR '[inputs | split(" ") |
		{ key: .[0], value: .[1] }] | from_entries'
}

egrets_rows()
{
	jq -r --argjson types "$types" '
		{ NOERROR: 0, FORMERR: 1, SERVFAIL: 2, NXDOMAIN: 3, NOTIMP: 4,
		  REFUSED: 5, YXDOMAIN: 6, YXRRSET: 7, NXRRSET: 8, NOTAUTH: 9,
		  NOTZONE: 10, DSOTYPENI: 11, BADVERS: 16, BADKEY: 17,
		  BADTIME: 18, BADMODE: 19, BADNAME: 20, BADALG: 21,
		  BADTRUNC: 22, BADCOOKIE: 23 } as $rcodes |
		select(.event.action == "dns.query" or
			.event.action == "dns.answer") |
		[ "\(.source | "\(.ip):\(.port)") \(.destination |
			"\(.ip):\(.port)") \(.dns.id) \(.dns.type)",
		  .dns.question.name // "",
		  (.dns.question.type // "" | $types[.] // ltrimstr("TYPE")),
		  (.dns.response_code // "NOERROR" |
			$rcodes[.] // ltrimstr("RCODE")),
		  (.dns.answers // [] | .[] | select(.class == "IN" and
			(.type | IN("A", "AAAA", "CNAME"))) |
			"\(.type)=\(.data)") ] |
		map(tostring | if test("\\\\(1[3-9]|12[89]|2)") then
			sub("(?<type>^CNAME=)?.*"; "\(.type // "")~")
		else gsub("\\\\(?<byte>[^0-9])"; .byte) end) |
		join("\t")' "$1" | plain_names
}

has_fragments()
{
	local filter

	for filter in "ip[6:2] & 0x1fff != 0" "ip6[6] == 44"; do
		tcpdump -n -r "$lab_dir/fragments.pcap" "$filter" 2>"$lab_dir/tcpdump" |
			grep -q . || return 1
	done
}

# read_file FILE: events in $lab_dir/out. A hang is a failure, too.
read_file()
{
	status=0
	timeout "$((30 * ${EGRETS_PATIENCE:-1}))" "$EGRETS" -o json -r "$1" \
		>"$lab_dir/out" 2>"$lab_dir/err" || status=$?
	expect_is "$2: status" "$status" 0
}

# check_capture WHAT FILE: the same rows, no more and no fewer.
check_capture()
{
	local rows

	read_file "$2" "$1"
	tshark_rows "$2" >"$lab_dir/tshark.rows"
	egrets_rows "$lab_dir/out" >"$lab_dir/egrets.rows"
	rows=$(wc -l <"$lab_dir/egrets.rows")
	expect_true "$1: two rows for every question" \
		test "$rows" -eq $((2 * $(wc -l <"$lab_dir/questions")))
	expect_is "$1: egrets and tshark agree on $rows rows" \
		"$(compare "$lab_dir/tshark.rows" "$lab_dir/egrets.rows")" ""
	expect_is "$1: tshark has no more" "$(wc -l <"$lab_dir/tshark.rows")" \
		"$rows"
}

# check_variants WHAT FILE: damaged variants of the messages in it.
check_variants()
{
	local file=$lab_dir/variants.pcap malformed agreed

	"$EGRETS_HELPERS/mutate" "$seed" "$variants" "$2" >"$file"
	read_file "$file" "$1"
	tshark_rows "$file" >"$lab_dir/tshark.rows"
	egrets_rows "$lab_dir/out" >"$lab_dir/egrets.rows"
	expect_is "$1: tells nothing but what tshark tells (seed $seed)" \
		"$(compare "$lab_dir/tshark.rows" "$lab_dir/egrets.rows")" ""
	malformed=$(grep -c '^malformed' "$lab_dir/tshark.rows")
	agreed=$(wc -l <"$lab_dir/egrets.rows")
	printf '# %s: %d malformed to tshark, %d told alike, %d told by tshark only\n' \
		"$1" "$malformed" "$agreed" \
		$(($(wc -l <"$lab_dir/tshark.rows") - malformed - agreed))
	# Else the variants are no test.
	expect_true "$1: many are malformed, and many are not" \
		test "$malformed" -gt $((variants / 4)) -a \
			"$agreed" -gt $((variants / 20))
}

lab_up
lab_need tcpdump tshark unbound
[[ -x $EGRETS_HELPERS/mutate ]] ||
	lab_skip "no $EGRETS_HELPERS/mutate (build the tests)"
[[ -e /usr/include/arpa/nameser.h ]] ||
	lab_skip "no <arpa/nameser.h> here (scripts/setup installs it)"
types=$(type_numbers)
start_servers
questions >"$lab_dir/questions"

capture "$lab_dir/udp.pcap" +notcp +ignore
check_capture "UDP" "$lab_dir/udp.pcap"
status=0
"$EGRETS" -v -r "$lab_dir/udp.pcap" >"$lab_dir/out" 2>"$lab_dir/err" || status=$?
expect_is "verbose: status" "$status" 0
expect_is "verbose: an internationalised name" \
	"$(grep -o 'hostname=xn--[^ ]*\|unicode=[^ ]*' "$lab_dir/out" | sort -u)" \
	$'hostname=xn--bcher-kva.rich\nunicode=bücher.rich'
check_variants "UDP, damaged" "$lab_dir/udp.pcap"

capture "$lab_dir/tcp.pcap" +tcp
check_capture "TCP" "$lab_dir/tcp.pcap"

capture "$lab_dir/fragments.pcap" +notcp +ignore +bufsize=4096
expect_true "there are fragments of both families" has_fragments
check_capture "UDP in fragments" "$lab_dir/fragments.pcap"
expect_done
