/* SPDX-License-Identifier: MIT */
#ifndef PROBE_WORKSHOP_H
#define PROBE_WORKSHOP_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Where the loader works: a mount namespace of its own, with a small file
 * system that nobody else sees. Whatever way the process ends, the kernel takes
 * all of it away.
 *
 * Without CAP_SYS_ADMIN there is no such thing: then it is a temporary
 * directory, to be removed by workshop_close().
 */
#define WORKSHOP_PATH 64

struct workshop {
	char path[WORKSHOP_PATH];
	bool is_private;
};

/* 0, or a negative errno. */
int workshop_open(struct workshop *ret);
void workshop_close(struct workshop *workshop);

/*
 * Mount a file system ("cgroup2") in the workshop, if it is not there yet, and
 * open its root. A descriptor, or a negative errno (-EPERM if the workshop is not
 * private).
 */
int workshop_mount(const struct workshop *workshop, const char *type);

/*
 * Show the given text, to this process only, as the content of a file that
 * exists. 0, or a negative errno.
 */
int workshop_cover(const struct workshop *workshop, const char *path,
		   const char *text);

#endif
