// SPDX-License-Identifier: MIT
#include "attribution_fixture.h"

#include <errno.h>

/* When a connect is told of, and with which result. */

#define WEB	     "192.0.2.80"
#define PENDINGS_MAX 16384

static enum event_result result(void)
{
	return last_told()->event.connection.result;
}

START_TEST(waits_for_the_outcome)
{
	uint64_t begun_ns;

	setup();
	begun_ns = now_ns;
	connect_begun(actor(2), WEB, begun_ns);
	attribution_tick(attribution, now_ns);
	ck_assert_uint_eq(told_count, 0);
	connect_ended(actor(2), begun_ns, 0, true);
	ck_assert_uint_eq(told_count, 1);
	ck_assert_int_eq(result(), EVENT_RESULT_ESTABLISHED);
	ck_assert_uint_eq(last_told()->event.time_ns, begun_ns);
	ck_assert_uint_eq(last_told()->event.connection.duration_ns, MS);
	/* That was all. */
	connect_ended(actor(2), begun_ns, 0, true);
	attribution_finish(attribution);
	ck_assert_uint_eq(told_count, 1);
	teardown();
}
END_TEST

START_TEST(tells_failure_and_abortion)
{
	uint64_t begun_ns;

	setup();
	begun_ns = now_ns;
	connect_begun(actor(2), WEB, begun_ns);
	connect_ended(actor(2), begun_ns, ECONNREFUSED, false);
	ck_assert_int_eq(result(), EVENT_RESULT_FAILED);
	ck_assert_int_eq(last_told()->event.connection.error, ECONNREFUSED);

	begun_ns = now_ns;
	connect_begun(actor(2), WEB, begun_ns);
	connect_ended(actor(2), begun_ns, 0, false);
	ck_assert_int_eq(result(), EVENT_RESULT_ABORTED);
	ck_assert_int_eq(last_told()->event.connection.error, 0);
	teardown();
}
END_TEST

START_TEST(takes_the_local_end_from_the_outcome)
{
	struct record_connect connect;
	struct record_result outcome = {.header.size = sizeof(outcome)};
	struct addr late = address("10.0.0.9"), early = address("10.0.0.1");
	const struct endpoint *local;

	setup();
	connect = connect_of(actor(2), 2, 1234, WEB, 80, now_ns);
	hand_on(&connect, RECORD_TCP_CONNECT);
	outcome.begun_ns = connect.begun_ns;
	outcome.ended_ns = now_ns;
	outcome.established = 1;
	outcome.socket = connect.socket;
	outcome.socket.local_port = 4321;
	memcpy(outcome.socket.local, late.bytes, sizeof(late.bytes));
	hand_on(&outcome, RECORD_TCP_RESULT);
	local = &last_told()->event.connection.local;
	ck_assert_uint_eq(local->port, 4321);
	ck_assert(addr_equal(&local->addr, &late));
	ck_assert_uint_eq(last_told()->event.connection.remote.port, 80);

	/* An outcome that has no port any more leaves what was known. */
	hand_on(&connect, RECORD_TCP_CONNECT);
	outcome.socket.local_port = 0;
	hand_on(&outcome, RECORD_TCP_RESULT);
	local = &last_told()->event.connection.local;
	ck_assert_uint_eq(local->port, 1234);
	ck_assert(addr_equal(&local->addr, &early));
	teardown();
}
END_TEST

START_TEST(tells_of_a_long_connect_twice)
{
	uint64_t begun_ns;

	setup();
	begun_ns = now_ns;
	ck_assert_uint_eq(attribution_next_tick(attribution), UINT64_MAX);
	resolves(actor(2), "a.example", WEB);
	told_count = 0;
	begun_ns = now_ns;
	connect_begun(actor(2), WEB, begun_ns);
	ck_assert_uint_eq(attribution_next_tick(attribution),
			  begun_ns + ATTRIBUTION_HOLD_NS);
	attribution_tick(attribution, begun_ns + ATTRIBUTION_HOLD_NS - 1);
	ck_assert_uint_eq(told_count, 0);
	attribution_tick(attribution, begun_ns + ATTRIBUTION_HOLD_NS);
	ck_assert_uint_eq(told_count, 1);
	ck_assert_int_eq(result(), EVENT_RESULT_PENDING);
	ck_assert_str_eq(last_told()->name, "a.example");
	ck_assert_uint_eq(attribution_next_tick(attribution), UINT64_MAX);
	attribution_tick(attribution, begun_ns + 5 * SECOND);
	ck_assert_uint_eq(told_count, 1);

	now_ns = begun_ns + 30 * SECOND;
	connect_ended(actor(2), begun_ns, ETIMEDOUT, false);
	ck_assert_uint_eq(told_count, 2);
	ck_assert_int_eq(result(), EVENT_RESULT_FAILED);
	ck_assert_str_eq(last_told()->name, "a.example");
	ck_assert_uint_eq(last_told()->event.connection.duration_ns,
			  30 * SECOND);
	teardown();
}
END_TEST

