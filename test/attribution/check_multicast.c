// SPDX-License-Identifier: MIT
#include "attribution_fixture.h"

/* Questions to everybody on a link (RFC 6762, RFC 4795). */

#define MDNS_GROUP  "224.0.0.251"
#define LLMNR_GROUP "224.0.0.252"
#define NEIGHBOUR   "10.0.0.9"
#define PRINTER	    "192.0.2.7"

#define HEAD_ASKED    "\0\0\0\0\0\1\0\0\0\0\0\0"
#define HEAD_ANSWERED "\0\0\204\0\0\0\0\1\0\0\0\0"
/* RFC 6762 18.13: the class with the bit that flushes caches. */
#define PRINTER_IS "\7printer\5local\0\0\1\200\1\0\0\0\170\0\4\300\0\2\7"

static uint8_t ttl = 255;

/* Seen where it leaves its socket, or enters one. */
static void pass(uint32_t netns, const char *from, uint16_t from_port,
		 const char *to, uint16_t to_port, const void *bytes,
		 size_t len)
{
	struct packet packet = {
		.source = {address(from), from_port},
		.destination = {address(to), to_port},
		.protocol = IPPROTO_UDP,
		.direction = strcmp(from, "10.0.0.1") == 0 ? PACKET_OUTGOING
							   : PACKET_INCOMING,
		.ttl = ttl,
		.payload = bytes,
		.payload_len = len,
		.payload_wire = len,
	};

	ck_assert(attribution_wants(attribution, &packet));
	attribution_packet(attribution, now_ns, netns, &packet);
	now_ns += MS;
}

#define PASS(netns, from, from_port, to, to_port, literal) \
	pass(netns, from, from_port, to, to_port, literal, sizeof(literal) - 1)

static void ask_group(struct actor who)
{
	sends(who, 5353, MDNS_GROUP, 5353);
	told_count = 0;
	PASS(who.netns, who.addr, 5353, MDNS_GROUP, 5353,
	     HEAD_ASKED "\7printer\5local\0\0\1\0\1");
}

static void answer_group(uint32_t netns, const char *from)
{
	PASS(netns, from, 5353, MDNS_GROUP, 5353, HEAD_ANSWERED PRINTER_IS);
}

static void expect_named(struct actor who, const char *name)
{
	sends(who, 6000, PRINTER, 9100);
	ck_assert_str_eq(last_told()->name, name);
}

START_TEST(an_answer_to_the_group_is_for_who_asked)
{
	struct actor who = actor(2);

	setup();
	ask_group(who);
	ck_assert_uint_eq(told_count, 1);
	ck_assert_int_eq(last_told()->event.kind, EVENT_DNS_QUERY);
	ck_assert_uint_eq(last_told()->event.process.id.tgid, who.tgid);
	answer_group(who.netns, NEIGHBOUR);
	ck_assert_uint_eq(told_count, 2);
	ck_assert_int_eq(last_told()->event.kind, EVENT_DNS_ANSWER);
	ck_assert_str_eq(last_told()->name, "printer.local");
	ck_assert_uint_eq(last_told()->event.process.id.tgid, who.tgid);
	ck_assert(!last_told()->event.dns.unsolicited);
	/* Who answered, not the group. */
	ck_assert(addr_equal(&last_told()->event.dns.server.addr,
			     &(struct addr[]){address(NEIGHBOUR)}[0]));
	ck_assert_uint_eq(last_told()->event.dns.latency_ns, MS);
	expect_named(who, "printer.local");
	ck_assert_int_eq(last_told()->event.connection.choice.via,
			 NAMES_VIA_PROCESS);
	teardown();
}
END_TEST

/* Each socket that listens to the group gets a copy. */
START_TEST(each_member_that_answers_is_told_of_once)
{
	struct actor who = actor(2);

	setup();
	ask_group(who);
	answer_group(who.netns, NEIGHBOUR);
	answer_group(who.netns, NEIGHBOUR);
	ck_assert_uint_eq(told_count, 2);
	answer_group(who.netns, "10.0.0.8");
	ck_assert_uint_eq(told_count, 3);
	ck_assert_uint_eq(stats().answered, 1);
	teardown();
}
END_TEST

