// SPDX-License-Identifier: MIT
/*
 * One conversation with a server, in one of the ways in which programs send and
 * receive:
 *
 *	ways WAY PORT NAME...
 *	ways serve PORT
 *
 * For each name a line "PID ADDRESS SENT RECEIVED", in bytes. Ends with 77 if
 * this kernel does not know that way. The server answers the end of a stream
 * with WAYS_ANSWERED bytes, and each datagram with WAYS_DATAGRAM_ANSWER.
 */
#include "ways.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/udp.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <time.h>
#include <unistd.h>

#ifndef IPPROTO_MPTCP
#define IPPROTO_MPTCP 262
#endif
#ifndef UDP_SEGMENT
#define UDP_SEGMENT 103
#endif

#define PEERS_MAX  8
#define MESSAGES   4
#define PATIENCE_S 10
#define SENT_MAX   100000

/* Datagrams of this length, and one that is sent in fragments. */
#define DATAGRAM_LEN 1000
#define LARGE_LEN    40000
#define SLOW_LEN     5000

struct way {
	const char *name;
	int type, protocol;
	size_t total; /* bytes sent to each */
	size_t once;  /* by one call, of datagrams */
	size_t datagram_len;
	int (*prepare)(int fd); /* NULL: nothing to do */
	ways_connect_fn connect;
	ways_send_fn send;
	ways_receive_fn receive;
};

struct peer {
	union ways_addr addr;
	socklen_t len;
	char text[INET6_ADDRSTRLEN];
};

/* For those that name it when they send. */
static const union ways_addr *address;
static socklen_t address_len;
static int plain_connect(int fd, const union ways_addr *to, socklen_t len)
{
	return connect(fd, &to->any, len);
}

static int later_connect(int fd, const union ways_addr *to, socklen_t len)
{
	(void)fd;
	address = to;
	address_len = len;
	return 0;
}

static ssize_t plain_write(int fd, const char *bytes, size_t len)
{
	return write(fd, bytes, len);
}

static ssize_t plain_read(int fd, char *bytes, size_t len)
{
	return read(fd, bytes, len);
}

static ssize_t plain_send(int fd, const char *bytes, size_t len)
{
	return send(fd, bytes, len, MSG_NOSIGNAL);
}

static ssize_t plain_receive(int fd, char *bytes, size_t len)
{
	return recv(fd, bytes, len, 0);
}

static ssize_t message_send(int fd, const char *bytes, size_t len)
{
	struct iovec parts[2] = {
		{(void *)(uintptr_t)bytes, len / 2},
		{(void *)(uintptr_t)(bytes + len / 2), len - len / 2}};
	const struct msghdr message = {.msg_iov = parts, .msg_iovlen = 2};

	return sendmsg(fd, &message, MSG_NOSIGNAL);
}

static ssize_t message_receive(int fd, char *bytes, size_t len)
{
	struct iovec part = {bytes, len};
	struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1};

	return recvmsg(fd, &message, 0);
}

/* The bytes in so many messages of the same length. */
static void divide(struct mmsghdr *messages, struct iovec *parts, char *bytes,
		   size_t len)
{
	memset(messages, 0, MESSAGES * sizeof(*messages));
	for (size_t i = 0; i < MESSAGES; i++) {
		parts[i] = (struct iovec){bytes + i * (len / MESSAGES),
					  len / MESSAGES};
		messages[i].msg_hdr.msg_iov = &parts[i];
		messages[i].msg_hdr.msg_iovlen = 1;
	}
}

static ssize_t sum(const struct mmsghdr *messages, int count)
{
	ssize_t total = count < 0 ? -1 : 0;

	for (int i = 0; i < count; i++)
		total += messages[i].msg_len;
	return total;
}

static ssize_t messages_send(int fd, const char *bytes, size_t len)
{
	struct mmsghdr messages[MESSAGES];
	struct iovec parts[MESSAGES];

	if (len < MESSAGES)
		return plain_send(fd, bytes, len);
	divide(messages, parts, (char *)(uintptr_t)bytes, len);
	return sum(messages, sendmmsg(fd, messages, MESSAGES, MSG_NOSIGNAL));
}

static ssize_t messages_receive(int fd, char *bytes, size_t len)
{
	struct mmsghdr messages[MESSAGES];
	struct iovec parts[MESSAGES];

	divide(messages, parts, bytes, len);
	return sum(messages,
		   recvmmsg(fd, messages, MESSAGES, MSG_WAITFORONE, NULL));
}

static ssize_t file_send(int fd, const char *bytes, size_t len)
{
	int file = memfd_create("ways", MFD_CLOEXEC);
	ssize_t sent = -1;

	if (file >= 0 && pwrite(file, bytes, len, 0) == (ssize_t)len)
		sent = sendfile(fd, file, NULL, len);
	close(file);
	return sent;
}

