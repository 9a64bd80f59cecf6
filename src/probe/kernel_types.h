/* SPDX-License-Identifier: MIT */
#ifndef PROBE_KERNEL_TYPES_H
#define PROBE_KERNEL_TYPES_H

/*
 * The kernel's structures as the probes need them: C text with just the
 * fields that they read, at the offsets that the running kernel's BTF gives.
 * It takes the place of the kernel headers.
 *
 * A field that this kernel has not is left out; a field that may be absent
 * comes with a macro HAVE_<struct>_<field> when it is there.
 */

/*
 * Write the text for the BTF in path (NULL: the running kernel's). *ret is
 * the caller's to free. 0, -ENOENT if there is no BTF, -ENODATA if it lacks
 * a type that no probe can do without (said by log_debug), or another
 * negative errno.
 */
int kernel_types_generate(const char *path, char **ret);

/* The C text that stands in its place when the kernel's headers are used. */
const char *kernel_types_from_headers(void);

#endif
