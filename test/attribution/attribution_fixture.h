/* SPDX-License-Identifier: MIT */
#ifndef TEST_ATTRIBUTION_ATTRIBUTION_FIXTURE_H
#define TEST_ATTRIBUTION_ATTRIBUTION_FIXTURE_H

#include "attribution/attribution.h"

#include "suite.h"

#include <netinet/in.h>
#include <stdio.h>
#include <string.h>

/*
 * What the suites over attribution.h share: records and packets made by hand,
 * each a millisecond after the one before, and the events that come of them.
 */

#define MS     UINT64_C(1000000)
#define SECOND (1000 * MS)

#define TOLD_MAX 64

/* An event's content, kept past the call that told it. */
struct told {
	struct event event;
	char comm[RECORD_COMM_LEN];
	char executable[64];
	char name[256]; /* of a connection, or asked for */
};

static struct attribution *attribution;
static uint64_t now_ns;
static bool with_flows; /* for setup() */
static bool with_programs;
static size_t told_count; /* may be more than are kept */
static struct told told[TOLD_MAX];

static inline void copy_text(char *to, size_t size, const char *from)
{
	size_t len = from ? strlen(from) : 0;

	if (len >= size)
		len = size - 1;
	memcpy(to, from ? from : "", len);
	to[len] = '\0';
}

static inline void note(struct event *event, void *context)
{
	struct told *to = &told[told_count % TOLD_MAX];

	ck_assert_ptr_eq(context, &told_count);
	memset(to, 0, sizeof(*to));
	to->event = *event;
	copy_text(to->comm, sizeof(to->comm), event->process.comm);
	copy_text(to->executable, sizeof(to->executable),
		  event->process.executable);
	if (event->kind <= EVENT_DNS_TIMEOUT)
		copy_text(to->name, sizeof(to->name), event->dns.message->name);
	else if (event->kind < EVENT_PROCESS_PACKET ||
		 event->kind == EVENT_FLOW || event_is_of_socket(event->kind))
		copy_text(to->name, sizeof(to->name),
			  event->connection.choice.name);
	told_count++;
}

static inline void setup(void)
{
	struct attribution_options options = {
		.max_names = 1000,
		.with_flows = with_flows,
		.with_programs = with_programs,
		.with_calls = true,
		.ports = DNS_PORTS_USUAL,
		.fn = note,
		.context = &told_count,
	};

	ck_assert_int_eq(attribution_create(&options, &attribution), 0);
	now_ns = 100 * SECOND;
	told_count = 0;
}

static inline void teardown(void)
{
	attribution_destroy(attribution);
}

static inline const struct told *last_told(void)
{
	ck_assert_uint_gt(told_count, 0);
	return &told[(told_count - 1) % TOLD_MAX];
}

static inline struct attribution_stats stats(void)
{
	struct attribution_stats stats;

	attribution_get_stats(attribution, &stats);
	return stats;
}

/* A process, and where it is. Its number is also that of its sockets. */
struct actor {
	uint32_t tgid;
	uint32_t tid;
	uint64_t start_ns;
	uint32_t ppid;
	uint64_t parent_start_ns;
	uint64_t cgroup_id;
	uint32_t netns;
	const char *addr;
};

/* One that shares nothing with any other. */
static inline struct actor actor(uint32_t tgid)
{
	return (struct actor){
		.tgid = tgid,
		.tid = tgid + 1,
		.start_ns = tgid * SECOND,
		.ppid = 1,
		.parent_start_ns = SECOND,
		.cgroup_id = 100 + tgid,
		.netns = 1000 + tgid,
		.addr = "10.0.0.1",
	};
}

static inline struct actor child_of(struct actor parent, uint32_t tgid)
{
	struct actor child = parent;

	child.tgid = tgid;
	child.tid = tgid;
	child.start_ns = tgid * SECOND;
	child.ppid = parent.tgid;
	child.parent_start_ns = parent.start_ns;
	return child;
}

static inline struct addr address(const char *text)
{
	struct addr addr;

	ck_assert_int_eq(addr_parse(text, &addr), 0);
	return addr;
}

static inline struct record_task task_of(struct actor who)
{
	struct record_task task = {
		.tgid = who.tgid,
		.tid = who.tid,
		.ppid = who.ppid,
		.uid = 1000,
		.start_ns = who.start_ns,
		.parent_start_ns = who.parent_start_ns,
		.cgroup_id = who.cgroup_id,
	};

	snprintf(task.comm, sizeof(task.comm), "comm-%u", who.tgid);
	return task;
}

static inline struct record_connect connect_of(
	struct actor who, uint64_t socket_id, uint16_t local_port,
	const char *remote, uint16_t remote_port, uint64_t begun_ns)
{
	struct record_connect record = {
		.header = {.size = sizeof(record), .time_ns = now_ns},
		.task = task_of(who),
		.socket = {.id = socket_id,
			   .netns = who.netns,
			   .local_port = local_port,
			   .remote_port = remote_port,
			   .protocol = IPPROTO_TCP},
		.begun_ns = begun_ns,
	};
	struct addr local = address(who.addr), to = address(remote);

	memcpy(record.socket.local, local.bytes, sizeof(local.bytes));
	memcpy(record.socket.remote, to.bytes, sizeof(to.bytes));
	return record;
}

