// SPDX-License-Identifier: MIT
#include "attribution_fixture.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/un.h>

/* Added to the number of a process: not the one that it asks questions from. */
static uint64_t own_socket = 1000;

static struct record_call call_of(struct actor who, uint32_t call)
{
	return (struct record_call){
		.begun = connect_of(who, who.tgid + own_socket, 4000, "0.0.0.0",
				    0, now_ns - MS),
		.call = call,
		.fd = 3,
		.family = AF_INET,
		.type = SOCK_STREAM,
	};
}

static const struct event_socket *returns(struct record_call *record)
{
	size_t before = told_count;

	record->begun.header.size = sizeof(*record);
	hand_on(record, RECORD_SOCKET_CALL);
	ck_assert_uint_eq(told_count, before + 1);
	return &last_told()->event.socket;
}

static void give(struct record_call *record, const void *bytes, size_t len)
{
	record->given_len = (uint32_t)len;
	memcpy(record->given, bytes, len);
}

static void give_v4(struct record_call *record, const char *addr, uint16_t port)
{
	struct sockaddr_in to = {.sin_family = AF_INET,
				 .sin_port = htons(port)};

	ck_assert_int_eq(inet_pton(AF_INET, addr, &to.sin_addr), 1);
	give(record, &to, sizeof(to));
}

static const struct event_socket *connects_to(struct actor who,
					      const char *addr, int error)
{
	struct record_call record = call_of(who, SOCKET_CONNECT);

	record.error = error;
	give_v4(&record, addr, 80);
	if (!error || error == EINPROGRESS) {
		struct addr to = address(addr);

		memcpy(record.begun.socket.remote, to.bytes, sizeof(to.bytes));
		record.begun.socket.remote_port = 80;
	}
	return returns(&record);
}

static void makes(struct actor who, uint32_t call)
{
	struct record_call record = call_of(who, call);

	returns(&record);
}

static const struct event_socket *closes(struct actor who)
{
	struct record_close record = {
		.closed = connect_of(who, who.tgid + own_socket, 4000,
				     "192.0.2.1", 80, now_ns),
		.family = AF_INET,
		.type = SOCK_STREAM,
		.counts = {.bytes_out = 75, .bytes_in = 5, .rtt_us = 250},
	};

	record.closed.header.size = sizeof(record);
	hand_on(&record, RECORD_SOCKET_CLOSE);
	ck_assert_int_eq(last_told()->event.kind, EVENT_SOCKET_CLOSE);
	return &last_told()->event.socket;
}

START_TEST(each_call_is_told_with_who_and_what)
{
	static const enum event_kind kinds[] = {
		0,
		EVENT_SOCKET_CREATE,
		EVENT_SOCKET_BIND,
		EVENT_SOCKET_LISTEN,
		EVENT_SOCKET_ACCEPT,
		EVENT_SOCKET_CONNECT,
		EVENT_SOCKET_SETSOCKOPT,
	};

	setup();
	for (uint32_t call = SOCKET_CREATE; call <= SOCKET_SETSOCKOPT; call++) {
		struct record_call record = call_of(actor(2), call);
		const struct event_socket *socket;

		record.argument[0] = 7;
		socket = returns(&record);
		ck_assert_int_eq(last_told()->event.kind, kinds[call]);
		ck_assert_uint_eq(last_told()->event.process.id.tgid, 2);
		ck_assert_str_eq(last_told()->comm, "comm-2");
		ck_assert_uint_eq(last_told()->event.time_ns,
				  record.begun.begun_ns);
		ck_assert_int_eq(socket->fd, 3);
		ck_assert_uint_eq(socket->family, AF_INET);
		ck_assert_uint_eq(socket->type, SOCK_STREAM);
		ck_assert_int_eq(socket->connection.result, EVENT_RESULT_DONE);
		ck_assert(!event_has_duration(&socket->connection));
		ck_assert_uint_eq(socket->backlog,
				  call == SOCKET_LISTEN ? 7 : 0);
		ck_assert(socket->connection.is_inbound ==
			  (call == SOCKET_ACCEPT));
	}
	teardown();
}
END_TEST

START_TEST(what_does_not_exist_is_no_call)
{
	struct record_call record = call_of(actor(2), 0);

	setup();
	record.begun.header.size = sizeof(record);
	hand_on(&record, RECORD_SOCKET_CALL);
	record.call = SOCKET_SETSOCKOPT + 1;
	hand_on(&record, RECORD_SOCKET_CALL);
	record.call = UINT32_MAX;
	hand_on(&record, RECORD_SOCKET_CALL);
	ck_assert_uint_eq(told_count, 0);
	teardown();
}
END_TEST

