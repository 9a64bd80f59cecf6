#!/bin/bash
# SPDX-License-Identifier: MIT
#
# -p, -u, -n, -C and a command's tree are decided in the kernel: of the connects and
# datagrams of others there are no records, and what is shown is the same as
# would be picked from everything, names that others have asked for included.
set -euo pipefail
. "$(dirname "$0")/lab.sh"
. "$(dirname "$0")/expect.sh"

# Where the machine is slow, what others do is less, and each filter there is once.
slow=$((${EGRETS_PATIENCE:-1} > 1))
others=$((slow ? 100 : 500))

# One process that makes so many connects, and as many datagrams.
# shellcheck disable=SC2016
noise='for ((port = 10001; port <= 10000 + $1; port++)); do
		{ : >"/dev/tcp/127.0.0.1/$port"; } 2>/dev/null
		echo >"/dev/udp/127.0.0.1/$port"
	done'

make_noise()
{
	lab_client bash -c "$noise" - "$others" 2>/dev/null || true
}

# The name is asked for by a child. What the shell connects to first is its own,
# what the program does that it becomes is that program's.
# shellcheck disable=SC2016
helped='curl -4 -s -o /dev/null "http://$(dig +short four.lab)/"'
becomes='exec 3<>/dev/tcp/shared-b.lab/80; exec curl -4 -s -o /dev/null http://chain.lab/'
# From before egrets: it waits.
# shellcheck disable=SC2016
waits='read -r _ <"$1"; exec 3<>/dev/tcp/end.lab/80 4>/dev/udp/end.lab/9; read -r _ <"$2"'

work()
{
	make_noise
	lab_client bash -c "$helped"
	lab_client bash -c "$becomes"
	lab_client_as_user curl -4 -s -o /dev/null http://shared-a.lab/
	lab_client "$EGRETS_HELPERS/race" -s "$LAB_SERVER4" -p "$LAB_RACE_PORT" \
		-w "$lab_dir/truth" -c 40 -P 1 -T 4 -N 4 >/dev/null 2>&1
	make_noise
}

# watch OPTION...: what is to be seen with these options.
watch()
{
	mkfifo "$lab_dir/go" "$lab_dir/stay"
	lab_client_start bash -c "$waits" - "$lab_dir/go" "$lab_dir/stay"
	waiting=$lab_pid
	egrets_start -v -o json "${@/WAITING/$waiting}"
	work
	echo >"$lab_dir/go"
	lab_wait 10 has_connected
	echo >"$lab_dir/stay"
	wait "$waiting"
	egrets_stop
	rm "$lab_dir/go" "$lab_dir/stay"
	count_records
}

has_connected()
{
	[[ -e /proc/$waiting/fd/4 ]]
}

count_records()
{
	! grep -q "the verifier rejects" "$lab_dir/err" ||
		expect_fail "the kernel takes every program"
	records=$(sed -nE \
		's/^egrets: ([0-9]+) records of sockets from the kernel$/\1/p' \
		"$lab_dir/err")
}

# told [CONDITION]: of that, what a condition holds for.
told()
{
	events "select((\$kind != \"egrets.lost\") and (${1:-true})) | \"\(
		.process.name) \(\$kind) \(.destination.domain //
		.dns.question.name // .destination.ip) \(
		.destination.port) \(.egrets.dns.via)\"" \
		--argjson waiting "$waiting" | LC_ALL=C sort
}

# everything [OPTION...]: what the next ones pick from.
everything()
{
	watch "$@"
	cp "$lab_dir/out" "$lab_dir/all"
	all_records=$records
	all_waiting=$waiting
}

# filtered WHAT CONDITION FEWER OPTION...: by so many records, at least; 0: the
# kernel need not know.
filtered()
{
	local all

	cp "$lab_dir/all" "$lab_dir/out"
	waiting=$all_waiting
	all=$(told "$2")
	expect_true "$1: there is something to show" test -n "$all"
	watch "${@:4}"
	expect_is "$1: the same as of everything" "$(told)" "$all"
	(($3 == 0)) ||
		expect_true "$1: no records of others ($records)" \
			test "$records" -lt $((all_records - $3))
	expect_nothing_lost "$1"
}

