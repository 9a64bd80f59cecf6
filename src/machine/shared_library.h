/* SPDX-License-Identifier: MIT */
#ifndef MACHINE_SHARED_LIBRARY_H
#define MACHINE_SHARED_LIBRARY_H

#include <stddef.h>

/* A function of a shared library, and the pointer that is to lead to it. */
struct shared_library_symbol {
	const char *name;
	void *place;
};

/*
 * Load a library by its name (dlopen(3)), and find all of these. Its handle,
 * for dlclose(), or NULL: why goes to the log, at its most talkative.
 */
void *shared_library_load(const char *name,
			  const struct shared_library_symbol *symbols,
			  size_t count);

#endif
