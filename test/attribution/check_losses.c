// SPDX-License-Identifier: MIT
#include "attribution_fixture.h"

#include "dns/exchange.h"

#define WEB "192.0.2.80"

static bool is_unsure(struct actor who)
{
	return connects(who, WEB)->event.connection.choice.unsure;
}

/* An answer to somebody whose question nobody saw. */
static void answered_unasked(struct actor who)
{
	static uint16_t id = 8;
	struct sight sight = {.netns = who.netns,
			      .client = who.addr,
			      .port = 4000,
			      .id = ++id,
			      .name = "c.example",
			      .addr = WEB};

	see(sight);
	ck_assert_int_eq(last_told()->event.kind, EVENT_DNS_ANSWER);
	ck_assert(last_told()->event.dns.unsolicited);
}

START_TEST(names_from_before_a_loss_are_unsure)
{
	struct actor who = actor(2);

	setup();
	resolves(who, "a.example", WEB);
	ck_assert(!is_unsure(who));
	attribution_incomplete(attribution, now_ns);
	ck_assert(is_unsure(who));
	ck_assert_str_eq(last_told()->name, "a.example");
	ck_assert(!connects(who, "192.0.2.81")->event.connection.choice.unsure);
	now_ns += 3600 * SECOND;
	ck_assert(is_unsure(who));
	resolves(who, "a.example", WEB);
	ck_assert(!is_unsure(who));
	teardown();
}
END_TEST

START_TEST(flows_and_datagrams_too)
{
	struct actor who = actor(2);

	with_flows = true;
	setup();
	resolves(who, "a.example", WEB);
	attribution_incomplete(attribution, now_ns);
	sends(who, 4000, WEB, 123);
	ck_assert_str_eq(last_told()->name, "a.example");
	ck_assert(last_told()->event.connection.choice.unsure);
	teardown();
	with_flows = false;
}
END_TEST

/* Its question may have been lost: then somebody's name is not known. */
START_TEST(an_answer_to_no_question_soon_after_a_loss_is_one)
{
	struct actor who = actor(2), other = actor(3);

	setup();
	attribution_incomplete(attribution, now_ns);
	resolves(who, "a.example", WEB);
	ck_assert(!is_unsure(who));
	answered_unasked(other);
	ck_assert(is_unsure(who));
	resolves(who, "b.example", WEB);
	ck_assert(!is_unsure(who));
	now_ns += EXCHANGE_TIMEOUT_NS;
	answered_unasked(other);
	ck_assert(!is_unsure(who));
	teardown();
}
END_TEST

START_TEST(an_answer_to_no_question_is_nothing_else)
{
	struct actor who = actor(2);

	setup();
	now_ns = SECOND;
	resolves(who, "a.example", WEB);
	answered_unasked(actor(3));
	ck_assert(!is_unsure(who));
	teardown();
}
END_TEST

SUITE_MAIN("attribution/losses", names_from_before_a_loss_are_unsure,
	   flows_and_datagrams_too,
	   an_answer_to_no_question_soon_after_a_loss_is_one,
	   an_answer_to_no_question_is_nothing_else)
