/* SPDX-License-Identifier: MIT */
#ifndef PROBE_STUBS_H
#define PROBE_STUBS_H

/*
 * libbcc insists on a kernel source tree, of which it and its own headers
 * include a few files. Write stand-ins for those into a directory, which is
 * empty: with kernel types from BTF nothing else is needed.
 * 0, or a negative errno.
 */
int stubs_write(const char *path);

#endif
