// SPDX-License-Identifier: MIT
#include "exchange_fixture.h"

START_TEST(a_question_and_its_answer_are_one_exchange)
{
	struct exchange_asker who = asker(5, now_ns);
	const struct exchange *exchange;

	setup(10);
	exchange = ask_from(1, endpoint(CLIENT, PORT), &who);
	ck_assert_ptr_nonnull(exchange);
	ck_assert_uint_eq(exchange->netns, 1);
	ck_assert_uint_eq(exchange->asked_ns, now_ns);
	ck_assert_uint_eq(exchange->client.port, PORT);
	ck_assert_uint_eq(exchange->server.port, 53);
	ck_assert_uint_eq(exchange->asker.process.tgid, 5);
	ck_assert(exchange->solicited);
	now_ns += SECOND;
	exchange = answer(1);
	ck_assert_ptr_nonnull(exchange);
	ck_assert_uint_eq(exchange->asked_ns, now_ns - SECOND);
	ck_assert_uint_eq(exchange->asker.process.tgid, 5);
	ck_assert(exchange->solicited);
	ck_assert_uint_eq(stats().asked, 1);
	ck_assert_uint_eq(stats().answered, 1);
	ck_assert_uint_eq(stats().unsolicited, 0);
	exchanges_destroy(exchanges);
	exchanges_destroy(NULL);
}
END_TEST

START_TEST(copies_on_loopback_do_not_count)
{
	setup(10);
	ck_assert_ptr_nonnull(ask(1));
	ck_assert_ptr_null(ask(1));
	ck_assert_ptr_nonnull(answer(1));
	ck_assert_ptr_null(answer(1));
	exchanges_destroy(exchanges);
}
END_TEST

START_TEST(counts_where_it_enters_the_socket_that_asked)
{
	setup(10);
	ck_assert_ptr_nonnull(ask_by(5));
	/* Where the server's socket is, on the same loopback. */
	ck_assert_ptr_null(ask_by(0));
	ck_assert_ptr_null(answer_at(0));
	ck_assert(!answer_at(5)->missed);
	ck_assert_ptr_null(answer_at(5));
	exchanges_destroy(exchanges);
}
END_TEST

START_TEST(an_answer_to_another_socket_was_missed)
{
	struct exchange *exchange;

	setup(10);
	ck_assert_ptr_nonnull(ask_by(5));
	exchange = answer_at(6);
	ck_assert_ptr_nonnull(exchange);
	ck_assert(exchange->solicited);
	ck_assert(exchange->missed);
	ck_assert_ptr_null(answer_at(5));
	/* Who asks once more, by another socket with the same port, gets it. */
	message.id++;
	ck_assert_ptr_nonnull(ask_by(5));
	ck_assert_ptr_null(ask_by(6));
	ck_assert(!answer_at(6)->missed);
	/* Of one that was not seen to leave its socket nothing is known. */
	message.id++;
	ck_assert_ptr_nonnull(ask_by(0));
	ck_assert(!answer_at(6)->missed);
	exchanges_destroy(exchanges);
}
END_TEST

START_TEST(case_does_not_matter)
{
	setup(10);
	ck_assert_ptr_nonnull(ask(1));
	strcpy(message.name, "wWw.eXample.COM");
	ck_assert(answer(1)->solicited);
	exchanges_destroy(exchanges);
}
END_TEST

static void expect_unsolicited(const struct exchange *exchange)
{
	ck_assert_ptr_nonnull(exchange);
	ck_assert(!exchange->solicited);
}

