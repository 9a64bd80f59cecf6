/* SPDX-License-Identifier: MIT */
#ifndef PROBE_PROGRAMS_H
#define PROBE_PROGRAMS_H

#include <linux/bpf.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/*
 * What the compiler made: the BPF instructions of functions that are not in the
 * kernel yet, and the tables that they share. Instructions name a table by its
 * index here, not by a descriptor, so that they can be kept (probe/cache.h).
 */
struct programs;

#define PROGRAMS_NAME 64 /* of a table or a function, with its NUL */

/* kernel_version is LINUX_VERSION_CODE, which Linux before 5.0 compares. */
struct programs *programs_create(const char *license, uint32_t kernel_version);
void programs_destroy(struct programs *programs);

/* A table that is there: the descriptor is duplicated. 0, or a negative errno. */
int programs_add_table(struct programs *programs, const char *name, int fd);

/*
 * A function, count instructions, which name tables by the descriptors that
 * those were added with. 0, or a negative errno: -ENOTSUP if they refer to
 * anything else.
 */
int programs_add_function(struct programs *programs, const char *name,
			  const struct bpf_insn *instructions, size_t count);

/* Make the tables that are not there. 0, or a negative errno. */
int programs_make_tables(struct programs *programs);

/* The descriptor of a table, borrowed, or -ENOENT. */
int programs_table(const struct programs *programs, const char *name);

/*
 * Load a function into the kernel, as a BPF program of a type and expected
 * attach type of <linux/bpf.h>; its tables are there. A descriptor, or a
 * negative errno: -ENOENT if there is no such function, -EBADMSG if one that it
 * calls is not there. What the verifier has against it goes to stderr.
 */
int programs_load(const struct programs *programs, const char *function,
		  int type, int attach_type);

/* Write all but descriptors, for this machine. 0, or a negative errno. */
int programs_write(const struct programs *programs, FILE *out);

/*
 * What programs_write() wrote; its tables are not made. 0, -EBADMSG if the
 * bytes are not that, or -ENOMEM.
 */
int programs_read(const void *bytes, size_t len, struct programs **ret);

#endif
