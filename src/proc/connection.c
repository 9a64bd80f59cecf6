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
#include <linux/sock_diag.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* What the kernel fills at once (NLMSG_GOODSIZE, or this if we have it). */
#define REPLY_LEN 32768

/* More connections to DNS servers are not looked at: it would take long. */
#define CONNECTIONS_MAX 4096

struct connections {
	const struct dns_ports *ports;
	size_t count, room;
	struct proc_connection *connection;
};

static int request(int fd, uint8_t family)
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
		.diag.idiag_states = 1u << TCP_ESTABLISHED,
	};

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

/* 0, or -ENOMEM. */
static int add(struct connections *connections, uint32_t netns,
	       const struct inet_diag_msg *diag)
{
	const struct inet_diag_sockid *id = &diag->id;
	struct proc_connection *connection;

	if (!dns_ports_have(connections->ports, ntohs(id->idiag_dport)) ||
	    connections->count == CONNECTIONS_MAX)
		return 0;
	if (connections->count == connections->room) {
		size_t room = connections->room ? connections->room * 2 : 16;

		connection = reallocarray(connections->connection, room,
					  sizeof(*connection));
		if (!connection)
			return -ENOMEM;
		connections->connection = connection;
		connections->room = room;
	}
	connections->connection[connections->count++] =
		(struct proc_connection){
			.netns = netns,
			.local = endpoint_of(diag->idiag_family, id->idiag_src,
					     id->idiag_sport),
			.remote = endpoint_of(diag->idiag_family, id->idiag_dst,
					      id->idiag_dport),
			.inode = diag->idiag_inode,
		};
	return 0;
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
			err = add(connections, netns, data);
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
	int err = request(fd, family);

	while (!err) {
		ssize_t len = recv(fd, &reply, sizeof(reply), 0);

		err = len < 0 ? -errno
			      : take_reply(connections, netns, &reply.header,
					   (size_t)len);
	}
	return err < 0 ? err : 0;
}

static int collect(uint32_t netns, void *context)
{
	_cleanup_close_ int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC,
					NETLINK_SOCK_DIAG);
	int err;

	if (fd < 0)
		return -errno;
	err = dump(context, netns, fd, AF_INET);
	return err ? err : dump(context, netns, fd, AF_INET6);
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

int proc_connections_visit(const struct dns_ports *ports,
			   void (*fn)(const struct proc_connection *connection,
				      void *context),
			   void *context)
{
	struct connections connections = {.ports = ports};
	int err = netns_visit(collect, &connections);

	/* Mostly there are none, and a machine may have many descriptors. */
	if (connections.count)
		find_owners(&connections);
	for (size_t i = 0; i < connections.count; i++)
		if (process_id_known(connections.connection[i].process))
			fn(&connections.connection[i], context);
	free(connections.connection);
	return err;
}
