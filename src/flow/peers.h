/* SPDX-License-Identifier: MIT */
#ifndef FLOW_PEERS_H
#define FLOW_PEERS_H

#include "event.h"

#include <stdbool.h>
#include <stddef.h>

/*
 * With whom each datagram socket has to do: what the kernel counts for, by
 * socket.
 */
struct peers;

/* NULL if memory is short. */
struct peers *peers_create(size_t most);
void peers_destroy(struct peers *peers);

/*
 * A socket, and the place at its other end; nothing if it is known. 0, -ENOMEM,
 * or -ENOBUFS if there are too many.
 */
int peers_add(struct peers *peers, const struct record_socket *socket);

/*
 * Take out one of those that this socket has, the last one that was added
 * first. False if there is none.
 */
bool peers_take(struct peers *peers, uint64_t socket_id,
		struct record_socket *ret);

/* Call fn for each, in the order in which they were added. */
void peers_visit(const struct peers *peers,
		 void (*fn)(const struct record_socket *socket, void *context),
		 void *context);

size_t peers_count(const struct peers *peers);

/* The key of the kernel's count. */
struct datagram_key peer_key(const struct record_socket *socket);

#endif
