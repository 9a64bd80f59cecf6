#!/bin/bash
# SPDX-License-Identifier: MIT
#
# With a real dockerd: in each kind of network, every event of a container has
# its name, image, hostname and address, also if it lives for 100 ms.
#
#	EGRETS_CONTAINERS   how many short-lived ones (24), four at a time
set -euo pipefail
. "$(dirname "$0")/lab.sh"
. "$(dirname "$0")/expect.sh"
. "$(dirname "$0")/containers.sh"

short=${EGRETS_CONTAINERS:-24}

# run NAME OPTION... -- SCRIPT
run()
{
	box_run docker "$@"
}

short_id()
{
	docker inspect -f '{{.Id}}' "$1" | cut -c 1-12
}

hostname_of()
{
	docker inspect -f '{{.Config.Hostname}}' "$1"
}

# Every fourth of the short-lived. Four at once may wait for an answer, too.
within=$((${EGRETS_PATIENCE:-1} > 1 ? 10 : 1))
short_lived()
{
	local i

	for ((i = $1; i <= short; i += 4)); do
		run "short-$i" --network front -- \
			"nc -w $within web $((8000 + i)) </dev/null; usleep 100000"
	done
}

expect_images()
{
	expect_is "no event of a container without its image" \
		"$(events 'select(.container.id and
				(.container.image.name | not)) | tojson')" ""
}

lab_up
docker_up
gateway=$(docker network inspect -f '{{(index .IPAM.Config 0).Gateway}}' bridge)
: "${gateway:=172.17.0.1}"
docker network create --subnet 172.29.0.0/24 front >/dev/null
docker network create --subnet 172.30.0.0/24 back >/dev/null
# There before egrets.
docker run -d --name web --hostname webserver --network front \
	--ip 172.29.0.80 "$box" /bin/sh -c \
	"sleep $((4 * ${EGRETS_PATIENCE:-1}))
	while :; do nc -w 1 172.29.0.1 7009 </dev/null; sleep 1; done" \
	>/dev/null
docker run -d --name published -p 127.0.0.1:18080:80 "$box" \
	/bin/httpd -f -p 80 >/dev/null

egrets_over docker "$engine_wait"
run bridged -- "nc -w 1 $gateway 7001 </dev/null"
run fronted --network front --ip 172.29.0.9 --label a=b -- \
	'nslookup web; nc -w 1 web 7002 </dev/null'
run hosted --network host -- 'nc -w 1 127.0.0.1 7003 </dev/null'
run alone --network none -- 'nc -w 1 127.0.0.1 7004 </dev/null'
run sharing --network container:web -- 'nc -w 1 172.29.0.1 7005 </dev/null'
docker create --name doubled --network front --ip 172.29.0.10 "$box" /bin/sh \
	-c 'nc -w 1 172.29.0.1 7006 </dev/null' >/dev/null
docker network connect --ip 172.30.0.10 back doubled
docker start -a doubled >/dev/null 2>&1 </dev/null || true
nsenter --net="$engine_net" curl -s -o /dev/null http://127.0.0.1:18080/ || true
lab_wait 20 grep -q '"port":7009[,}]' "$lab_dir/out" || true
egrets_stop

expect_is "default bridge" "$(whose 7001)" \
	"bridged $box $(short_id bridged) 172.17.0.3"
expect_is "a user's network" "$(whose 7002)" \
	"fronted $box $(short_id fronted) 172.29.0.9"
expect_is "the host's network" "$(whose 7003)" \
	"hosted $box $(hostname_of hosted) none"
expect_is "no network" "$(whose 7004)" "alone $box $(short_id alone) none"
expect_is "another's network" "$(whose 7005)" \
	"sharing $box webserver 172.29.0.80"
expect_is "two networks" "$(whose 7006 | tr , " " | xargs -n 1 | sort | xargs)" \
	"$(printf "%s\n" 172.29.0.10 172.30.0.10 "$(short_id doubled)" \
		doubled "$box" | sort | xargs)"
expect_is "one that was there before" "$(whose 7009 | sort -u)" \
	"web $box webserver 172.29.0.80"
expect_is "questions to the embedded resolver" \
	"$(events 'select(($kind | startswith("dns.")) and
			.container.name == "fronted") |
		[$kind, .dns.question.name, .container.image.name,
			.egrets.container.ip] | join(" ")' | sort -u)" \
	"dns.answer web $box 172.29.0.9
dns.query web $box 172.29.0.9"
expect_is "the proxy of a port is no container" \
	"$(events 'select(.process.name == "docker-proxy") | .container' |
		sort -u)" "null"
expect_images
expect_nothing_lost "networks"

egrets_over docker "$engine_wait_short"
lanes=()
for lane in 1 2 3 4; do
	short_lived "$lane" &
	lanes+=("$!")
done
wait "${lanes[@]}"
egrets_stop
# On a busy machine dockerd speaks of the rest when they have ended.
expect_is "all of those that lived for 100 ms" \
	"$(for ((i = 1; i <= short; i++)); do
		echo "$i: $(whose $((8000 + i)))"
	done | grep -vE "^([0-9]+): short-\\1 $box ([0-9a-f]{12}|none) (172.29.0.[0-9]+|none)\$")" ""
expect_is "each with its own name" \
	"$(events 'select($kind == "process.tcp_v4" and
			.destination.port > 8000 and
			.destination.port < 9000 and
			.container.name != "short-\(.destination.port - 8000)") |
		tojson')" ""
expect_images
expect_nothing_lost "short lives"

# egrets itself in a container, as README.md has it: all it needs is the host's.
watcher_says()
{
	docker logs watcher 2>&1 | grep -q "$1"
}
docker run -d --name watcher --pid=host --cgroupns=host --cap-add SYS_ADMIN \
	--cap-add NET_ADMIN -v /:/host:ro "$box" /bin/busybox chroot /host \
	"$EGRETS" -v -e process --engine "$lab_dir/docker.sock" >/dev/null
expect_true "egrets runs in a container" lab_wait 60 watcher_says \
	'docker.sock is there'
run watched -- "nc -w 1 $gateway 7007 </dev/null"
expect_true "and sees others" lab_wait 10 watcher_says \
	"connection=$gateway:7007 .*container.image=$box .*container.name=watched"
docker logs watcher >"$lab_dir/watcher" 2>&1
expect_done
