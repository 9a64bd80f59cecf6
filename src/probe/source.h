/* SPDX-License-Identifier: MIT */
#ifndef PROBE_SOURCE_H
#define PROBE_SOURCE_H

#include "dns/ports.h"
#include "policy/filter.h"

#include <stdbool.h>

/* Where the kernel's types come from: --kernel-types. */
enum kernel_types {
	KERNEL_TYPES_AUTO, /* BTF if there is any, else headers */
	KERNEL_TYPES_BTF,
	KERNEL_TYPES_HEADERS,
};

const char *kernel_types_text(enum kernel_types types);

/* Programs for hooks in either form; compiling is most of the start-up. */
enum source_part {
	SOURCE_KPROBES = 1,
	SOURCE_CGROUPS = 2,
	SOURCE_STATE_KPROBE = 4, /* for want of a tracepoint */
	SOURCE_FORMS = SOURCE_KPROBES | SOURCE_CGROUPS | SOURCE_STATE_KPROBE,
	SOURCE_FLOWS =
		8, /* connections to their end; the rest is always there */
	SOURCE_FRAMES = 16, /* of AF_PACKET, at the cost of every send */
	SOURCE_EXITS = 32,  /* of processes */
	/* Of sockets; without kprobes at the cost of every system call. */
	SOURCE_CALLS = 64,
	SOURCE_CLOSES = 128, /* likewise; with the two that know the figures */
	SOURCE_PARTS = SOURCE_FLOWS | SOURCE_FRAMES | SOURCE_EXITS |
		       SOURCE_CALLS | SOURCE_CLOSES,
	SOURCE_ALL = SOURCE_FORMS | SOURCE_PARTS,
	/* Only processes that probe_follow() names, and their children. */
	SOURCE_FOLLOWED = 256,
	/* No cgroups that probe_leave_out() names. */
	SOURCE_LEFT_OUT = 512,
	/* Without what only some verifiers take: source_has_typed_task(). */
	SOURCE_UNTYPED_TASK = 1024,
};

/*
 * Whether the text reads the running task by its type, as the verifier may know
 * it where there is BTF, and in all programs since Linux 5.15.
 */
bool source_has_typed_task(enum kernel_types types, unsigned int with);

/* What SOURCE_UNTYPED_TASK puts before the text. */
#define SOURCE_UNTYPED_TEXT "#define UNTYPED_TASK 1\n"

/*
 * Put together the C text that is compiled: the kernel's types, the records
 * shared with user space, and the probes, with the parts named, for DNS at these
 * ports, telling only of the connects and datagrams that pass the filter (its
 * kinds of events do not matter; with SOURCE_FLOWS it has no effect, as whose a
 * flow is shows when it ends). *types is what was asked for and becomes what
 * was taken. *ret is the caller's to free. 0, or a negative errno: -ENOENT or
 * -ENODATA if BTF is wanted and cannot serve.
 */
int source_assemble(enum kernel_types *types, unsigned int with,
		    const struct dns_ports *ports, const struct filter *filter,
		    char **ret);

/* Read the text from a file. *ret is the caller's to free. */
int source_read(const char *path, char **ret);

#endif