/* RFC 5452 9.1 */
START_TEST(an_answer_must_match_its_question)
{
	setup(100);
	ck_assert_ptr_nonnull(ask(1));
	expect_unsolicited(answer(2));
	expect_unsolicited(answer_to(1, endpoint(CLIENT, PORT + 1)));
	expect_unsolicited(answer_to(1, endpoint("10.0.0.3", PORT)));
	protocol = IPPROTO_TCP;
	expect_unsolicited(answer(1));
	protocol = IPPROTO_UDP;
	message.id++;
	expect_unsolicited(answer(1));
	message.id--;
	message.type = DNS_TYPE_AAAA;
	expect_unsolicited(answer(1));
	message.type = DNS_TYPE_A;
	strcpy(message.name, "www.example.org");
	expect_unsolicited(answer(1));
	strcpy(message.name, "www.example.com");
	ck_assert(answer(1)->solicited);
	ck_assert_uint_eq(stats().unsolicited, 7);
	exchanges_destroy(exchanges);
}
END_TEST

/* An answer that was too long is asked for again, perhaps just so. */
START_TEST(the_same_over_tcp_is_another_exchange)
{
	setup(10);
	ck_assert_uint_eq(ask(1)->protocol, IPPROTO_UDP);
	protocol = IPPROTO_TCP;
	ck_assert_uint_eq(ask(1)->protocol, IPPROTO_TCP);
	ck_assert_ptr_null(ask(2));
	ck_assert_uint_eq(answer(1)->protocol, IPPROTO_TCP);
	protocol = IPPROTO_UDP;
	ck_assert_uint_eq(answer(1)->protocol, IPPROTO_UDP);
	ck_assert_uint_eq(stats().answered, 2);
	exchanges_destroy(exchanges);
}
END_TEST

#define TWIN_A "dekdgfendaohcjdn"
#define TWIN_B "nlgfdpjbpnpomebg"

/*
 * Two names of one FNV-1a hash: an answer about the one was believed, and
 * learned, for a question about the other.
 */
START_TEST(an_answer_must_have_the_name_and_not_just_its_hash)
{
	setup(10);
	strcpy(message.name, TWIN_A);
	ck_assert_ptr_nonnull(ask(1));
	strcpy(message.name, TWIN_B);
	expect_unsolicited(answer(1));
	exchanges_destroy(exchanges);

	setup(10);
	strcpy(message.name, TWIN_A);
	ck_assert_ptr_nonnull(ask(1));
	strcpy(message.name, TWIN_B);
	ck_assert_ptr_nonnull(ask(2));
	ck_assert_ptr_nonnull(answer(2));
	ck_assert_ptr_nonnull(ask(1));
	ck_assert(answer(1)->solicited);
	exchanges_destroy(exchanges);
}
END_TEST

START_TEST(an_unsolicited_answer_is_told_once)
{
	const struct exchange *exchange;

	setup(10);
	exchange = answer(1);
	expect_unsolicited(exchange);
	ck_assert_uint_eq(exchange->client.port, PORT);
	ck_assert_uint_eq(exchange->server.port, 53);
	ck_assert_uint_eq(exchange->asked_ns, now_ns);
	ck_assert_ptr_null(answer(1));
	/* A question after it is one, and is answered. */
	ck_assert(ask(1)->solicited);
	ck_assert(answer(1)->solicited);
	exchanges_destroy(exchanges);
}
END_TEST

START_TEST(a_question_sent_again_is_the_same_exchange)
{
	uint64_t first_ns;

	setup(10);
	first_ns = now_ns;
	ck_assert_ptr_nonnull(ask(1));
	now_ns += EXCHANGE_REPEAT_NS;
	ck_assert_ptr_null(ask(1));
	now_ns += EXCHANGE_REPEAT_NS;
	ck_assert_ptr_null(ask(1));
	ck_assert_uint_eq(answer(1)->asked_ns, first_ns);
	ck_assert_ptr_null(answer(1));
	exchanges_destroy(exchanges);
}
END_TEST

