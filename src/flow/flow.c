// SPDX-License-Identifier: MIT
#include "flow/flow.h"

#include "base/list.h"

#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

struct entry {
	struct placed placed; /* first: see entry_of() */
	struct flow flow;
	struct entry *prev, *next; /* of those that are held */
	char name[];		   /* the flow's, if it has one */
};

/* In the order in which they were opened. */
struct flows {
	struct places places;
	struct entry *held; /* the head since longest ago */
	uint64_t untold;
};

struct flows *flows_create(size_t most)
{
	struct flows *flows = calloc(1, sizeof(*flows));

	if (flows)
		places_init(&flows->places, most);
	return flows;
}

/* What is in the table is the beginning of its entry. */
static struct entry *entry_of(struct placed *placed)
{
	return (struct entry *)placed;
}

/* A datagram socket is told by which one it is, wherever it is. */
static struct socket_place key_of(const struct socket_place *place,
				  uint64_t socket)
{
	struct socket_place key = *place;

	if (key.protocol != IPPROTO_UDP)
		return key;
	memset(&key.local, 0, sizeof(key.local));
	memcpy(key.local.addr.bytes, &socket, sizeof(socket));
	return key;
}

/* One that is in the table no more. */
static void discard(struct flows *flows, struct entry *entry)
{
	if (entry->prev)
		DL_DELETE(flows->held, entry);
	free(entry);
}

void flows_destroy(struct flows *flows)
{
	struct placed *placed;

	if (!flows)
		return;
	while ((placed = flows->places.first)) {
		places_take(&flows->places, placed);
		discard(flows, entry_of(placed));
	}
	free(flows);
}

/* Take out what was there; it is forgotten if nobody has told of its end. */
static void replace(struct flows *flows, struct entry *before)
{
	if (before->flow.begun_ns && !before->flow.ended_ns)
		flows->untold++;
	places_take(&flows->places, &before->placed);
	discard(flows, before);
}

int flow_open(struct flows *flows, const struct flow *flow)
{
	size_t name_size = flow->name ? strlen(flow->name) + 1 : 0;
	struct socket_place key = key_of(&flow->place, flow->socket);
	struct placed *before = places_find(&flows->places, &key);
	struct placed *oldest;
	struct entry *entry;

	if (before)
		replace(flows, entry_of(before));
	oldest = places_make_room(&flows->places);
	if (oldest)
		discard(flows, entry_of(oldest));
	entry = calloc(1, sizeof(*entry) + name_size);
	if (!entry)
		return -ENOMEM;
	entry->flow = *flow;
	entry->placed.place = key;
	if (flow->name) {
		memcpy(entry->name, flow->name, name_size);
		entry->flow.name = entry->name;
	}
	if (places_put(&flows->places, &entry->placed) == 0)
		return 0;
	free(entry);
	return -ENOMEM;
}

struct flow *flow_find(struct flows *flows, const struct socket_place *place,
		       uint64_t socket)
{
	struct socket_place key = key_of(place, socket);
	struct placed *placed = places_find(&flows->places, &key);

	return placed ? &entry_of(placed)->flow : NULL;
}

/* What flow_find() gives is within its entry. */
static struct entry *entry_around(struct flow *flow)
{
	return (struct entry *)(void *)((char *)flow -
					offsetof(struct entry, flow));
}

void flow_hold(struct flows *flows, struct flow *flow)
{
	struct entry *entry = entry_around(flow);

	if (!entry->prev)
		DL_APPEND(flows->held, entry);
}

struct flow *flow_first_held(struct flows *flows)
{
	return flows->held ? &flows->held->flow : NULL;
}

void flow_close(struct flows *flows, struct flow *flow)
{
	struct entry *entry = entry_around(flow);

	places_take(&flows->places, &entry->placed);
	discard(flows, entry);
}

size_t flows_count(const struct flows *flows)
{
	return places_count(&flows->places);
}

uint64_t flows_forgotten(const struct flows *flows)
{
	return flows->places.forgotten + flows->untold;
}