# An egrets of its own for each.
unset EGRETS_SHARED
lab_up
lab_sink "$LAB_RACE_PORT"
most=$((4 * others))
everything
((slow)) || {
	filtered "-n curl" '.process.name == "curl"' "$most" -n curl
	filtered "-n race, of which threads connect" \
		'.process.name == "race"' "$most" -n race
	filtered "-u $LAB_USER_ID" ".user.id == \"$LAB_USER_ID\"" "$most" \
		-u "$LAB_USER_ID"
}
filtered "-n and -u together" \
	".process.name == \"curl\" and .user.id == \"0\"" "$most" -n curl -u 0
filtered "-p of a process from before" '.process.pid == $waiting' "$most" \
	-p WAITING
# Who is in no container is left out once that is known.
boxed()
{
	local id group

	id=$(printf '%064d' 7)
	group=docker-$id.scope
	mkdir "$lab_dir/tree"
	# shellcheck disable=SC2016
	unshare --mount bash -euc 'mount -t cgroup2 none "$0/tree"
		mkdir "$0/tree/$1"' "$lab_dir" "$group" || {
		expect_fail "-C: no cgroup v2 tree to be had"
		return
	}
	lab_on_exit unshare --mount bash -euc 'mount -t cgroup2 none "$0/tree"
		rmdir "$0/tree/$1"' "$lab_dir" "$group"
	egrets_start -v -o json -C "${id:0:12}"
	make_noise
	make_noise
	# shellcheck disable=SC2016
	lab_client bash -euc 'unshare --mount bash -euc "mount -t cgroup2 none $0/tree
		echo $$ >$0/tree/$1/cgroup.procs"
		exec curl -4 -s -o /dev/null http://four.lab/' "$lab_dir" "$group"
	egrets_stop
	count_records
	expect_is "-C: what is shown" "$(told '.process.name == "curl" and
		$kind == "process.tcp_v4"' | cut -d' ' -f1-4)" \
		"curl process.tcp_v4 four.lab 80"
	expect_is "-C: and nothing of others" \
		"$(events 'select($kind != "egrets.lost") | .container.id' |
			sort -u)" "$id"
	expect_true "-C: few records of others ($records)" \
		test "$records" -lt $((all_records - most))
	expect_nothing_lost "-C"
}
boxed

# A flow is told with what its process is called when it ends.
((slow)) || {
	everything -e process,flow
	filtered "-n curl, with flows" '.process.name == "curl"' 0 \
		-e process,flow -n curl
}

# What runs meanwhile is somebody else's, also if it has the same name.
mkfifo "$lab_dir/begin" "$lab_dir/end"
# shellcheck disable=SC2016
lab_client_start bash -c 'read -r _ <"$1"
	bash -c "$3" - "$4" 2>/dev/null
	curl -4 -s -o /dev/null http://end.lab/
	echo >"$2"' - "$lab_dir/begin" "$lab_dir/end" "$noise" "$others"
# shellcheck disable=SC2016
lab_client "$EGRETS" "${egrets_forced[@]}" -v -o json -- bash -c 'echo >"$1"
	read -r _ <"$2"
	eval "$3"
	(setsid bash -c "$4" &) | cat
	"$5" -s "$6" -p "$7" -w "$8" -c 40 -P 4 -N 4 >/dev/null 2>&1' - "$lab_dir/begin" \
	"$lab_dir/end" "$helped" "$becomes" "$EGRETS_HELPERS/race" \
	"$LAB_SERVER4" "$LAB_RACE_PORT" "$lab_dir/truth" \
	>"$lab_dir/out" 2>"$lab_dir/err" ||
	expect_fail "egrets -- bash: $(<"$lab_dir/err")"
count_records
expect_is "a command: what its tree does, and nothing else" \
	"$(told '($kind == "process.tcp_v4") and .process.name != "race"' |
		cut -d' ' -f1-4)" \
	"$(printf '%s\n' "bash process.tcp_v4 shared-b.lab 80" \
		"curl process.tcp_v4 chain.lab 80" \
		"curl process.tcp_v4 four.lab 80")"
expect_is "a command: of four children at once" \
	"$(told '($kind == "process.tcp_v4") and .process.name == "race"' |
		wc -l)" 40
expect_true "a command: no records of others ($records)" \
	test "$records" -lt $((all_records - most))
expect_nothing_lost "a command"
expect_done