START_TEST(an_announcement_names_nothing)
{
	struct actor who = actor(2);

	setup();
	answer_group(who.netns, NEIGHBOUR);
	ck_assert_uint_eq(told_count, 0);
	expect_named(who, "");
	teardown();
}
END_TEST

START_TEST(links_are_kept_apart)
{
	struct actor who = actor(2), other = actor(3);

	setup();
	ask_group(who);
	ask_group(other);
	ck_assert_uint_eq(told_count, 1);
	answer_group(other.netns, NEIGHBOUR);
	ck_assert_uint_eq(told_count, 2);
	ck_assert_uint_eq(last_told()->event.process.id.tgid, other.tgid);
	teardown();
}
END_TEST

START_TEST(neighbours_talk_is_not_ours)
{
	struct actor who = actor(2);

	setup();
	PASS(who.netns, NEIGHBOUR, 5353, MDNS_GROUP, 5353,
	     HEAD_ASKED "\7printer\5local\0\0\1\0\1");
	answer_group(who.netns, who.addr);
	PASS(who.netns, who.addr, 5353, NEIGHBOUR, 5353,
	     HEAD_ANSWERED PRINTER_IS);
	ck_assert_uint_eq(told_count, 0);
	ck_assert_uint_eq(stats().asked, 0);
	teardown();
}
END_TEST

/* RFC 6762 11: from elsewhere, anybody could say it. */
START_TEST(an_answer_comes_from_the_link)
{
	struct actor who = actor(2);

	setup();
	ask_group(who);
	ttl = 254;
	answer_group(who.netns, NEIGHBOUR);
	ck_assert_uint_eq(told_count, 1);
	PASS(who.netns, NEIGHBOUR, 5353, who.addr, 5353,
	     HEAD_ANSWERED PRINTER_IS);
	ck_assert_uint_eq(told_count, 2);
	ck_assert(last_told()->event.dns.unsolicited);
	expect_named(who, "");
	ttl = 255;
	answer_group(who.netns, NEIGHBOUR);
	expect_named(who, "printer.local");
	teardown();
}
END_TEST

/* RFC 6762 10.1 */
START_TEST(what_says_goodbye_names_nothing)
{
	struct actor who = actor(2);

	setup();
	ask_group(who);
	PASS(who.netns, NEIGHBOUR, 5353, MDNS_GROUP, 5353,
	     HEAD_ANSWERED "\7printer\5local\0\0\1\200\1\0\0\0\0"
			   "\0\4\300\0\2\7");
	expect_named(who, "");
	teardown();
}
END_TEST

/* RFC 6762 7.1: who knows that the answer is known says nothing. */
START_TEST(no_answer_is_no_timeout)
{
	setup();
	ask_group(actor(2));
	ck_assert_uint_eq(attribution_next_tick(attribution), UINT64_MAX);
	attribution_tick(attribution, now_ns + 60 * SECOND);
	ck_assert_uint_eq(told_count, 1);
	ck_assert_uint_eq(stats().open, 0);
	ck_assert_uint_eq(stats().unanswered, 0);
	teardown();
}
END_TEST

/* RFC 6762 7.2: more of what is known, to the question before. */
START_TEST(what_is_known_is_no_question)
{
	struct actor who = actor(2);

	setup();
	PASS(who.netns, who.addr, 5353, MDNS_GROUP, 5353,
	     "\0\0\0\0\0\0\0\1\0\0\0\0" PRINTER_IS);
	ck_assert_uint_eq(told_count, 0);
	ck_assert_uint_eq(stats().asked, 0);
	ck_assert_uint_eq(stats().malformed, 0);
	teardown();
}
END_TEST

