/* SPDX-License-Identifier: MIT */
#ifndef RACE_LOOKUP_H
#define RACE_LOOKUP_H

#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>
#include <time.h>

/*
 * A resolver as small as they come, so that nothing but one question and one
 * answer stands before a connect: no cache, no library, one fresh socket a
 * question. What is truncated is asked for once more over TCP.
 */

#define LOOKUP_TRIES   10
#define LOOKUP_WAIT_MS 3000

struct lookup_server {
	struct sockaddr_storage addr;
	socklen_t addr_len;
	/* Flags, as getopt_long() sets them. */
	int use_sendto; /* ask without connecting the socket */
	int use_tcp;
	int use_edns;	/* have long answers in one datagram */
	int wants_ipv6; /* AAAA, else A */
	/* What CLOCK_REALTIME is ahead of CLOCK_MONOTONIC. */
	uint64_t realtime_ahead_ns;
};

/* A literal address; the flags are left as they are. 0, or -EINVAL. */
int lookup_server_init(struct lookup_server *server, const char *text);

/*
 * The first address of a name: 4 or 16 bytes to addr. A question without an
 * answer is asked again, from another socket; retries_ret counts those.
 * arrived_ret is when the answer came to this machine, CLOCK_MONOTONIC.
 * 0, -ENOENT if there is no such name or no address, -ETIMEDOUT, -EBADMSG,
 * or an error of the socket's.
 */
int lookup(const struct lookup_server *server, const char *name, uint16_t id,
	   void *addr, uint64_t *arrived_ret, unsigned int *retries_ret);

uint64_t clock_ns(clockid_t clock);

#endif
