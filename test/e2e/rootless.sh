#!/bin/bash
# SPDX-License-Identifier: MIT
#
# A podman of a user who is not root, and its service where those are: egrets
# finds it by itself. Only where cgroups are v2 only does such a container have
# one of its own, and only below one that the user was given.
set -euo pipefail
. "$(dirname "$0")/lab.sh"
. "$(dirname "$0")/expect.sh"
. "$(dirname "$0")/containers.sh"

user=52801
run=/run/user/$user
group=egrets-rootless-$$

# As that user, whom only what is started here knows.
as_user()
{
	nsenter --net="$engine_net" unshare --mount --propagation private \
		bash -euc '
			mount --bind "$1/passwd" /etc/passwd
			mount --bind "$1/sub" /etc/subuid
			mount --bind "$1/sub" /etc/subgid
			echo $$ >"/sys/fs/cgroup/$2/user/cgroup.procs"
			cd "$1"
			exec setpriv --reuid "$3" --regid "$3" --clear-groups \
				env -i PATH=/usr/local/sbin:/usr/sbin:/sbin:/usr/local/bin:/usr/bin:/bin \
				HOME="$1" USER=rootless \
				XDG_RUNTIME_DIR="$4" CONTAINERS_CONF="$1/containers.conf" \
				"${@:5}"' - "$home" "$group" "$user" "$run" "$@"
}

rootless()
{
	as_user podman --storage-driver vfs --cgroup-manager cgroupfs "$@"
}

rootless_down()
{
	rootless rm -fa -t 0 >/dev/null 2>&1 || true
	[[ ! ${rootless_pid-} ]] || lab_end "$rootless_pid"
	as_user podman unshare rm -rf "$home/.local" >/dev/null 2>&1 || true
	# What remains of the user's: a process that holds its namespaces.
	local left
	while read -r left; do
		kill "$left" 2>/dev/null || true
	done < <(cat "/sys/fs/cgroup/$group/user/cgroup.procs")
	lab_wait 5 rmdir_groups || true
	rm -rf "$run"
}

rmdir_groups()
{
	find "/sys/fs/cgroup/$group" -depth -type d -exec rmdir {} + 2>/dev/null
	[[ ! -d /sys/fs/cgroup/$group ]]
}

rootless_is_up()
{
	curl -s --unix-socket "$run/podman/podman.sock" http://engine/_ping |
		grep -q OK
}

rootless_up()
{
	mkdir -p "$home" "$run/podman"
	mkdir -p "/sys/fs/cgroup/$group/user"
	lab_on_exit rootless_down
	chown -R "$user:$user" "/sys/fs/cgroup/$group" "$home" "$run"
	chmod 700 "$home" "$run"
	printf 'root:x:0:0::/root:/bin/sh\nrootless:x:%s:%s::%s:/bin/sh\n' \
		"$user" "$user" "$home" >"$home/passwd"
	echo "rootless:600000:65536" >"$home/sub"
	cat >"$home/containers.conf" <<-END
		[engine]
		runtime="crun"
		events_logger="file"
		[containers]
		default_ulimits=["nofile=1024:1024","nproc=1024:1024"]
	END
	cp "$lab_dir/box.tar" "$home"
	chmod 644 "$home"/*
	rootless import "$home/box.tar" "$box" >"$lab_dir/import" 2>&1 || {
		tail -n 5 "$lab_dir/import" >&2
		lab_skip "a rootless podman does not work here"
	}
	rootless system service -t 0 "unix://$run/podman/podman.sock" \
		>"$lab_dir/rootless.log" 2>&1 &
	rootless_pid=$!
	lab_wait 30 rootless_is_up || {
		tail -n 5 "$lab_dir/rootless.log" >&2
		lab_skip "a rootless podman's service does not start here"
	}
}

# run NAME PORT OPTION...: a container that connects to that port.
run()
{
	rootless run --name "$1" --cgroup-parent "/$group" "${@:3}" "$box" \
		/bin/sh -c "nc -w 1 10.99.9.9 $2 </dev/null" \
		>"$lab_dir/run" 2>&1 </dev/null || true
}

[[ $(stat -f -c %T /sys/fs/cgroup) == cgroup2fs ]] ||
	lab_skip "where cgroups are v1, rootless containers have none"
lab_need podman crun newuidmap slirp4netns busybox curl
unset EGRETS_SHARED
lab_up
home=$lab_dir/home
engine_netns
engine_image
rootless_up
egrets_start -v -o json --container-wait "$engine_wait"
lab_wait 30 grep -q "engine at $run/podman/podman.sock is there" \
	"$lab_dir/err" || expect_fail "the engine of a user is found"
run of-user 7001 --hostname rooted --network host
has_tun=
if as_user test -w /dev/net/tun; then
	has_tun=1
	run apart 7002 --hostname apart --network slirp4netns
fi
egrets_stop
expect_is "a container of a user's" "$(whose 7001)" \
	"of-user localhost/$box rooted none"
if [[ $has_tun ]]; then
	expect_is "one with a network of its own, and slirp4netns for it" \
		"$(whose 7002 | sort)" "apart localhost/$box apart none
none none none none"
else
	expect_lack "a tun device for slirp4netns"
fi
expect_nothing_lost "rootless"
expect_done
