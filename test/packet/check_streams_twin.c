// SPDX-License-Identifier: MIT
#include "streams_fixture.h"

/*
 * The twin is what was sent: messages one after the other. However they are cut
 * into segments, in whatever order and how often those come, each message is
 * handed on once, in order; and if some never come, nothing is handed on that
 * was not sent, and what does not touch the missing bytes is, except for what
 * it takes to find the next message.
 */
#define MESSAGES_MAX 40
#define PIECES_MAX   1000

struct piece {
	uint32_t from, to;
};

static struct piece pieces[PIECES_MAX];
static uint32_t piece_count;
static uint32_t random_state;

static uint32_t random_below(uint32_t limit)
{
	random_state = random_state * 1664525 + 1013904223;
	return (random_state >> 8) % limit;
}

/* Mostly short, some with just a question, some longer than a segment. */
static uint32_t random_len(void)
{
	switch (random_below(8)) {
	case 0:
		return ASKING_LEN;
	case 1:
		return 1000 + random_below(4000);
	default:
		return ASKING_LEN + random_below(150);
	}
}

static void write_messages(uint32_t count)
{
	while (count--)
		write_message(random_len());
}

static void add_piece(uint32_t from, uint32_t to)
{
	ck_assert_uint_lt(piece_count, PIECES_MAX);
	pieces[piece_count++] = (struct piece){from, to};
}

/* Cut at random places, or where messages end; some with what came before. */
static void cut_up(uint32_t most)
{
	uint32_t from = 0;

	piece_count = 0;
	while (from < sent_len) {
		uint32_t to = from + 1 + random_below(most);

		if (to > sent_len)
			to = sent_len;
		add_piece(from, to);
		if (!random_below(6))
			add_piece(from / 2 + random_below(from / 2 + 1), to);
		if (!random_below(6))
			add_piece(from, to);
		from = to;
	}
}

/* Each piece moves by a few places. */
static void shuffle(uint32_t distance)
{
	for (uint32_t i = 0; i + 1 < piece_count; i++) {
		uint32_t left = piece_count - i;
		uint32_t j = i +
			     random_below(distance < left ? distance : left);
		struct piece piece = pieces[i];

		pieces[i] = pieces[j];
		pieces[j] = piece;
	}
}

static uint32_t count_sent(void)
{
	uint32_t count = 0;

	for (uint32_t at = 0; at < sent_len; at += LENGTH_LEN + length_at(at))
		count++;
	return count;
}

static void send_pieces(void)
{
	for (uint32_t i = 0; i < piece_count; i++)
		send_range(pieces[i].from, pieces[i].to);
}

static void expect_all_in_order(void)
{
	uint32_t at = 0;

	expect_got(count_sent());
	for (uint32_t i = 0; i < got_count; i++) {
		ck_assert_uint_eq(got[i].from, at + LENGTH_LEN);
		at += LENGTH_LEN + length_at(at);
	}
}

START_TEST(equals_what_was_sent_however_it_comes)
{
	uint64_t copied = 0, messages = 0;

	random_state = 1;
	for (int round = 0; round < 800; round++) {
		setup();
		initial = random_below(2) ? 0xffff0000 : random_below(1 << 24);
		write_messages(1 + random_below(MESSAGES_MAX));
		cut_up(random_below(2) ? 1448 : 300);
		shuffle(1 + random_below(30));
		send_syn();
		send_pieces();
		expect_all_in_order();
		ck_assert_uint_eq(stats().gaps, 0);
		ck_assert_uint_eq(stats().spoiled, 0);
		ck_assert_uint_eq(stats().lost, 0);
		messages += stats().messages;
		copied += stats().copied;
		teardown();
	}
	ck_assert_uint_gt(messages, 10000);
	ck_assert_uint_gt(copied, messages / 10);
	ck_assert_uint_lt(copied, messages);
}
END_TEST

/* Byte by byte there are more runs than are kept: so few are out of order. */
START_TEST(equals_what_was_sent_byte_by_byte)
{
	random_state = 2;
	for (int round = 0; round < 100; round++) {
		setup();
		for (int i = 0; i < 5; i++)
			write_message(HEADER_LEN + random_below(100));
		cut_up(1);
		shuffle(20);
		send_syn();
		send_pieces();
		expect_all_in_order();
		teardown();
	}
}
END_TEST

/* Segments as programs send them: each message in one, or several in one. */
static void cut_at_messages(void)
{
	uint32_t from = 0, to = 0;

	piece_count = 0;
	while (from < sent_len) {
		do
			to += LENGTH_LEN + length_at(to);
		while (to < sent_len && !random_below(4));
		add_piece(from, to);
		from = to;
	}
}

static bool is_in_piece(uint32_t from, const struct piece *piece)
{
	return from > piece->from && from < piece->to;
}

START_TEST(what_is_lost_takes_nothing_else_with_it)
{
	random_state = 3;
	for (int round = 0; round < 800; round++) {
		struct piece lost;
		uint32_t index, expected, missing = 0;

		setup();
		write_messages(3 + random_below(MESSAGES_MAX));
		cut_at_messages();
		index = random_below(piece_count);
		lost = pieces[index];
		memmove(&pieces[index], &pieces[index + 1],
			(--piece_count - index) * sizeof(*pieces));
		/* Or else in order, but from the middle of a connection on. */
		if (random_below(2)) {
			shuffle(5);
			send_syn();
		}
		for (uint32_t at = 0; at < sent_len;
		     at += LENGTH_LEN + length_at(at))
			missing += is_in_piece(at + LENGTH_LEN, &lost);
		expected = count_sent() - missing;
		send_pieces();
		acknowledge(sent_len);
		streams_flush(streams, on_message, got);
		expect_got(expected);
		teardown();
	}
}
END_TEST

/* Anything is lost, and anything is cut off: nothing is made up. */
START_TEST(nothing_is_handed_on_that_was_not_sent)
{
	uint32_t whole = 0, cut = 0;

	random_state = 4;
	for (int round = 0; round < 800; round++) {
		setup();
		write_messages(1 + random_below(MESSAGES_MAX));
		cut_up(1448);
		shuffle(8);
		if (random_below(2))
			send_syn();
		for (uint32_t i = 0; i < piece_count; i++) {
			struct packet packet = segment(
				pieces[i].from, pieces[i].to - pieces[i].from);

			if (!random_below(8))
				continue;
			if (!random_below(8))
				packet.payload_len = random_below(
					(uint32_t)packet.payload_len);
			see(packet, sent + pieces[i].from);
			if (!random_below(20))
				acknowledge(pieces[i].to);
			if (!random_below(50))
				now_ns += STREAMS_GAP_NS;
		}
		streams_flush(streams, on_message, got);
		for (uint32_t i = 0; i < got_count; i++) {
			const struct packet *packet = &got[i].packet;

			ck_assert(got[i].is_right);
			if (packet->payload_len == packet->payload_wire)
				whole++;
			else
				cut++;
		}
		teardown();
	}
	ck_assert_uint_gt(whole, 1000);
	ck_assert_uint_gt(cut, 100);
}
END_TEST

SUITE_MAIN("packet/streams_twin", equals_what_was_sent_however_it_comes,
	   equals_what_was_sent_byte_by_byte,
	   what_is_lost_takes_nothing_else_with_it,
	   nothing_is_handed_on_that_was_not_sent)
