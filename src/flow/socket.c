// SPDX-License-Identifier: MIT
#include "flow/socket.h"

#include "base/hash.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Hashed as bytes: no gaps. */
struct key {
	uint32_t netns;
	uint16_t port;
	uint16_t pad;
	struct addr addr;
};

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

static struct entry *find(struct sockets *sockets, uint32_t netns,
			  uint16_t port, const struct addr *addr)
{
	struct key key = {.netns = netns, .port = port, .addr = *addr};
	struct entry *entry;

	HASH_FIND(hh, sockets->entries, &key, sizeof(key), entry);
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

int socket_claim(struct sockets *sockets, uint32_t netns,
		 const struct endpoint *local, const struct socket_owner *owner)
{
	struct entry *entry = find(sockets, netns, local->port, &local->addr);

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
	entry->key.netns = netns;
	entry->key.port = local->port;
	entry->key.addr = local->addr;
	entry->owner = *owner;
	return append(sockets, entry) ? 0 : -ENOMEM;
}

static struct entry *later(struct entry *a, struct entry *b)
{
	if (!a || !b)
		return a ? a : b;
	return b->owner.claimed_ns > a->owner.claimed_ns ? b : a;
}

const struct socket_owner *socket_owner(struct sockets *sockets, uint32_t netns,
					const struct endpoint *local)
{
	static const uint8_t zero[16];
	struct addr any_v4 = addr_from_v4(zero);
	struct addr any_v6 = addr_from_v6(zero);
	struct entry *entry = find(sockets, netns, local->port, &local->addr);

	if (addr_is_v4(&local->addr))
		entry = later(entry,
			      find(sockets, netns, local->port, &any_v4));
	/* An IPv6 socket on :: sends IPv4 as well. */
	entry = later(entry, find(sockets, netns, local->port, &any_v6));
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