START_TEST(an_id_used_again_is_a_new_exchange)
{
	setup(10);
	ck_assert_ptr_nonnull(ask(1));
	ck_assert_ptr_nonnull(answer(1));
	/* At once, since it was answered. */
	ck_assert_ptr_nonnull(ask(1));
	/* And when nobody waits for an answer any more. */
	now_ns += EXCHANGE_REPEAT_NS + 1;
	ck_assert_ptr_nonnull(ask(1));
	ck_assert_uint_eq(answer(1)->asked_ns, now_ns);
	ck_assert_uint_eq(stats().asked, 3);
	exchanges_destroy(exchanges);
}
END_TEST

/*
 * 1 is the client's namespace, 2 the server's, 3 the host's, which shows the
 * client on its bridge, and, with its own address, on its way out.
 */
START_TEST(counts_where_the_question_left)
{
	struct endpoint host = endpoint("192.0.2.1", PORT);

	setup(10);
	ck_assert_ptr_nonnull(ask(1));
	ck_assert_ptr_null(ask(3));
	ck_assert_ptr_null(ask_from(3, host, NULL));
	ck_assert_ptr_null(ask_from(2, host, NULL));
	ck_assert_ptr_null(answer_to(2, host));
	ck_assert_ptr_null(answer_to(3, host));
	ck_assert_ptr_null(answer(3));
	ck_assert_uint_eq(answer(1)->netns, 1);
	ck_assert_ptr_null(answer(1));
	ck_assert_ptr_null(answer(3));
	ck_assert_uint_eq(stats().asked, 1);
	ck_assert_uint_eq(stats().answered, 1);
	ck_assert_uint_eq(stats().unsolicited, 0);
	exchanges_destroy(exchanges);
}
END_TEST

/* Two containers of one address, with a resolver that counts its questions. */
START_TEST(tells_namespaces_with_the_same_addresses_apart)
{
	struct exchange_asker first = asker(5, SECOND), second;

	setup(10);
	ck_assert_ptr_nonnull(ask_from(1, endpoint(CLIENT, PORT), &first));
	now_ns += SECOND;
	second = asker(6, now_ns);
	ck_assert_ptr_nonnull(ask_from(2, endpoint(CLIENT, PORT), &second));
	ck_assert_uint_eq(answer(2)->asker.process.tgid, 6);
	ck_assert_uint_eq(answer(1)->asker.process.tgid, 5);
	exchanges_destroy(exchanges);
}
END_TEST

/*
 * The host once had a socket on the port that a container's question leaves it
 * with: it was taken for a question of its own, by a process that was gone.
 */
START_TEST(a_port_that_somebody_had_before_is_nobodys_question)
{
	struct endpoint host = endpoint("192.0.2.1", PORT);
	struct exchange_asker gone = asker(6, now_ns - 1), who;

	setup(10);
	gone = asker(6, now_ns - 2);
	who = asker(5, now_ns - 1);
	ck_assert_ptr_nonnull(ask_from(1, endpoint(CLIENT, PORT), &who));
	ck_assert_ptr_null(ask_from(3, host, &gone));
	ck_assert_ptr_null(answer_to(3, host));
	ck_assert_uint_eq(answer(1)->asker.process.tgid, 5);
	/* If it takes its socket only now, it asks. */
	message.id++;
	ck_assert_ptr_nonnull(ask_from(1, endpoint(CLIENT, PORT), &who));
	gone.since_ns = now_ns;
	ck_assert_ptr_nonnull(ask_from(3, host, &gone));
	ck_assert_uint_eq(answer_to(3, host)->asker.process.tgid, 6);
	ck_assert_uint_eq(answer(1)->asker.process.tgid, 5);
	exchanges_destroy(exchanges);
}
END_TEST

/* The clocks of two captures differ: the server's side comes first. */
START_TEST(counts_where_the_asker_is_if_that_is_seen_late)
{
	struct exchange_asker who;
	const struct exchange *exchange;

	setup(10);
	who = asker(5, now_ns);
	ck_assert_ptr_nonnull(ask(2));
	ck_assert_ptr_null(ask_from(1, endpoint(CLIENT, PORT), &who));
	ck_assert_ptr_null(answer(2));
	exchange = answer(1);
	ck_assert_ptr_nonnull(exchange);
	ck_assert_uint_eq(exchange->netns, 1);
	ck_assert_uint_eq(exchange->asker.process.tgid, 5);
	exchanges_destroy(exchanges);
}
END_TEST

