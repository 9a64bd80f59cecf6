/* SPDX-License-Identifier: MIT */
#ifndef PROBE_LINK_H
#define PROBE_LINK_H

#include "probe/programs.h"

#include <linux/bpf.h>
#include <stdbool.h>
#include <stddef.h>

/* What was compiled of a function; see probes/subprogram.h for its calls. */
struct function {
	char name[PROGRAMS_NAME];
	size_t count;
	struct bpf_insn *instructions;
};

struct functions {
	const struct function *function;
	size_t count;
};

/* NULL if there is none of that name. */
const struct function *functions_find(const struct functions *functions,
				      const char *name);

/* Whether all the functions that one of them calls are there. */
bool link_is_complete(const struct functions *functions,
		      const struct function *function);

/*
 * A function and after it, once each, those that it calls, and those that they
 * call, as bpf(2) wants them: a call says how far it is to what is called.
 * *ret is the caller's, to be freed. 0, -ENOMEM, or -EBADMSG if the link is
 * not complete.
 */
int link_functions(const struct functions *functions,
		   const struct function *function, struct bpf_insn **ret,
		   size_t *ret_count);

#endif
