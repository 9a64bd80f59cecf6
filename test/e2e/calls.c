// SPDX-License-Identifier: MIT
/*
 * Every call that socket.* events tell of, done and refused, on loopback and
 * within the process:
 *
 *	calls DIRECTORY
 *
 * What a call comes to is asserted: what egrets is to tell is known beforehand.
 * Each part is in a process of its own, of which a line "PART PID" is printed.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <linux/netlink.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#define SERVER_PORT 7790
#define CLIENT_PORT 7791
#define MAPPED_PORT 7792
#define WAITING	    50

static void must_do(int line, int result)
{
	if (result >= 0)
		return;
	fprintf(stderr, "calls: line %d: %s\n", line, strerror(errno));
	exit(1);
}

static void must_fail(int line, int result, int error)
{
	if (result < 0 && errno == error)
		return;
	fprintf(stderr, "calls: line %d did not fail with: %s\n", line,
		strerror(error));
	exit(1);
}

#define MUST_DO(call)	       must_do(__LINE__, (int)(call))
#define MUST_FAIL(call, error) must_fail(__LINE__, call, error)

static int make(int family, int type, int protocol)
{
	int fd = socket(family, type, protocol);

	MUST_DO(fd);
	return fd;
}

static int bind_v4(int fd, uint16_t port)
{
	struct sockaddr_in addr = {
		.sin_family = AF_INET,
		.sin_port = htons(port),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};

	return bind(fd, (struct sockaddr *)&addr, sizeof(addr));
}

/* As some do: with room for any address. */
static int connect_v4(int fd, uint16_t port)
{
	struct sockaddr_storage room = {0};
	struct sockaddr_in addr = {
		.sin_family = AF_INET,
		.sin_port = htons(port),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};

	memcpy(&room, &addr, sizeof(addr));
	return connect(fd, (struct sockaddr *)&room, sizeof(room));
}

static int set(int fd, int level, int option, int value)
{
	return setsockopt(fd, level, option, &value, sizeof(value));
}

static void receive(int fd, size_t len)
{
	char bytes[4096];

	while (len) {
		ssize_t count = recv(fd, bytes, sizeof(bytes), 0);

		MUST_DO(count > 0 ? 0 : -1);
		len -= (size_t)count;
	}
}

static void part_tcp(const char *dir)
{
	static const char bytes[3000];
	int server = make(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	int client = make(AF_INET, SOCK_STREAM, IPPROTO_TCP);
	int accepted;

	(void)dir;
	MUST_DO(set(server, SOL_SOCKET, SO_REUSEADDR, 1));
	MUST_DO(bind_v4(server, SERVER_PORT));
	MUST_DO(listen(server, 7));
	MUST_DO(set(client, SOL_SOCKET, SO_REUSEADDR, 1));
	MUST_DO(bind_v4(client, CLIENT_PORT));
	MUST_DO(connect_v4(client, SERVER_PORT));
	accepted = accept4(server, NULL, NULL, SOCK_NONBLOCK);
	MUST_DO(accepted);
	/* Nobody else is there: that is not told. */
	MUST_DO(set(accepted, IPPROTO_TCP, TCP_NODELAY, 1));
	MUST_DO(send(client, bytes, 1000, 0));
	MUST_DO(send(accepted, bytes, 3000, 0));
	receive(client, 3000);
	receive(accepted, 1000);
	/* The one that closes first waits for late packets. */
	MUST_DO(close(client));
	MUST_DO(close(accepted));
	MUST_DO(close(server));
}

static void part_refused(const char *dir)
{
	int one = make(AF_INET, SOCK_STREAM, 0);
	int two = make(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);

	(void)dir;
	MUST_FAIL(socket(AF_INET, SOCK_STREAM, IPPROTO_UDP), EPROTONOSUPPORT);
	MUST_DO(bind_v4(one, SERVER_PORT));
	MUST_FAIL(bind_v4(two, SERVER_PORT), EADDRINUSE);
	MUST_FAIL(set(two, IPPROTO_TCP, 250, -7), ENOPROTOOPT);
	MUST_FAIL(connect_v4(one, CLIENT_PORT), ECONNREFUSED);
	/* No descriptor, and none of a socket. */
	MUST_FAIL(listen(999, 1), EBADF);
	MUST_FAIL(listen(STDERR_FILENO, 1), ENOTSOCK);
	MUST_DO(listen(two, 1));
	MUST_FAIL(accept(two, NULL, NULL), EAGAIN);
	MUST_DO(close(two));
	MUST_DO(close(one));
}

static void part_options(const char *dir)
{
	const struct linger linger = {1, 1};
	int fd = make(AF_INET6, SOCK_STREAM, 0);

	(void)dir;
	MUST_DO(set(fd, IPPROTO_IPV6, IPV6_V6ONLY, 1));
	MUST_DO(setsockopt(fd, IPPROTO_TCP, TCP_CONGESTION, "reno", 4));
	MUST_DO(setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, "lo", 3));
	MUST_DO(setsockopt(fd, SOL_SOCKET, SO_LINGER, &linger, sizeof(linger)));
	MUST_DO(close(fd));
}