/*
 * The client asks again, is answered, and only then the second question comes
 * by the server's side: it was taken for a new one.
 */
START_TEST(a_repetition_may_meet_the_answer)
{
	setup(10);
	ck_assert_ptr_nonnull(ask(1));
	ck_assert_ptr_null(ask(2));
	now_ns += 5 * SECOND;
	ck_assert_ptr_null(ask(1));
	ck_assert_ptr_null(answer(2));
	ck_assert_ptr_nonnull(answer(1));
	ck_assert_ptr_null(ask(2));
	ck_assert_ptr_null(answer(2));
	ck_assert_ptr_null(answer(1));
	/* The next question is seen at the client first. */
	ck_assert_ptr_nonnull(ask(1));
	ck_assert_ptr_null(ask(2));
	ck_assert_ptr_nonnull(answer(1));
	exchanges_destroy(exchanges);
}
END_TEST

/* Went round to an age of 584 years, and everything was told twice. */
START_TEST(time_may_go_back_a_little)
{
	setup(10);
	ck_assert_ptr_nonnull(ask(1));
	now_ns--;
	ck_assert_ptr_null(ask(1));
	ck_assert_ptr_null(ask(2));
	ck_assert_ptr_nonnull(answer(1));
	exchanges_destroy(exchanges);
}
END_TEST

START_TEST(places_beyond_the_bound_tell_nothing)
{
	setup(10);
	ck_assert_ptr_nonnull(ask(1));
	for (uint32_t netns = 2; netns <= 20; netns++)
		ck_assert_ptr_null(ask(netns));
	for (uint32_t netns = 20; netns >= 2; netns--)
		ck_assert_ptr_null(answer(netns));
	ck_assert_ptr_nonnull(answer(1));
	ck_assert_ptr_null(answer(20));
	ck_assert_uint_eq(stats().unsolicited, 0);
	exchanges_destroy(exchanges);
}
END_TEST

START_TEST(the_oldest_goes_and_is_counted_if_it_may_be_answered)
{
	setup(3);
	for (message.id = 0; message.id < 4; message.id++)
		ck_assert_ptr_nonnull(ask(1));
	ck_assert_uint_eq(stats().forgotten, 1);
	message.id = 0;
	expect_unsolicited(answer(1)); /* makes 1 go */
	ck_assert_uint_eq(stats().forgotten, 2);
	/* Nobody waits any more for the answer to 2. */
	now_ns += EXCHANGE_REPEAT_NS + 1;
	message.id = 4;
	ck_assert_ptr_nonnull(ask(1));
	message.id = 5;
	ck_assert_ptr_nonnull(ask(1));
	ck_assert_uint_eq(stats().forgotten, 2);
	message.id = 3;
	ck_assert_ptr_nonnull(answer(1));
	message.id = 2;
	expect_unsolicited(answer(1));
	exchanges_destroy(exchanges);
}
END_TEST

/* Else whoever sends many answers gets rid of questions. */
START_TEST(what_has_its_answer_goes_before_what_waits)
{
	setup(3);
	ck_assert_ptr_nonnull(ask(1));
	for (message.id = 10; message.id < 20; message.id++)
		expect_unsolicited(answer(1));
	for (message.id = 20; message.id < 30; message.id++) {
		ck_assert_ptr_nonnull(ask(1));
		ck_assert_ptr_nonnull(answer(1));
	}
	message.id = 7;
	ck_assert_ptr_nonnull(answer(1));
	ck_assert_uint_eq(stats().forgotten, 0);
	exchanges_destroy(exchanges);
}
END_TEST

