// SPDX-License-Identifier: MIT
#include "proc/connection.h"

#include "base/cleanup.h"
#include "proc/netns.h"
#include "proc/process.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <linux/sock_diag.h>
#include <linux/tcp.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* What the kernel fills at once (NLMSG_GOODSIZE, or this if we have it). */
#define REPLY_LEN 32768

/* More are not looked at: it would take long. */
#define CONNECTIONS_MAX 65536
#define LISTENERS_MAX	4096

/* Of a reply: more is not for us to wait for. */
#define PATIENCE_S 2

/* idiag_timer: what is left of one after its end. */
#define TIMER_TIME_WAIT 3

/* include/net/tcp_states.h */
enum {
	STATE_ESTABLISHED = 1,
	STATE_FIN_WAIT1 = 4,
	STATE_FIN_WAIT2 = 5,
	STATE_CLOSE_WAIT = 8,
	STATE_LAST_ACK = 9,
	STATE_LISTEN = 10,
	STATE_CLOSING = 11,
};

#define STATES_OPEN                                        \
	(1u << STATE_ESTABLISHED | 1u << STATE_FIN_WAIT1 | \
	 1u << STATE_FIN_WAIT2 | 1u << STATE_CLOSE_WAIT |  \
	 1u << STATE_LAST_ACK | 1u << STATE_CLOSING)

/* Those where the other side has ended its stream, which counts as a byte. */
#define STATES_DONE \
	(1u << STATE_CLOSE_WAIT | 1u << STATE_LAST_ACK | 1u << STATE_CLOSING)

struct listener {
	uint32_t netns;
	struct endpoint local;
};

struct connections {
	const struct proc_connection_wish *wish;
	size_t count, room;
	struct proc_connection *connection;
	size_t listener_count, listener_room;
	struct listener *listener;
	int error; /* the first */
};

static int request(int fd, uint8_t family, bool any_port)
{
	struct {
		struct nlmsghdr header;
		struct inet_diag_req_v2 diag;
	} request = {
		.header.nlmsg_len = sizeof(request),
		.header.nlmsg_type = SOCK_DIAG_BY_FAMILY,
		.header.nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP,
		.diag.sdiag_family = family,
		.diag.sdiag_protocol = IPPROTO_TCP,
		.diag.idiag_states = 1u << STATE_ESTABLISHED,
	};

	if (any_port) {
		request.diag.idiag_states = STATES_OPEN | 1u << STATE_LISTEN;
		request.diag.idiag_ext = 1u << (INET_DIAG_INFO - 1);
	}
	return send(fd, &request, sizeof(request), 0) < 0 ? -errno : 0;
}

static struct endpoint endpoint_of(uint8_t family, const __be32 *addr,
				   __be16 port)
{
	return (struct endpoint){
		family == AF_INET ? addr_from_v4(addr) : addr_from_v6(addr),
		ntohs(port),
	};
}

/* Room for one more in *array. 0, or -ENOMEM. */
static int make_room(void **array, size_t count, size_t *room, size_t size)
{
	size_t more = *room ? *room * 2 : 16;
	void *larger;

	if (count < *room)
		return 0;
	larger = reallocarray(*array, more, size);
	if (!larger)
		return -ENOMEM;
	*array = larger;
	*room = more;
	return 0;
}

static int add_listener(struct connections *connections, uint32_t netns,
			const struct endpoint *local)
{
	void *array = connections->listener;
	int err;

	if (connections->listener_count == LISTENERS_MAX)
		return -ENOBUFS;
	err = make_room(&array, connections->listener_count,
			&connections->listener_room,
			sizeof(*connections->listener));
	connections->listener = array;
	if (!err)
		connections->listener[connections->listener_count++] =
			(struct listener){netns, *local};
	return err;
}

/* What the kernel has counted; an older one tells less. */
static void read_info(const struct rtattr *attribute, size_t len,
		      struct tcp_info *info)
{
	memset(info, 0, sizeof(*info));
	while (len >= sizeof(*attribute) && attribute->rta_len <= len &&
	       attribute->rta_len >= sizeof(*attribute)) {
		size_t size = attribute->rta_len - RTA_LENGTH(0);
		size_t step = RTA_ALIGN((size_t)attribute->rta_len);

		if (attribute->rta_type == INET_DIAG_INFO)
			memcpy(info, RTA_DATA(attribute),
			       size < sizeof(*info) ? size : sizeof(*info));
		len = step < len ? len - step : 0;
		attribute = (const void *)((const char *)attribute + step);
	}
}

