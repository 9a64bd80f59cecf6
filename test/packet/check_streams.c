// SPDX-License-Identifier: MIT
#include "streams_fixture.h"

START_TEST(hands_on_where_it_is_what_is_whole_in_a_segment)
{
	uint32_t first, second;

	setup();
	first = write_message(30);
	write_message(12);
	second = write_message(50);
	send_syn();
	send_range(0, first);
	expect_got(1);
	ck_assert_uint_eq(got[0].packet.time_ns, now_ns - 1);
	ck_assert_uint_eq(got[0].packet.netns, 1);
	ck_assert_uint_eq(got[0].packet.source.port, 41000);
	ck_assert_uint_eq(got[0].packet.destination.port, 53);
	ck_assert_uint_eq(got[0].packet.direction, PACKET_OUTGOING);
	send_range(first, second);
	expect_got(3);
	ck_assert_uint_eq(stats().messages, 3);
	ck_assert_uint_eq(stats().copied, 0);
	teardown();
}
END_TEST

/* Every cut into two, and into single bytes. */
START_TEST(messages_may_be_split_anywhere)
{
	for (uint32_t at = 1; at < 64; at++) {
		setup();
		write_message(20);
		write_message(40);
		send_syn();
		send_range(0, at);
		send_range(at, sent_len);
		expect_got(2);
		ck_assert_uint_eq(got[1].packet.time_ns, now_ns - 1);
		teardown();
	}
	setup();
	write_message(20);
	write_message(40);
	send_syn();
	for (uint32_t at = 0; at < sent_len; at++)
		send_range(at, at + 1);
	expect_got(2);
	ck_assert_uint_eq(stats().copied, 2);
	teardown();
}
END_TEST

START_TEST(the_longest_message_is_put_together)
{
	setup();
	write_message(65535);
	write_message(12);
	send_syn();
	for (uint32_t at = 0; at < sent_len; at += 1448)
		send_range(at, at + 1448 < sent_len ? at + 1448 : sent_len);
	expect_got(2);
	teardown();
}
END_TEST

START_TEST(segments_may_come_late_and_twice)
{
	uint32_t ends[6];

	setup();
	for (int i = 0; i < 6; i++)
		ends[i] = write_message(20);
	send_syn();
	send_range(ends[0], ends[1]);
	send_range(ends[2], ends[4]);
	expect_got(0);
	send_range(ends[0], ends[1]);
	send_range(0, ends[0]);
	expect_got(2);
	ck_assert_uint_eq(got[0].packet.time_ns, now_ns - 1);
	send_range(ends[1], ends[2]);
	expect_got(5);
	send_range(0, ends[5]);
	send_range(0, ends[0]);
	send_range(ends[4], ends[5]);
	expect_got(6);
	ck_assert_uint_eq(stats().gaps, 0);
	ck_assert_uint_eq(stats().spoiled, 0);
	teardown();
}
END_TEST

START_TEST(segments_may_overlap)
{
	setup();
	for (int i = 0; i < 6; i++)
		write_message(20);
	send_syn();
	send_range(30, 60);
	send_range(50, 80);
	send_range(100, 132);
	send_range(0, 40);
	expect_got(3);
	send_range(10, 110);
	expect_got(6);
	ck_assert_uint_eq(stats().spoiled, 0);
	teardown();
}
END_TEST

/* Linux passes over what it has had; what else overlaps is of no good intent. */
START_TEST(bytes_that_contradict_others_are_all_dropped)
{
	uint32_t first, second, third;
	uint8_t other[22];

	setup();
	first = write_message(20);
	second = write_message(20);
	third = write_message(20);
	send_syn();
	send_range(0, first);
	memcpy(other, sent, sizeof(other));
	other[20] ^= 1;
	see(segment(0, 22), other);
	expect_got(1);
	ck_assert_uint_eq(stats().spoiled, 0);
	send_range(first + 10, second);
	see(segment(first + 12, 10), other);
	ck_assert_uint_eq(stats().spoiled, 1);
	send_range(first, second);
	expect_got(1);
	send_range(second, third);
	expect_got(2);
	teardown();
}
END_TEST

START_TEST(both_directions_and_other_connections_are_told_apart)
{
	struct packet packet;

	setup();
	write_message(20);
	send_syn();
	send_range(0, 10);
	for (int i = 0; i < 5; i++) {
		packet = segment(10, 12);
		switch (i) {
		case 0:
			packet.netns++;
			break;
		case 1:
			packet.source.port++;
			break;
		case 2:
			packet.source.addr.bytes[15]++;
			break;
		case 3:
			packet.destination.addr.bytes[15]++;
			break;
		default:
			packet.source = packet.destination;
			packet.destination = segment(0, 0).source;
		}
		see(packet, sent + 10);
	}
	expect_got(0);
	send_range(10, 22);
	expect_got(1);
	teardown();
}
END_TEST

/* TCP Fast Open (RFC 7413). */
START_TEST(a_syn_may_carry_bytes)
{
	struct packet packet;

	setup();
	write_message(20);
	write_message(20);
	packet = segment(0, 30);
	packet.tcp.sequence--;
	packet.tcp.flags = PACKET_TCP_SYN;
	see(packet, sent);
	see(packet, sent);
	expect_got(1);
	send_range(30, 44);
	expect_got(2);
	teardown();
}
END_TEST

