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

struct processes {
	struct entry *entries; /* the head was heard of longest ago */
	size_t most;
};

struct processes *processes_create(size_t most)
{
	struct processes *processes = calloc(1, sizeof(*processes));

	if (processes)
		processes->most = most;
	return processes;
}

static void program_release(struct program *program)
{
	if (program && --program->references == 0)
		free(program);
}

static void forget(struct processes *processes, struct entry *entry)
{
	HASH_DEL(processes->entries, entry);
	program_release(entry->process.program);
	free(entry);
}

void processes_destroy(struct processes *processes)
{
	if (!processes)
		return;
	while (processes->entries)
		forget(processes, processes->entries);
	free(processes);
}

static struct entry *find(struct processes *processes, struct process_id id)
{
	struct entry *entry;

	HASH_FIND(hh, processes->entries, &id, sizeof(id), entry);
	return entry;
}

struct process *process_find(struct processes *processes, struct process_id id)
{
	struct entry *entry = find(processes, id);

	return entry ? &entry->process : NULL;
}

/* Put at the end of the order; on failure the entry is gone. */
static struct entry *append(struct processes *processes, struct entry *entry)
{
	HASH_ADD(hh, processes->entries, process.id, sizeof(entry->process.id),
		 entry);
	if (entry->hh.tbl)
		return entry;
	program_release(entry->process.program);
	free(entry);
	return NULL;
}

struct process *process_add(struct processes *processes, struct process_id id)
{
	struct entry *entry = find(processes, id);

	if (entry) {
		HASH_DEL(processes->entries, entry);
	} else {
		if (HASH_COUNT(processes->entries) >= processes->most)
			forget(processes, processes->entries);
		entry = calloc(1, sizeof(*entry));
		if (!entry)
			return NULL;
		entry->process.id = id;
	}
	entry = append(processes, entry);
	return entry ? &entry->process : NULL;
}

struct process *process_fork(struct processes *processes,
			     struct process_id parent, struct process_id child)
{
	struct process *added = process_add(processes, child);
	const struct process *from = process_find(processes, parent);

	if (!added)
		return NULL;
	added->parent = parent;
	if (!from)
		return added;
	added->uid = from->uid;
	added->followed |= from->followed;
	added->cgroup_id = from->cgroup_id;
	memcpy(added->comm, from->comm, sizeof(added->comm));
	memcpy(added->cgroup, from->cgroup, sizeof(added->cgroup));
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
			 struct process_id *ancestors, size_t most)
{
	const struct process *process = process_find(processes, id);
	size_t count = 0;

	while (process && process_id_known(process->parent) && count < most) {
		ancestors[count++] = process->parent;
		process = process_find(processes, process->parent);
	}
	return count;
}

size_t processes_count(const struct processes *processes)
{
	return HASH_COUNT(processes->entries);
}
