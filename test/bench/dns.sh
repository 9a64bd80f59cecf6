#!/bin/bash
# SPDX-License-Identifier: MIT
#
#	EGRETS=FILE HELPERS=DIR dns.sh [RUNS]
#
# Reading a capture of a million DNS packets: egrets beside libpcap alone, with
# the filter that egrets has, tcpdump, and (a tenth of it, as it takes that much
# longer) tshark. In turns, so that a busy minute is everybody's. Exit status 1
# if an aim is missed. For scripts/bench.
set -euo pipefail

runs=${1:-7}
packets=1000000
work=$(mktemp -d "${TMPDIR:-/tmp}/dns.XXXXXX")
trap 'rm -r "$work"' EXIT

measure()
{
	local tool=$1

	shift
	"$HELPERS/measure" "$@" >>"$work/$tool" || {
		echo "dns: this failed: $*" >&2
		exit 2
	}
}

# median TOOL COLUMN
median()
{
	cut -d ' ' -f "$2" "$work/$1" | sort -n | sed -n "$((runs / 2 + 1))p"
}

"$HELPERS/dns_capture" "$packets" >"$work/all.pcap"
"$HELPERS/dns_capture" $((packets / 10)) >"$work/tenth.pcap"
fields=(frame.time_epoch ip.src ip.dst ipv6.src ipv6.dst dns.id
	dns.flags.response dns.flags.rcode dns.qry.name dns.qry.type dns.cname
	dns.a dns.aaaa)
for ((run = 0; run < runs; run++)); do
	measure loop "$HELPERS/read_loop" "$work/all.pcap"
	measure egrets "$EGRETS" -r "$work/all.pcap" -o json
	measure tcpdump tcpdump -n -tt -r "$work/all.pcap"
	measure tshark tshark -n -r "$work/tenth.pcap" -T fields \
		"${fields[@]/#/-e}"
done

printf '%d packets, %d MB; medians of %d; load average %s\n' "$packets" \
	"$(($(stat -c %s "$work/all.pcap") / 1000000))" "$runs" \
	"$(cut -d ' ' -f 1 /proc/loadavg)"
for tool in loop egrets tcpdump tshark; do
	echo "$tool $(median "$tool" 1) $(median "$tool" 2) $(median "$tool" 3)"
done | awk -v packets="$packets" '
	function aim(what, figure, bound, is_least,  met) {
		met = is_least ? figure >= bound : figure <= bound
		printf "%-44s %8.1f, aim: at %s %g%s\n", what, figure,
			is_least ? "least" : "most", bound,
			met ? "" : ": MISSED"
		missed += !met
	}
	BEGIN {
		name["loop"] = "libpcap alone, filtering"
		name["egrets"] = "egrets -r -o json"
		name["tcpdump"] = "tcpdump -n -tt"
		name["tshark"] = "tshark -T fields (of a tenth)"
		printf "%-30s %12s %8s %8s %14s %10s\n", "", "processor", "wall",
			"ratio", "ns a packet", "memory"
	}
	{
		read = packets / ($1 == "tshark" ? 10 : 1)
		cost[$1] = $2 * 1e6 / read
		memory[$1] = $4 / 1024
		printf "%-30s %10.3f s %6.3f s %8.1f %14.0f %6.1f MiB\n",
			name[$1], $2 / 1e3, $3 / 1e3, cost[$1] / cost["loop"],
			cost[$1], memory[$1]
	}
	END {
		aim("egrets takes, times what the loop does",
			cost["egrets"] / cost["loop"], 5, 0)
		aim("tcpdump takes, times what egrets does",
			cost["tcpdump"] / cost["egrets"], 4, 1)
		aim("tshark takes, times what egrets does",
			cost["tshark"] / cost["egrets"], 50, 1)
		aim("memory of egrets, MiB", memory["egrets"], 32, 0)
		exit missed > 0
	}'
