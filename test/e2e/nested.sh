#!/bin/bash
# SPDX-License-Identifier: MIT
#
# A dockerd in a container of a dockerd: whose a connect in there is, and what
# container that is in.
set -euo pipefail
. "$(dirname "$0")/lab.sh"
. "$(dirname "$0")/expect.sh"
. "$(dirname "$0")/containers.sh"

# The programs of this machine; only what they write is the container's.
programs=(-v /usr:/usr:ro -v /etc:/etc:ro -v "$(realpath /sbin):/sbin:ro"
	-v "$(realpath /bin):/bin:ro")
for library in /lib /lib64; do
	[[ ! -e $library ]] || programs+=(-v "$(realpath "$library"):$library:ro")
done

inner()
{
	command docker -H "unix://$lab_dir/inner/docker.sock" "$@"
}

inner_is_up()
{
	inner version >/dev/null 2>&1
}

lab_up
docker_up
mkdir "$lab_dir/inner"
# shellcheck disable=SC2016
docker run -d --name outer --cgroupns=private --tmpfs /run \
	--cap-add SYS_ADMIN --cap-add NET_ADMIN \
	--security-opt seccomp=unconfined --security-opt apparmor=unconfined \
	-v "$lab_dir/inner:/inner" "${programs[@]}" "$box" /bin/sh -c '
		for mounted in /sys/fs/cgroup /sys/fs/cgroup/*; do
			mount -o remount,bind,rw "$mounted" 2>/dev/null
		done
		exec dockerd -H unix:///inner/docker.sock \
			--data-root /inner/data --storage-driver vfs \
			--bridge none --iptables=false \
			--ip-forward=false' >/dev/null
lab_wait 60 inner_is_up || {
	docker logs outer 2>&1 | tail -n 5 >&2
	lab_skip "no dockerd in a container here"
}
inner import "$lab_dir/box.tar" "$box" >/dev/null

egrets_over docker "$engine_wait"
inner run --name inside --network host "$box" \
	/bin/nc -w 1 127.0.0.1 7001 >/dev/null 2>&1 </dev/null || true
docker exec outer nc -w 1 127.0.0.1 7002 >/dev/null 2>&1 </dev/null || true
egrets_stop

# inside PORT: the container of who connects to it, and what that is in.
inside()
{
	events 'select($kind == "process.tcp_v4" and
			.destination.port == ($port | tonumber)) |
		"\(.container.id) in \(.egrets.container.parent)"' --arg port "$1"
}

outer_id=$(docker inspect -f '{{.Id}}' outer)
inner_id=$(inner inspect -f '{{.Id}}' inside)
expect_is "in the inner container" "$(inside 7001)" "$inner_id in $outer_id"
expect_is "in the outer one" "$(inside 7002)" "$outer_id in null"
expect_nothing_lost "nested"
expect_done
