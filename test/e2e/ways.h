/* SPDX-License-Identifier: MIT */
#ifndef E2E_WAYS_H
#define E2E_WAYS_H

#include <netinet/in.h>
#include <stdint.h>
#include <sys/socket.h>
#include <sys/types.h>

/*
 * The ways in which programs have the kernel send and receive. Each function
 * returns what its system call does: a number of bytes, or -1 with errno.
 */

/* What the server has to say at the end of a stream, and to each datagram. */
#define WAYS_ANSWER	     30000
#define WAYS_DATAGRAM_ANSWER 10

union ways_addr {
	struct sockaddr any;
	struct sockaddr_in v4;
	struct sockaddr_in6 v6;
};

typedef int (*ways_connect_fn)(int fd, const union ways_addr *to,
			       socklen_t len);
typedef ssize_t (*ways_send_fn)(int fd, const char *bytes, size_t len);
typedef ssize_t (*ways_receive_fn)(int fd, char *bytes, size_t len);

/* Be the server; returns the exit status of one that cannot. */
int ways_serve(uint16_t port);

/* io_uring, by system calls; async: by its worker threads. */
int uring_open(void);
int uring_connect(int fd, const union ways_addr *to, socklen_t len);
int uring_connect_async(int fd, const union ways_addr *to, socklen_t len);
ssize_t uring_send(int fd, const char *bytes, size_t len);
ssize_t uring_send_async(int fd, const char *bytes, size_t len);
ssize_t uring_receive(int fd, char *bytes, size_t len);

#endif
