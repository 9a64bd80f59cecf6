#!/bin/bash
# SPDX-License-Identifier: MIT
#
# Container engines that say what they should, fall silent, go away and come
# back, or are none: each costs one warning, and no event. They are played by
# socat; of their containers there are only the cgroups.
set -euo pipefail
. "$(dirname "$0")/lab.sh"
. "$(dirname "$0")/expect.sh"

id=$(printf '%064d' 7)
other=$(printf '%064d' 8)
late=$(printf '%064d' 9)
# As crun makes them: what runs is in a cgroup below.
group=docker-$id.scope/container
other_group=docker-$other.scope
late_group=outer-$$.slice/docker-$id.scope/machine.slice/libpod-$late.scope

# in_group PATH COMMAND...: in a cgroup of its own.
in_group()
{
	local path=$1

	shift
	unshare --mount bash -euc 'mount -t cgroup2 none "$0/tree"
		echo $$ >"$0/tree/$1/cgroup.procs"
		umount "$0/tree"
		shift
		exec "$@"' "$lab_dir" "$path" "$@"
}

make_group()
{
	unshare --mount bash -euc 'mount -t cgroup2 none "$0/tree"
		cd "$0/tree"
		mkdir -p "$1"' "$lab_dir" "$1" ||
		lab_skip "no cgroup v2 tree to make a cgroup in"
	lab_on_exit unshare --mount bash -euc 'mount -t cgroup2 none "$0/tree"
		cd "$0/tree"
		rmdir -p "$1"' "$lab_dir" "$1"
}

