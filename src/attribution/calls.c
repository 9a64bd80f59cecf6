// SPDX-License-Identifier: MIT
/*
 * What programs ask of sockets by name, call by call, and their end.
 */
#include "attribution/state.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>

_Static_assert(RECORD_GIVEN_LEN > sizeof(struct sockaddr_un),
	       "an address may not have room");

static const enum event_kind kinds[] = {
	[SOCKET_CREATE] = EVENT_SOCKET_CREATE,
	[SOCKET_BIND] = EVENT_SOCKET_BIND,
	[SOCKET_LISTEN] = EVENT_SOCKET_LISTEN,
	[SOCKET_ACCEPT] = EVENT_SOCKET_ACCEPT,
	[SOCKET_CONNECT] = EVENT_SOCKET_CONNECT,
	[SOCKET_SETSOCKOPT] = EVENT_SOCKET_SETSOCKOPT,
};

#define KINDS (sizeof(kinds) / sizeof(kinds[0]))

static size_t given_len(const struct record_call *record)
{
	/* One byte is left over for a NUL. */
	return record->given_len < RECORD_GIVEN_LEN ? record->given_len
						    : RECORD_GIVEN_LEN - 1;
}

/* The address that the program gave. False: it is none of IP. */
static bool read_given(const struct record_call *record, struct endpoint *ret)
{
	struct sockaddr_in v4;
	struct sockaddr_in6 v6;

	memcpy(&v4, record->given, sizeof(v4));
	memcpy(&v6, record->given, sizeof(v6));
	if (v4.sin_family == AF_INET && given_len(record) >= sizeof(v4)) {
		ret->addr = addr_from_v4(&v4.sin_addr);
		ret->port = ntohs(v4.sin_port);
		return true;
	}
	/* RFC 2133 had it without a scope. */
	if (v6.sin6_family == AF_INET6 &&
	    given_len(record) >= offsetof(struct sockaddr_in6, sin6_scope_id)) {
		ret->addr = addr_from_v6(&v6.sin6_addr);
		ret->port = ntohs(v6.sin6_port);
		return true;
	}
	return false;
}

/* The path of a unix socket, as ss(8) has it. NULL: there is none. */
static const char *read_path(const struct record_call *record,
			     char path[RECORD_GIVEN_LEN])
{
	const size_t head = offsetof(struct sockaddr_un, sun_path);
	size_t len = given_len(record);

	if ((record->call != SOCKET_BIND && record->call != SOCKET_CONNECT) ||
	    record->family != AF_UNIX || len <= head)
		return NULL;
	len -= head;
	memcpy(path, record->given + head, len);
	path[len] = '\0';
	if (*path)
		return path;
	/* An abstract one begins with a NUL, and may have more. */
	for (size_t i = 0; i < len; i++)
		if (!path[i])
			path[i] = '@';
	return path;
}

static bool is_text_option(uint32_t level, uint32_t option)
{
	return (level == SOL_SOCKET && option == SO_BINDTODEVICE) ||
	       (level == IPPROTO_TCP &&
		(option == TCP_CONGESTION || option == TCP_ULP));
}

static void read_option(const struct record_call *record,
			struct event_socket *ret, char text[RECORD_GIVEN_LEN])
{
	size_t len = given_len(record);
	int32_t number;

	ret->level = record->argument[0];
	ret->option = record->argument[1];
	memcpy(text, record->given, len);
	text[len] = '\0';
	if (is_text_option(ret->level, ret->option)) {
		ret->text = text;
		return;
	}
	ret->has_number = len == 1 || len == sizeof(number);
	memcpy(&number, record->given, sizeof(number));
	ret->number = len == 1 ? record->given[0] : number;
}

static bool is_ip(uint16_t family)
{
	return family == AF_INET || family == AF_INET6;
}

/* A connect has begun: later on the memory may say something else. */
static bool is_connected(const struct record_call *record)
{
	return record->begun.socket.remote_port &&
	       (!record->error || record->error == EINPROGRESS);
}

static void describe_ends(const struct record_call *record,
			  struct event_connection *ret)
{
	static const struct endpoint none;

	if (!is_ip(record->family)) {
		ret->local = none;
		ret->remote = none;
		return;
	}
	/* It is the number of a protocol. */
	if (record->type == SOCK_RAW)
		ret->local.port = 0;
	if (record->call == SOCKET_BIND && record->error)
		read_given(record, &ret->local);
	if (record->call == SOCKET_ACCEPT && !record->error)
		ret->is_inbound = true;
	if (record->call == SOCKET_CONNECT && !is_connected(record)) {
		ret->remote = none;
		read_given(record, &ret->remote);
	}
}

void calls_note_name(struct attribution *attribution,
		     const struct record_connect *record,
		     const struct names_choice *choice)
{
	const struct opening *before;
	struct opening opening = {
		.socket = record->socket.id,
		.remote = attribution_remote(&record->socket),
		.via = choice->via,
		.is_stale = choice->stale,
		.is_unsure = choice->unsure,
		.candidates = choice->candidates,
		.name = choice->name,
	};

	/* A flow of datagrams begins a little later. */
	if (!attribution->options.with_calls &&
	    !(attribution->options.with_flows &&
	      record->socket.protocol == IPPROTO_UDP))
		return;
	before = opening_find(attribution->openings, record->socket.id);
	if (before) {
		opening.made_ns = before->made_ns;
		opening.is_inbound = before->is_inbound;
	}
	if (opening_note(attribution->openings, &opening))
		attribution->no_memory++;
}