static void count_traffic(const struct inet_diag_msg *diag, size_t len,
			  struct proc_connection *connection)
{
	struct tcp_info info;

	read_info((const void *)(diag + 1), len - sizeof(*diag), &info);
	if (info.tcpi_bytes_sent > info.tcpi_bytes_retrans)
		connection->bytes_out = info.tcpi_bytes_sent -
					info.tcpi_bytes_retrans;
	connection->bytes_in = info.tcpi_bytes_received;
	if (1u << diag->idiag_state & STATES_DONE && connection->bytes_in)
		connection->bytes_in--;
	connection->packets_out = info.tcpi_segs_out;
	connection->packets_in = info.tcpi_segs_in;
	connection->retransmits = info.tcpi_total_retrans;
	connection->rtt_us = info.tcpi_rtt;
}

/* len: of the message and its attributes. 0, -ENOMEM, or -ENOBUFS: too many. */
static int add(struct connections *connections, uint32_t netns,
	       const struct inet_diag_msg *diag, size_t len)
{
	const struct inet_diag_sockid *id = &diag->id;
	const struct dns_ports *ports = connections->wish->ports;
	struct proc_connection connection = {
		.netns = netns,
		.local = endpoint_of(diag->idiag_family, id->idiag_src,
				     id->idiag_sport),
		.remote = endpoint_of(diag->idiag_family, id->idiag_dst,
				      id->idiag_dport),
		.inode = diag->idiag_inode,
	};
	void *array = connections->connection;
	int err;

	if (diag->idiag_state == STATE_LISTEN)
		return add_listener(connections, netns, &connection.local);
	if ((ports && !dns_ports_have(ports, connection.remote.port)) ||
	    diag->idiag_timer == TIMER_TIME_WAIT)
		return 0;
	if (connections->count == CONNECTIONS_MAX)
		return -ENOBUFS;
	count_traffic(diag, len, &connection);
	err = make_room(&array, connections->count, &connections->room,
			sizeof(connection));
	connections->connection = array;
	if (!err)
		connections->connection[connections->count++] = connection;
	return err;
}

/* The padding of the last message need not be there: then len becomes 0. */
static const struct nlmsghdr *next_message(const struct nlmsghdr *header,
					   size_t *len)
{
	size_t step = NLMSG_ALIGN(header->nlmsg_len);

	*len = step < *len ? *len - step : 0;
	return (const void *)((const char *)header + step);
}

/* One datagram of the reply: 0 to go on, 1 at the end, or a negative errno. */
static int take_reply(struct connections *connections, uint32_t netns,
		      const struct nlmsghdr *header, size_t len)
{
	for (; NLMSG_OK(header, len); header = next_message(header, &len)) {
		const void *data = NLMSG_DATA(header);
		int err = 0;

		/* The dump itself may have failed. */
		if (header->nlmsg_type == NLMSG_DONE)
			return header->nlmsg_len >= NLMSG_LENGTH(sizeof(err)) &&
					       *(const int *)data < 0
				       ? *(const int *)data
				       : 1;
		if (header->nlmsg_type == NLMSG_ERROR)
			err = ((const struct nlmsgerr *)data)->error;
		else if (header->nlmsg_len >=
			 NLMSG_LENGTH(sizeof(struct inet_diag_msg)))
			err = add(connections, netns, data,
				  NLMSG_PAYLOAD(header, 0));
		if (err)
			return err;
	}
	return 0;
}

static int dump(struct connections *connections, uint32_t netns, int fd,
		uint8_t family)
{
	union {
		struct nlmsghdr header;
		char bytes[REPLY_LEN];
	} reply;
	int err = request(fd, family, !connections->wish->ports);

	while (!err) {
		ssize_t len = recv(fd, &reply, sizeof(reply), 0);

		err = len < 0 ? -errno
			      : take_reply(connections, netns, &reply.header,
					   (size_t)len);
	}
	return err < 0 ? err : 0;
}