START_TEST(a_query_of_many_questions_is_many)
{
	struct actor who = actor(2);

	setup();
	PASS(who.netns, who.addr, 5353, MDNS_GROUP, 5353,
	     "\0\0\0\0\0\2\0\0\0\0\0\0\7printer\5local\0\0\1\0\1"
	     "\300\14\0\34\200\1");
	ck_assert_uint_eq(told_count, 2);
	ck_assert_uint_eq(last_told()->event.dns.message->type, DNS_TYPE_AAAA);
	PASS(who.netns, NEIGHBOUR, 5353, MDNS_GROUP, 5353,
	     HEAD_ANSWERED PRINTER_IS);
	ck_assert_uint_eq(told_count, 3);
	ck_assert_uint_eq(stats().answered, 1);
	teardown();
}
END_TEST

START_TEST(a_damaged_one_is_nobodys)
{
	static const char bytes[] = "\0\0\0\0\0\2\0\0\0\0\0\0"
				    "\7printer\5local\0\0\1\0\1"
				    "\300\14\0";
	struct actor who = actor(2);

	setup();
	PASS(who.netns, who.addr, 5353, MDNS_GROUP, 5353, bytes);
	PASS(who.netns, who.addr, 5353, MDNS_GROUP, 5353, "short");
	ck_assert_uint_eq(told_count, 0);
	ck_assert_uint_eq(stats().malformed, 2);
	teardown();
}
END_TEST

/* RFC 6762 6.7, and LLMNR always: to who asked, with the question. */
static void ask_one(const char *group, uint16_t port)
{
	static const char asked[] =
		"\0\7\0\0\0\1\0\0\0\0\0\0\7printer\5local\0\0\1\0\1";
	static const char answered[] =
		"\0\7\200\0\0\1\0\1\0\0\0\0\7printer\5local\0\0\1\0\1"
		"\300\14\0\1\0\1\0\0\0\12\0\4\300\0\2\7";
	struct actor who = actor(2);

	setup();
	sends(who, 4000, group, port);
	told_count = 0;
	PASS(who.netns, who.addr, 4000, group, port, asked);
	ck_assert_uint_eq(told_count, 1);
	/* Neither from another port nor for another client. */
	PASS(who.netns, NEIGHBOUR, 53, who.addr, 4000, answered);
	ck_assert(last_told()->event.dns.unsolicited);
	PASS(who.netns, NEIGHBOUR, port, who.addr, 4001, answered);
	ck_assert(last_told()->event.dns.unsolicited);
	PASS(who.netns, NEIGHBOUR, port, who.addr, 4000, answered);
	ck_assert(!last_told()->event.dns.unsolicited);
	ck_assert_uint_eq(stats().answered, 1);
	expect_named(who, "printer.local");
	teardown();
}

START_TEST(a_member_answers_who_asked_by_multicast_dns)
{
	ask_one(MDNS_GROUP, 5353);
}
END_TEST

START_TEST(a_member_answers_who_asked_by_llmnr)
{
	ask_one(LLMNR_GROUP, 5355);
}
END_TEST

START_TEST(other_ports_if_asked_for)
{
	struct attribution_options options = {
		.max_names = 1,
		.ports = DNS_PORTS_USUAL,
		.fn = note,
		.context = &told_count,
	};
	struct packet packet = {.destination.port = 5300,
				.protocol = IPPROTO_UDP};
	struct attribution *other;

	setup();
	ck_assert(!attribution_wants(attribution, &packet));
	ck_assert(dns_ports_add(&options.ports, 5300));
	ck_assert_int_eq(attribution_create(&options, &other), 0);
	ck_assert(attribution_wants(other, &packet));
	attribution_destroy(other);
	teardown();
}
END_TEST

SUITE_MAIN("attribution/multicast", an_answer_to_the_group_is_for_who_asked,
	   each_member_that_answers_is_told_of_once,
	   an_announcement_names_nothing, links_are_kept_apart,
	   neighbours_talk_is_not_ours, an_answer_comes_from_the_link,
	   what_says_goodbye_names_nothing, no_answer_is_no_timeout,
	   what_is_known_is_no_question, a_query_of_many_questions_is_many,
	   a_damaged_one_is_nobodys,
	   a_member_answers_who_asked_by_multicast_dns,
	   a_member_answers_who_asked_by_llmnr, other_ports_if_asked_for)
