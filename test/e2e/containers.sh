# shellcheck shell=bash
# SPDX-License-Identifier: MIT
# shellcheck disable=SC2034,SC2154 # variables of other files
#
# Real container engines for tests, in network namespaces and directories of the
# test's own; nothing is fetched: the image is busybox. Source it after lab.sh
# and expect.sh.

box=egrets-box:7

# engine_netns: made and kept by a file, $engine_net.
engine_netns()
{
	engine_net=$lab_dir/engine.net
	: >"$engine_net"
	unshare --net="$engine_net" true
	lab_on_exit umount "$engine_net"
	nsenter --net="$engine_net" ip link set lo up
}

# An image of busybox, in a tar.
engine_image()
{
	local root=$lab_dir/box-root name

	mkdir -p "$root/bin" "$root/etc"
	cp "$(type -P busybox)" "$root/bin/busybox"
	for name in sh nc nslookup sleep httpd usleep; do
		ln -s busybox "$root/bin/$name"
	done
	tar -C "$root" -cf "$lab_dir/box.tar" .
}

docker()
{
	command docker -H "unix://$lab_dir/docker.sock" "$@"
}

docker_down()
{
	local all

	mapfile -t all < <(docker ps -aq)
	((${#all[@]} == 0)) || docker rm -f "${all[@]}" >/dev/null
	lab_end "$docker_pid"
	umount "$lab_dir"/docker-exec/netns/* 2>/dev/null || true
}

docker_is_up()
{
	docker version >/dev/null 2>&1
}

# dockerd with an image, $box.
docker_up()
{
	lab_need dockerd docker runc busybox iptables
	engine_netns
	engine_image
	nsenter --net="$engine_net" dockerd -H "unix://$lab_dir/docker.sock" \
		--data-root "$lab_dir/docker-data" \
		--exec-root "$lab_dir/docker-exec" \
		-p "$lab_dir/docker.pid" >"$lab_dir/docker.log" 2>&1 &
	docker_pid=$!
	lab_on_exit docker_down
	lab_wait 60 docker_is_up || {
		tail -n 5 "$lab_dir/docker.log" >&2
		lab_skip "dockerd does not start here"
	}
	docker import "$lab_dir/box.tar" "$box" >"$lab_dir/import" 2>&1 || {
		cat "$lab_dir/import" >&2
		exit 1
	}
}

podman()
{
	"${podman_command[@]}" "$@"
}

podman_down()
{
	podman rm -fa -t 0 >/dev/null 2>&1 || true
	podman pod rm -fa >/dev/null 2>&1 || true
	lab_end "$podman_pid"
}

podman_is_up()
{
	curl -s --unix-socket "$lab_dir/podman.sock" http://engine/_ping |
		grep -q OK
}

# podman's service with an image, $box.
podman_up()
{
	lab_need podman runc conmon busybox curl iptables
	engine_netns
	podman_command=(env "CONTAINERS_CONF=$lab_dir/containers.conf"
		nsenter --net="$engine_net" podman --storage-driver vfs
		--root "$lab_dir/podman-data" --runroot "$lab_dir/podman-run"
		--tmpdir "$lab_dir/podman-tmp" --cgroup-manager cgroupfs)
	engine_image
	# crun does not run on machines with both kinds of cgroups.
	cat >"$lab_dir/containers.conf" <<-END
		[engine]
		runtime="runc"
		events_logger="file"
		infra_image="$box"
		[network]
		network_backend="cni"
		network_config_dir="$lab_dir/podman-net"
		[containers]
		default_ulimits=["nofile=4096:4096","nproc=4096:4096"]
	END
	podman import -c "CMD sleep 1000" "$lab_dir/box.tar" "$box" >"$lab_dir/import" 2>&1 || {
		tail -n 5 "$lab_dir/import" >&2
		lab_skip "podman does not work here"
	}
	# Not by the function: what is started is to be what is ended.
	"${podman_command[@]}" system service -t 0 "unix://$lab_dir/podman.sock" \
		>"$lab_dir/podman.log" 2>&1 &
	podman_pid=$!
	lab_on_exit podman_down
	lab_wait 30 podman_is_up || {
		tail -n 5 "$lab_dir/podman.log" >&2
		lab_skip "podman's service does not start here"
	}
}

# box_run ENGINE NAME OPTION... -- SCRIPT: in the foreground; the container stays.
box_run()
{
	local engine=$1 name=$2 options=()

	shift 2
	while [[ $1 != -- ]]; do
		options+=("$1")
		shift
	done
	"$engine" run --name "$name" "${options[@]}" "$box" /bin/sh -c "$2" \
		>"$lab_dir/run.$name" 2>&1 </dev/null || true
}

# How long, in ms, egrets is to wait for an engine: as long as it may take to
# start a container, which is not what a test is about; and as long as egrets
# does by itself, if machines are not emulated.
engine_wait=$((${EGRETS_PATIENCE:-1} > 1 ? 10000 : 3000))
engine_wait_short=$((${EGRETS_PATIENCE:-1} > 1 ? 10000 : 50))

# egrets_over NAME MS: start it, and wait until it hears that engine.
egrets_over()
{
	local socket=$lab_dir/$1.sock

	egrets_start -v -o json --engine "$socket" \
		--container-wait "$2"
	lab_wait 30 grep -q "engine at $socket is there" "$lab_dir/err" || {
		expect_fail "the engine is there"
		cat "$lab_dir/err" >&2
	}
}

# whose PORT: of connects to it, name, image, hostname and addresses.
whose()
{
	events 'select($kind == "process.tcp_v4" and
			.destination.port == ($port | tonumber)) |
		[.container.name, .container.image.name,
			.egrets.container.hostname, .egrets.container.ip] |
		map(. // "none") | join(" ")' --arg port "$1"
}