bool calls_find_name(struct attribution *attribution, uint64_t socket_id,
		     const struct endpoint *remote, struct names_choice *ret)
{
	const struct opening *opening = opening_find(attribution->openings,
						     socket_id);

	memset(ret, 0, sizeof(*ret));
	if (!opening || !endpoint_equal(&opening->remote, remote))
		return false;
	ret->via = (enum names_via)opening->via;
	ret->name = opening->name;
	ret->stale = opening->is_stale;
	ret->unsure = opening->is_unsure;
	ret->candidates = opening->candidates;
	return true;
}

/*
 * What a socket is connected to has the name that the connect had. TCP's was
 * told of by now; of datagrams it is told when they are sent.
 */
static void describe_name(struct attribution *attribution,
			  const struct record_call *record,
			  struct event_connection *ret)
{
	struct record_connect connect = record->begun;

	if (!event_has_place(&ret->remote) ||
	    calls_find_name(attribution, connect.socket.id, &ret->remote,
			    &ret->choice) ||
	    record->call != SOCKET_CONNECT)
		return;
	memcpy(connect.socket.remote, ret->remote.addr.bytes,
	       sizeof(connect.socket.remote));
	connect.socket.remote_port = ret->remote.port;
	attribution_look_name(attribution, &connect, &ret->choice);
	if (is_connected(record))
		calls_note_name(attribution, &connect, &ret->choice);
}

/* A socket was made: its end is to be told with that. */
static void note_opening(struct attribution *attribution,
			 const struct record_call *record,
			 const struct event_connection *connection)
{
	struct opening opening = {
		.socket = record->begun.socket.id,
		.made_ns = record->begun.header.time_ns,
		.is_inbound = connection->is_inbound,
		.remote = connection->remote,
	};

	/* Others are not told of at their end. */
	if (record->error || !is_ip(record->family) ||
	    (record->call != SOCKET_CREATE && record->call != SOCKET_ACCEPT))
		return;
	if (opening_note(attribution->openings, &opening))
		attribution->no_memory++;
}

void calls_returned(struct attribution *attribution,
		    const struct record_call *record)
{
	struct event event;
	struct event_socket *socket = &event.socket;
	char path[RECORD_GIVEN_LEN], text[RECORD_GIVEN_LEN];

	if (!record->call || record->call >= KINDS)
		return;
	attribution_begin_event(attribution, &record->begun, &event);
	event.kind = kinds[record->call];
	socket->connection.result = record->error ? EVENT_RESULT_FAILED
						  : EVENT_RESULT_DONE;
	socket->connection.error = record->error;
	socket->connection.is_old = true; /* how long it took says nothing */
	describe_ends(record, &socket->connection);
	describe_name(attribution, record, &socket->connection);
	socket->fd = record->error && record->call == SOCKET_CREATE
			     ? -1
			     : record->fd;
	socket->family = record->family;
	socket->type = record->type;
	socket->path = read_path(record, path);
	if (record->call == SOCKET_LISTEN)
		socket->backlog = record->argument[0];
	if (record->call == SOCKET_SETSOCKOPT)
		read_option(record, socket, text);
	note_opening(attribution, record, &socket->connection);
	attribution_emit(attribution, &event);
}

/* What is known of it when it is closed. */
static void describe_opening(struct attribution *attribution,
			     const struct record_close *record,
			     struct event_connection *ret)
{
	uint64_t closed_ns = record->closed.header.time_ns;
	uint64_t id = record->closed.socket.id;
	const struct opening *opening = opening_find(attribution->openings, id);

	ret->is_old = !opening || !opening->made_ns;
	if (!opening)
		return;
	if (closed_ns > opening->made_ns)
		ret->duration_ns = closed_ns - opening->made_ns;
	ret->is_inbound = opening->is_inbound;
	if (event_has_place(&ret->remote))
		calls_find_name(attribution, id, &ret->remote, &ret->choice);
}

void calls_closed(struct attribution *attribution,
		  const struct record_close *record)
{
	static const struct endpoint none;
	struct event event;
	struct event_socket *socket = &event.socket;
	struct event_connection *connection = &socket->connection;

	attribution_begin_event(attribution, &record->closed, &event);
	event.kind = EVENT_SOCKET_CLOSE;
	socket->fd = -1;
	socket->family = record->family;
	socket->type = record->type;
	if (socket->type == SOCK_RAW)
		connection->local.port = 0;
	/* A connect has failed: the kernel keeps only the address. */
	else if (!connection->remote.port)
		connection->remote = none;
	connection->result = EVENT_RESULT_CLOSED;
	connection->traffic = flows_traffic(&record->counts);
	describe_opening(attribution, record, connection);
	attribution_emit(attribution, &event);
	opening_forget(attribution->openings, record->closed.socket.id);
}
