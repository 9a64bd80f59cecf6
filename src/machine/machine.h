/* SPDX-License-Identifier: MIT */
#ifndef MACHINE_MACHINE_H
#define MACHINE_MACHINE_H

#include "output/finding.h"

#include <stdbool.h>
#include <stddef.h>
#include <sys/resource.h>

/*
 * What this machine has of what egrets builds on. It is found out by trying the
 * smallest thing that shows it, which leaves nothing behind; all of it together
 * takes less than a millisecond.
 */

struct machine_question {
	/* Where the kernel's types may come from. */
	bool btf;
	bool headers;
	bool fatal_only; /* leave out what is not needed to tell if it can run */
};

#define MACHINE_FINDINGS 20

/*
 * Look at everything. What brings about other findings stands before them: the
 * first fatal one is the one to tell of. Returns how many were written.
 */
size_t machine_look(const struct machine_question *question,
		    struct finding findings[MACHINE_FINDINGS]);

/* Whether it runs this Linux, or a newer one; by what it calls itself. */
bool machine_has_linux(unsigned int major, unsigned int minor);

#define MACHINE_BTF "/sys/kernel/btf/vmlinux"

/* Whether perf can attach kprobes, and they fire. */
bool machine_has_kprobes(void);

#define MACHINE_TEXT 256

/*
 * Where the kernel's headers are, as libbcc looks for them: a directory, or the
 * archive that the kernel itself may bring. false if nowhere.
 */
bool machine_find_headers(char path_ret[MACHINE_TEXT]);

/* How to get the kernel's types where there are none. */
void machine_cure_types(char ret[MACHINE_TEXT]);

/*
 * Lift the limit on locked memory as far as we may; *before is what it was.
 * Before Linux 5.11 the maps and programs of all of a user's processes count
 * as such.
 */
void machine_raise_memory_lock(struct rlimit *before);

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
