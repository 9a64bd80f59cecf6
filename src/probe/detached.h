/* SPDX-License-Identifier: MIT */
#ifndef PROBE_DETACHED_H
#define PROBE_DETACHED_H

/*
 * Mount a file system of the given type ("tmpfs", "tracefs", "cgroup2") for
 * ourselves alone: it is attached to no path, nobody else sees it, and it is
 * gone when the descriptor is closed, however we end. Its files are reached
 * with openat() or under /proc/self/fd/N/.
 * Returns a descriptor of its root, or a negative errno (-EPERM without
 * CAP_SYS_ADMIN, -ENOSYS before Linux 5.2).
 */
int detached_mount(const char *type);

#endif