START_TEST(what_has_its_answer_is_forgotten_in_time)
{
	setup(10);
	ck_assert_ptr_nonnull(ask(1));
	ck_assert_ptr_nonnull(answer(1));
	now_ns += EXCHANGE_REPEAT_NS;
	message.id = 8;
	ck_assert_ptr_nonnull(ask(1));
	message.id = 7;
	ck_assert_ptr_null(answer(1));
	now_ns += 1;
	message.id = 9;
	ck_assert_ptr_nonnull(ask(1)); /* makes it go */
	message.id = 7;
	expect_unsolicited(answer(1));
	/* What waits for its answer does not go. */
	now_ns += 10 * EXCHANGE_REPEAT_NS;
	message.id = 10;
	ck_assert_ptr_nonnull(ask(1));
	message.id = 8;
	ck_assert_ptr_nonnull(answer(1));
	ck_assert_uint_eq(stats().unsolicited, 1);
	exchanges_destroy(exchanges);
}
END_TEST

/* Some thousand clients, all with one id, name and port. */
START_TEST(many_of_one_topic_are_told_apart)
{
	setup(2000);
	for (uint8_t round = 0; round < 2; round++) {
		for (int i = 0; i < 3000; i++) {
			struct endpoint client = endpoint("10.0.0.0", PORT);
			struct exchange_asker who = asker(5, ++now_ns);

			client.addr.bytes[14] = (uint8_t)(i >> 8);
			client.addr.bytes[15] = (uint8_t)i;
			client.addr.bytes[13] = round;
			ck_assert_ptr_nonnull(ask_from(1, client, &who));
		}
	}
	ck_assert_uint_eq(stats().asked, 6000);
	ck_assert_uint_eq(stats().forgotten, 4000);
	exchanges_destroy(exchanges);
}
END_TEST

/* Else whoever sends many answers makes each question cost more. */
START_TEST(looks_only_at_the_newest_of_a_topic)
{
	struct endpoint other = endpoint("10.0.0.0", PORT);

	setup(100);
	ck_assert_ptr_nonnull(ask(1));
	for (uint8_t i = 1; i <= 16; i++) {
		other.addr.bytes[14] = i;
		expect_unsolicited(answer_to(1, other));
		if (i == 15)
			ck_assert_ptr_null(ask(2));
	}
	ck_assert_ptr_nonnull(ask(3));
	exchanges_destroy(exchanges);
}
END_TEST

START_TEST(a_question_is_overdue_once)
{
	const struct exchange *exchange;

	setup(10);
	ck_assert_uint_eq(exchange_next_overdue(exchanges), UINT64_MAX);
	message.class = DNS_CLASS_CH;
	ck_assert_ptr_nonnull(ask(1));
	message.class = DNS_CLASS_IN;
	message.id = 8;
	message.type = DNS_TYPE_AAAA;
	strcpy(message.name, "other.example");
	ck_assert_ptr_nonnull(ask(1));
	ck_assert_uint_eq(stats().open, 2);
	ck_assert_uint_eq(exchange_next_overdue(exchanges),
			  now_ns + EXCHANGE_TIMEOUT_NS);
	ck_assert_ptr_null(exchange_overdue(exchanges, 0));
	ck_assert_ptr_null(
		exchange_overdue(exchanges, now_ns + EXCHANGE_TIMEOUT_NS - 1));
	exchange = exchange_overdue(exchanges, now_ns + EXCHANGE_TIMEOUT_NS);
	ck_assert_ptr_nonnull(exchange);
	ck_assert_str_eq(exchange->name, "www.example.com");
	ck_assert_uint_eq(exchange->id, 7);
	ck_assert_uint_eq(exchange->type, DNS_TYPE_A);
	ck_assert_uint_eq(exchange->class, DNS_CLASS_CH);
	ck_assert_uint_eq(stats().open, 1);
	ck_assert_uint_eq(stats().overdue, 1);
	exchange = exchange_overdue(exchanges, now_ns + EXCHANGE_TIMEOUT_NS);
	ck_assert_str_eq(exchange->name, "other.example");
	ck_assert_ptr_null(exchange_overdue(exchanges, UINT64_MAX));
	ck_assert_uint_eq(exchange_next_overdue(exchanges), UINT64_MAX);
	/* Late is better than never. */
	ck_assert_ptr_nonnull(answer(1));
	ck_assert_uint_eq(stats().answered, 1);
	ck_assert_uint_eq(stats().overdue, 2);
	ck_assert_uint_eq(stats().open, 0);
	exchanges_destroy(exchanges);
}
END_TEST