# What an engine replies, on its standard input and output.
write_engine()
{
	cat >"$lab_dir/engine" <<-'END'
		#!/bin/bash
		reply()
		{
			printf 'HTTP/1.1 %s\r\nContent-Length: %d\r\n\r\n%s' \
				"$1" "${#2}" "$2"
		}
		while read -r method path rest; do
			while read -r line && [[ $line != $'\r' ]]; do :; done
			case $path in
			/events)
				printf 'HTTP/1.1 200 OK\r\n\r\n'
				exec sleep 1000 ;;
			/containers/json*) reply '200 OK' '[]' ;;
			/containers/*7/json)
				id=${path#/containers/}
				reply '200 OK' '{"Id":"'"${id%/json}"'",
					"Name":"/seven","State":{"Running":true},
					"HostConfig":{"NetworkMode":"default"},
					"Config":{"Hostname":"host-seven",
						"Image":"image-seven","Labels":{}},
					"NetworkSettings":{"Networks":{"bridge":{
						"IPAddress":"172.17.0.7"}}}}' ;;
			*) reply '404 Not Found' '{"message":"no such container"}' ;;
			esac
		done
	END
	chmod +x "$lab_dir/engine"
}

# listen NAME COMMAND: an engine at a socket, $listener.
listen()
{
	socat "UNIX-LISTEN:$lab_dir/$1.sock,fork,unlink-early" \
		"EXEC:$2,pipes" 2>"$lab_dir/socat" &
	listener=$!
	lab_pids+=("$listener")
	lab_wait 10 test -S "$lab_dir/$1.sock"
}

# It and what it has started.
end_listener()
{
	local child

	for child in $(pgrep -P "$1"); do
		kill "$child" 2>/dev/null || true
	done
	lab_end "$1"
	rm -f "$lab_dir/$2.sock"
}

connects_from()
{
	in_group "$1" bash -c ': </dev/tcp/127.0.0.1/'"$2" 2>/dev/null || true
}

# seen_at PORT
seen_at()
{
	events 'select(.destination.port == ($port | tonumber) and
			$kind == "process.tcp_v4") |
		[.container.id[-1:], .container.runtime, .container.name,
			.container.image.name, .egrets.container.hostname,
			.egrets.container.ip] |
		map(tostring) | join(" ")' --arg port "$1"
}

is_seen()
{
	[[ $(seen_at "$1") ]]
}

# told_within SECONDS PORT: of a connect that was made now.
told_within()
{
	lab_wait "$1" is_seen "$2"
}

warnings()
{
	grep -c "container engine.* $lab_dir/$1\.sock.*told by id" \
		"$lab_dir/err" || true
}

has_warned()
{
	(($(warnings "$1")))
}

peak_kb()
{
	awk '/^VmHWM/ { print $2 }' "/proc/$egrets_pid/status"
}

lab_up
lab_need socat pgrep
mkdir "$lab_dir/tree"
for each in "$group" "$other_group" "$late_group"; do
	make_group "$each"
done
write_engine
listen good "$lab_dir/engine"
good=$listener
listen silent 'sleep 1000'
listen garbage 'head -c 100000 /dev/urandom'
printf '#!/bin/sh\nprintf "HTTP/1.1 200 OK\\r\\n\\r\\n"; head -c 1G /dev/zero\n' \
	>"$lab_dir/pour"
chmod +x "$lab_dir/pour"
listen flood "$lab_dir/pour"
engines=()
for each in good silent garbage flood absent; do
	engines+=(--engine "$lab_dir/$each.sock")
done

egrets_start -v -o json --container-wait 2000 "${engines[@]}"
lab_wait 10 grep -q "engine at $lab_dir/good.sock is there" "$lab_dir/err"
connects_from "$group" 7001
connects_from "$other_group" 7002
expect_true "a container is told of" told_within 5 7001
expect_true "and one that no engine knows" told_within 5 7002
expect_is "what its engine says" "$(seen_at 7001)" \
	"7 docker seven image-seven host-seven 172.17.0.7"
expect_is "what its cgroup says" "$(seen_at 7002)" \
	"8 docker null null null null"

expect_true "an engine that says too much is given up" lab_wait 10 has_warned flood
expect_true "so is one that talks nonsense" lab_wait 10 has_warned garbage
expect_true "and one that says nothing" lab_wait 20 has_warned silent
expect_true "one is missed" lab_wait 10 has_warned absent

# Gone in mid-run; what it said is remembered, what is new is told at once.
end_listener "$good" good
expect_true "an engine that goes away is told of" lab_wait 10 has_warned good
connects_from "$group" 7003
connects_from "$late_group" 7004
expect_true "told without the engine" told_within 2 7003
expect_true "and what it never knew" told_within 2 7004
expect_is "what it said before" "$(seen_at 7003)" \
	"7 docker seven image-seven host-seven 172.17.0.7"
expect_is "what it cannot say" "$(seen_at 7004)" \
	"9 podman null null null null"
expect_is "of one within another" \
	"$(events 'select(.destination.port == 7004) |
		.egrets.container.parent')" "$id"

# And back: then it is asked again.
listen good "$lab_dir/engine"
is_back()
{
	(($(grep -c "good.sock is there" "$lab_dir/err") > 1))
}
expect_true "it comes back" lab_wait 20 is_back
expect_true "in little memory ($(peak_kb) KiB)" test "$(peak_kb)" -lt 65536
egrets_stop
for each in good silent garbage flood absent; do
	expect_is "one warning about $each" "$(warnings "$each")" 1
done
expect_nothing_lost "engines"

egrets_start -o json -C 'image-sev*' --engine "$lab_dir/good.sock" \
	--container-wait 2000
connects_from "$other_group" 7005
connects_from "$group" 7006
expect_true "one container is told of" told_within 5 7006
egrets_stop
expect_is "and no other" "$(events .destination.port)" 7006

# Before it has answered anything, what was there before egrets connects.
printf '#!/bin/sh\nsleep 0.5\nexec %q\n' "$lab_dir/engine" >"$lab_dir/slowly"
chmod +x "$lab_dir/slowly"
listen slow "$lab_dir/slowly"
egrets_start -o json --engine "$lab_dir/slow.sock" --container-wait 10000
connects_from "$group" 7008
expect_true "one that was there before is told of" told_within 15 7008
egrets_stop
expect_is "with what a slow engine says" "$(seen_at 7008)" \
	"7 docker seven image-seven host-seven 172.17.0.7"

# What engines are asked with is loaded when there is one.
is_loaded()
{
	grep -q '/libcurl' "/proc/$1/maps"
}

egrets_start -o json --engine "$lab_dir/good.sock"
lab_wait 10 is_loaded "$egrets_pid" || expect_fail "libcurl is loaded for an engine"
egrets_stop
if ! compgen -G '/run/docker.sock' >/dev/null &&
	! compgen -G '/run/podman/podman.sock' >/dev/null; then
	egrets_start -o json
	! is_loaded "$egrets_pid" || expect_fail "libcurl is loaded for nobody"
	egrets_stop
fi
library=$(realpath "$(ldconfig -p | sed -n '/libcurl\.so\.4 /{s/.*=> //p;q}')")
printf '#!/bin/bash\nexec unshare --mount bash -euc %q - "$@"\n' \
	"mount --bind /dev/null $library; exec $EGRETS \"\$@\"" \
	>"$lab_dir/without"
chmod +x "$lab_dir/without"
EGRETS=$lab_dir/without egrets_start -o json --engine "$lab_dir/good.sock"
connects_from "$group" 7007
expect_true "without libcurl a container is told of" told_within 5 7007
expect_is "by its id" "$(seen_at 7007)" "7 docker null null null null"
sleep 3
egrets_stop
expect_is "without libcurl: one warning" \
	"$(grep -c '^egrets: cannot load libcurl, ' "$lab_dir/err")" 1
expect_done
