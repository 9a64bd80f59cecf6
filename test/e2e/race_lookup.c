// SPDX-License-Identifier: MIT
#include "race_lookup.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdbool.h>
#include <string.h>
#include <unistd.h>

#define NSEC_PER_SEC	1000000000ULL
#define DNS_PORT	53
#define DNS_TYPE_A	1
#define DNS_TYPE_OPT	41
#define DNS_TYPE_AAAA	28
#define DNS_HEADER_LEN	12
#define DNS_RECORD_LEN	10 /* after its name, before its data */
#define DNS_QUERY_LEN	512
#define DNS_MESSAGE_LEN 4096

static uint64_t timespec_ns(const struct timespec *ts)
{
	return (uint64_t)ts->tv_sec * NSEC_PER_SEC + (uint64_t)ts->tv_nsec;
}

uint64_t clock_ns(clockid_t clock)
{
	struct timespec ts;

	clock_gettime(clock, &ts);
	return timespec_ns(&ts);
}

/* Of some tries the one in which the least time went by. */
static uint64_t realtime_ahead(void)
{
	uint64_t least = UINT64_MAX, ahead = 0;

	for (int try = 0; try < 10; try++) {
		uint64_t before = clock_ns(CLOCK_MONOTONIC);
		uint64_t now = clock_ns(CLOCK_REALTIME);
		uint64_t took = clock_ns(CLOCK_MONOTONIC) - before;

		if (took >= least)
			continue;
		least = took;
		ahead = now - before - took / 2;
	}
	return ahead;
}

int lookup_server_init(struct lookup_server *server, const char *text)
{
	struct sockaddr_in *in4 = (struct sockaddr_in *)&server->addr;
	struct sockaddr_in6 *in6 = (struct sockaddr_in6 *)&server->addr;

	if (inet_pton(AF_INET, text, &in4->sin_addr) == 1) {
		in4->sin_family = AF_INET;
		in4->sin_port = htons(DNS_PORT);
		server->addr_len = sizeof(*in4);
	} else if (inet_pton(AF_INET6, text, &in6->sin6_addr) == 1) {
		in6->sin6_family = AF_INET6;
		in6->sin6_port = htons(DNS_PORT);
		server->addr_len = sizeof(*in6);
	} else {
		return -EINVAL;
	}
	server->realtime_ahead_ns = realtime_ahead();
	return 0;
}

/* A question as it is asked over TCP: with its length before it. */
struct query {
	uint8_t framing[2];
	uint8_t bytes[DNS_QUERY_LEN];
	size_t len;
	size_t question_end;
	uint16_t type;
};

/* RFC 1035 4.1: one question, recursion desired. Names of ours are short. */
static void query_write(struct query *query, uint16_t id, const char *name,
			const struct lookup_server *server)
{
	uint8_t *at = query->bytes + DNS_HEADER_LEN;

	memset(query, 0, sizeof(*query));
	query->type = server->wants_ipv6 ? DNS_TYPE_AAAA : DNS_TYPE_A;
	query->bytes[0] = (uint8_t)(id >> 8);
	query->bytes[1] = (uint8_t)id;
	query->bytes[2] = 1;
	query->bytes[5] = 1;
	while (*name) {
		size_t len = strcspn(name, ".");

		*at++ = (uint8_t)len;
		memcpy(at, name, len);
		at += len;
		name += len + (name[len] == '.');
	}
	at[2] = (uint8_t)query->type;
	at[4] = 1; /* IN */
	at += 5;
	query->question_end = (size_t)(at - query->bytes);
	if (server->use_edns) {
		/* RFC 6891 6.1.2: our size, and nothing else */
		query->bytes[11] = 1;
		at[2] = DNS_TYPE_OPT;
		at[3] = DNS_MESSAGE_LEN >> 8;
		at += 1 + DNS_RECORD_LEN;
	}
	query->len = (size_t)(at - query->bytes);
	query->framing[1] = (uint8_t)query->len;
	query->framing[0] = (uint8_t)(query->len >> 8);
}

/* Where a name that begins at a place ends, or end. */
static const uint8_t *name_skip(const uint8_t *at, const uint8_t *end)
{
	while (at < end) {
		if (*at >= 0xc0)
			return end - at > 2 ? at + 2 : end;
		if (!*at)
			return at + 1;
		if (*at >= end - at)
			break;
		at += *at + 1;
	}
	return end;
}

/*
 * The first address in a reply, whosever it is: before it come aliases. Its
 * question is byte for byte the query's. -EMSGSIZE if it is truncated.
 */
