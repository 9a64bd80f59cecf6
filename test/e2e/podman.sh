#!/bin/bash
# SPDX-License-Identifier: MIT
#
# With a real podman and its service: its networks, and pods, whose containers
# have their network from a container of the pod's own.
set -euo pipefail
. "$(dirname "$0")/lab.sh"
. "$(dirname "$0")/expect.sh"
. "$(dirname "$0")/containers.sh"

# run NAME OPTION... -- SCRIPT
run()
{
	box_run podman "$@"
}

short_id()
{
	podman inspect -f '{{.Id}}' "$1" | cut -c 1-12
}

pod_options=()
lab_up
podman_up
podman network create --subnet 10.99.0.0/24 front >/dev/null
# Where cgroups are v2 only, Podman 4 lets nobody in a pod's have a /dev/null.
[[ $(stat -f -c %T /sys/fs/cgroup) != cgroup2fs ]] ||
	pod_options+=(--share-parent=false)
podman pod create --name shared --hostname podhost --network front \
	--ip 10.99.0.20 "${pod_options[@]}" >/dev/null

# Podman speaks of a container's address only while that runs.
linger=$((${EGRETS_PATIENCE:-1} > 1 ? 10 : 1))
egrets_over podman "$engine_wait"
run fronted --network front --ip 10.99.0.9 --label a=b -- \
	"nc -w 1 10.99.0.1 7001 </dev/null; sleep $linger"
run named --network front --ip 10.99.0.10 --hostname other -- \
	"nc -w 1 10.99.0.1 7002 </dev/null; sleep $linger"
run hosted --network host -- "nc -w 1 127.0.0.1 7003 </dev/null; sleep $linger"
run alone --network none -- "nc -w 1 127.0.0.1 7004 </dev/null; sleep $linger"
run in-pod --pod shared -- "nc -w 1 10.99.0.1 7005 </dev/null; sleep $linger"
egrets_stop

image=localhost/$box
expect_is "a network" "$(whose 7001)" \
	"fronted $image $(short_id fronted) 10.99.0.9"
expect_is "with a hostname" "$(whose 7002)" "named $image other 10.99.0.10"
expect_like "the host's network" "$(whose 7003)" "^hosted $image [^ ]+ none\$"
expect_is "no network" "$(whose 7004)" "alone $image $(short_id alone) none"
expect_is "in a pod" "$(whose 7005)" "in-pod $image podhost 10.99.0.20"
expect_is "the engine, and no monitor" \
	"$(events 'select(.container.id) | .container.runtime + " " +
		.process.name' | sort -u)" "podman nc"
expect_nothing_lost "podman"
expect_done
