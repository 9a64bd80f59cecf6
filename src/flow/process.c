// SPDX-License-Identifier: MIT
#include "flow/process.h"

#include "base/hash.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct entry {
	struct process process; /* its id is the key */
	UT_hash_handle hh;
};

/* The head of a table was heard of longest ago. */
struct processes {
	struct entry *followed;
	struct entry *others;
	size_t most; /* of each */
	uint64_t forgotten;
};

struct processes *processes_create(size_t most)
{
	struct processes *processes = calloc(1, sizeof(*processes));

	if (processes)
		processes->most = most ? most : 1;
	return processes;
}

static void program_release(struct program *program)
{
	if (program && --program->references == 0)
		free(program);
}

static struct entry **table_of(struct processes *processes,
			       const struct entry *entry)
{
	return entry->process.followed ? &processes->followed
				       : &processes->others;
}

static void entry_destroy(struct entry *entry)
{
	program_release(entry->process.program);
	free(entry);
}

static void drop(struct entry **table, struct entry *entry)
{
	HASH_DEL(*table, entry);
	entry_destroy(entry);
}

void processes_destroy(struct processes *processes)
{
	if (!processes)
		return;
	while (processes->followed)
		drop(&processes->followed, processes->followed);
	while (processes->others)
		drop(&processes->others, processes->others);
	free(processes);
}

static struct entry *find(struct processes *processes, struct process_id id)
{
	struct entry *entry;

	HASH_FIND(hh, processes->others, &id, sizeof(id), entry);
	if (!entry)
		HASH_FIND(hh, processes->followed, &id, sizeof(id), entry);
	return entry;
}

/*
 * Put at the end of its table, and the head out if there are too many. If
 * memory is short the entry is gone: NULL.
 */
static struct entry *append(struct processes *processes, struct entry *entry)
{
	struct entry **table = table_of(processes, entry);

	if (HASH_COUNT(*table) >= processes->most) {
		drop(table, *table);
		processes->forgotten++;
	}
	HASH_ADD(hh, *table, process.id, sizeof(entry->process.id), entry);
	if (entry->hh.tbl)
		return entry;
	entry_destroy(entry);
	return NULL;
}

/* The entry, if need be a new one, as most recently heard of. */
static struct process *put(struct processes *processes, struct process_id id,
			   bool followed)
{
	struct entry *entry = find(processes, id);

	if (entry) {
		HASH_DEL(*table_of(processes, entry), entry);
	} else {
		entry = calloc(1, sizeof(*entry));
		if (!entry)
			return NULL;
		entry->process.id = id;
	}
	if (followed)
		entry->process.followed = true;
	entry = append(processes, entry);
	return entry ? &entry->process : NULL;
}

struct process *process_find(struct processes *processes, struct process_id id)
{
	return find(processes, id) ? put(processes, id, false) : NULL;
}

struct process *process_add(struct processes *processes, struct process_id id)
{
	return put(processes, id, false);
}

struct process *process_follow(struct processes *processes,
			       struct process_id id)
{
	return put(processes, id, true);
}

struct process *process_fork(struct processes *processes,
			     const struct ancestor *parent,
			     struct process_id child)
{
	const struct process *from = process_find(processes, parent->process);
	struct process *added = put(processes, child, from && from->followed);
	const struct entry *entry;

	if (!added)
		return NULL;
	added->parent = parent->process;
	added->born_ns = parent->begot_ns;
	/* It may have had to go for its child. */
	entry = find(processes, parent->process);
	if (!entry)
		return added;
	from = &entry->process;
	added->uid = from->uid;
	added->cgroup_id = from->cgroup_id;
	memcpy(added->comm, from->comm, sizeof(added->comm));
	if (from->program && !added->program) {
		added->program = from->program;
		added->program->references++;
	}
	return added;
}

int process_exec(struct process *process, const char *path, const char *args,
		 size_t args_len, bool args_cut)
{
	size_t path_size = strlen(path) + 1;
	struct program *program = malloc(sizeof(*program) + path_size +
					 args_len);

	if (!program)
		return -ENOMEM;
	memcpy(program->text, path, path_size);
	if (args_len)
		memcpy(program->text + path_size, args, args_len);
	program->references = 1;
	program->args_cut = args_cut;
	program->args_len = args_len;
	program->path = program->text;
	program->args = program->text + path_size;
	program_release(process->program);
	process->program = program;
	return 0;
}

size_t process_ancestors(struct processes *processes, struct process_id id,
			 struct ancestor *ancestors, size_t most)
{
	const struct process *process = process_find(processes, id);
	size_t count = 0;

	while (process && process_id_known(process->parent) && count < most) {
		ancestors[count++] = (struct ancestor){
			.process = process->parent,
			.begot_ns = process->born_ns ? process->born_ns
						     : UINT64_MAX,
		};
		process = process_find(processes, process->parent);
	}
	return count;
}

size_t processes_count(const struct processes *processes)
{
	return HASH_COUNT(processes->followed) + HASH_COUNT(processes->others);
}

uint64_t processes_forgotten(const struct processes *processes)
{
	return processes->forgotten;
}
