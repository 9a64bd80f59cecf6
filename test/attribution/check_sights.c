// SPDX-License-Identifier: MIT
#include "attribution_fixture.h"

/* One exchange on many wires, and whose it is. */

#define WEB "192.0.2.80"

/* Namespaces of a container, of its host, and of the name server. */
enum { INSIDE = 1002, HOST = 1, BEYOND = 5 };
#define INSIDE_ADDR "10.0.0.1"
#define HOST_ADDR   "198.51.100.1"
#define LOOPBACK    1
#define BRIDGE	    3
#define UPLINK	    2

static size_t count(enum event_kind kind)
{
	size_t found = 0;

	ck_assert_uint_le(told_count, TOLD_MAX);
	for (size_t i = 0; i < told_count; i++)
		found += told[i].event.kind == kind;
	return found;
}

static struct sight sight_of(uint32_t netns, const char *client,
			     enum packet_direction direction, uint32_t ifindex)
{
	return (struct sight){
		.netns = netns,
		.client = client,
		.port = 4000,
		.id = 7,
		.name = "a.example",
		.direction = (uint8_t)direction,
		.ifindex = ifindex,
	};
}

static void see_all(const struct sight *sights, size_t sight_count,
		    const char *addr)
{
	for (size_t i = 0; i < sight_count; i++) {
		struct sight sight = sights[i];

		sight.addr = addr;
		see(sight);
	}
}

START_TEST(loopback_shows_each_message_twice)
{
	struct actor who = actor(2);
	struct sight sights[] = {
		sight_of(who.netns, "127.0.0.1", PACKET_OUTGOING, LOOPBACK),
		sight_of(who.netns, "127.0.0.1", PACKET_INCOMING, LOOPBACK),
	};

	setup();
	who.addr = "127.0.0.1";
	sends(who, 4000, SERVER, 53);
	see_all(sights, 2, NULL);
	see_all(sights, 2, WEB);
	ck_assert_uint_eq(count(EVENT_DNS_QUERY), 1);
	ck_assert_uint_eq(count(EVENT_DNS_ANSWER), 1);
	ck_assert_uint_eq(last_told()->event.process.id.tgid, 2);
	ck_assert_uint_eq(last_told()->event.dns.latency_ns, 2 * MS);
	ck_assert(!last_told()->event.dns.unsolicited);
	teardown();
}
END_TEST

/* The way of a container's question, and, backwards, of its answer. */
static const struct {
	uint32_t netns;
	const char *client;
	enum packet_direction question, answer;
	uint32_t ifindex;
} way[] = {
	{INSIDE, INSIDE_ADDR, PACKET_OUTGOING, PACKET_INCOMING, 9},
	{HOST, INSIDE_ADDR, PACKET_INCOMING, PACKET_OUTGOING, BRIDGE},
	{HOST, HOST_ADDR, PACKET_OUTGOING, PACKET_INCOMING, UPLINK},
	{BEYOND, HOST_ADDR, PACKET_INCOMING, PACKET_OUTGOING, 4},
};

static void go_all_the_way(void)
{
	for (size_t i = 0; i < 4; i++)
		see(sight_of(way[i].netns, way[i].client, way[i].question,
			     way[i].ifindex));
	for (size_t i = 4; i-- > 0;) {
		struct sight sight = sight_of(way[i].netns, way[i].client,
					      way[i].answer, way[i].ifindex);

		sight.addr = WEB;
		see(sight);
	}
}

START_TEST(an_exchange_through_a_host_counts_once)
{
	struct actor who = actor(2);

	setup();
	sends(who, 4000, SERVER, 53);
	go_all_the_way();
	ck_assert_uint_eq(count(EVENT_DNS_QUERY), 1);
	ck_assert_uint_eq(count(EVENT_DNS_ANSWER), 1);
	ck_assert_uint_eq(last_told()->event.netns, INSIDE);
	ck_assert_uint_eq(last_told()->event.process.id.tgid, 2);
	ck_assert_uint_eq(stats().unsolicited, 0);
	ck_assert_int_eq(connects(who, WEB)->event.connection.choice.via,
			 NAMES_VIA_PROCESS);
	teardown();
}
END_TEST

/* The owners of that port on the host and beyond it are long gone. */
START_TEST(a_port_in_the_way_is_not_the_askers)
{
	struct actor who = actor(2), host = actor(3), beyond = actor(4);

	setup();
	host.netns = HOST;
	host.addr = "0.0.0.0";
	beyond.netns = BEYOND;
	beyond.addr = "0.0.0.0";
	sends(host, 4000, SERVER, 53);
	sends(beyond, 4000, SERVER, 53);
	sends(who, 4000, SERVER, 53);
	told_count = 0;
	go_all_the_way();
	ck_assert_uint_eq(count(EVENT_DNS_QUERY), 1);
	ck_assert_uint_eq(count(EVENT_DNS_ANSWER), 1);
	ck_assert_uint_eq(last_told()->event.process.id.tgid, 2);
	ck_assert_int_eq(connects(host, WEB)->event.connection.choice.via,
			 NAMES_VIA_MACHINE);
	teardown();
}
END_TEST