static void part_udp(const char *dir)
{
	struct sockaddr_in6 to = {.sin6_family = AF_INET6,
				  .sin6_port = htons(SERVER_PORT),
				  .sin6_addr = IN6ADDR_LOOPBACK_INIT};
	int server = make(AF_INET6, SOCK_DGRAM, 0);
	int client = make(AF_INET6, SOCK_DGRAM, IPPROTO_UDP);

	(void)dir;
	MUST_DO(bind(server, (struct sockaddr *)&to, sizeof(to)));
	MUST_DO(connect(client, (struct sockaddr *)&to, sizeof(to)));
	MUST_DO(send(client, "twelve bytes", 12, 0));
	MUST_DO(send(client, "five!", 5, 0));
	receive(server, 17);
	MUST_DO(close(client));
	MUST_DO(close(server));
}

static socklen_t unix_addr(struct sockaddr_un *addr, const char *path,
			   size_t len)
{
	memset(addr, 0, sizeof(*addr));
	addr->sun_family = AF_UNIX;
	memcpy(addr->sun_path, path, len);
	return (socklen_t)(offsetof(struct sockaddr_un, sun_path) + len);
}

static void part_unix(const char *dir)
{
	struct sockaddr_un addr;
	char path[64];
	socklen_t len;
	int server = make(AF_UNIX, SOCK_STREAM, 0);
	int client = make(AF_UNIX, SOCK_STREAM, 0);
	int abstract = make(AF_UNIX, SOCK_DGRAM, 0);

	snprintf(path, sizeof(path), "%s/a b", dir);
	len = unix_addr(&addr, path, strlen(path) + 1);
	MUST_DO(bind(server, (struct sockaddr *)&addr, len));
	MUST_DO(listen(server, 3));
	MUST_DO(connect(client, (struct sockaddr *)&addr, len));
	MUST_DO(accept(server, NULL, NULL));
	len = unix_addr(&addr, "\0egrets\0calls", 13);
	MUST_DO(bind(abstract, (struct sockaddr *)&addr, len));
	len = unix_addr(&addr, "/nobody", 7);
	MUST_FAIL(connect(abstract, (struct sockaddr *)&addr, len), ENOENT);
}

static void part_netlink(const char *dir)
{
	struct sockaddr_nl addr = {.nl_family = AF_NETLINK};
	int fd = make(AF_NETLINK, SOCK_RAW, NETLINK_ROUTE);

	(void)dir;
	MUST_DO(bind(fd, (struct sockaddr *)&addr, sizeof(addr)));
}

/* What nobody takes waits, as does the end of the stream. */
static void part_queued(const char *dir)
{
	static const char bytes[100000];
	int server = make(AF_INET, SOCK_STREAM, 0);
	int client = make(AF_INET, SOCK_STREAM, 0);

	(void)dir;
	MUST_DO(set(server, SOL_SOCKET, SO_REUSEADDR, 1));
	MUST_DO(set(server, SOL_SOCKET, SO_RCVBUF, 4096));
	MUST_DO(set(client, SOL_SOCKET, SO_SNDBUF, 200000));
	MUST_DO(bind_v4(server, SERVER_PORT));
	MUST_DO(listen(server, 1));
	MUST_DO(connect_v4(client, SERVER_PORT));
	MUST_DO(send(client, bytes, sizeof(bytes), 0) - (int)sizeof(bytes));
	MUST_DO(shutdown(client, SHUT_WR));
	MUST_DO(close(client));
}

/* An IPv4 address of an IPv6 socket, as servers for both have. */
static void part_mapped(const char *dir)
{
	struct sockaddr_in6 addr = {
		.sin6_family = AF_INET6,
		.sin6_port = htons(MAPPED_PORT),
		.sin6_addr.s6_addr = {[10] = 0xff, 0xff, 127, 0, 0, 1},
	};
	int fd = make(AF_INET6, SOCK_STREAM, 0);

	(void)dir;
	MUST_DO(bind(fd, (struct sockaddr *)&addr, sizeof(addr)));
	MUST_DO(close(fd));
}

static void *accept_one(void *server)
{
	MUST_DO(accept(*(int *)server, NULL, NULL));
	return NULL;
}

/* They all wait at once. */
static void part_waiting(const char *dir)
{
	int server = make(AF_INET, SOCK_STREAM, 0);
	pthread_t threads[WAITING];

	(void)dir;
	MUST_DO(set(server, SOL_SOCKET, SO_REUSEADDR, 1));
	MUST_DO(bind_v4(server, SERVER_PORT));
	MUST_DO(listen(server, WAITING));
	for (int i = 0; i < WAITING; i++)
		MUST_DO(-pthread_create(&threads[i], NULL, accept_one,
					&server));
	usleep(300000);
	for (int i = 0; i < WAITING; i++)
		MUST_DO(connect_v4(make(AF_INET, SOCK_STREAM, 0), SERVER_PORT));
	for (int i = 0; i < WAITING; i++)
		pthread_join(threads[i], NULL);
}

static const struct {
	const char *name;
	void (*run)(const char *dir);
} parts[] = {
	{"tcp", part_tcp},	   {"refused", part_refused},
	{"options", part_options}, {"udp", part_udp},
	{"unix", part_unix},	   {"netlink", part_netlink},
	{"waiting", part_waiting}, {"queued", part_queued},
	{"mapped", part_mapped},
};

int main(int argc, char **argv)
{
	int status = 0, ended;

	if (argc != 2) {
		fprintf(stderr, "usage: calls DIRECTORY\n");
		return 2;
	}
	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		pid_t pid = fork();

		MUST_DO(pid);
		if (pid == 0) {
			parts[i].run(argv[1]);
			return 0;
		}
		printf("%s %d\n", parts[i].name, (int)pid);
		fflush(stdout);
		MUST_DO(waitpid(pid, &ended, 0));
		status |= ended;
	}
	return status != 0;
}
