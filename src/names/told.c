// SPDX-License-Identifier: MIT
#include "names/told.h"

#include "base/hash.h"

#include <stdlib.h>
#include <string.h>

struct entry {
	struct told_thread thread;
	struct told told[TOLD_KEPT];
	UT_hash_handle hh;
};

/* Hashed as bytes. */
_Static_assert(sizeof(struct told_thread) == 12, "struct told_thread has gaps");

struct told_table {
	struct entry *entries; /* the head was told longest ago */
	size_t most;
};

struct told_table *told_create(size_t most)
{
	struct told_table *table = calloc(1, sizeof(*table));

	if (table)
		table->most = most;
	return table;
}

static void drop(struct told *told, struct intern *intern)
{
	if (told->name)
		intern_put(intern, told->name);
	memset(told, 0, sizeof(*told));
}

static void entry_destroy(struct entry *entry, struct intern *intern)
{
	for (int i = 0; i < TOLD_KEPT; i++)
		drop(&entry->told[i], intern);
	free(entry);
}

static void entry_remove(struct told_table *table, struct entry *entry,
			 struct intern *intern)
{
	HASH_DEL(table->entries, entry);
	entry_destroy(entry, intern);
}

void told_destroy(struct told_table *table, struct intern *intern)
{
	if (!table)
		return;
	while (table->entries)
		entry_remove(table, table->entries, intern);
	free(table);
}

static struct entry *find(const struct told_table *table,
			  struct told_thread thread)
{
	struct entry *entry;

	HASH_FIND(hh, table->entries, &thread, sizeof(thread), entry);
	return entry;
}

/* The entry of a thread, as the one told last. NULL: no memory. */
static struct entry *take(struct told_table *table, struct intern *intern,
			  struct told_thread thread)
{
	struct entry *entry = find(table, thread);

	if (entry) {
		HASH_DEL(table->entries, entry);
	} else {
		entry = calloc(1, sizeof(*entry));
		if (!entry)
			return NULL;
		entry->thread = thread;
		if (HASH_COUNT(table->entries) >= table->most)
			entry_remove(table, table->entries, intern);
	}
	HASH_ADD(hh, table->entries, thread, sizeof(thread), entry);
	if (entry->hh.tbl)
		return entry;
	entry_destroy(entry, intern);
	return NULL;
}

void told_add(struct told_table *table, struct intern *intern,
	      struct told_thread thread, const struct told *told)
{
	struct entry *entry;
	struct told *first;

	if (!thread.tid)
		return;
	entry = take(table, intern, thread);
	if (!entry)
		return;
	first = entry->told;
	if (first->name == told->name && first->at_ns == told->at_ns)
		return;
	drop(&first[TOLD_KEPT - 1], intern);
	memmove(first + 1, first, (TOLD_KEPT - 1) * sizeof(*first));
	*first = *told;
	intern_hold(told->name);
}

void told_inherit(struct told_table *table, struct intern *intern,
		  struct told_thread thread, struct process_id child,
		  uint64_t from_ns)
{
	const struct told *known = told_find(table, thread);
	struct told told[TOLD_KEPT] = {0};
	struct entry *heir = NULL;

	for (int i = 0; known && i < TOLD_KEPT && known[i].name; i++) {
		if (known[i].at_ns < from_ns)
			break;
		told[i] = known[i];
		intern_hold(told[i].name);
	}
	/* This may make an end of the parent's entry. */
	if (told->name)
		heir = take(table, intern,
			    (struct told_thread){child, child.tgid});
	for (int i = 0; i < TOLD_KEPT; i++) {
		drop(heir ? &heir->told[i] : &told[i], intern);
		if (heir)
			heir->told[i] = told[i];
	}
}

const struct told *told_find(const struct told_table *table,
			     struct told_thread thread)
{
	const struct entry *entry = find(table, thread);

	return entry ? entry->told : NULL;
}

void told_forget(struct told_table *table, struct intern *intern,
		 struct told_thread thread, uint64_t until_ns)
{
	struct entry *entry = find(table, thread);
	int kept = 0;

	for (int i = 0; entry && i < TOLD_KEPT; i++) {
		struct told told = entry->told[i];

		entry->told[i] = (struct told){0};
		if (told.at_ns > until_ns ||
		    !process_id_equal(told.asker, thread.process))
			entry->told[kept++] = told;
		else
			drop(&told, intern);
	}
}

size_t told_memory(const struct told_table *table)
{
	/* uthash counts its handles, which are part of the entries here. */
	return sizeof(*table) + HASH_OVERHEAD(hh, table->entries) +
	       HASH_COUNT(table->entries) *
		       (sizeof(struct entry) - sizeof(UT_hash_handle));
}