static ssize_t splice_send(int fd, const char *bytes, size_t len)
{
	int ends[2];
	ssize_t sent;

	if (pipe2(ends, O_CLOEXEC))
		return -1;
	/* As much as a pipe holds. */
	sent = write(ends[1], bytes, len < 4096 ? len : 4096);
	if (sent > 0)
		sent = splice(ends[0], NULL, fd, NULL, (size_t)sent, 0);
	close(ends[0]);
	close(ends[1]);
	return sent;
}

static ssize_t splice_receive(int fd, char *bytes, size_t len)
{
	int ends[2];
	ssize_t received;

	if (pipe2(ends, O_CLOEXEC))
		return -1;
	received = splice(fd, NULL, ends[1], NULL, len, 0);
	if (received > 0)
		received = read(ends[0], bytes, (size_t)received);
	close(ends[0]);
	close(ends[1]);
	return received;
}

static int want_zerocopy(int fd)
{
	const int on = 1;

	return setsockopt(fd, SOL_SOCKET, SO_ZEROCOPY, &on, sizeof(on));
}

static ssize_t zerocopy_send(int fd, const char *bytes, size_t len)
{
	return send(fd, bytes, len, MSG_NOSIGNAL | MSG_ZEROCOPY);
}

/* The first bytes go with the connect. */
static ssize_t fast_send(int fd, const char *bytes, size_t len)
{
	const union ways_addr *to = address;

	address = NULL;
	return to ? sendto(fd, bytes, len, MSG_FASTOPEN | MSG_NOSIGNAL,
			   &to->any, address_len)
		  : plain_send(fd, bytes, len);
}

static ssize_t addressed_send(int fd, const char *bytes, size_t len)
{
	return sendto(fd, bytes, len, 0, &address->any, address_len);
}

/* The last part of a datagram makes it leave. */
static ssize_t corked_send(int fd, const char *bytes, size_t len)
{
	ssize_t first = send(fd, bytes, len / 2, MSG_MORE);
	ssize_t rest = send(fd, bytes + len / 2, len - len / 2, 0);

	return first < 0 || rest < 0 ? -1 : first + rest;
}

/* In parts, with time for further subflows to begin. */
static ssize_t slow_send(int fd, const char *bytes, size_t len)
{
	const struct timespec pause = {.tv_nsec = 50000000};

	nanosleep(&pause, NULL);
	return plain_send(fd, bytes, len < SLOW_LEN ? len : SLOW_LEN);
}

static int open_ring(int fd)
{
	(void)fd;
	return uring_open();
}

static int want_segments(int fd)
{
	const int len = DATAGRAM_LEN;

	return setsockopt(fd, IPPROTO_UDP, UDP_SEGMENT, &len, sizeof(len));
}

/* clang-format off */
#define STREAM SOCK_STREAM, IPPROTO_TCP, SENT_MAX, SENT_MAX, 0
#define MPTCP SOCK_STREAM, IPPROTO_MPTCP, SENT_MAX, SENT_MAX, 0
#define DATAGRAMS(once) SOCK_DGRAM, IPPROTO_UDP, 20 * DATAGRAM_LEN, once, DATAGRAM_LEN
#define LARGE SOCK_DGRAM, IPPROTO_UDP, 2 * LARGE_LEN, LARGE_LEN, LARGE_LEN
#define ONE DATAGRAM_LEN
/* clang-format on */

static const struct way ways[] = {
	{"write", STREAM, NULL, plain_connect, plain_write, plain_read},
	{"send", STREAM, NULL, plain_connect, plain_send, plain_receive},
	{"sendmsg", STREAM, NULL, plain_connect, message_send, message_receive},
	{"sendmmsg", STREAM, NULL, plain_connect, messages_send,
	 messages_receive},
	{"sendfile", STREAM, NULL, plain_connect, file_send, plain_read},
	{"splice", STREAM, NULL, plain_connect, splice_send, splice_receive},
	{"zerocopy", STREAM, want_zerocopy, plain_connect, zerocopy_send,
	 plain_read},
	{"fastopen", STREAM, NULL, later_connect, fast_send, plain_receive},
	{"uring", STREAM, open_ring, uring_connect, uring_send, uring_receive},
	{"uring_async", STREAM, open_ring, uring_connect_async,
	 uring_send_async, uring_receive},
	{"mptcp", MPTCP, NULL, plain_connect, plain_send, plain_receive},
	{"mptcp_slow", MPTCP, NULL, plain_connect, slow_send, plain_receive},
	{"udp_send", DATAGRAMS(ONE), NULL, plain_connect, plain_send,
	 plain_receive},
	{"udp_write", DATAGRAMS(ONE), NULL, plain_connect, plain_write,
	 plain_read},
	{"udp_sendto", DATAGRAMS(ONE), NULL, later_connect, addressed_send,
	 plain_receive},
	{"udp_sendmsg", DATAGRAMS(ONE), NULL, plain_connect, message_send,
	 message_receive},
	{"udp_sendmmsg", DATAGRAMS(MESSAGES *ONE), NULL, plain_connect,
	 messages_send, messages_receive},
	{"udp_more", DATAGRAMS(ONE), NULL, plain_connect, corked_send,
	 plain_receive},
	{"udp_gso", DATAGRAMS(20 * ONE), want_segments, plain_connect,
	 plain_send, plain_receive},
	{"udp_fragments", LARGE, NULL, plain_connect, plain_send,
	 plain_receive},
	{"udp_uring", DATAGRAMS(ONE), open_ring, uring_connect, uring_send,
	 uring_receive},
	{"udp_uring_async", DATAGRAMS(ONE), open_ring, uring_connect_async,
	 uring_send_async, uring_receive},
};