/* Bound to the kernel: anybody in a namespace may send to a socket there. */
static int open_diag(void)
{
	const struct sockaddr_nl kernel = {.nl_family = AF_NETLINK};
	const struct timeval patience = {.tv_sec = PATIENCE_S};
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_SOCK_DIAG);
	int err;

	if (fd < 0)
		return -errno;
	if (setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience,
		       sizeof(patience)) == 0 &&
	    connect(fd, (const struct sockaddr *)&kernel, sizeof(kernel)) == 0)
		return fd;
	err = -errno;
	close(fd);
	return err;
}

/* One namespace that fails does not keep us from the others. */
static int collect(uint32_t netns, void *context)
{
	struct connections *connections = context;
	_cleanup_close_ int fd = open_diag();
	int err = fd < 0 ? fd : dump(connections, netns, fd, AF_INET);

	if (!err)
		err = dump(connections, netns, fd, AF_INET6);
	if (err && !connections->error)
		connections->error = err;
	return err == -ENOMEM ? err : 0;
}

static int compare_inodes(const void *a, const void *b)
{
	uint64_t inode_a = ((const struct proc_connection *)a)->inode;
	uint64_t inode_b = ((const struct proc_connection *)b)->inode;

	return (inode_a > inode_b) - (inode_a < inode_b);
}

/* The connection whose socket a descriptor is, or NULL. */
static struct proc_connection *find(struct connections *connections, int dir,
				    const char *descriptor)
{
	char link[64];
	ssize_t len = readlinkat(dir, descriptor, link, sizeof(link) - 1);
	struct proc_connection wanted;
	unsigned long long inode;

	if (len < 0)
		return NULL;
	link[len] = '\0';
	if (sscanf(link, "socket:[%llu]", &inode) != 1)
		return NULL;
	wanted.inode = inode;
	return bsearch(&wanted, connections->connection, connections->count,
		       sizeof(wanted), compare_inodes);
}

static void find_owned(const char *tgid, struct connections *connections)
{
	char path[32];
	DIR *dir;
	struct dirent *entry;

	snprintf(path, sizeof(path), "/proc/%.15s/fd", tgid);
	dir = opendir(path);
	if (!dir)
		return;
	while ((entry = readdir(dir))) {
		struct proc_connection *connection = find(
			connections, dirfd(dir), entry->d_name);

		if (connection && !process_id_known(connection->process))
			proc_identify((uint32_t)strtoul(tgid, NULL, 10),
				      &connection->process);
	}
	closedir(dir);
}

static void find_owners(struct connections *connections)
{
	DIR *dir = opendir("/proc");
	struct dirent *entry;

	if (!dir)
		return;
	qsort(connections->connection, connections->count,
	      sizeof(*connections->connection), compare_inodes);
	while ((entry = readdir(dir)))
		if (isdigit((unsigned char)entry->d_name[0]))
			find_owned(entry->d_name, connections);
	closedir(dir);
}

static bool is_heard(const struct connections *connections,
		     const struct proc_connection *connection)
{
	for (size_t i = 0; i < connections->listener_count; i++) {
		const struct listener *listener = &connections->listener[i];
		const struct endpoint *local = &listener->local;

		if (listener->netns == connection->netns &&
		    local->port == connection->local.port &&
		    (addr_is_unspecified(&local->addr) ||
		     addr_equal(&local->addr, &connection->local.addr)))
			return true;
	}
	return false;
}

int proc_connections_visit(const struct proc_connection_wish *wish,
			   void (*fn)(const struct proc_connection *connection,
				      void *context),
			   void *context)
{
	struct connections connections = {.wish = wish};
	int err = netns_visit(collect, &connections);

	/* Often there are none, and a machine may have many descriptors. */
	if (wish->with_owners && connections.count)
		find_owners(&connections);
	for (size_t i = 0; i < connections.count; i++) {
		struct proc_connection *connection = &connections.connection[i];

		connection->is_inbound = is_heard(&connections, connection);
		fn(connection, context);
	}
	free(connections.connection);
	free(connections.listener);
	return err ? err : connections.error;
}