START_TEST(what_has_its_answer_is_not_overdue)
{
	setup(10);
	ck_assert_ptr_nonnull(ask(1));
	ck_assert_ptr_nonnull(answer(1));
	message.id = 8;
	expect_unsolicited(answer(1));
	ck_assert_uint_eq(exchange_next_overdue(exchanges), UINT64_MAX);
	ck_assert_ptr_null(exchange_overdue(exchanges, UINT64_MAX));
	/* Asked again, it is one question still, and as old. */
	message.id = 9;
	ck_assert_ptr_nonnull(ask(1));
	now_ns += SECOND;
	ck_assert_ptr_null(ask(1));
	ck_assert_uint_eq(exchange_next_overdue(exchanges),
			  now_ns - SECOND + EXCHANGE_TIMEOUT_NS);
	ck_assert_uint_eq(stats().open, 1);
	exchanges_destroy(exchanges);
}
END_TEST

START_TEST(what_is_dropped_is_not_open)
{
	setup(2);
	for (uint16_t id = 0; id < 5; id++) {
		message.id = id;
		ck_assert_ptr_nonnull(ask(1));
	}
	ck_assert_uint_eq(stats().open, 2);
	ck_assert_uint_eq(stats().forgotten, 3);
	ck_assert_uint_eq(exchange_overdue(exchanges, UINT64_MAX)->id, 3);
	message.id = 5;
	ck_assert_ptr_nonnull(ask(1));
	ck_assert_uint_eq(exchange_overdue(exchanges, UINT64_MAX)->id, 4);
	ck_assert_uint_eq(exchange_overdue(exchanges, UINT64_MAX)->id, 5);
	ck_assert_ptr_null(exchange_overdue(exchanges, UINT64_MAX));
	ck_assert_uint_eq(stats().open, 0);
	exchanges_destroy(exchanges);
}
END_TEST

SUITE_MAIN("dns/exchange", a_question_and_its_answer_are_one_exchange,
	   copies_on_loopback_do_not_count,
	   counts_where_it_enters_the_socket_that_asked,
	   an_answer_to_another_socket_was_missed, case_does_not_matter,
	   an_answer_must_match_its_question,
	   the_same_over_tcp_is_another_exchange,
	   an_answer_must_have_the_name_and_not_just_its_hash,
	   an_unsolicited_answer_is_told_once,
	   a_question_sent_again_is_the_same_exchange,
	   an_id_used_again_is_a_new_exchange, counts_where_the_question_left,
	   tells_namespaces_with_the_same_addresses_apart,
	   a_port_that_somebody_had_before_is_nobodys_question,
	   counts_where_the_asker_is_if_that_is_seen_late,
	   a_repetition_may_meet_the_answer, time_may_go_back_a_little,
	   places_beyond_the_bound_tell_nothing,
	   the_oldest_goes_and_is_counted_if_it_may_be_answered,
	   what_has_its_answer_goes_before_what_waits,
	   what_has_its_answer_is_forgotten_in_time,
	   many_of_one_topic_are_told_apart,
	   looks_only_at_the_newest_of_a_topic, a_question_is_overdue_once,
	   what_has_its_answer_is_not_overdue, what_is_dropped_is_not_open)
