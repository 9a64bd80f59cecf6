/* SPDX-License-Identifier: MIT */
#ifndef PROC_NETNS_H
#define PROC_NETNS_H

#include <stdint.h>

/*
 * The network namespaces that exist: those of running processes, and those
 * kept by a name in /run/netns.
 */

/*
 * Call fn once for each, within it: the thread has entered the namespace, and
 * is brought back before this returns. fn's non-zero result ends the walk and
 * is returned. 0, or a negative errno (-EPERM: cannot enter others; our own is
 * visited all the same, first).
 */
int netns_visit(int (*fn)(uint32_t netns, void *context), void *context);

#endif