START_TEST(a_refusal_has_its_error_and_what_was_asked_for)
{
	struct record_call record = call_of(actor(2), SOCKET_BIND);
	const struct event_socket *socket;
	struct endpoint wanted = {address("127.0.0.1"), 8080};

	setup();
	record.error = EADDRINUSE;
	give_v4(&record, "127.0.0.1", 8080);
	socket = returns(&record);
	ck_assert_int_eq(socket->connection.result, EVENT_RESULT_FAILED);
	ck_assert_int_eq(socket->connection.error, EADDRINUSE);
	ck_assert(endpoint_equal(&socket->connection.local, &wanted));
	/* One that worked says where it is. */
	record.error = 0;
	socket = returns(&record);
	ck_assert_uint_eq(socket->connection.local.port, 4000);

	record = call_of(actor(2), SOCKET_CREATE);
	record.error = EPROTONOSUPPORT;
	ck_assert_int_eq(returns(&record)->fd, -1);
	teardown();
}
END_TEST

START_TEST(addresses_are_read_as_far_as_they_go)
{
	struct record_call record = call_of(actor(2), SOCKET_CONNECT);
	struct sockaddr_in6 v6 = {
		.sin6_family = AF_INET6,
		.sin6_port = htons(443),
		.sin6_addr = {.s6_addr = {0x20, 1, 13, 0xb8}}};
	struct sockaddr_in v4 = {.sin_family = AF_INET, .sin_port = htons(443)};
	struct endpoint six = {address("2001:db8::"), 443};

	setup();
	record.family = AF_INET6;
	give(&record, &v6, sizeof(v6));
	ck_assert(endpoint_equal(&returns(&record)->connection.remote, &six));
	give(&record, &v6, 24);
	ck_assert(endpoint_equal(&returns(&record)->connection.remote, &six));
	give(&record, &v6, 23);
	ck_assert(!event_has_place(&returns(&record)->connection.remote));
	give(&record, &v4, sizeof(v4) - 1);
	ck_assert(!event_has_place(&returns(&record)->connection.remote));
	/* With room for any. */
	give_v4(&record, "192.0.2.1", 80);
	record.given_len = 128;
	ck_assert_uint_eq(returns(&record)->connection.remote.port, 80);
	/* Not one of IP: it is disconnected. */
	memset(record.given, 0, sizeof(record.given));
	ck_assert(!event_has_place(&returns(&record)->connection.remote));
	teardown();
}
END_TEST

static char path_told[RECORD_GIVEN_LEN];

static void note_path(struct event *event, void *context)
{
	(void)context;
	copy_text(path_told, sizeof(path_told),
		  event->socket.path ? event->socket.path : "none");
	if (event->socket.text)
		copy_text(path_told, sizeof(path_told), event->socket.text);
}

/* An attribution of its own, as texts are gone after the call. */
static const char *told_text(struct record_call *record)
{
	struct attribution_options own = {
		.max_names = 10, .ports = DNS_PORTS_USUAL, .fn = note_path};
	struct attribution *before = attribution;

	ck_assert_int_eq(attribution_create(&own, &attribution), 0);
	record->begun.header.size = sizeof(*record);
	strcpy(path_told, "nothing told");
	hand_on(record, RECORD_SOCKET_CALL);
	attribution_destroy(attribution);
	attribution = before;
	return path_told;
}

START_TEST(unix_sockets_have_paths)
{
	struct record_call record = call_of(actor(2), SOCKET_BIND);
	struct sockaddr_un addr = {.sun_family = AF_UNIX};

	setup();
	record.family = AF_UNIX;
	strcpy(addr.sun_path, "/run/a");
	give(&record, &addr, 2 + 7);
	ck_assert_str_eq(told_text(&record), "/run/a");
	/* Without a NUL, and with room for more. */
	give(&record, &addr, 2 + 4);
	ck_assert_str_eq(told_text(&record), "/run");
	give(&record, &addr, sizeof(addr));
	ck_assert_str_eq(told_text(&record), "/run/a");
	memset(addr.sun_path, 'x', sizeof(addr.sun_path));
	give(&record, &addr, sizeof(addr));
	ck_assert_uint_eq(strlen(told_text(&record)), sizeof(addr.sun_path));
	memcpy(addr.sun_path, "\0a\0b", 4);
	give(&record, &addr, 2 + 4);
	ck_assert_str_eq(told_text(&record), "@a@b");
	/* It is to have a name of the kernel's choice. */
	give(&record, &addr, 2);
	ck_assert_str_eq(told_text(&record), "none");
	record.given_len = 0;
	ck_assert_str_eq(told_text(&record), "none");
	record.given_len = UINT32_MAX;
	memset(record.given, 'y', sizeof(record.given));
	ck_assert_uint_eq(strlen(told_text(&record)), RECORD_GIVEN_LEN - 1 - 2);
	/* What listens was bound before. */
	record.call = SOCKET_LISTEN;
	ck_assert_str_eq(told_text(&record), "none");
	teardown();
}
END_TEST

