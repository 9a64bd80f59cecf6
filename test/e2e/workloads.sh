# shellcheck shell=bash
# SPDX-License-Identifier: MIT
# shellcheck disable=SC2154,SC2034 # variables of lab.sh, expect.sh and callers
#
# The workloads that show how right names are, for race.sh, which tests them,
# and scripts/bench names, which makes a table of them. Source it after lab.sh
# and expect.sh, and call workloads_up after lab_up.
#
#	workload threads 500
#
# runs egrets over one of them, and has race_judge compare what was told with
# what was done. What they do in each is in race.c, or in work() below.

# Name, which of the judge's other policies are wrong there (perhaps not always
# with "-"), and what it is.
workloads='
own         -         a name and an address for each process
shared      last      200 names on 20 addresses
six         last      the same, IPv6
datagrams   -         the same, datagrams, asked from unconnected sockets
namespaces  last,pid  an address has another name in another network namespace
two         last      a process asks for two names of one address: the later
again       last      three connects for each answer
threads     last,pid  threads of one process
fork        last,pid  a child of the asker connects
forks       last,pid  children of threads connect
helper      last,pid  a child asks for the one who connects: nc $(dig name)
stub        last      through a stub resolver (dnsmasq on loopback)
changing    last      names change their addresses 20 times a second
tcp         -         answers over TCP
truncated   -         truncated answers, then TCP
fragments   -         answers in IP fragments
short       -         network namespaces that live 50 ms, four at a time
busy        last,pid  seven of these at once, all processors busy
'

workload_names()
{
	awk 'NF { print $1 }' <<<"$workloads"
}

# workload_about NAME: its line, without the name.
workload_about()
{
	sed -nE "s/^$1 +//p" <<<"$workloads"
}

branches=()
moving_pid=

# race OPTION...: in the client's namespace; its truth goes with all others'.
race()
{
	race_in "$lab_client_holder" "$@"
}

race_in()
{
	local holder=$1

	shift
	lab_run "$holder" "$EGRETS_HELPERS/race" -s "$LAB_SERVER4" \
		-p "$LAB_RACE_PORT" -w "$(mktemp "$lab_dir/truth.XXXXXX")" "$@"
}

# together: what each line of stdin says, all at once; fails if one does.
together()
{
	local line pids=() failed=0

	while read -r line; do
		eval "$line" &
		pids+=($!)
	done
	for line in "${pids[@]}"; do
		wait "$line" || failed=1
	done
	return "$failed"
}

# work NAME CONNECTS
work()
{
	local connects=$2 threads='-P 2 -T 32'
	# dnsmasq serves 20 connections at once.
	local few='-P 16'

	# shellcheck disable=SC2086 # of two words
	case $1 in
	own) race -c "$connects" -P 20 -N 20 --own ;;
	shared) race -c "$connects" ;;
	six) race -c "$connects" --ipv6 ;;
	datagrams) race -c "$connects" --udp --sendto ;;
	namespaces) work_namespaces "$connects" ;;
	two) race -c "$connects" --also "$LAB_RACE_ADDRESSES" ;;
	again) race -c "$connects" --each 3 --pause 5 ;;
	threads) race -c "$connects" $threads ;;
	fork) race -c "$connects" --fork ;;
	forks) race -c "$connects" --fork $threads ;;
	helper) race -c "$connects" --helper ;;
	stub) race -c "$connects" -s 127.0.0.1 ;;
	changing) work_changing "$connects" ;;
	tcp) race -c "$connects" --tcp $few ;;
	truncated) race -c "$connects" -n long $few ;;
	fragments) work_fragments "$connects" ;;
	short) work_short "$connects" ;;
	busy) work_busy "$connects" ;;
	esac
}

# In each of two namespaces, half of the connects are for what another process
# there has asked for.
work_namespaces()
{
	local options="-c $(($1 / 4)) -N $LAB_RACE_ADDRESSES -P 10"

	together <<-END
	race_in ${branches[0]} $options
	race_in ${branches[0]} $options --helper
	race_in ${branches[1]} $options -n other
	race_in ${branches[1]} $options -n other --helper
	END
}

# Each time, every name goes to the next address.
write_moving()
{
	local i

	for ((i = 0; i < LAB_RACE_NAMES; i++)); do
		printf '10.77.1.%d moving-%03d.lab\n' \
			$(((i + $1) % LAB_RACE_ADDRESSES + 1)) "$i"
	done >"$lab_dir/moving.new"
	mv "$lab_dir/moving.new" "$lab_dir/moving"
}

move()
{
	local turn

	for ((turn = 1; turn < 1000; turn++)); do
		write_moving "$turn"
		kill -HUP "$moving_pid"
		sleep 0.05
	done
}

work_changing()
{
	local mover status=0

	move &
	mover=$!
	race -c "$1" -s "$LAB_SECOND4" -n moving -P 10 \
		--each 3 --pause 10 || status=$?
	kill "$mover"
	wait "$mover" 2>/dev/null || true
	# They did: name i had address i + N for more than one N.
	awk -v addresses="$LAB_RACE_ADDRESSES" '
		{
			split($4, address, ".")
			split($5, name, "[-.]")
			turns[(address[4] - name[2] + 1000) % addresses]
		}
		END { exit length(turns) < 2 }' "$lab_dir"/truth.* || status=1
	return "$status"
}

