/* SPDX-License-Identifier: MIT */
#ifndef CONTAINER_CGROUP_H
#define CONTAINER_CGROUP_H

#include <stdbool.h>

#define CONTAINER_ID_LEN 64

/* Which container a cgroup is, as far as its name says. */
struct container_name {
	char id[CONTAINER_ID_LEN + 1]; /* 64 hexadecimal digits */
	/* "docker", "podman", "containerd", "cri-o"; NULL: it does not say. */
	const char *engine;
};

/*
 * Whether the leaf of a cgroup's path names a container: <id>, or docker-<id>,
 * libpod-<id>, cri-containerd-<id>, crio-<id>, also with .scope after it. *ret
 * is written if so. An engine's own helpers (conmon) are not containers.
 */
bool container_from_cgroup(const char *leaf, struct container_name *ret);

#endif