/* A namespace in which egrets does not listen: nobody is better than wrong. */
START_TEST(what_only_comes_by_has_no_asker)
{
	struct actor host = actor(3);
	struct sight question = sight_of(HOST, INSIDE_ADDR, PACKET_INCOMING,
					 BRIDGE);
	struct sight answer = question;

	setup();
	host.netns = HOST;
	host.addr = "0.0.0.0";
	sends(host, 4000, SERVER, 53);
	see(question);
	ck_assert_uint_eq(last_told()->event.process.id.tgid, 0);
	answer.addr = WEB;
	answer.direction = PACKET_OUTGOING;
	see(answer);
	ck_assert_uint_eq(last_told()->event.process.id.tgid, 0);
	/* Between others, on a port that listens to everything. */
	question.id++;
	question.direction = PACKET_PASSING;
	see(question);
	ck_assert_uint_eq(last_told()->event.process.id.tgid, 0);
	/* Where nothing tells the direction, it may be ours. */
	question.id++;
	question.direction = PACKET_DIRECTION_UNKNOWN;
	see(question);
	ck_assert_uint_eq(last_told()->event.process.id.tgid, 3);
	teardown();
}
END_TEST

START_TEST(an_asker_may_be_known_only_at_the_answer)
{
	struct actor who = actor(2);
	struct sight sight = sight_of(who.netns, INSIDE_ADDR, PACKET_OUTGOING,
				      9);

	setup();
	see(sight);
	ck_assert_uint_eq(last_told()->event.process.id.tgid, 0);
	sends(who, 4000, SERVER, 53);
	sight.addr = WEB;
	sight.direction = PACKET_INCOMING;
	see(sight);
	ck_assert_uint_eq(last_told()->event.process.id.tgid, 2);
	ck_assert_int_eq(connects(who, WEB)->event.connection.choice.via,
			 NAMES_VIA_PROCESS);
	teardown();
}
END_TEST

/* On loopback the answer goes out before it comes in. */
START_TEST(an_asker_on_loopback_may_be_known_only_at_the_answer)
{
	struct actor who = actor(2);
	struct sight sight = sight_of(who.netns, "127.0.0.1", PACKET_OUTGOING,
				      LOOPBACK);

	setup();
	who.addr = "127.0.0.1";
	see(sight);
	sends(who, 4000, SERVER, 53);
	sight.addr = WEB;
	see(sight);
	ck_assert_uint_eq(last_told()->event.process.id.tgid, 2);
	teardown();
}
END_TEST

START_TEST(an_unknown_asker_has_a_namespace)
{
	struct actor who = actor(2);
	struct sight sight = sight_of(who.netns, INSIDE_ADDR, PACKET_OUTGOING,
				      9);

	setup();
	see(sight);
	sight.addr = WEB;
	see(sight);
	ck_assert_int_eq(connects(who, WEB)->event.connection.choice.via,
			 NAMES_VIA_NETNS);
	ck_assert_int_eq(connects(actor(3), WEB)->event.connection.choice.via,
			 NAMES_VIA_MACHINE);
	teardown();
}
END_TEST

START_TEST(an_unsolicited_response_is_told_and_not_learned)
{
	struct actor who = actor(2);
	struct sight sight = sight_of(who.netns, INSIDE_ADDR, PACKET_INCOMING,
				      9);

	setup();
	sight.addr = WEB;
	see(sight);
	ck_assert_int_eq(last_told()->event.kind, EVENT_DNS_ANSWER);
	ck_assert(last_told()->event.dns.unsolicited);
	ck_assert_str_eq(last_told()->name, "a.example");
	ck_assert_uint_eq(stats().unsolicited, 1);
	ck_assert_int_eq(connects(who, WEB)->event.connection.choice.via,
			 NAMES_VIA_NONE);
	ck_assert_uint_eq(stats().names.learned, 0);
	teardown();
}
END_TEST

START_TEST(a_question_sent_again_is_one_exchange)
{
	struct sight sight = sight_of(INSIDE, INSIDE_ADDR, PACKET_OUTGOING, 9);

	setup();
	see(sight);
	now_ns += 5 * SECOND;
	see(sight);
	ck_assert_uint_eq(count(EVENT_DNS_QUERY), 1);
	sight.addr = WEB;
	see(sight);
	ck_assert_uint_eq(last_told()->event.dns.latency_ns,
			  5 * SECOND + 2 * MS);
	/* The id is used again. */
	sight.addr = NULL;
	see(sight);
	ck_assert_uint_eq(count(EVENT_DNS_QUERY), 2);
	ck_assert_uint_eq(count(EVENT_DNS_ANSWER), 1);
	teardown();
}
END_TEST

