/* SPDX-License-Identifier: MIT */
#ifndef CONTAINER_CGROUP_H
#define CONTAINER_CGROUP_H

#include <stdbool.h>
#include <stddef.h>

/*
 * What the path of a cgroup says of who is in it. Nothing is opened, and the
 * text may be anybody's: who may make a cgroup gives it its name.
 */

/* With its NUL: as much of a cgroup's name as the probes tell. */
#define CONTAINER_ID_MAX 96
/* 8-4-4-4-12 hexadecimal digits, or the 32 of a static pod. */
#define CONTAINER_POD_MAX 37

struct container_name {
	/* 64 hexadecimal digits, or the name of an LXC or nspawn container. */
	char id[CONTAINER_ID_MAX];
	/*
	 * "docker", "podman", "containerd", "cri-o", "lxc" (and Incus),
	 * "systemd-nspawn"; NULL: it does not say.
	 */
	const char *engine;
	char parent[CONTAINER_ID_MAX]; /* the container it is in; "": none */
	char pod[CONTAINER_POD_MAX]; /* the uid of its Kubernetes pod, or "" */
	const char *qos; /* "guaranteed", "burstable", "besteffort", or NULL */
};

/*
 * Whether a path leads into a container: the innermost is written to *ret if
 * so. Both drivers of the engines (cgroupfs and systemd) are known, cgroups
 * within a container are its own, and an engine's helpers beside it (conmon,
 * a supervisor, an LXC monitor) are not in it.
 */
bool container_from_cgroup(const char *path, struct container_name *ret);

/*
 * The innermost unit of systemd that a path leads into (cron.service,
 * session-2.scope), within the container if it leads into one. Its length, and
 * where it begins in *ret; 0: none.
 */
size_t container_unit(const char *path, const char **ret);

#endif
