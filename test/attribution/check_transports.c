// SPDX-License-Identifier: MIT
#include "attribution_fixture.h"

/* Questions and answers that do not come as one datagram in one packet. */

#define WEB	     "192.0.2.80"
#define OTHER_SERVER "192.0.2.54"
#define PORT	     4000

/* A connection to a name server: what both sides have sent so far. */
struct connection {
	struct actor who;
	const char *server;
	uint16_t port;
	uint32_t asked, answered;
};

/* connect() and what comes of it, with the SYN in between. */
static struct connection connects_to(struct actor who, const char *server,
				     uint16_t port, int error)
{
	struct connection connection = {who, server, port, 100, 9000};
	uint64_t begun_ns = now_ns;
	struct record_connect connect = connect_of(who, who.tgid, 0, server, 53,
						   begun_ns);
	struct record_result result = {
		.header = {.size = sizeof(result)},
		.socket = connect.socket,
		.begun_ns = begun_ns,
		.ended_ns = begun_ns + MS,
		.error = error,
		.established = !error,
	};

	hand_on(&connect, RECORD_TCP_CONNECT);
	result.socket.local_port = port;
	hand_on(&result, RECORD_TCP_RESULT);
	return connection;
}

/* One segment with some of a message, which has its length before it. */
static void see_segment(struct connection *connection, bool is_answer,
			const uint8_t *bytes, size_t len)
{
	struct endpoint client = {address(connection->who.addr),
				  connection->port};
	struct endpoint server = {address(connection->server), 53};
	uint32_t *sent = is_answer ? &connection->answered : &connection->asked;
	struct packet packet = {
		.source = is_answer ? server : client,
		.destination = is_answer ? client : server,
		.protocol = IPPROTO_TCP,
		.direction = is_answer ? PACKET_INCOMING : PACKET_OUTGOING,
		.payload = bytes,
		.payload_len = len,
		.payload_wire = len,
		.tcp.sequence = *sent,
	};

	*sent += (uint32_t)len;
	ck_assert(attribution_wants(attribution, &packet));
	attribution_packet(attribution, now_ns, connection->who.netns, &packet);
	now_ns += MS;
}

static size_t put_framed(uint8_t *to, const struct sight *sight)
{
	size_t len = put_message(to + 2, sight);

	to[0] = (uint8_t)(len >> 8);
	to[1] = (uint8_t)len;
	return len + 2;
}

/* addr NULL: a question. */
static void see_over_tcp(struct connection *connection, const char *name,
			 const char *addr)
{
	struct sight sight = {.id = 7, .name = name, .addr = addr};
	uint8_t bytes[512];
	size_t len = put_framed(bytes, &sight);

	see_segment(connection, addr != NULL, bytes, len);
}

static void expect_dns(enum event_kind kind, const char *name, uint32_t tgid,
		       uint8_t protocol)
{
	const struct told *last = last_told();

	ck_assert_int_eq(last->event.kind, kind);
	ck_assert_str_eq(last->name, name);
	ck_assert_uint_eq(last->event.process.id.tgid, tgid);
	ck_assert_uint_eq(last->event.dns.protocol, protocol);
	ck_assert(!last->event.dns.unsolicited);
}

START_TEST(a_question_over_tcp_is_of_who_connected)
{
	struct connection connection;

	setup();
	connection = connects_to(actor(2), SERVER, PORT, 0);
	/* A line as of any other connection. */
	ck_assert_uint_eq(told_count, 1);
	ck_assert_int_eq(last_told()->event.kind, EVENT_PROCESS_TCP_V4);
	see_over_tcp(&connection, "a.example", NULL);
	expect_dns(EVENT_DNS_QUERY, "a.example", 2, IPPROTO_TCP);
	see_over_tcp(&connection, "a.example", WEB);
	expect_dns(EVENT_DNS_ANSWER, "a.example", 2, IPPROTO_TCP);
	ck_assert_uint_eq(last_told()->event.dns.latency_ns, MS);
	resolves(actor(3), "newer.example", WEB);
	ck_assert_str_eq(connects(actor(2), WEB)->name, "a.example");
	ck_assert_int_eq(last_told()->event.connection.choice.via,
			 NAMES_VIA_PROCESS);
	ck_assert_uint_eq(stats().assembly.streams.messages, 2);
	teardown();
}
END_TEST

START_TEST(an_answer_counts_when_its_last_segment_has_come)
{
	struct sight sight = {.id = 7, .name = "a.example", .addr = WEB};
	struct connection connection;
	uint8_t bytes[512];
	size_t len;
	uint64_t begun_ns;

	setup();
	connection = connects_to(actor(2), SERVER, PORT, 0);
	see_over_tcp(&connection, "a.example", NULL);
	len = put_framed(bytes, &sight);
	see_segment(&connection, true, bytes, len - 1);
	begun_ns = now_ns;
	connect_begun(actor(2), WEB, begun_ns);
	see_segment(&connection, true, bytes + len - 1, 1);
	expect_dns(EVENT_DNS_ANSWER, "a.example", 2, IPPROTO_TCP);
	connect_ended(actor(2), begun_ns, 0, true);
	ck_assert_str_eq(last_told()->name, "");
	ck_assert_str_eq(connects(actor(2), WEB)->name, "a.example");
	teardown();
}
END_TEST

