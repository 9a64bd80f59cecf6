// SPDX-License-Identifier: MIT
#include "fragments_fixture.h"

static void check_orders(struct packet (*part)(size_t, size_t))
{
	static const uint8_t orders[][3] = {{0, 1, 2}, {0, 2, 1}, {1, 0, 2},
					    {1, 2, 0}, {2, 0, 1}, {2, 1, 0}};
	struct packet parts[] = {part(0, 16), part(16, 32), part(32, 44)};

	set_datagram(44, part);
	for (uint32_t i = 0; i < 6; i++) {
		for (int j = 0; j < 3; j++) {
			struct packet packet = parts[orders[i][j]];

			ck_assert_uint_eq(got_count, 0);
			packet.fragment.id = i;
			send_part(packet);
		}
		ck_assert_uint_eq(got.time_ns, now_ns - 1);
		expect_whole();
	}
	ck_assert_uint_eq(stats().whole, 6);
}

START_TEST(puts_parts_together_in_any_order)
{
	setup();
	check_orders(part_v4);
	teardown();
	setup();
	check_orders(part_v6);
	teardown();
}
END_TEST

START_TEST(says_where_the_last_part_was_seen)
{
	struct packet last;

	setup();
	last = part_v4(16, 44);
	last.direction = PACKET_OUTGOING;
	last.ifindex = 3;
	send_part(part_v4(0, 16));
	send_part(last);
	expect_whole();
	ck_assert_uint_eq(got.netns, 1);
	ck_assert_uint_eq(got.direction, PACKET_OUTGOING);
	ck_assert_uint_eq(got.ifindex, 3);
	teardown();
}
END_TEST

/* A bridge shows each part on several interfaces, one after the other. */
START_TEST(parts_may_be_seen_many_times)
{
	setup();
	for (size_t at = 0; at < 40; at += 8)
		for (int i = 0; i < 4; i++)
			send_part(part_v4(at, at + 8));
	ck_assert_uint_eq(got_count, 0);
	for (int i = 0; i < 4; i++)
		send_part(part_v4(40, 44));
	expect_whole();
	/* And on one that is slow, also those from before. */
	send_part(part_v4(0, 8));
	send_part(part_v4(40, 44));
	fragments_flush(fragments, on_packet, &got);
	ck_assert_uint_eq(got_count, 0);
	ck_assert_uint_eq(stats().spoiled, 0);
	teardown();
}
END_TEST

START_TEST(a_number_may_be_used_again)
{
	setup();
	send_part(part_v4(0, 24));
	send_part(part_v4(24, 44));
	expect_whole();
	now_ns += FRAGMENTS_OVER_NS;
	send_part(part_v4(0, 24));
	send_part(part_v4(24, 44));
	expect_whole();
	teardown();
}
END_TEST

static void change(struct packet *packet, int what)
{
	switch (what) {
	case 0:
		packet->netns++;
		break;
	case 1:
		packet->fragment.id++;
		break;
	case 2:
		packet->source.addr.bytes[15]++;
		break;
	case 3:
		packet->destination.addr.bytes[15]++;
		break;
	default:
		packet->protocol = IPPROTO_TCP;
	}
}

START_TEST(parts_of_different_datagrams_are_told_apart)
{
	setup();
	for (int what = 0; what < 5; what++) {
		struct packet other = part_v4(24, 44);

		change(&other, what);
		send_part(part_v4(0, 24));
		send_part(other);
		ck_assert_uint_eq(got_count, 0);
		send_part(part_v4(24, 44));
		expect_whole();
		now_ns += FRAGMENTS_OVER_NS + SECOND;
	}
	teardown();
}
END_TEST

/* RFC 8200 4.5: only the first part's Next Header counts. */
START_TEST(later_parts_of_ipv6_may_name_another_protocol)
{
	struct packet later;

	setup();
	set_datagram(44, part_v6);
	later = part_v6(24, 44);
	later.protocol = IPPROTO_DSTOPTS;
	send_part(later);
	send_part(part_v6(0, 24));
	expect_whole();
	teardown();
}
END_TEST

START_TEST(what_came_first_stays)
{
	uint8_t other[16];

	setup();
	memset(other, 'x', sizeof(other));
	send_part(part_v4(16, 32));
	send_bytes(part_v4(16, 24), other);
	send_bytes(part_v4(16, 32), other);
	send_part(part_v4(0, 16));
	send_bytes(part_v4(8, 24), other);
	send_part(part_v4(32, 44));
	expect_whole();
	teardown();
}
END_TEST

/* Of each two, the second overlaps the first: "teardrop" and its kin. */
static const size_t overlaps[][4] = {
	{0, 24, 16, 32}, {16, 32, 8, 24}, {8, 16, 0, 24},  {8, 16, 0, 44},
	{0, 24, 16, 44}, {16, 44, 8, 24}, {32, 44, 24, 40}};

static void check_overlaps(struct packet (*part)(size_t, size_t))
{
	setup();
	set_datagram(44, part);
	for (uint32_t i = 0; i < sizeof(overlaps) / sizeof(*overlaps); i++) {
		const size_t *at = overlaps[i];
		struct packet parts[] = {part(at[0], at[1]), part(at[2], at[3]),
					 part(0, 24), part(24, 44)};

		for (int j = 0; j < 4; j++) {
			parts[j].fragment.id = i;
			send_part(parts[j]);
		}
	}
	expect_spoiled(sizeof(overlaps) / sizeof(*overlaps));
	teardown();
}

START_TEST(overlapping_parts_spoil_a_datagram)
{
	check_overlaps(part_v4);
	check_overlaps(part_v6);
}
END_TEST

