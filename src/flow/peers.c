// SPDX-License-Identifier: MIT
#include "flow/peers.h"

#include "base/hash.h"
#include "base/list.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct peer {
	struct datagram_key key;
	struct record_socket socket;
	struct holder *holder;
	struct peer *prev, *next; /* of the same socket */
	UT_hash_handle hh;
};

/* A socket. */
struct holder {
	uint64_t socket_id;
	struct peer *peers;
	UT_hash_handle hh;
};

struct peers {
	struct peer *all;
	struct holder *holders;
	size_t most;
};

struct peers *peers_create(size_t most)
{
	struct peers *peers = calloc(1, sizeof(*peers));

	if (peers)
		peers->most = most ? most : 1;
	return peers;
}

static void drop(struct peers *peers, struct peer *peer)
{
	struct holder *holder = peer->holder;

	DL_DELETE(holder->peers, peer);
	HASH_DEL(peers->all, peer);
	free(peer);
	if (holder->peers)
		return;
	HASH_DEL(peers->holders, holder);
	free(holder);
}

void peers_destroy(struct peers *peers)
{
	if (!peers)
		return;
	while (peers->all)
		drop(peers, peers->all);
	free(peers);
}

struct datagram_key peer_key(const struct record_socket *socket)
{
	struct datagram_key key = {
		.socket_id = socket->id,
		.remote_port = socket->remote_port,
	};

	memcpy(key.remote, socket->remote, sizeof(key.remote));
	return key;
}

static struct holder *find_holder(const struct peers *peers, uint64_t socket_id)
{
	struct holder *holder;

	HASH_FIND(hh, peers->holders, &socket_id, sizeof(socket_id), holder);
	return holder;
}

/* NULL if memory is short. */
static struct holder *make_holder(struct peers *peers, uint64_t socket_id)
{
	struct holder *holder = find_holder(peers, socket_id);

	if (holder)
		return holder;
	holder = calloc(1, sizeof(*holder));
	if (!holder)
		return NULL;
	holder->socket_id = socket_id;
	HASH_ADD(hh, peers->holders, socket_id, sizeof(socket_id), holder);
	if (holder->hh.tbl)
		return holder;
	free(holder);
	return NULL;
}

int peers_add(struct peers *peers, const struct record_socket *socket)
{
	struct datagram_key key = peer_key(socket);
	struct peer *peer;

	HASH_FIND(hh, peers->all, &key, sizeof(key), peer);
	if (peer)
		return 0;
	if (HASH_COUNT(peers->all) >= peers->most)
		return -ENOBUFS;
	peer = calloc(1, sizeof(*peer));
	if (!peer)
		return -ENOMEM;
	peer->key = key;
	peer->socket = *socket;
	HASH_ADD(hh, peers->all, key, sizeof(peer->key), peer);
	if (!peer->hh.tbl) {
		free(peer);
		return -ENOMEM;
	}
	peer->holder = make_holder(peers, socket->id);
	if (!peer->holder) {
		HASH_DEL(peers->all, peer);
		free(peer);
		return -ENOMEM;
	}
	DL_PREPEND(peer->holder->peers, peer);
	return 0;
}

bool peers_take(struct peers *peers, uint64_t socket_id,
		struct record_socket *ret)
{
	struct holder *holder = find_holder(peers, socket_id);

	if (!holder)
		return false;
	*ret = holder->peers->socket;
	drop(peers, holder->peers);
	return true;
}

void peers_visit(const struct peers *peers,
		 void (*fn)(const struct record_socket *socket, void *context),
		 void *context)
{
	for (const struct peer *peer = peers->all; peer; peer = peer->hh.next)
		fn(&peer->socket, context);
}

size_t peers_count(const struct peers *peers)
{
	return HASH_COUNT(peers->all);
}
