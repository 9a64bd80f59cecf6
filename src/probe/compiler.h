/* SPDX-License-Identifier: MIT */
#ifndef PROBE_COMPILER_H
#define PROBE_COMPILER_H

#include "probe/workshop.h"

#include <stdbool.h>

/*
 * libbcc, which turns C text into BPF programs.
 *
 * It brings LLVM with it: 60 MB of memory and 0.1 s of start-up. So it is not
 * linked but loaded, and only in the process that compiles and then ends.
 */
struct compiler;

/* Load the library. 0, or -ELIBACC if that cannot be done, or -ENOMEM. */
int compiler_create(struct compiler **ret);
void compiler_destroy(struct compiler *compiler);

/*
 * Compile text, in place of what was compiled before. With stubs, against
 * stand-ins for the kernel's headers in the workshop; else against the
 * installed ones. 0, or a negative errno: -EINVAL if it does not compile (what
 * libbcc says goes to stderr).
 */
int compiler_compile(struct compiler *compiler, const struct workshop *workshop,
		     const char *text, bool stubs);

/*
 * Load one function of the text into the kernel, as a BPF program of a type
 * and expected attach type of <linux/bpf.h>. A descriptor, or a negative
 * errno.
 */
int compiler_load(struct compiler *compiler, const char *function, int type,
		  int attach_type);

/* The descriptor of a table in the text, borrowed, or -ENOENT. */
int compiler_table(struct compiler *compiler, const char *name);

/*
 * Call a loaded program at a kernel function's entry, or at its return. A
 * descriptor that keeps it attached, or a negative errno.
 */
int compiler_attach_kprobe(struct compiler *compiler, int program,
			   const char *function, bool at_return);

#endif