START_TEST(contradictions_about_the_end_spoil_a_datagram)
{
	struct packet early, beyond;

	setup();
	/* A second end, before the first and after it. */
	early = part_v4(24, 32);
	early.fragment.is_last = true;
	send_part(part_v4(32, 44));
	send_part(early);
	beyond = part_v4(32, 40);
	beyond.fragment.id++;
	beyond.fragment.is_last = true;
	send_part(beyond);
	beyond = part_v4(40, 44);
	beyond.fragment.id++;
	send_part(beyond);
	/* More, behind the end; and an end before what is there. */
	early.fragment.id += 2;
	send_part(early);
	beyond = part_v4(32, 40);
	beyond.fragment.id += 2;
	send_part(beyond);
	beyond.fragment.id++;
	send_part(beyond);
	early.fragment.id++;
	send_part(early);
	expect_spoiled(4);
	teardown();
}
END_TEST

/* "Ping of death": offset and length together lead beyond the length field. */
START_TEST(datagrams_too_long_for_ip_are_spoiled)
{
	struct packet death;

	setup();
	set_datagram(DATAGRAM_MAX, part_v4);
	for (size_t at = 0; at < 65528; at += 1480) {
		size_t to = at + 1480 < 65528 ? at + 1480 : 65528;

		send_part(part_v4(at, to));
	}
	death = part_v4(65528, DATAGRAM_MAX);
	death.payload_len = death.payload_wire = 8;
	send_bytes(death, datagram);
	expect_spoiled(1);
	teardown();

	setup();
	set_datagram(DATAGRAM_MAX, part_v4);
	send_part(part_v4(0, 65528));
	send_part(part_v4(65528, DATAGRAM_MAX));
	expect_whole();
	teardown();
}
END_TEST

START_TEST(tiny_parts_are_parts)
{
	setup();
	set_datagram(4000, part_v4);
	for (size_t at = 0; at < 4000; at += 8)
		send_part(part_v4(at, at + 8));
	expect_whole();
	teardown();
}
END_TEST

/* RFC 8200 4.5 drops them, Linux takes what is a multiple with IPv4. */
START_TEST(parts_of_odd_length_are_trimmed_or_dropped)
{
	struct packet empty;

	setup();
	send_part(part_v4(0, 30));
	send_part(part_v4(24, 44));
	expect_whole();
	send_part(part_v4(0, 7));
	/* Nor does nothing make an end. */
	now_ns += FRAGMENTS_OVER_NS;
	empty = part_v4(48, 48);
	empty.fragment.is_last = true;
	send_part(empty);
	send_part(part_v4(0, 24));
	send_part(part_v4(24, 44));
	expect_whole();
	set_datagram(44, part_v6);
	send_part(part_v6(0, 30));
	send_part(part_v6(24, 44));
	ck_assert_uint_eq(got_count, 0);
	send_part(part_v6(0, 24));
	expect_whole();
	fragments_flush(fragments, on_packet, &got);
	ck_assert_uint_eq(got_count, 0);
	ck_assert_uint_eq(stats().cut, 0);
	ck_assert_uint_eq(stats().spoiled, 0);
	teardown();
}
END_TEST

START_TEST(only_what_may_be_dns_is_kept)
{
	struct packet other;

	setup();
	/* Known at once, known later, and never of interest. */
	datagram[0] = 1;
	send_part(part_v4(0, 24));
	send_part(part_v4(24, 44));
	other = part_v4(24, 44);
	other.fragment.id++;
	send_part(other);
	other = part_v4(0, 24);
	other.fragment.id++;
	send_part(other);
	datagram[0] = 0;
	other = part_v4(24, 44);
	other.fragment.id += 2;
	other.protocol = IPPROTO_ICMP;
	send_part(other);
	other.protocol = IPPROTO_DSTOPTS;
	send_part(other);
	expect_spoiled(0);
	ck_assert_uint_eq(stats().cut, 0);
	teardown();
}
END_TEST

START_TEST(tcp_in_fragments_is_put_together_too)
{
	struct packet packet;

	setup();
	memcpy(datagram, "\240\50\0\65\0\0\0\1\0\0\0\2\120\30\40\0\0\0\0\0",
	       20);
	packet = part_v4(0, 24);
	packet.protocol = IPPROTO_TCP;
	send_part(packet);
	packet = part_v4(24, 44);
	packet.protocol = IPPROTO_TCP;
	send_part(packet);
	ck_assert_uint_eq(got_count, 1);
	ck_assert_uint_eq(got.protocol, IPPROTO_TCP);
	ck_assert_uint_eq(got.tcp.sequence, 1);
	ck_assert_uint_eq(got.payload_len, 24);
	ck_assert_mem_eq(got_bytes, datagram + 20, 24);

	/* Where a segment in parts ends is not known without its last one. */
	packet = part_v4(0, 24);
	packet.protocol = IPPROTO_TCP;
	packet.fragment.id++;
	send_part(packet);
	fragments_flush(fragments, on_packet, &got);
	ck_assert_uint_eq(got_count, 1);
	teardown();
	fragments_destroy(NULL);
}
END_TEST

SUITE_MAIN("packet/fragments", puts_parts_together_in_any_order,
	   says_where_the_last_part_was_seen, parts_may_be_seen_many_times,
	   a_number_may_be_used_again,
	   parts_of_different_datagrams_are_told_apart,
	   later_parts_of_ipv6_may_name_another_protocol, what_came_first_stays,
	   overlapping_parts_spoil_a_datagram,
	   contradictions_about_the_end_spoil_a_datagram,
	   datagrams_too_long_for_ip_are_spoiled, tiny_parts_are_parts,
	   parts_of_odd_length_are_trimmed_or_dropped,
	   only_what_may_be_dns_is_kept, tcp_in_fragments_is_put_together_too)