START_TEST(a_syn_begins_a_new_connection)
{
	setup();
	write_message(20);
	send_syn();
	send_range(0, 10);
	/* Sent again, it changes nothing. */
	send_syn();
	send_range(10, 22);
	expect_got(1);
	send_range(0, 15);
	initial += 12345;
	send_syn();
	send_range(0, 15);
	expect_got(1);
	send_range(15, 22);
	expect_got(2);
	ck_assert_uint_eq(stats().gaps, 0);
	teardown();
}
END_TEST

static void check_end(uint8_t flags)
{
	setup();
	write_message(20);
	write_message(20);
	send_syn();
	send_range(0, 30);
	send_flags(30, flags);
	expect_got(1);
	/* Nothing of the rest is waited for, and nothing is seen twice. */
	send_range(30, 44);
	send_range(0, 30);
	expect_got(1);
	ck_assert_uint_eq(stats().gaps, 0);
	teardown();
}

START_TEST(the_end_of_a_connection_ends_its_message)
{
	check_end(PACKET_TCP_FIN | PACKET_TCP_ACK);
	check_end(PACKET_TCP_RST);
}
END_TEST

START_TEST(an_end_out_of_order_does_not_count)
{
	setup();
	write_message(20);
	send_syn();
	send_range(0, 10);
	send_flags(22, PACKET_TCP_FIN | PACKET_TCP_ACK);
	send_flags(12345, PACKET_TCP_RST);
	send_range(10, 22);
	expect_got(1);
	teardown();
}
END_TEST

/* A keep-alive sends a byte from before, which is no byte of the stream's. */
START_TEST(keep_alives_change_nothing)
{
	uint32_t first;

	setup();
	first = write_message(20);
	write_message(20);
	send_syn();
	send_range(0, first);
	see(segment(first - 1, 1), (const uint8_t *)"");
	send_range(first, sent_len);
	expect_got(2);
	teardown();
}
END_TEST

START_TEST(begins_in_the_middle_of_a_connection)
{
	uint32_t ends[6];

	setup();
	for (int i = 0; i < 6; i++)
		ends[i] = write_message(100);
	/* The rest of a message, then one and a half, then two. */
	send_range(50, ends[0]);
	expect_got(0);
	send_range(ends[0], ends[1]);
	expect_got(1);
	send_range(ends[1], ends[2] + 40);
	send_range(ends[2] + 40, ends[3]);
	expect_got(3);
	send_range(ends[3], ends[5]);
	expect_got(5);
	ck_assert_uint_eq(stats().gaps, 0);
	teardown();
}
END_TEST

START_TEST(what_is_no_message_is_none_in_the_middle_either)
{
	static const struct {
		uint8_t at, value;
	} wrong[] = {
		{1, 11},	       /* shorter than a header */
		{1, 19},	       /* bytes behind it that are nothing */
		{4, 0x79},	       /* an operation that is none */
		{5, 0x40},	       /* a reserved bit */
		{5, 3},		       /* a question with a response code */
		{7, 2},		       /* two questions */
		{6, 1},	   {14, 0x50}, /* a label too long */
		{20, 2},	       /* a class that is not the Internet's */
	};
	uint8_t bytes[22];

	for (size_t i = 0; i < sizeof(wrong) / sizeof(*wrong); i++) {
		setup();
		write_message(20);
		memcpy(bytes, sent, sizeof(bytes));
		bytes[wrong[i].at] = wrong[i].value;
		see(segment(0, 22), bytes);
		expect_got(0);
		teardown();
	}
	/* An update (RFC 2136) is one. */
	setup();
	write_message(20);
	sent[4] |= 5 << 3;
	send_range(0, 22);
	expect_got(1);
	teardown();
	/* Less than a question tells nothing. */
	setup();
	write_message(20);
	send_range(0, 20);
	send_range(20, 22);
	expect_got(0);
	teardown();
}
END_TEST

START_TEST(a_length_that_is_none_loses_the_step)
{
	uint32_t first, second;

	setup();
	first = write_message(20);
	second = write_message(20);
	write_message(20);
	send_syn();
	send_range(0, first);
	sent[first + 1] = 5;
	send_range(first, second - 10);
	ck_assert_uint_eq(stats().spoiled, 1);
	ck_assert_uint_eq(got_count, 1);
	send_range(second - 10, second);
	send_range(second, sent_len);
	ck_assert_uint_eq(got_count, 2);
	ck_assert_uint_eq(stats().spoiled, 1);
	teardown();
}
END_TEST

SUITE_MAIN("packet/streams", hands_on_where_it_is_what_is_whole_in_a_segment,
	   messages_may_be_split_anywhere, the_longest_message_is_put_together,
	   segments_may_come_late_and_twice, segments_may_overlap,
	   bytes_that_contradict_others_are_all_dropped,
	   both_directions_and_other_connections_are_told_apart,
	   a_syn_may_carry_bytes, a_syn_begins_a_new_connection,
	   the_end_of_a_connection_ends_its_message,
	   an_end_out_of_order_does_not_count, keep_alives_change_nothing,
	   begins_in_the_middle_of_a_connection,
	   what_is_no_message_is_none_in_the_middle_either,
	   a_length_that_is_none_loses_the_step)
