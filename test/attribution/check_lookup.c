// SPDX-License-Identifier: MIT
#include "attribution_fixture.h"

#include "dns/exchange.h"

static struct sight question_of(struct actor who, uint16_t id)
{
	return (struct sight){.netns = who.netns,
			      .client = who.addr,
			      .port = 4000,
			      .id = id,
			      .name = "a.example"};
}

START_TEST(an_unanswered_question_is_told_of_once)
{
	struct actor who = actor(2);
	struct sight sight = question_of(who, 7);
	const struct event *event;
	uint64_t asked_ns;

	setup();
	sends(who, 4000, SERVER, 53);
	asked_ns = now_ns;
	see(sight);
	ck_assert_uint_eq(attribution_next_tick(attribution),
			  asked_ns + EXCHANGE_TIMEOUT_NS);
	told_count = 0;
	attribution_tick(attribution, asked_ns + EXCHANGE_TIMEOUT_NS - 1);
	ck_assert_uint_eq(told_count, 0);
	ck_assert_uint_eq(stats().open, 1);
	attribution_tick(attribution, asked_ns + 60 * SECOND);
	attribution_tick(attribution, asked_ns + 61 * SECOND);
	ck_assert_uint_eq(told_count, 1);
	event = &last_told()->event;
	ck_assert_int_eq(event->kind, EVENT_DNS_TIMEOUT);
	ck_assert_uint_eq(event->time_ns, asked_ns + EXCHANGE_TIMEOUT_NS);
	ck_assert_uint_eq(event->dns.latency_ns, EXCHANGE_TIMEOUT_NS);
	ck_assert_uint_eq(event->netns, who.netns);
	ck_assert_uint_eq(event->process.id.tgid, 2);
	ck_assert_uint_eq(event->dns.client.port, 4000);
	ck_assert_uint_eq(event->dns.server.port, 53);
	ck_assert_str_eq(last_told()->name, "a.example");
	ck_assert_uint_eq(stats().unanswered, 1);
	ck_assert_uint_eq(stats().open, 0);
	ck_assert_uint_eq(attribution_next_tick(attribution), UINT64_MAX);
	/* An answer that comes late is one all the same. */
	now_ns = asked_ns + 14 * SECOND;
	sight.addr = "192.0.2.80";
	see(sight);
	ck_assert_int_eq(last_told()->event.kind, EVENT_DNS_ANSWER);
	ck_assert(!last_told()->event.dns.unsolicited);
	ck_assert_uint_eq(last_told()->event.dns.latency_ns, 14 * SECOND);
	teardown();
}
END_TEST

/* What is told in between uses the same memory. */
START_TEST(a_timeout_is_told_without_what_was_seen_since)
{
	struct actor who = actor(2);
	struct sight sight = question_of(who, 7);
	const struct dns_message *message;

	setup();
	see(sight);
	sight.id = 8;
	sight.name = "other.example";
	see(sight);
	sight.addr = "192.0.2.80";
	see(sight);
	message = last_told()->event.dns.message;
	ck_assert_uint_eq(message->record_count, 1);
	attribution_tick(attribution, now_ns + 60 * SECOND);
	ck_assert_int_eq(last_told()->event.kind, EVENT_DNS_TIMEOUT);
	ck_assert_uint_eq(message->id, 7);
	ck_assert_uint_eq(message->type, DNS_TYPE_A);
	ck_assert_uint_eq(message->class, DNS_CLASS_IN);
	ck_assert_uint_eq(message->question_count, 1);
	ck_assert_uint_eq(message->record_count, 0);
	ck_assert_uint_eq(message->answer_count, 0);
	ck_assert_uint_eq(message->answer_total, 0);
	ck_assert_uint_eq(message->flags, 0);
	ck_assert(!message->is_response);
	teardown();
}
END_TEST

START_TEST(the_next_tick_is_that_of_whatever_is_due_first)
{
	struct actor who = actor(2);

	setup();
	see(question_of(who, 7));
	connect_begun(who, "192.0.2.80", now_ns);
	ck_assert_uint_eq(attribution_next_tick(attribution),
			  now_ns - MS + ATTRIBUTION_HOLD_NS);
	attribution_tick(attribution, now_ns + ATTRIBUTION_HOLD_NS);
	ck_assert_int_eq(last_told()->event.kind, EVENT_PROCESS_TCP_V4);
	ck_assert_uint_eq(attribution_next_tick(attribution),
			  now_ns - 2 * MS + EXCHANGE_TIMEOUT_NS);
	teardown();
}
END_TEST

START_TEST(a_question_that_is_open_at_the_end_had_no_timeout)
{
	struct actor who = actor(2);

	setup();
	see(question_of(who, 7));
	told_count = 0;
	attribution_finish(attribution);
	ck_assert_uint_eq(told_count, 0);
	ck_assert_uint_eq(stats().open, 1);
	ck_assert_uint_eq(stats().unanswered, 0);
	teardown();
}
END_TEST