static const struct event_socket *sets(uint32_t level, uint32_t option,
				       const void *value, size_t len)
{
	static struct record_call record;

	record = call_of(actor(2), SOCKET_SETSOCKOPT);
	record.argument[0] = level;
	record.argument[1] = option;
	give(&record, value, len);
	return returns(&record);
}

START_TEST(options_have_numbers_or_texts)
{
	const struct event_socket *socket;
	const int32_t number = -7;
	const uint8_t byte = 200;
	struct record_call record = call_of(actor(2), SOCKET_SETSOCKOPT);

	setup();
	socket = sets(SOL_SOCKET, SO_RCVBUF, &number, sizeof(number));
	ck_assert_uint_eq(socket->level, SOL_SOCKET);
	ck_assert_uint_eq(socket->option, SO_RCVBUF);
	ck_assert(socket->has_number);
	ck_assert_int_eq(socket->number, -7);
	socket = sets(IPPROTO_IP, IP_MULTICAST_TTL, &byte, 1);
	ck_assert(socket->has_number);
	ck_assert_int_eq(socket->number, 200);
	socket = sets(SOL_SOCKET, SO_LINGER, "12345678", 8);
	ck_assert(!socket->has_number);
	ck_assert_ptr_null(socket->text);
	ck_assert(!sets(SOL_SOCKET, SO_RCVBUF, "", 0)->has_number);
	/* A text of four bytes is no number. */
	record.argument[0] = IPPROTO_TCP;
	record.argument[1] = TCP_CONGESTION;
	give(&record, "reno", 4);
	ck_assert_str_eq(told_text(&record), "reno");
	ck_assert(!sets(IPPROTO_TCP, TCP_CONGESTION, "reno", 4)->has_number);
	teardown();
}
END_TEST

START_TEST(a_connect_has_the_name_from_before_it)
{
	struct actor who = actor(2);

	setup();
	resolves(who, "web.example", "192.0.2.1");
	connects_to(who, "192.0.2.1", EINPROGRESS);
	ck_assert_str_eq(last_told()->name, "web.example");
	connects_to(who, "192.0.2.2", 0);
	ck_assert_str_eq(last_told()->name, "");
	/* What others asked for is no name of a bind. */
	makes(who, SOCKET_BIND);
	ck_assert_str_eq(last_told()->name, "");
	teardown();
}
END_TEST

START_TEST(an_end_knows_the_beginning)
{
	struct actor who = actor(2);
	const struct event_socket *socket;
	uint64_t made_ns = now_ns;

	setup();
	resolves(who, "web.example", "192.0.2.1");
	made_ns = now_ns;
	makes(who, SOCKET_CREATE);
	connects_to(who, "192.0.2.1", 0);
	resolves(who, "other.example", "192.0.2.1");
	socket = closes(who);
	ck_assert_str_eq(last_told()->name, "web.example");
	ck_assert_int_eq(socket->connection.result, EVENT_RESULT_CLOSED);
	ck_assert(event_has_duration(&socket->connection));
	ck_assert_uint_eq(socket->connection.duration_ns,
			  now_ns - MS - made_ns);
	ck_assert(!socket->connection.is_inbound);
	ck_assert_int_eq(socket->fd, -1);
	ck_assert_uint_eq(socket->family, AF_INET);
	ck_assert_uint_eq(socket->connection.traffic.bytes_out, 75);
	ck_assert_uint_eq(socket->connection.traffic.bytes_in, 5);
	ck_assert_uint_eq(socket->connection.traffic.rtt_us, 250);
	/* The next one with its number is another. */
	socket = closes(who);
	ck_assert_str_eq(last_told()->name, "");
	ck_assert(!event_has_duration(&socket->connection));
	teardown();
}
END_TEST

/* Two threads that were told of one address are served once each. */
START_TEST(a_call_has_the_name_of_its_connect_and_takes_no_other)
{
	struct actor one = actor(2), two = actor(2), three = actor(2);

	own_socket = 0; /* that of connects() */
	setup();
	two.tid = 77;
	three.tid = 78;
	resolves(one, "one.example", "192.0.2.1");
	resolves(two, "two.example", "192.0.2.1");
	makes(one, SOCKET_CREATE);
	connects(one, "192.0.2.1");
	ck_assert_str_eq(last_told()->name, "one.example");
	connects_to(one, "192.0.2.1", 0);
	ck_assert_str_eq(last_told()->name, "one.example");
	resolves(three, "three.example", "192.0.2.1");
	connects(two, "192.0.2.1");
	ck_assert_str_eq(last_told()->name, "two.example");
	teardown();
}
END_TEST