START_TEST(tells_of_each_when_it_is_due)
{
	uint64_t first_ns, second_ns;

	setup();
	first_ns = now_ns;
	connect_begun(actor(2), WEB, first_ns);
	second_ns = now_ns;
	connect_begun(actor(3), WEB, second_ns);
	connect_begun(actor(4), WEB, now_ns);
	connect_ended(actor(3), second_ns, 0, true);
	attribution_tick(attribution, first_ns + ATTRIBUTION_HOLD_NS);
	ck_assert_uint_eq(told_count, 2);
	ck_assert_uint_eq(last_told()->event.process.id.tgid, 2);
	attribution_finish(attribution);
	ck_assert_uint_eq(told_count, 3);
	ck_assert_uint_eq(last_told()->event.process.id.tgid, 4);
	ck_assert_int_eq(result(), EVENT_RESULT_PENDING);
	attribution_finish(attribution);
	ck_assert_uint_eq(told_count, 3);
	teardown();
}
END_TEST

/*
 * A thread was stopped between its connect() and the record: another's connect
 * that began later was told of first, and this one only after that was due.
 */
START_TEST(goes_by_when_they_began)
{
	uint64_t early_ns;

	setup();
	early_ns = now_ns;
	now_ns += SECOND / 2;
	connect_begun(actor(2), WEB, now_ns);
	connect_begun(actor(3), WEB, early_ns);
	ck_assert_uint_eq(attribution_next_tick(attribution),
			  early_ns + ATTRIBUTION_HOLD_NS);
	attribution_tick(attribution, early_ns + ATTRIBUTION_HOLD_NS);
	ck_assert_uint_eq(told_count, 1);
	ck_assert_uint_eq(last_told()->event.process.id.tgid, 3);
	teardown();
}
END_TEST

/* One socket may connect again, after a failure. */
START_TEST(tells_attempts_of_one_socket_apart)
{
	uint64_t first_ns, second_ns;

	setup();
	first_ns = now_ns;
	connect_begun(actor(2), WEB, first_ns);
	second_ns = now_ns;
	connect_begun(actor(2), "192.0.2.81", second_ns);
	connect_ended(actor(2), second_ns, 0, true);
	ck_assert_uint_eq(last_told()->event.time_ns, second_ns);
	connect_ended(actor(2), first_ns, EHOSTUNREACH, false);
	ck_assert_uint_eq(last_told()->event.time_ns, first_ns);
	ck_assert_int_eq(result(), EVENT_RESULT_FAILED);
	teardown();
}
END_TEST

START_TEST(passes_over_an_outcome_without_a_connect)
{
	setup();
	connect_ended(actor(2), now_ns, 0, true);
	ck_assert_uint_eq(told_count, 0);
	teardown();
}
END_TEST

START_TEST(the_oldest_goes_told_and_counted)
{
	uint64_t first_ns;

	setup();
	first_ns = now_ns;
	for (int i = 0; i < PENDINGS_MAX; i++)
		connect_begun(actor(2), WEB, now_ns);
	ck_assert_uint_eq(told_count, 0);
	ck_assert_uint_eq(stats().connects_forgotten, 0);
	connect_begun(actor(2), WEB, now_ns);
	ck_assert_uint_eq(told_count, 1);
	ck_assert_uint_eq(last_told()->event.time_ns, first_ns);
	ck_assert_int_eq(result(), EVENT_RESULT_PENDING);
	ck_assert_uint_eq(stats().connects_forgotten, 1);
	connect_ended(actor(2), first_ns, 0, true);
	ck_assert_uint_eq(told_count, 1);

	/* It is not told of a second time. */
	attribution_finish(attribution);
	ck_assert_uint_eq(told_count, 1 + PENDINGS_MAX);
	connect_begun(actor(2), WEB, now_ns);
	ck_assert_uint_eq(told_count, 1 + PENDINGS_MAX);
	ck_assert_uint_eq(stats().connects_forgotten, 2);
	teardown();
}
END_TEST

SUITE_MAIN("attribution/outcomes", waits_for_the_outcome,
	   tells_failure_and_abortion, takes_the_local_end_from_the_outcome,
	   tells_of_a_long_connect_twice, tells_of_each_when_it_is_due,
	   goes_by_when_they_began, tells_attempts_of_one_socket_apart,
	   passes_over_an_outcome_without_a_connect,
	   the_oldest_goes_told_and_counted)
