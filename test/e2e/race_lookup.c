// SPDX-License-Identifier: MIT
#include "race_lookup.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

#define NSEC_PER_SEC   1000000000ULL
#define DNS_PORT       53
#define DNS_TYPE_A     1
#define DNS_TYPE_AAAA  28
#define DNS_HEADER_LEN 12
#define DNS_UDP_LEN    512

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
	server->realtime_ahead_ns = clock_ns(CLOCK_REALTIME) -
				    clock_ns(CLOCK_MONOTONIC);
	return 0;
}

/* RFC 1035 4.1: one question, recursion desired. Names of ours are short. */
static size_t query_write(uint8_t *query, uint16_t id, const char *name,
			  uint16_t type)
{
	uint8_t *at = query + DNS_HEADER_LEN;

	memset(query, 0, DNS_HEADER_LEN);
	query[0] = (uint8_t)(id >> 8);
	query[1] = (uint8_t)id;
	query[2] = 1;
	query[5] = 1;
	while (*name) {
		size_t len = strcspn(name, ".");

		*at++ = (uint8_t)len;
		memcpy(at, name, len);
		at += len;
		name += len + (name[len] == '.');
	}
	*at++ = 0;
	*at++ = 0;
	*at++ = (uint8_t)type;
	*at++ = 0;
	*at++ = 1; /* IN */
	return (size_t)(at - query);
}

/*
 * The first address in a reply. Its question is byte for byte the query's,
 * and what the lab's server puts before an address is a two-byte pointer.
 */
static int reply_read(const uint8_t *reply, size_t reply_len,
		      const uint8_t *query, size_t query_len, uint16_t type,
		      void *addr)
{
	const uint8_t *record = reply + query_len;
	size_t addr_len = type == DNS_TYPE_AAAA ? 16 : 4;

	if (reply_len < query_len || memcmp(reply, query, 2) ||
	    memcmp(reply + DNS_HEADER_LEN, query + DNS_HEADER_LEN,
		   query_len - DNS_HEADER_LEN))
		return -EBADMSG;
	if ((reply[3] & 0xf) || !(reply[6] | reply[7]))
		return -ENOENT;
	if (reply_len < query_len + 12 + addr_len || record[0] != 0xc0 ||
	    record[3] != type || record[11] != addr_len)
		return -EBADMSG;
	memcpy(addr, record + 12, addr_len);
	return 0;
}

/* Over TCP a message comes with its length before it (RFC 7766 8). */
static int query_send_framed(int fd, const uint8_t *query, size_t query_len)
{
	uint8_t framed[2 + DNS_UDP_LEN] = {(uint8_t)(query_len >> 8),
					   (uint8_t)query_len};

	memcpy(framed + 2, query, query_len);
	if (send(fd, framed, query_len + 2, 0) < 0)
		return -errno;
	return 0;
}

static int query_send(const struct lookup_server *server, int fd,
		      const uint8_t *query, size_t query_len)
{
	const struct sockaddr *to = (const struct sockaddr *)&server->addr;
	ssize_t len = -1;

	if (server->use_tcp) {
		if (connect(fd, to, server->addr_len))
			return -errno;
		return query_send_framed(fd, query, query_len);
	}
	if (server->use_sendto)
		len = sendto(fd, query, query_len, 0, to, server->addr_len);
	else if (!connect(fd, to, server->addr_len))
		len = send(fd, query, query_len, 0);
	return len < 0 ? -errno : 0;
}

/*
 * The stamp is the packet's, not the time of recvmsg(): with more processes
 * than processors, other answers arrive between the two. Only what comes while
 * the kernel begins to stamp has none. Over TCP the reply is so short that it
 * comes in one piece.
 */
static ssize_t reply_receive(const struct lookup_server *server, int fd,
			     uint8_t *reply, size_t size, uint64_t *arrived_ret)
{
	struct pollfd answered = {.fd = fd, .events = POLLIN};
	uint8_t framing[2];
	struct iovec data[] = {{framing, sizeof(framing)}, {reply, size}};
	char control[256];
	struct msghdr message = {.msg_iov = data + !server->use_tcp,
				 .msg_iovlen = 1 + server->use_tcp,
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
	return server->use_tcp ? len - 2 : len;
}

static int lookup_once(const struct lookup_server *server, const char *name,
		       uint16_t id, void *addr, uint64_t *arrived_ret)
{
	uint16_t type = server->wants_ipv6 ? DNS_TYPE_AAAA : DNS_TYPE_A;
	uint8_t query[DNS_UDP_LEN], reply[DNS_UDP_LEN];
	size_t query_len = query_write(query, id, name, type);
	const int on = 1;
	ssize_t len;
	int kind = server->use_tcp ? SOCK_STREAM : SOCK_DGRAM;
	int fd = socket(server->addr.ss_family, kind | SOCK_CLOEXEC, 0);

	if (fd < 0)
		return -errno;
	if (setsockopt(fd, SOL_SOCKET, SO_TIMESTAMPNS, &on, sizeof(on)))
		len = -errno;
	else
		len = query_send(server, fd, query, query_len);
	if (!len)
		len = reply_receive(server, fd, reply, sizeof(reply),
				    arrived_ret);
	close(fd);
	if (len < 0)
		return (int)len;
	return reply_read(reply, (size_t)len, query, query_len, type, addr);
}

int lookup(const struct lookup_server *server, const char *name, uint16_t id,
	   void *addr, uint64_t *arrived_ret, unsigned int *retries_ret)
{
	int error = -ETIMEDOUT;

	for (unsigned int try = 0; try < LOOKUP_TRIES; try++) {
		*retries_ret = try;
		error = lookup_once(server, name, id, addr, arrived_ret);
		if (error != -ETIMEDOUT && error != -ECONNRESET)
			break;
	}
	return error;
}