/* Ask for a.example, and be answered with these bytes. */
static void answer_with(struct actor who, const char *bytes, size_t len)
{
	struct packet packet = {
		.source = {address(SERVER), 53},
		.destination = {address(who.addr), 4000},
		.protocol = IPPROTO_UDP,
		.payload = (const uint8_t *)bytes,
		.payload_len = len,
		.payload_wire = len,
	};
	struct sight sight = question_of(who, 7);

	sends(who, 4000, SERVER, 53);
	see(sight);
	attribution_packet(attribution, now_ns, who.netns, &packet);
	now_ns += MS;
	ck_assert_uint_eq(stats().malformed, 0);
	ck_assert_uint_eq(stats().answered, 1);
}

#define ANSWER_WITH(who, bytes) answer_with(who, bytes, sizeof(bytes) - 1)
#define HEAD(answers, additional)                        \
	"\0\7\x81\x80\0\1\0" answers "\0\0\0" additional \
	"\1a\7example\0\0\1\0\1"

START_TEST(hints_name_addresses)
{
	struct actor who = actor(2);

	setup();
	ANSWER_WITH(who,
		    HEAD("\1", "\0") "\300\14\0\101\0\1\0\0\0\74\0\43\0\1\0"
				     "\0\4\0\10\300\0\2\120\300\0\2\121"
				     "\0\6\0\20\375\0\0\0\0\0\0\0"
				     "\0\0\0\0\0\0\0\1");
	ck_assert_uint_eq(stats().names.learned, 3);
	ck_assert_str_eq(connects(who, "192.0.2.80")->name, "a.example");
	ck_assert_str_eq(connects(who, "192.0.2.81")->name, "a.example");
	ck_assert_str_eq(connects(who, "fd00::1")->name, "a.example");
	teardown();
}
END_TEST

/* For the name asked for: the process did not ask for the target. */
START_TEST(additional_addresses_have_the_name_asked_for)
{
	struct actor who = actor(2);

	setup();
	/* SRV 0 0 80 b (at 45); b A, and an address of somebody else. */
	ANSWER_WITH(who,
		    HEAD("\1", "\2") "\300\14\0\41\0\1\0\0\0\74\0\11"
				     "\0\0\0\0\0\120\1b\0"
				     "\300\55\0\1\0\1\0\0\0\74\0\4\300\0\2\120"
				     "\1c\0\0\1\0\1\0\0\0\74\0\4\300\0\2\121");
	ck_assert_str_eq(connects(who, "192.0.2.80")->name, "a.example");
	ck_assert_str_eq(connects(who, "192.0.2.81")->name, "");
	teardown();
}
END_TEST

START_TEST(addresses_of_other_classes_are_none)
{
	struct actor who = actor(2);

	setup();
	ANSWER_WITH(who, HEAD("\1",
			      "\0") "\300\14\0\1\0\3\0\0\0\74\0\4\300\0\2\120");
	ck_assert_uint_eq(stats().names.learned, 0);
	teardown();
}
END_TEST

static void see_at(struct sight sight, uint64_t socket_id, const char *addr)
{
	sight.addr = addr;
	sight.direction = addr ? PACKET_INCOMING : PACKET_OUTGOING;
	sight.socket_id = socket_id;
	see(sight);
}

/*
 * Who asks again does so by another socket. The first answer comes late, to
 * the socket that has the port by then: who asked knows nothing of it.
 */
START_TEST(an_answer_that_its_asker_missed_names_nothing)
{
	static const char addr[] = "192.0.2.80";
	struct actor who = actor(2);
	struct sight first = question_of(who, 7), second = first;

	first.name = "first.example";
	second.name = "second.example";
	second.port++;
	for (uint64_t late_at = 5; late_at < 7; late_at++) {
		setup();
		see_at(first, 5, NULL);
		see_at(second, 8, NULL);
		see_at(second, 8, addr);
		see_at(first, late_at, addr);
		ck_assert_int_eq(last_told()->event.kind, EVENT_DNS_ANSWER);
		ck_assert(!last_told()->event.dns.unsolicited);
		ck_assert_str_eq(connects(who, addr)->name,
				 late_at == 5 ? "first.example"
					      : "second.example");
		teardown();
	}
}
END_TEST

SUITE_MAIN("attribution/lookup", an_unanswered_question_is_told_of_once,
	   a_timeout_is_told_without_what_was_seen_since,
	   the_next_tick_is_that_of_whatever_is_due_first,
	   a_question_that_is_open_at_the_end_had_no_timeout,
	   hints_name_addresses, additional_addresses_have_the_name_asked_for,
	   addresses_of_other_classes_are_none,
	   an_answer_that_its_asker_missed_names_nothing)
