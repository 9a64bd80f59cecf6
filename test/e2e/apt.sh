#!/bin/bash
# SPDX-License-Identifier: MIT
#
# `apt update` in a container of a real Debian, against a mirror in the lab: what
# it asks for and where it connects, in lines as people read them, each with the
# container's image, hostname and address.
set -euo pipefail
. "$(dirname "$0")/lab.sh"
. "$(dirname "$0")/expect.sh"
. "$(dirname "$0")/containers.sh"
. "$(dirname "$0")/../root.sh"

debian=egrets-debian:12
gateway=172.29.0.1
mirror=$lab_dir/mirror

# A mirror has a list of packages, and a list of lists.
make_mirror()
{
	local suite=$mirror/debian/dists/bookworm
	local list=main/binary-amd64/Packages

	mkdir -p "$suite/main/binary-amd64"
	cat >"$suite/$list" <<-END
		Package: egrets
		Version: 1.0
		Architecture: amd64
		Maintainer: nobody <nobody@example.org>
		Filename: pool/egrets_1.0_amd64.deb
		Size: 1
		SHA256: $(printf x | sha256sum | cut -d' ' -f1)
		Description: an egress monitor
	END
	cat >"$suite/Release" <<-END
		Suite: bookworm
		Codename: bookworm
		Date: $(LC_ALL=C date -Ru)
		Architectures: amd64
		Components: main
		SHA256:
		 $(sha256sum <"$suite/$list" | cut -d' ' -f1) $(stat -c %s "$suite/$list") $list
	END
}

# What a container sees: its DNS, by way of dockerd, and the mirror.
serve()
{
	nsenter --net="$engine_net" dnsmasq --keep-in-foreground --no-resolv \
		--no-hosts --conf-file=/dev/null --pid-file= --local=/org/ \
		--listen-address="$gateway" --bind-interfaces --user=root \
		--host-record="deb.debian.org,$gateway" \
		>"$lab_dir/dnsmasq" 2>&1 &
	lab_pids+=("$!")
	nsenter --net="$engine_net" busybox httpd -f -p "$gateway:80" \
		-h "$mirror" &
	lab_pids+=("$!")
}

# Which has no lists yet.
import_debian()
{
	root_lay bookworm "$lab_dir/debian"
	rm -rf "$lab_dir"/debian/var/lib/apt/lists/*
	echo 'deb [trusted=yes] http://deb.debian.org/debian bookworm main' \
		>"$lab_dir/debian/etc/apt/sources.list"
	tar -C "$lab_dir/debian" -c . |
		docker import - "$debian" >"$lab_dir/import"
}

# said EVENT PATTERN: there is such a line, and what it says of the container.
said()
{
	expect_like "$1 $2" "$(<"$lab_dir/out")" \
		"INFO\[[0-9]+\] $1 $2 [^
]*container\.image=$debian container\.hostname=$name container\.ip=172\.29\.0\.9"
}

root_require
lab_up
docker_up
docker network create --subnet 172.29.0.0/24 --gateway "$gateway" front \
	>/dev/null
make_mirror
serve
import_debian
egrets_start --engine "$lab_dir/docker.sock" --container-wait "$engine_wait"
lab_wait 30 grep -q '^egrets: ready' "$lab_dir/err"
status=0
docker run --name updated --network front --ip 172.29.0.9 --dns "$gateway" \
	"$debian" apt-get update >"$lab_dir/apt" 2>&1 </dev/null || status=$?
egrets_stop
expect_is "apt-get update" "$status" 0
((status == 0)) || sed "s/^/\t/" "$lab_dir/apt"
name=$(docker inspect -f '{{.Config.Hostname}}' updated)
said dns.query 'hostname=deb.debian.org type=A'
said dns.answer 'hostname=deb.debian.org response=172.29.0.1'
said process.tcp_v4 "comm=http pid=[0-9]+ connection=$gateway:80 dns\.entry=deb\.debian\.org"
expect_is "no line of its process without its image" \
	"$(grep -E ' comm=(http|apt-get) ' "$lab_dir/out" |
		grep -vF "container.image=$debian" || true)" ""
grep -E 'debian\.org' "$lab_dir/out" | head -n 6
expect_done
