// SPDX-License-Identifier: MIT
#include "flow/socket.h"

#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

struct entry {
	struct placed placed; /* first: see entry_of() */
	struct socket_owner owner;
};

/* In the order in which they were last heard of. */
struct sockets {
	struct places places;
};

struct sockets *sockets_create(size_t most)
{
	struct sockets *sockets = calloc(1, sizeof(*sockets));

	if (sockets)
		places_init(&sockets->places, most);
	return sockets;
}

/* What is in the table is the beginning of its entry. */
static struct entry *entry_of(struct placed *placed)
{
	return (struct entry *)placed;
}

void sockets_destroy(struct sockets *sockets)
{
	struct placed *placed;

	if (!sockets)
		return;
	while ((placed = sockets->places.first)) {
		places_take(&sockets->places, placed);
		free(entry_of(placed));
	}
	free(sockets);
}

/* Of a datagram socket its own end is all. */
static struct socket_place own_place(const struct socket_place *place)
{
	struct socket_place own = *place;

	if (own.protocol != IPPROTO_TCP)
		memset(&own.remote, 0, sizeof(own.remote));
	return own;
}

static struct entry *find(const struct sockets *sockets,
			  const struct socket_place *place)
{
	return entry_of(places_find(&sockets->places, place));
}

/* Put at the end. If memory is short the entry is gone: NULL. */
static struct entry *append(struct sockets *sockets, struct entry *entry)
{
	if (places_put(&sockets->places, &entry->placed) == 0)
		return entry;
	free(entry);
	return NULL;
}

int socket_claim(struct sockets *sockets, const struct socket_place *place,
		 const struct socket_owner *owner)
{
	struct socket_place own = own_place(place);
	struct entry *entry = find(sockets, &own);

	if (entry)
		places_take(&sockets->places, &entry->placed);
	else
		entry = entry_of(places_make_room(&sockets->places));
	if (!entry)
		entry = malloc(sizeof(*entry));
	if (!entry)
		return -ENOMEM;
	*entry = (struct entry){.placed.place = own, .owner = *owner};
	return append(sockets, entry) ? 0 : -ENOMEM;
}

static struct entry *later(struct entry *a, struct entry *b)
{
	if (!a || !b)
		return a ? a : b;
	return b->owner.claimed_ns > a->owner.claimed_ns ? b : a;
}

/* The datagram socket at all addresses. */
static struct entry *find_unbound(const struct sockets *sockets,
				  struct socket_place place)
{
	static const uint8_t zero[16];
	struct entry *entry = NULL;

	if (addr_is_v4(&place.local.addr)) {
		place.local.addr = addr_from_v4(zero);
		entry = find(sockets, &place);
	}
	/* An IPv6 socket on :: sends IPv4 as well. */
	place.local.addr = addr_from_v6(zero);
	return later(entry, find(sockets, &place));
}

const struct socket_owner *socket_owner(struct sockets *sockets,
					const struct socket_place *place)
{
	struct socket_place own = own_place(place);
	struct entry *entry = find(sockets, &own);

	if (own.protocol == IPPROTO_UDP)
		entry = later(entry, find_unbound(sockets, own));
	if (!entry)
		return NULL;
	places_take(&sockets->places, &entry->placed);
	entry = append(sockets, entry);
	return entry ? &entry->owner : NULL;
}

size_t sockets_count(const struct sockets *sockets)
{
	return places_count(&sockets->places);
}

uint64_t sockets_forgotten(const struct sockets *sockets)
{
	return sockets->places.forgotten;
}