work_fragments()
{
	local before status=0

	before=$(lab_fragments)
	lab_set_mtu 1280
	race -c "$1" -n long --edns || status=$?
	lab_set_mtu 1500
	(($(lab_fragments | cut -d' ' -f1) >= ${before% *} + 2 * $1)) ||
		status=1
	return "$status"
}

# A namespace in which one process asks and connects, and then it is gone.
short_life()
{
	local begun=${EPOCHREALTIME/[.,]/}

	lab_wire "$1" $$
	"$EGRETS_HELPERS/race" -s "$LAB_SERVER4" -p "$LAB_RACE_PORT" -P 1 -c 1 \
		-S "$1" -w "$lab_dir/truth.short.$1" 2>>"$lab_dir/short"
	echo $((${EPOCHREALTIME/[.,]/} - begun)) >>"$lab_dir/lives"
}

short_lives()
{
	local i

	export -f short_life lab_wire
	export lab_dir lab_server_ns EGRETS_HELPERS
	for ((i = $1; i <= $2; i += 4)); do
		unshare --net bash -euc "short_life $i" || return
	done
}

# As many as a 25th of the connects of others: each takes as much.
work_short()
{
	local count=$(($1 / 25 + 5))

	: >"$lab_dir/lives"
	together <<-END
	short_lives 2 $count
	short_lives 3 $count
	short_lives 4 $count
	short_lives 5 $count
	END
	sort -n "$lab_dir/lives" | awk '
		{ us[NR] = $1 }
		END { printf "%d namespaces lived %.0f ms, the median\n", NR,
			us[int((NR + 1) / 2)] / 1000 }' >&2
}

# As many processes as processors do nothing but run, for a minute at most.
work_busy()
{
	local each=$(($1 / 7)) spinners=() spinner status=0
	local patience=${EGRETS_PATIENCE:-1}

	for ((spinner = 0; spinner < $(nproc); spinner++)); do
		timeout $((60 * patience)) sh -c 'while :; do :; done' &
		spinners+=($!)
	done
	together <<-END || status=$?
	work shared $each
	work datagrams $each
	work threads $each
	work forks $each
	work tcp $each
	work stub $each
	work namespaces $each
	END
	kill "${spinners[@]}"
	wait "${spinners[@]}" 2>/dev/null || true
	return "$status"
}

answers()
{
	lab_client dig +time=1 +tries=1 +short "@$1" "$2" A | grep -q .
}

# start_dnsmasq NAMESPACE ADDRESS OPTION...: its pid in lab_pid.
start_dnsmasq()
{
	local where=$1 address=$2

	shift 2
	"lab_${where}_start" dnsmasq --no-daemon --conf-file=/dev/null \
		--no-resolv --no-hosts --bind-interfaces --pid-file= \
		--listen-address="$address" "$@" \
		>"$lab_dir/dnsmasq.$address" 2>&1
}

# What the workloads need beside the lab: where their connections go, a stub
# resolver, a server whose names move, two namespaces more.
workloads_up()
{
	local i

	lab_sink "$LAB_RACE_PORT"
	start_dnsmasq client 127.0.0.1 --server="$LAB_SERVER4"
	write_moving 0
	start_dnsmasq server "$LAB_SECOND4" --addn-hosts="$lab_dir/moving"
	moving_pid=$lab_pid
	for i in 0 1; do
		lab_branch "egrets-branch-$$-$i" "$i"
		branches[i]=$lab_held
	done
	lab_wait 10 answers 127.0.0.1 race-000.lab
	lab_wait 10 answers "$LAB_SECOND4" moving-000.lab
	lab_client dig +noedns +ignore "@$LAB_SERVER4" long-000.lab A |
		grep -q ';; flags: .* tc' || {
		lab_note "long-000.lab fits into a datagram"
		return 1
	}
}

# workload NAME CONNECTS: leaves the judge's report in $report and its status in
# $verdict.
workload()
{
	egrets_start -o json
	rm -f "$lab_dir"/truth.*
	work "$1" "$2" || expect_fail "$1: the workload itself went well"
	egrets_stop
	judge
}

# judge: sets $report and $verdict, by what was done and what was told.
judge()
{
	cat "$lab_dir"/truth.* >"$lab_dir/truth"
	# jq takes its time.
	grep -e "\"port\":$LAB_RACE_PORT" -e egrets.lost "$lab_dir/out" \
		>"$lab_dir/picked" || true
	mv "$lab_dir/picked" "$lab_dir/out"
	# What took long was shown as pending first.
	events 'select(($kind | startswith("process.")) and
			.destination.port == $port and
			.egrets.result != "pending") |
		[$pid, .source.port // 0, .destination.ip,
			if .egrets.dns.unsure then "?" else
				.destination.domain // "-" end] | @tsv' \
		--argjson port "$LAB_RACE_PORT" >"$lab_dir/seen"
	verdict=0
	report=$("$EGRETS_HELPERS/race_judge" "$lab_dir/truth" \
		"$lab_dir/seen" 2>"$lab_dir/complaints") || verdict=$?
	head -n 5 "$lab_dir/complaints"
}

# verdict_of POLICY: "RIGHT WRONG EMPTY LOST", from the report.
verdict_of()
{
	sed -nE "s/^$1: right ([0-9]+), wrong ([0-9]+), empty ([0-9]+), lost ([0-9]+)/\1 \2 \3 \4/p" \
		<<<"$report"
}