static bool is_missing(int error)
{
	return error == EPROTONOSUPPORT || error == ESOCKTNOSUPPORT ||
	       error == ENOPROTOOPT || error == ENOSYS || error == EPERM;
}

static int find(const char *name, const char *port, struct peer *peer)
{
	const struct addrinfo hints = {.ai_socktype = SOCK_STREAM};
	struct addrinfo *found;
	int error = getaddrinfo(name, port, &hints, &found);

	if (error) {
		fprintf(stderr, "ways: %s: %s\n", name, gai_strerror(error));
		return -1;
	}
	memcpy(&peer->addr, found->ai_addr, found->ai_addrlen);
	peer->len = found->ai_addrlen;
	error = getnameinfo(found->ai_addr, found->ai_addrlen, peer->text,
			    sizeof(peer->text), NULL, 0, NI_NUMERICHOST);
	freeaddrinfo(found);
	return error ? -1 : 0;
}

/* Until the other side is silent, or has said so much; how much it was. */
static ssize_t listen_to(const struct way *way, int fd, size_t most)
{
	static char bytes[SENT_MAX];
	ssize_t received = 1;
	size_t total = 0;

	while (received > 0 && total < most) {
		received = way->receive(fd, bytes, sizeof(bytes));
		if (received < 0)
			return -1;
		total += (size_t)received;
	}
	return (ssize_t)total;
}

static int converse(const struct way *way, int fd, const struct peer *peer)
{
	static const char bytes[SENT_MAX];
	size_t total = 0, answer = SIZE_MAX;
	ssize_t received;

	if (way->connect(fd, &peer->addr, peer->len))
		return -1;
	while (total < way->total) {
		size_t left = way->total - total;
		ssize_t sent = way->send(fd, bytes,
					 left < way->once ? left : way->once);

		if (sent < 0)
			return -1;
		total += (size_t)sent;
	}
	if (way->datagram_len)
		answer = total / way->datagram_len * WAYS_DATAGRAM_ANSWER;
	else if (shutdown(fd, SHUT_WR))
		return -1;
	received = listen_to(way, fd, answer);
	if (received < 0)
		return -1;
	printf("%d %s %zu %zd\n", getpid(), peer->text, total, received);
	return 0;
}

static int open_socket(const struct way *way, int family)
{
	const struct timeval patience = {.tv_sec = PATIENCE_S};
	int fd = socket(family, way->type | SOCK_CLOEXEC, way->protocol);

	if (fd < 0 || (way->prepare && way->prepare(fd)) ||
	    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience,
		       sizeof(patience)))
		return -1;
	return fd;
}

/* Who names the place when sending needs no other socket for the next. */
static bool is_shared(const struct way *way)
{
	return way->datagram_len && way->connect == later_connect;
}

/* -1 with errno. */
static int go(const struct way *way, const char *port, char **names)
{
	struct peer peer;
	int fd = -1;

	for (; *names; names++) {
		if (find(*names, port, &peer)) {
			errno = EHOSTUNREACH;
			return -1;
		}
		if (fd < 0 || !is_shared(way))
			fd = open_socket(way, peer.addr.any.sa_family);
		if (fd < 0 || converse(way, fd, &peer))
			return -1;
		if (!is_shared(way))
			close(fd);
	}
	return 0;
}

static int usage(void)
{
	fputs("usage: ways WAY PORT NAME...\n       ways serve PORT\n", stderr);
	for (size_t i = 0; i < sizeof(ways) / sizeof(ways[0]); i++)
		fprintf(stderr, "\t%s\n", ways[i].name);
	return 2;
}

int main(int argc, char **argv)
{
	if (argc == 3 && strcmp(argv[1], "serve") == 0)
		return ways_serve((uint16_t)atoi(argv[2]));
	for (size_t i = 0; argc > 3 && i < sizeof(ways) / sizeof(ways[0]);
	     i++) {
		if (strcmp(ways[i].name, argv[1]) != 0)
			continue;
		if (go(&ways[i], argv[2], argv + 3) == 0)
			return 0;
		if (is_missing(errno))
			return 77;
		perror("ways");
		return 1;
	}
	return usage();
}
