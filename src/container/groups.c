// SPDX-License-Identifier: MIT
#include "container/groups.h"

#include "base/hash.h"

#include <stdlib.h>
#include <string.h>

#define PATH_MAX_LEN (RECORD_CGROUP_LEVELS * (RECORD_CGROUP_LEN + 1))

/* No kernel has so many cgroups that one of its ids has this bit. */
#define MADE_UP_ID (1ull << 63)

struct entry {
	uint64_t id;
	struct group group;
	UT_hash_handle hh;
	char text[]; /* leaf and unit */
};

struct groups {
	size_t most;
	struct entry *entries; /* the one not heard of for longest first */
};

struct groups *groups_create(size_t most)
{
	struct groups *groups = calloc(1, sizeof(*groups));

	if (groups)
		groups->most = most;
	return groups;
}

static void forget(struct groups *groups, struct entry *entry)
{
	HASH_DEL(groups->entries, entry);
	free(entry);
}

void groups_destroy(struct groups *groups)
{
	if (!groups)
		return;
	while (groups->entries)
		forget(groups, groups->entries);
	free(groups);
}

static const struct group *add(struct groups *groups, struct entry *entry)
{
	if (HASH_COUNT(groups->entries) >= groups->most)
		forget(groups, groups->entries);
	HASH_ADD(hh, groups->entries, id, sizeof(entry->id), entry);
	if (entry->hh.tbl)
		return &entry->group;
	free(entry);
	return NULL;
}

static struct entry *find(struct groups *groups, uint64_t id)
{
	struct entry *entry;

	HASH_FIND(hh, groups->entries, &id, sizeof(id), entry);
	return entry;
}

const struct group *group_find(struct groups *groups, uint64_t id)
{
	struct entry *entry = find(groups, id);

	if (!entry)
		return NULL;
	HASH_DEL(groups->entries, entry);
	return add(groups, entry);
}

static const char *leaf_of(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

static void find_container(const char *v2, const char *v1,
			   struct container_name *ret)
{
	bool in_v2 = container_from_cgroup(v2, ret);
	struct container_name other;

	if (container_from_cgroup(v1, &other) &&
	    (!in_v2 || (strcmp(other.id, ret->id) != 0 && strstr(v1, ret->id))))
		*ret = other;
}

static const struct group *learn(struct groups *groups, uint64_t id,
				 const char *v2, const char *v1)
{
	const char *leaf = leaf_of(*leaf_of(v2) ? v2 : v1), *unit = "";
	size_t leaf_len = strlen(leaf), unit_len = container_unit(v2, &unit);
	struct entry *entry = find(groups, id);

	if (!unit_len)
		unit_len = container_unit(v1, &unit);
	if (entry)
		forget(groups, entry);
	entry = calloc(1, sizeof(*entry) + leaf_len + unit_len + 2);
	if (!entry)
		return NULL;
	entry->id = id;
	memcpy(entry->text, leaf, leaf_len);
	memcpy(entry->text + leaf_len + 1, unit, unit_len);
	entry->group.leaf = entry->text;
	entry->group.unit = entry->text + leaf_len + 1;
	find_container(v2, v1, &entry->group.container);
	return add(groups, entry);
}

/* From the names, the leaf first; what is above what is told is not missed. */
static void join(const char names[][RECORD_CGROUP_LEN], char *path)
{
	size_t count = 0;

	while (count < RECORD_CGROUP_LEVELS && names[count][0])
		count++;
	while (count--) {
		size_t len = strnlen(names[count], RECORD_CGROUP_LEN);

		*path++ = '/';
		memcpy(path, names[count], len);
		path += len;
	}
	*path = '\0';
}

const struct group *groups_learn(struct groups *groups,
				 const struct record_cgroup *record)
{
	char v2[PATH_MAX_LEN + 1], v1[PATH_MAX_LEN + 1];

	join(record->v2, v2);
	join(record->v1, v1);
	return learn(groups, record->cgroup_id, v2, v1);
}

/* Of "pids,memory" (which is written to): is one of them pids? */
static bool has_pids(char *controllers)
{
	const char *name;

	while ((name = strsep(&controllers, ",")))
		if (!strcmp(name, "pids"))
			return true;
	return false;
}

const struct group *groups_learn_text(struct groups *groups, const char *text,
				      uint64_t *id_ret)
{
	uint64_t id = hash_bytes(text, strlen(text)) | MADE_UP_ID;
	struct container_name container;
	char *copy = strdup(text), *rest = copy, *line;
	const char *v2 = "", *v1 = "";
	const struct group *group;

	while (copy && (line = strsep(&rest, "\n"))) {
		const char *number = strsep(&line, ":");
		char *controllers = strsep(&line, ":");

		if (!line)
			continue;
		if (!strcmp(number, "0"))
			v2 = line;
		else if (!container_from_cgroup(v1, &container) &&
			 (has_pids(controllers) ||
			  container_from_cgroup(line, &container)))
			v1 = line;
	}
	group = copy ? learn(groups, id, v2, v1) : NULL;
	free(copy);
	if (group)
		*id_ret = id;
	return group;
}
