// SPDX-License-Identifier: MIT
#include "streams_fixture.h"

/* What is given up. */

/* The next one is known to be far behind what was lost, or looked for there. */
static void check_gap(uint32_t from, uint32_t to, uint32_t shown_cut)
{
	uint32_t count, ends[5];

	setup();
	for (int i = 0; i < 5; i++)
		ends[i] = write_message(200);
	send_syn();
	send_range(0, ends[0]);
	send_range(ends[0], from);
	send_range(to, ends[3]);
	expect_got(1);
	now_ns += STREAMS_GAP_NS - 2;
	send_range(to, ends[3]);
	expect_got(1);
	now_ns += 2;
	send_range(ends[3], ends[4]);
	count = got_count;
	ck_assert_uint_eq(count, 4 + shown_cut);
	ck_assert_uint_eq(stats().gaps, !shown_cut);
	ck_assert_uint_eq(got[count - 1].packet.payload_len, 200);
	for (uint32_t i = 0; i < count; i++) {
		ck_assert(got[i].is_right);
		ck_assert_uint_eq(got[i].packet.payload_wire, 200);
	}
	if (shown_cut)
		ck_assert_uint_eq(got[1].packet.payload_len,
				  from - ends[0] - LENGTH_LEN);
	teardown();
}

START_TEST(a_gap_is_given_up_after_a_while)
{
	/* ends[0] is 202: all of the second message, then its middle. */
	check_gap(202, 404, 0);
	check_gap(300, 350, 1);
	check_gap(216, 404, 1);
	check_gap(215, 404, 0);
}
END_TEST

START_TEST(a_gap_that_was_acknowledged_is_given_up_at_once)
{
	uint32_t first, second, third, fourth;

	setup();
	first = write_message(20);
	second = write_message(20);
	third = write_message(20);
	fourth = write_message(20);
	send_syn();
	send_range(0, first);
	acknowledge(second);
	send_range(second, third);
	expect_got(2);
	ck_assert_uint_eq(stats().gaps, 1);
	/* And if the news comes after the bytes behind it. */
	send_range(third + 10, fourth);
	acknowledge(third + 9);
	expect_got(2);
	ck_assert_uint_eq(stats().gaps, 1);
	acknowledge(third + 10);
	ck_assert_uint_eq(stats().gaps, 2);
	expect_got(2);
	teardown();
}
END_TEST

START_TEST(messages_behind_a_gap_are_shown_at_the_end)
{
	uint32_t first;
	uint64_t at_ns;

	setup();
	first = write_message(20);
	write_message(20);
	write_message(20);
	send_syn();
	at_ns = now_ns;
	send_range(first, sent_len);
	expect_got(0);
	streams_flush(streams, on_message, got);
	expect_got(2);
	ck_assert_uint_eq(got[0].packet.time_ns, at_ns);
	ck_assert_uint_eq(stats().gaps, 1);
	teardown();
}
END_TEST

START_TEST(what_is_silent_is_forgotten)
{
	uint32_t first;
	struct packet other;

	setup();
	first = write_message(20);
	write_message(20);
	send_syn();
	send_range(first, sent_len);
	now_ns += STREAMS_IDLE_NS;
	other = segment(0, 22);
	other.netns++;
	see(other, sent);
	expect_got(2);
	ck_assert_uint_eq(stats().gaps, 1);
	/* What comes now is in the middle of a connection. */
	send_range(5, first);
	expect_got(2);
	teardown();
}
END_TEST

START_TEST(bytes_cut_off_by_the_capture_are_passed_over)
{
	struct packet cut;
	uint32_t ends[4];

	setup();
	for (int i = 0; i < 4; i++)
		ends[i] = write_message(100);
	send_syn();
	cut = segment(0, ends[0]);
	cut.payload_len = 60;
	see(cut, sent);
	ck_assert_uint_eq(got_count, 1);
	ck_assert_uint_eq(got[0].packet.payload_len, 58);
	ck_assert_uint_eq(got[0].packet.payload_wire, 100);
	send_range(ends[0], ends[1]);
	ck_assert_uint_eq(got_count, 2);
	ck_assert_uint_eq(stats().gaps, 0);
	/* Of the second message in it nothing is known. */
	cut = segment(ends[1], ends[3] - ends[1]);
	cut.payload_len = 60;
	see(cut, sent + ends[1]);
	ck_assert_uint_eq(got_count, 3);
	ck_assert_uint_eq(stats().gaps, 1);
	teardown();

	/* Too little to tell what it is. */
	setup();
	ends[0] = write_message(100);
	cut = segment(0, ends[0]);
	cut.payload_len = 10;
	see(cut, sent);
	ck_assert_uint_eq(got_count, 0);
	ck_assert_uint_eq(stats().gaps, 0);
	teardown();

	/* All of it but the question, in the middle, and of several segments. */
	setup();
	ends[0] = write_message(100);
	ends[1] = write_message(100);
	cut = segment(0, 60);
	cut.payload_len = LENGTH_LEN + ASKING_LEN;
	see(cut, sent);
	ck_assert_uint_eq(got_count, 1);
	ck_assert_uint_eq(got[0].packet.payload_len, ASKING_LEN);
	cut = segment(60, 42);
	cut.payload_len = 14;
	see(cut, sent + 60);
	send_range(ends[0], ends[1]);
	ck_assert_uint_eq(got_count, 2);
	ck_assert_uint_eq(got[1].packet.payload_len, 100);
	ck_assert_uint_eq(stats().gaps, 0);
	teardown();
}
END_TEST

