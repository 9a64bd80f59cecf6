/* SPDX-License-Identifier: MIT */
#ifndef FLOW_SOCKET_H
#define FLOW_SOCKET_H

#include "flow/party.h"
#include "flow/places.h"

#include <stddef.h>
#include <stdint.h>

/*
 * Whose socket it is, by place: of datagrams, which go to many places from one
 * socket, the local end is all of it. The probes tell of a socket before its
 * first packet leaves, so the packet's owner is known when the packet is seen.
 * Nobody tells when a socket is closed: its place is its last owner's until
 * somebody else claims it. Bounded; the sockets not heard of for the longest
 * time are forgotten first, and counted.
 */
struct sockets;

/* NULL if memory is short. */
struct sockets *sockets_create(size_t most);
void sockets_destroy(struct sockets *sockets);

struct socket_owner {
	struct party party;
	uint64_t socket_id;
	uint64_t claimed_ns; /* when it was last told of */
};

/*
 * The socket at a place (with UDP, an unspecified local address is all of them)
 * has this owner from now on. 0, or -ENOMEM.
 */
int socket_claim(struct sockets *sockets, const struct socket_place *place,
		 const struct socket_owner *owner);

/*
 * The owner of the socket that sends from a place. A datagram's is bound to just
 * that address, or to all, whichever was claimed last: while an earlier one is
 * open, the port is not given out again. NULL if nobody is known. Good until
 * the next call.
 */
const struct socket_owner *socket_owner(struct sockets *sockets,
					const struct socket_place *place);

size_t sockets_count(const struct sockets *sockets);

/* How many were forgotten, to stay in bounds. */
uint64_t sockets_forgotten(const struct sockets *sockets);

#endif
