/* SPDX-License-Identifier: MIT */
#ifndef MACHINE_MACHINE_H
#define MACHINE_MACHINE_H

#include "output/finding.h"

#include <stdbool.h>
#include <stddef.h>

/*
 * What this machine has of what egrets builds on. It is found out by trying the
 * smallest thing that shows it, which leaves nothing behind; all of it together
 * takes less than a millisecond.
 */

/* Where the kernel's types may come from. */
struct machine_types {
	bool btf;
	bool headers;
};

#define MACHINE_FINDINGS 20

/*
 * Look at everything. What brings about other findings stands before them: the
 * first fatal one is the one to tell of. Returns how many were written.
 */
size_t machine_look(const struct machine_types *types,
		    struct finding findings[MACHINE_FINDINGS]);

#define MACHINE_BTF "/sys/kernel/btf/vmlinux"

/* Whether perf can attach kprobes. */
bool machine_has_kprobes(void);

/*
 * Where the kernel's headers are, as libbcc looks for them: a directory, or the
 * archive that the kernel itself may bring. NULL if nowhere; borrowed until
 * the next call.
 */
const char *machine_headers(void);

/* How to get the kernel's types where there are none; borrowed likewise. */
const char *machine_headers_cure(void);

/*
 * Whether we have a capability, or CAP_SYS_ADMIN, off which it was split: for
 * those that the kernel takes that for.
 */
bool machine_may(int capability);

/*
 * Why the kernel refused what the privileged may do: a cause beyond the
 * errno, and what to do about it; literals.
 */
struct machine_refusal {
	const char *why;
	const char *cure;
};
struct machine_refusal machine_refusal(int err);

#endif