static int reply_read(const uint8_t *reply, size_t reply_len,
		      const struct query *query, void *addr)
{
	const uint8_t *end = reply + reply_len;
	const uint8_t *at = reply + query->question_end;
	size_t addr_len = query->type == DNS_TYPE_AAAA ? 16 : 4;

	if (reply_len < query->question_end || memcmp(reply, query->bytes, 2) ||
	    memcmp(reply + DNS_HEADER_LEN, query->bytes + DNS_HEADER_LEN,
		   query->question_end - DNS_HEADER_LEN))
		return -EBADMSG;
	if (reply[2] & 2)
		return -EMSGSIZE;
	if (reply[3] & 0xf)
		return -ENOENT;
	for (int left = reply[6] << 8 | reply[7]; left; left--) {
		size_t data_len;

		at = name_skip(at, end);
		if (end - at < DNS_RECORD_LEN)
			return -EBADMSG;
		data_len = (size_t)(at[8] << 8 | at[9]);
		if ((size_t)(end - at) < DNS_RECORD_LEN + data_len)
			return -EBADMSG;
		at += DNS_RECORD_LEN;
		if (at[1 - DNS_RECORD_LEN] == query->type &&
		    data_len == addr_len) {
			memcpy(addr, at, addr_len);
			return 0;
		}
		at += data_len;
	}
	return -ENOENT;
}

static int query_send(const struct lookup_server *server, bool use_tcp, int fd,
		      const struct query *query)
{
	const struct sockaddr *to = (const struct sockaddr *)&server->addr;
	ssize_t len = -1;

	/* Over TCP a message comes with its length before it (RFC 7766 8). */
	if (!use_tcp && server->use_sendto)
		len = sendto(fd, query->bytes, query->len, 0, to,
			     server->addr_len);
	else if (!connect(fd, to, server->addr_len))
		len = use_tcp ? send(fd, query->framing, query->len + 2, 0)
			      : send(fd, query->bytes, query->len, 0);
	return len < 0 ? -errno : 0;
}

/*
 * What has come, at most size bytes. The stamp is the packet's, not the time of
 * recvmsg(): with more processes than processors, other answers arrive between
 * the two. Only what comes while the kernel begins to stamp has none.
 */
static ssize_t receive(const struct lookup_server *server, int fd, void *bytes,
		       size_t size, uint64_t *arrived_ret)
{
	struct pollfd answered = {.fd = fd, .events = POLLIN};
	struct iovec data = {bytes, size};
	char control[256];
	struct msghdr message = {.msg_iov = &data,
				 .msg_iovlen = 1,
				 .msg_control = control,
				 .msg_controllen = sizeof(control)};
	struct cmsghdr *item;
	struct timespec ts;
	ssize_t len;

	if (poll(&answered, 1, LOOKUP_WAIT_MS) != 1)
		return -ETIMEDOUT;
	len = recvmsg(fd, &message, 0);
	if (len < 0)
		return -errno;
	if (!len) /* the server had too much to do */
		return -ECONNRESET;
	item = CMSG_FIRSTHDR(&message);
	if (!item || item->cmsg_level != SOL_SOCKET ||
	    item->cmsg_type != SCM_TIMESTAMPNS)
		clock_gettime(CLOCK_REALTIME, &ts);
	else
		memcpy(&ts, CMSG_DATA(item), sizeof(ts));
	*arrived_ret = timespec_ns(&ts) - server->realtime_ahead_ns;
	return len;
}

/* One message over TCP, whose last piece has the stamp. */
static ssize_t receive_framed(const struct lookup_server *server, int fd,
			      uint8_t *bytes, size_t size,
			      uint64_t *arrived_ret)
{
	size_t have = 0, whole = 2;

	while (have < whole) {
		ssize_t len = receive(server, fd, bytes + have, size - have,
				      arrived_ret);

		if (len < 0)
			return len;
		have += (size_t)len;
		if (have >= 2)
			whole = 2 + (size_t)(bytes[0] << 8 | bytes[1]);
		if (whole > size)
			return -EBADMSG;
	}
	return (ssize_t)have;
}

static int lookup_once(const struct lookup_server *server, bool use_tcp,
		       const struct query *query, void *addr,
		       uint64_t *arrived_ret)
{
	uint8_t reply[2 + DNS_MESSAGE_LEN];
	const int on = 1;
	ssize_t len;
	int kind = use_tcp ? SOCK_STREAM : SOCK_DGRAM;
	int fd = socket(server->addr.ss_family, kind | SOCK_CLOEXEC, 0);

	if (fd < 0)
		return -errno;
	if (setsockopt(fd, SOL_SOCKET, SO_TIMESTAMPNS, &on, sizeof(on)))
		len = -errno;
	else
		len = query_send(server, use_tcp, fd, query);
	if (!len)
		len = use_tcp ? receive_framed(server, fd, reply, sizeof(reply),
					       arrived_ret)
			      : receive(server, fd, reply, sizeof(reply),
					arrived_ret);
	close(fd);
	if (len < 0)
		return (int)len;
	return reply_read(reply + 2 * use_tcp, (size_t)len - 2 * use_tcp, query,
			  addr);
}

int lookup(const struct lookup_server *server, const char *name, uint16_t id,
	   void *addr, uint64_t *arrived_ret, unsigned int *retries_ret)
{
	int error = -ETIMEDOUT;
	struct query query;

	query_write(&query, id, name, server);
	for (unsigned int try = 0; try < LOOKUP_TRIES; try++) {
		*retries_ret = try;
		error = lookup_once(server, server->use_tcp, &query, addr,
				    arrived_ret);
		if (error == -EMSGSIZE)
			error = lookup_once(server, true, &query, addr,
					    arrived_ret);
		if (error != -ETIMEDOUT && error != -ECONNRESET)
			break;
	}
	return error;
}