/* Hand a record on, now. */
static inline void hand_on(void *bytes, uint32_t kind)
{
	struct record_header *header = bytes;

	header->kind = kind;
	header->time_ns = now_ns;
	attribution_record(attribution, header);
	now_ns += MS;
}

/* A connect that began at a time; its record comes now. */
static inline void connect_begun(struct actor who, const char *remote,
				 uint64_t begun_ns)
{
	struct record_connect record = connect_of(who, who.tgid, 0, remote, 80,
						  begun_ns);

	hand_on(&record, RECORD_TCP_CONNECT);
}

static inline void connect_ended(struct actor who, uint64_t begun_ns, int error,
				 bool established)
{
	struct record_result record = {
		.header = {.size = sizeof(record)},
		.socket = {.id = who.tgid,
			   .netns = who.netns,
			   .protocol = IPPROTO_TCP},
		.begun_ns = begun_ns,
		.ended_ns = now_ns,
		.error = error,
		.established = established,
	};

	hand_on(&record, RECORD_TCP_RESULT);
}

/* A connect that succeeds; the event of it. */
static inline const struct told *connects(struct actor who, const char *remote)
{
	uint64_t begun_ns = now_ns;

	connect_begun(who, remote, begun_ns);
	connect_ended(who, begun_ns, 0, true);
	return last_told();
}

static inline void forks(struct actor parent, struct actor child)
{
	struct record_fork record = {
		.header = {.size = sizeof(record)},
		.parent_start_ns = parent.start_ns,
		.child_start_ns = child.start_ns,
		.parent_tgid = parent.tgid,
		.child_tgid = child.tgid,
		.parent_tid = parent.tid,
	};

	hand_on(&record, RECORD_FORK);
}

/* path NULL: not known. */
static inline void execs(struct actor who, const char *path)
{
	struct record_exec record = {.task = task_of(who)};

	if (path) {
		snprintf(record.path, sizeof(record.path), "%s", path);
		record.path_len = (uint32_t)strlen(path) + 1;
	}
	memcpy(record.args, "a\0b", 4);
	record.args_len = 4;
	record.header.size = offsetof(struct record_exec, args) + 4;
	hand_on(&record, RECORD_EXEC);
}

/* The first datagram of a socket on an address to a name server, or others. */
static inline void sends(struct actor who, uint16_t port, const char *remote,
			 uint16_t remote_port)
{
	struct record_connect record = connect_of(who, who.tgid, port, remote,
						  remote_port, now_ns);

	record.socket.protocol = IPPROTO_UDP;
	hand_on(&record, RECORD_SEND);
}

#define SERVER "192.0.2.53"

/* A message on a wire, seen in a namespace. */
struct sight {
	uint32_t netns;
	const char *client;
	uint16_t port;
	uint16_t id;
	const char *name;
	const char *addr; /* an answer with this; NULL: a question */
	uint8_t direction;
	uint32_t ifindex;
	uint64_t socket_id;
};

static inline size_t put_name(uint8_t *to, const char *name)
{
	uint8_t *start = to;

	while (*name) {
		size_t len = strcspn(name, ".");

		*to++ = (uint8_t)len;
		memcpy(to, name, len);
		to += len;
		name += len + (name[len] == '.');
	}
	*to++ = 0;
	return (size_t)(to - start);
}

/* RFC 1035 4.1 */
static inline size_t put_message(uint8_t *to, const struct sight *sight)
{
	static const uint8_t in_a[] = {0, 1, 0, 1};
	static const uint8_t answer[] = {0xc0, 12, 0, 1,  0, 1,
					 0,    0,  0, 60, 0, 4};
	uint8_t head[12] = {(uint8_t)(sight->id >> 8),
			    (uint8_t)sight->id,
			    sight->addr ? 0x81 : 1,
			    0,
			    0,
			    1,
			    0,
			    sight->addr != NULL};
	size_t len = sizeof(head);
	struct addr addr;

	memcpy(to, head, sizeof(head));
	len += put_name(to + len, sight->name);
	memcpy(to + len, in_a, sizeof(in_a));
	len += sizeof(in_a);
	if (!sight->addr)
		return len;
	addr = address(sight->addr);
	memcpy(to + len, answer, sizeof(answer));
	len += sizeof(answer);
	memcpy(to + len, addr.bytes + 12, 4);
	return len + 4;
}

static inline void see(struct sight sight)
{
	struct endpoint client = {address(sight.client), sight.port};
	struct endpoint server = {address(SERVER), 53};
	uint8_t bytes[512];
	struct packet packet = {
		.source = sight.addr ? server : client,
		.destination = sight.addr ? client : server,
		.protocol = IPPROTO_UDP,
		.direction = sight.direction,
		.ifindex = sight.ifindex,
		.socket_id = sight.socket_id,
		.payload = bytes,
		.payload_len = put_message(bytes, &sight),
	};

	packet.payload_wire = packet.payload_len;
	ck_assert(attribution_wants(attribution, &packet));
	attribution_packet(attribution, now_ns, sight.netns, &packet);
	now_ns += MS;
}

/* Ask and be answered, from a socket of one's own. */
static inline void resolves(struct actor who, const char *name,
			    const char *addr)
{
	static uint16_t port = 20000;
	struct sight sight = {.netns = who.netns,
			      .client = who.addr,
			      .port = ++port,
			      .id = 7,
			      .name = name};

	sends(who, port, SERVER, 53);
	see(sight);
	sight.addr = addr;
	see(sight);
}

#endif
