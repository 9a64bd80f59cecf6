/* SPDX-License-Identifier: MIT */
#ifndef NAMES_TOLD_H
#define NAMES_TOLD_H

#include "flow/process_id.h"
#include "names/intern.h"

#include <stdint.h>

/*
 * The last names that each thread was told an address of, until it connects:
 * threads of one process each mean their own. A child begins with what the
 * thread knew that begot it, as it has its memory.
 *
 * Best effort: those told longest ago are forgotten first, and what there is no
 * memory for.
 */
#define TOLD_KEPT 4

struct told_thread {
	struct process_id process;
	uint32_t tid;
};

struct told {
	uint64_t at_ns;
	struct process_id asker;
	struct interned *name; /* folded; NULL: no more */
};

struct told_table;

/* Of so many threads. NULL if memory is short. */
struct told_table *told_create(size_t most);
void told_destroy(struct told_table *table, struct intern *intern);

/* A thread was told of a name. Again at the same time: once. */
void told_add(struct told_table *table, struct intern *intern,
	      struct told_thread thread, const struct told *told);

/* The child's first thread knows what another was told from then on. */
void told_inherit(struct told_table *table, struct intern *intern,
		  struct told_thread thread, struct process_id child,
		  uint64_t from_ns);

/* What a thread was told, the newest first: TOLD_KEPT of them, or NULL. */
const struct told *told_find(const struct told_table *table,
			     struct told_thread thread);

/* Forget what a thread was told until then, but for what it has inherited. */
void told_forget(struct told_table *table, struct intern *intern,
		 struct told_thread thread, uint64_t until_ns);

/* Bytes in use but for the names. */
size_t told_memory(const struct told_table *table);

#endif
