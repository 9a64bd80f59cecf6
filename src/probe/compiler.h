/* SPDX-License-Identifier: MIT */
#ifndef PROBE_COMPILER_H
#define PROBE_COMPILER_H

#include "probe/programs.h"
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
 * Compile text into *ret. With stubs, against stand-ins for the kernel's headers
 * in the workshop; else against the installed ones. 0, or a negative errno:
 * -EINVAL if it does not compile (what libbcc says goes to stderr).
 */
int compiler_compile(const struct compiler *compiler,
		     const struct workshop *workshop, const char *text,
		     bool stubs, struct programs **ret);

#endif