/* In a file whose interfaces' clocks differ, it took 584 years. */
START_TEST(an_answer_before_its_question_took_no_time)
{
	struct sight sight = sight_of(0, INSIDE_ADDR, PACKET_DIRECTION_UNKNOWN,
				      0);

	setup();
	see(sight);
	now_ns -= 3 * MS;
	sight.addr = WEB;
	see(sight);
	ck_assert(!last_told()->event.dns.unsolicited);
	ck_assert_uint_eq(last_told()->event.dns.latency_ns, 0);
	teardown();
}
END_TEST

START_TEST(wants_the_dns_port_and_what_may_turn_out_to_be_of_it)
{
	static const uint8_t protocols[] = {IPPROTO_UDP, IPPROTO_TCP};

	setup();
	for (int i = 0; i < 2; i++) {
		struct packet packet = {.protocol = protocols[i]};

		ck_assert(!attribution_wants(attribution, &packet));
		packet.source.port = 53;
		ck_assert(attribution_wants(attribution, &packet));
		packet.source.port = 0;
		packet.destination.port = 53;
		ck_assert(attribution_wants(attribution, &packet));
		packet.destination.port = 0;
		packet.is_fragment = true;
		ck_assert(attribution_wants(attribution, &packet));
	}
	teardown();
}
END_TEST

START_TEST(counts_what_is_not_dns)
{
	static const uint8_t bytes[] = "not a message";
	struct packet packet = {
		.destination.port = 53,
		.protocol = IPPROTO_UDP,
		.payload = bytes,
		.payload_len = 5,
		.payload_wire = 5,
	};

	setup();
	attribution_packet(attribution, now_ns, 1, &packet);
	ck_assert_uint_eq(stats().malformed, 1);
	ck_assert_uint_eq(told_count, 0);
	teardown();
}
END_TEST

/* A message as a server writes it: aliases, both families, and other owners. */
START_TEST(learns_the_name_asked_for_and_what_is_about_it)
{
	static const uint8_t bytes[] =
		"\0\7\x81\x80\0\1\0\4\0\0\0\0"
		"\1a\7example\0\0\1\0\1"
		/* a.example CNAME b (at 39), b A, b AAAA, example A */
		"\300\14\0\5\0\1\0\0\0\74\0\3\1b\0"
		"\300\47\0\1\0\1\0\0\0\74\0\4\300\0\2\120"
		"\300\47\0\34\0\1\0\0\0\74\0\20\375\0\0\0\0\0\0\0"
		"\0\0\0\0\0\0\0\1"
		"\300\16\0\1\0\1\0\0\0\74\0\4\300\0\2\121";
	struct actor who = actor(2);
	struct sight sight = sight_of(who.netns, INSIDE_ADDR, PACKET_OUTGOING,
				      9);
	struct packet packet = {
		.source = {address(SERVER), 53},
		.destination = {address(INSIDE_ADDR), 4000},
		.protocol = IPPROTO_UDP,
		.payload = bytes,
		.payload_len = sizeof(bytes) - 1,
		.payload_wire = sizeof(bytes) - 1,
	};

	setup();
	sends(who, 4000, SERVER, 53);
	see(sight);
	attribution_packet(attribution, now_ns++, who.netns, &packet);
	ck_assert_uint_eq(stats().malformed, 0);
	ck_assert_str_eq(connects(who, WEB)->name, "a.example");
	ck_assert_str_eq(connects(who, "fd00::1")->name, "a.example");
	ck_assert_str_eq(connects(who, "192.0.2.81")->name, "");
	/* 60 s: after that it is remembered, and said to be stale. */
	ck_assert(!connects(who, WEB)->event.connection.choice.stale);
	now_ns += 61 * SECOND;
	ck_assert(connects(who, WEB)->event.connection.choice.stale);
	ck_assert_str_eq(last_told()->name, "a.example");
	teardown();
}
END_TEST

SUITE_MAIN("attribution/sights", loopback_shows_each_message_twice,
	   an_exchange_through_a_host_counts_once,
	   a_port_in_the_way_is_not_the_askers, what_only_comes_by_has_no_asker,
	   an_asker_may_be_known_only_at_the_answer,
	   an_asker_on_loopback_may_be_known_only_at_the_answer,
	   an_unknown_asker_has_a_namespace,
	   an_unsolicited_response_is_told_and_not_learned,
	   a_question_sent_again_is_one_exchange,
	   an_answer_before_its_question_took_no_time,
	   wants_the_dns_port_and_what_may_turn_out_to_be_of_it,
	   counts_what_is_not_dns,
	   learns_the_name_asked_for_and_what_is_about_it)