START_TEST(segments_far_away_are_nobodys)
{
	setup();
	write_message(20);
	write_message(20);
	send_syn();
	send_range(0, 22);
	initial += 1u << 24;
	send_range(0, 22);
	expect_got(1);
	initial -= 1u << 24;
	send_range(22, 44);
	expect_got(2);
	/* Unless the connection is silent: then it may be the next one's. */
	now_ns += SECOND;
	initial += 1u << 24;
	send_range(0, 22);
	expect_got(3);
	teardown();
}
END_TEST

START_TEST(no_more_of_a_stream_is_held_than_the_window)
{
	uint32_t at;

	setup();
	while (sent_len < STREAMS_WINDOW + 3000)
		write_message(998);
	send_syn();
	/* The first is missing; when there are too many, they are given up. */
	for (at = 1000; at + 1000 <= STREAMS_WINDOW; at += 1000)
		send_range(at, at + 1000);
	expect_got(0);
	ck_assert_uint_eq(stats().gaps, 0);
	send_range(at, at + 1000);
	expect_got(1);
	ck_assert_uint_eq(stats().gaps, 1);
	send_range(at + 1000, at + 2000);
	expect_got(2);
	teardown();

	/* One alone may be too far, too. */
	setup();
	while (sent_len < STREAMS_WINDOW + 3000)
		write_message(998);
	send_syn();
	at = (STREAMS_WINDOW / 1000 + 1) * 1000;
	send_range(at, at + 1000);
	expect_got(1);
	ck_assert_uint_eq(stats().gaps, 1);
	ck_assert_uint_eq(stats().bytes, 0);
	teardown();
}
END_TEST

START_TEST(the_number_of_streams_is_bounded)
{
	struct packet packet;

	setup();
	write_message(20);
	send_syn();
	send_range(0, 10);
	for (uint32_t i = 0; i < STREAMS_MAX; i++) {
		ck_assert_uint_eq(stats().lost, 0);
		packet = segment(0, 22);
		packet.netns = 2 + i;
		see(packet, sent);
	}
	ck_assert_uint_eq(stats().lost, 1);
	expect_got(STREAMS_MAX);
	send_range(10, 22);
	expect_got(STREAMS_MAX);
	teardown();
}
END_TEST

START_TEST(the_bytes_of_all_streams_are_bounded)
{
	const uint32_t len = 60000;
	struct packet packet;
	uint32_t count = 0;

	setup();
	write_message(65535);
	while (!stats().lost) {
		ck_assert_uint_le(count, STREAMS_BYTES_MAX / len);
		packet = segment(0, len);
		packet.netns = ++count;
		see(packet, sent);
	}
	ck_assert_uint_gt(count, STREAMS_BYTES_MAX / len / 2);
	/* The first has gone, the second is there. */
	packet = segment(len, sent_len - len);
	packet.netns = 1;
	see(packet, sent + len);
	expect_got(0);
	packet.netns = 2;
	see(packet, sent + len);
	expect_got(1);
	teardown();
	streams_destroy(NULL);
}
END_TEST

SUITE_MAIN("packet/streams_bounds", a_gap_is_given_up_after_a_while,
	   a_gap_that_was_acknowledged_is_given_up_at_once,
	   messages_behind_a_gap_are_shown_at_the_end,
	   what_is_silent_is_forgotten,
	   bytes_cut_off_by_the_capture_are_passed_over,
	   segments_far_away_are_nobodys,
	   no_more_of_a_stream_is_held_than_the_window,
	   the_number_of_streams_is_bounded,
	   the_bytes_of_all_streams_are_bounded)