/* The kernel gives a port to two connections if they lead to two places. */
START_TEST(connections_may_share_their_port)
{
	struct actor other = actor(3);
	struct connection connections[2];

	setup();
	other.netns = actor(2).netns;
	connections[0] = connects_to(actor(2), SERVER, PORT, 0);
	connections[1] = connects_to(other, OTHER_SERVER, PORT, 0);
	for (uint32_t i = 0; i < 2; i++) {
		see_over_tcp(&connections[i], "a.example", NULL);
		expect_dns(EVENT_DNS_QUERY, "a.example", 2 + i, IPPROTO_TCP);
	}
	teardown();
}
END_TEST

START_TEST(a_port_of_datagrams_is_not_that_of_connections)
{
	struct actor other = actor(3);
	struct sight sight = {.netns = actor(2).netns,
			      .client = "10.0.0.1",
			      .port = PORT,
			      .id = 7,
			      .name = "a.example"};
	struct connection connection;

	setup();
	other.netns = actor(2).netns;
	sends(actor(2), PORT, SERVER, 53);
	connection = connects_to(other, SERVER, PORT, 0);
	see(sight);
	expect_dns(EVENT_DNS_QUERY, "a.example", 2, IPPROTO_UDP);
	see_over_tcp(&connection, "a.example", NULL);
	expect_dns(EVENT_DNS_QUERY, "a.example", 3, IPPROTO_TCP);
	see_over_tcp(&connection, "a.example", WEB);
	expect_dns(EVENT_DNS_ANSWER, "a.example", 3, IPPROTO_TCP);
	sight.addr = WEB;
	see(sight);
	expect_dns(EVENT_DNS_ANSWER, "a.example", 2, IPPROTO_UDP);
	teardown();
}
END_TEST

START_TEST(a_connection_that_failed_is_nobodys)
{
	struct connection connection;

	setup();
	connection = connects_to(actor(2), SERVER, PORT, 111);
	see_over_tcp(&connection, "a.example", NULL);
	expect_dns(EVENT_DNS_QUERY, "a.example", 0, IPPROTO_TCP);
	teardown();
}
END_TEST

/* A UDP answer without a checksum, of which this is one part. */
static void see_fragment(struct actor who, const uint8_t *datagram, size_t from,
			 size_t to, bool is_last)
{
	struct packet packet = {
		.source.addr = address(SERVER),
		.destination.addr = address(who.addr),
		.protocol = IPPROTO_UDP,
		.direction = PACKET_INCOMING,
		.is_fragment = true,
		.payload = datagram + from,
		.payload_len = to - from,
		.payload_wire = to - from,
		.fragment = {7, (uint16_t)from, is_last},
	};

	ck_assert(attribution_wants(attribution, &packet));
	attribution_packet(attribution, now_ns, who.netns, &packet);
	now_ns += MS;
}

START_TEST(an_answer_in_fragments_counts_when_the_last_has_come)
{
	struct actor who = actor(2);
	struct sight sight = {.netns = who.netns,
			      .client = who.addr,
			      .port = PORT,
			      .id = 7,
			      .name = "a.example"};
	uint8_t datagram[512] = {0, 53, PORT >> 8, PORT & 255};
	size_t len;
	uint64_t begun_ns;

	setup();
	sends(who, PORT, SERVER, 53);
	see(sight);
	sight.addr = WEB;
	len = 8 + put_message(datagram + 8, &sight);
	datagram[5] = (uint8_t)len;
	see_fragment(who, datagram, 32, len, true);
	begun_ns = now_ns;
	connect_begun(who, WEB, begun_ns);
	see_fragment(who, datagram, 0, 32, false);
	expect_dns(EVENT_DNS_ANSWER, "a.example", 2, IPPROTO_UDP);
	connect_ended(who, begun_ns, 0, true);
	ck_assert_str_eq(last_told()->name, "");
	ck_assert_str_eq(connects(who, WEB)->name, "a.example");
	ck_assert_uint_eq(stats().assembly.fragments.whole, 1);
	teardown();
}
END_TEST

START_TEST(what_waits_for_more_is_told_at_the_end)
{
	uint8_t datagram[512] = {0, 53, PORT >> 8, PORT & 255};
	struct sight sight = {.id = 7, .name = "a.example", .addr = WEB};

	setup();
	datagram[5] = (uint8_t)(8 + put_message(datagram + 8, &sight));
	see_fragment(actor(2), datagram, 0, 40, false);
	ck_assert_uint_eq(told_count, 0);
	attribution_finish(attribution);
	ck_assert_uint_eq(told_count, 1);
	ck_assert_str_eq(last_told()->name, "a.example");
	ck_assert(last_told()->event.dns.unsolicited);
	teardown();
}
END_TEST

SUITE_MAIN("attribution/transports", a_question_over_tcp_is_of_who_connected,
	   an_answer_counts_when_its_last_segment_has_come,
	   connections_may_share_their_port,
	   a_port_of_datagrams_is_not_that_of_connections,
	   a_connection_that_failed_is_nobodys,
	   an_answer_in_fragments_counts_when_the_last_has_come,
	   what_waits_for_more_is_told_at_the_end)