/* As when addresses are sorted: that takes nothing from the connect. */
START_TEST(connected_datagram_sockets_leave_names_alone)
{
	struct actor one = actor(2), two = actor(2);
	struct record_call record = call_of(one, SOCKET_CONNECT);

	setup();
	two.tid = 77;
	resolves(one, "one.example", "192.0.2.1");
	resolves(two, "two.example", "192.0.2.1");
	record = call_of(one, SOCKET_CONNECT);
	record.begun.socket.id = 99;
	record.type = SOCK_DGRAM;
	give_v4(&record, "192.0.2.1", 80);
	returns(&record);
	ck_assert_str_eq(last_told()->name, "one.example");
	connects(one, "192.0.2.1");
	ck_assert_str_eq(last_told()->name, "one.example");
	connects(two, "192.0.2.1");
	ck_assert_str_eq(last_told()->name, "two.example");
	teardown();
}
END_TEST

START_TEST(what_is_asked_of_a_connected_socket_has_its_name)
{
	struct actor who = actor(2);
	struct record_call record;

	setup();
	resolves(who, "web.example", "192.0.2.1");
	makes(who, SOCKET_CREATE);
	connects_to(who, "192.0.2.1", 0);
	record = call_of(who, SOCKET_SETSOCKOPT);
	record.begun.socket = connect_of(who, who.tgid + own_socket, 4000,
					 "192.0.2.1", 80, now_ns)
				      .socket;
	returns(&record);
	ck_assert_str_eq(last_told()->name, "web.example");
	/* Connected to somebody else meanwhile. */
	record.begun.socket.remote_port = 81;
	returns(&record);
	ck_assert_str_eq(last_told()->name, "");
	teardown();
}
END_TEST

START_TEST(a_failure_changes_nothing_about_the_socket)
{
	struct actor who = actor(2);
	struct record_call record;
	uint64_t made_ns;

	setup();
	made_ns = now_ns;
	makes(who, SOCKET_CREATE);
	record = call_of(who, SOCKET_ACCEPT);
	record.error = EMFILE;
	ck_assert(!returns(&record)->connection.is_inbound);
	resolves(who, "web.example", "192.0.2.1");
	connects_to(who, "192.0.2.1", EISCONN);
	ck_assert_uint_eq(closes(who)->connection.duration_ns,
			  now_ns - MS - made_ns);
	ck_assert(!last_told()->event.connection.is_inbound);
	ck_assert_str_eq(last_told()->name, "");
	teardown();
}
END_TEST

START_TEST(raw_sockets_have_no_ports)
{
	struct record_call record = call_of(actor(2), SOCKET_CREATE);

	setup();
	record = call_of(actor(2), SOCKET_CREATE);
	record.type = SOCK_RAW;
	record.begun.socket.local_port = IPPROTO_ICMP;
	ck_assert_uint_eq(returns(&record)->connection.local.port, 0);
	teardown();
}
END_TEST

START_TEST(what_was_accepted_ends_inbound)
{
	setup();
	makes(actor(2), SOCKET_ACCEPT);
	ck_assert(closes(actor(2))->connection.is_inbound);
	teardown();
}
END_TEST

START_TEST(an_end_without_a_peer_has_none)
{
	struct record_close record = {
		.closed = connect_of(actor(2), 2, 4000, "192.0.2.1", 0, now_ns),
		.type = SOCK_STREAM,
	};

	setup();
	record.closed.header.size = sizeof(record);
	hand_on(&record, RECORD_SOCKET_CLOSE);
	ck_assert(!event_has_place(&last_told()->event.connection.remote));
	record.type = SOCK_RAW;
	hand_on(&record, RECORD_SOCKET_CLOSE);
	ck_assert(event_has_place(&last_told()->event.connection.remote));
	teardown();
}
END_TEST

SUITE_MAIN("attribution/calls", each_call_is_told_with_who_and_what,
	   what_does_not_exist_is_no_call,
	   a_refusal_has_its_error_and_what_was_asked_for,
	   addresses_are_read_as_far_as_they_go, unix_sockets_have_paths,
	   options_have_numbers_or_texts, a_connect_has_the_name_from_before_it,
	   an_end_knows_the_beginning,
	   a_call_has_the_name_of_its_connect_and_takes_no_other,
	   connected_datagram_sockets_leave_names_alone,
	   what_is_asked_of_a_connected_socket_has_its_name,
	   a_failure_changes_nothing_about_the_socket,
	   raw_sockets_have_no_ports, what_was_accepted_ends_inbound,
	   an_end_without_a_peer_has_none)
