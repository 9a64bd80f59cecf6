// SPDX-License-Identifier: MIT
#include "flow/flow.h"

#include "base/hash.h"
#include "base/list.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Hashed as bytes: no gaps. */
struct key {
	uint32_t netns;
	uint32_t protocol;
	struct endpoint local;
	struct endpoint remote;
};

_Static_assert(sizeof(struct key) == 44, "struct key has gaps");

struct entry {
	struct flow flow; /* first: see entry_of() */
	struct key key;
	struct entry *prev, *next; /* of those that are held */
	UT_hash_handle hh;
	char name[]; /* the flow's, if it has one */
};

struct flows {
	struct entry *entries; /* the head was opened first */
	struct entry *held;    /* likewise, since when */
	size_t most;
	uint64_t forgotten;
};

struct flows *flows_create(size_t most)
{
	struct flows *flows = calloc(1, sizeof(*flows));

	if (flows)
		flows->most = most ? most : 1;
	return flows;
}

static void drop(struct flows *flows, struct entry *entry)
{
	if (entry->prev)
		DL_DELETE(flows->held, entry);
	HASH_DEL(flows->entries, entry);
	free(entry);
}

void flows_destroy(struct flows *flows)
{
	if (!flows)
		return;
	while (flows->entries)
		drop(flows, flows->entries);
	free(flows);
}

static struct key key_of(const struct socket_place *place)
{
	return (struct key){
		.netns = place->netns,
		.protocol = place->protocol,
		.local = place->local,
		.remote = place->remote,
	};
}

static struct entry *find(struct flows *flows, const struct key *key)
{
	struct entry *entry;

	HASH_FIND(hh, flows->entries, key, sizeof(*key), entry);
	return entry;
}

/* What flow_find() gives is the beginning of its entry. */
static struct entry *entry_of(struct flow *flow)
{
	return (struct entry *)flow;
}

int flow_open(struct flows *flows, const struct flow *flow)
{
	size_t name_size = flow->name ? strlen(flow->name) + 1 : 0;
	struct key key = key_of(&flow->place);
	struct entry *entry = find(flows, &key);

	if (entry) {
		if (entry->flow.begun_ns && !entry->flow.ended_ns)
			flows->forgotten++;
		drop(flows, entry);
	} else if (HASH_COUNT(flows->entries) >= flows->most) {
		flows->forgotten++;
		drop(flows, flows->entries);
	}
	entry = calloc(1, sizeof(*entry) + name_size);
	if (!entry)
		return -ENOMEM;
	entry->flow = *flow;
	entry->key = key;
	if (flow->name) {
		memcpy(entry->name, flow->name, name_size);
		entry->flow.name = entry->name;
	}
	HASH_ADD(hh, flows->entries, key, sizeof(entry->key), entry);
	if (entry->hh.tbl)
		return 0;
	free(entry);
	return -ENOMEM;
}

struct flow *flow_find(struct flows *flows, const struct socket_place *place)
{
	struct key key = key_of(place);
	struct entry *entry = find(flows, &key);

	return entry ? &entry->flow : NULL;
}

void flow_hold(struct flows *flows, struct flow *flow)
{
	struct entry *entry = entry_of(flow);

	if (!entry->prev)
		DL_APPEND(flows->held, entry);
}

struct flow *flow_first_held(struct flows *flows)
{
	return flows->held ? &flows->held->flow : NULL;
}

void flow_close(struct flows *flows, struct flow *flow)
{
	drop(flows, entry_of(flow));
}

size_t flows_count(const struct flows *flows)
{
	return HASH_COUNT(flows->entries);
}

uint64_t flows_forgotten(const struct flows *flows)
{
	return flows->forgotten;
}
