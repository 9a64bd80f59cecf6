// SPDX-License-Identifier: MIT
#include "flow/socket.h"

#include "base/hash.h"

#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

/* Hashed as bytes: no gaps. */
struct key {
	uint32_t netns;
	uint32_t protocol;
	struct endpoint local;
	struct endpoint remote; /* zero with UDP */
};

_Static_assert(sizeof(struct key) == 44, "struct key has gaps");

struct entry {
	struct key key;
	struct socket_owner owner;
	UT_hash_handle hh;
};

struct sockets {
	struct entry *entries; /* the head was heard of longest ago */
	size_t most;
	uint64_t forgotten;
};

struct sockets *sockets_create(size_t most)
{
	struct sockets *sockets = calloc(1, sizeof(*sockets));

	if (sockets)
		sockets->most = most ? most : 1;
	return sockets;
}

void sockets_destroy(struct sockets *sockets)
{
	struct entry *entry, *next;

	if (!sockets)
		return;
	HASH_ITER(hh, sockets->entries, entry, next) {
		HASH_DEL(sockets->entries, entry);
		free(entry);
	}
	free(sockets);
}

static struct key key_of(const struct socket_place *place)
{
	struct key key = {
		.netns = place->netns,
		.protocol = place->protocol,
		.local = place->local,
	};

	if (place->protocol == IPPROTO_TCP)
		key.remote = place->remote;
	return key;
}

static struct entry *find(struct sockets *sockets, const struct key *key)
{
	struct entry *entry;

	HASH_FIND(hh, sockets->entries, key, sizeof(*key), entry);
	return entry;
}

/* Put at the end. If memory is short the entry is gone: NULL. */
static struct entry *append(struct sockets *sockets, struct entry *entry)
{
	HASH_ADD(hh, sockets->entries, key, sizeof(entry->key), entry);
	if (entry->hh.tbl)
		return entry;
	free(entry);
	return NULL;
}

int socket_claim(struct sockets *sockets, const struct socket_place *place,
		 const struct socket_owner *owner)
{
	struct key key = key_of(place);
	struct entry *entry = find(sockets, &key);

	if (entry) {
		HASH_DEL(sockets->entries, entry);
	} else if (HASH_COUNT(sockets->entries) >= sockets->most) {
		sockets->forgotten++;
		entry = sockets->entries;
		HASH_DEL(sockets->entries, entry);
	} else {
		entry = malloc(sizeof(*entry));
		if (!entry)
			return -ENOMEM;
	}
	memset(entry, 0, sizeof(*entry));
	entry->key = key;
	entry->owner = *owner;
	return append(sockets, entry) ? 0 : -ENOMEM;
}

static struct entry *later(struct entry *a, struct entry *b)
{
	if (!a || !b)
		return a ? a : b;
	return b->owner.claimed_ns > a->owner.claimed_ns ? b : a;
}

/* The datagram socket at all addresses. */
static struct entry *find_unbound(struct sockets *sockets, struct key key)
{
	static const uint8_t zero[16];
	struct entry *entry = NULL;

	if (addr_is_v4(&key.local.addr)) {
		key.local.addr = addr_from_v4(zero);
		entry = find(sockets, &key);
	}
	/* An IPv6 socket on :: sends IPv4 as well. */
	key.local.addr = addr_from_v6(zero);
	return later(entry, find(sockets, &key));
}

const struct socket_owner *socket_owner(struct sockets *sockets,
					const struct socket_place *place)
{
	struct key key = key_of(place);
	struct entry *entry = find(sockets, &key);

	if (place->protocol == IPPROTO_UDP)
		entry = later(entry, find_unbound(sockets, key));
	if (!entry)
		return NULL;
	HASH_DEL(sockets->entries, entry);
	entry = append(sockets, entry);
	return entry ? &entry->owner : NULL;
}

size_t sockets_count(const struct sockets *sockets)
{
	return HASH_COUNT(sockets->entries);
}

uint64_t sockets_forgotten(const struct sockets *sockets)
{
	return sockets->forgotten;
}
