// SPDX-License-Identifier: MIT
#include "fragments_fixture.h"

/* What is given up, and what is not believed. */

START_TEST(a_wrong_checksum_spoils_a_datagram)
{
	setup();
	datagram[20] ^= 1;
	send_part(part_v4(0, 24));
	send_part(part_v4(24, 44));
	expect_spoiled(1);
	teardown();
	setup();
	set_datagram(44, part_v6);
	datagram[6] = datagram[7] = 0;
	send_part(part_v6(0, 24));
	send_part(part_v6(24, 44));
	expect_spoiled(1);
	teardown();
}
END_TEST

/* Half of it may be zero; all of it is none. */
START_TEST(a_checksum_may_have_a_zero_byte)
{
	struct packet of = part_v4(0, 8);

	setup();
	for (int which = 6; which < 8; which++) {
		do {
			datagram[30]++;
			datagram[31] = (uint8_t)(datagram[31] + 3);
			set_checksum(&of);
		} while (datagram[which]);
		datagram[20] ^= 1;
		of = part_v4(0, 24);
		of.fragment.id = (uint32_t)which;
		send_part(of);
		of = part_v4(24, 44);
		of.fragment.id = (uint32_t)which;
		send_part(of);
	}
	expect_spoiled(2);
	teardown();
}
END_TEST

START_TEST(ipv4_does_without_a_checksum)
{
	setup();
	datagram[6] = datagram[7] = 0;
	send_part(part_v4(0, 24));
	send_part(part_v4(24, 44));
	expect_whole();
	teardown();
}
END_TEST

/* Its UDP header promises more than all parts bring. */
START_TEST(a_datagram_shorter_than_it_says_is_spoiled)
{
	setup();
	datagram[5]++;
	send_part(part_v4(0, 24));
	send_part(part_v4(24, 44));
	expect_spoiled(1);
	teardown();
}
END_TEST

static void expect_cut(size_t len, uint64_t time_ns)
{
	ck_assert_uint_eq(got_count, 1);
	ck_assert_uint_eq(got.time_ns, time_ns);
	ck_assert_uint_eq(got.source.port, 53);
	ck_assert_uint_eq(got.payload_len, len);
	ck_assert_uint_eq(got.payload_wire, datagram_len - UDP_LEN);
	ck_assert_mem_eq(got_bytes, datagram + UDP_LEN, len);
	got_count = 0;
}

START_TEST(what_waits_too_long_is_handed_on_as_cut)
{
	uint64_t begun_ns;
	struct packet other;

	setup();
	send_part(part_v4(32, 44));
	begun_ns = now_ns;
	send_part(part_v4(0, 16));
	now_ns = begun_ns + FRAGMENTS_TIMEOUT_NS - 1;
	other = part_v4(24, 44);
	other.fragment.id++;
	send_part(other);
	ck_assert_uint_eq(got_count, 0);
	now_ns = begun_ns + FRAGMENTS_TIMEOUT_NS + 1;
	other.fragment.id++;
	send_part(other);
	expect_cut(8, begun_ns);
	ck_assert_uint_eq(stats().cut, 1);
	/* Of the others the start is not there. */
	fragments_flush(fragments, on_packet, &got);
	ck_assert_uint_eq(got_count, 0);
	ck_assert_uint_eq(stats().cut, 3);
	teardown();
}
END_TEST

/* `tcpdump port 53` writes the first part and no other. */
START_TEST(a_first_part_alone_is_handed_on_at_the_end)
{
	setup();
	send_part(part_v4(0, 24));
	fragments_flush(fragments, on_packet, &got);
	expect_cut(16, 1000 * SECOND);
	teardown();
}
END_TEST

START_TEST(parts_cut_by_the_capture_are_used_as_far_as_they_go)
{
	struct packet cut;

	setup();
	for (int i = 0; i < 2; i++) {
		cut = part_v4(0, 24);
		cut.payload_len = 20;
		send_part(cut);
		cut = part_v4(24, 44);
		cut.payload_len = 3;
		send_part(cut);
	}
	fragments_flush(fragments, on_packet, &got);
	expect_cut(12, 1000 * SECOND);
	ck_assert_uint_eq(stats().spoiled, 0);
	teardown();
}
END_TEST

START_TEST(the_oldest_goes_when_there_are_too_many)
{
	struct packet packet;

	setup();
	for (uint32_t id = 0; id < FRAGMENTS_MAX; id++) {
		packet = part_v4(0, 24);
		packet.fragment.id = id;
		send_part(packet);
	}
	ck_assert_uint_eq(stats().lost, 0);
	packet.fragment.id++;
	send_part(packet);
	ck_assert_uint_eq(stats().lost, 1);
	expect_cut(16, 1000 * SECOND);
	packet = part_v4(24, 44);
	packet.fragment.id = 1;
	send_part(packet);
	expect_whole();
	/* What is over goes without being missed. */
	packet.fragment.id = 2;
	send_part(packet);
	expect_whole();
	packet = part_v4(0, 24);
	packet.fragment.id = 5000;
	send_part(packet);
	packet.fragment.id++;
	send_part(packet);
	ck_assert_uint_eq(stats().lost, 1);
	packet.fragment.id++;
	send_part(packet);
	ck_assert_uint_eq(stats().lost, 2);
	teardown();
}
END_TEST

START_TEST(the_oldest_goes_when_there_are_too_many_bytes)
{
	uint32_t id = 0;

	setup();
	set_datagram(DATAGRAM_MAX, part_v4);
	while (!stats().lost) {
		struct packet packet = part_v4(65520, DATAGRAM_MAX);

		ck_assert_uint_lt(id, FRAGMENTS_BYTES_MAX / DATAGRAM_MAX + 1);
		packet.fragment.id = id++;
		send_part(packet);
	}
	ck_assert_uint_gt(id, FRAGMENTS_BYTES_MAX / DATAGRAM_MAX / 2);
	teardown();
}
END_TEST

SUITE_MAIN("packet/fragments_bounds", a_wrong_checksum_spoils_a_datagram,
	   a_checksum_may_have_a_zero_byte, ipv4_does_without_a_checksum,
	   a_datagram_shorter_than_it_says_is_spoiled,
	   what_waits_too_long_is_handed_on_as_cut,
	   a_first_part_alone_is_handed_on_at_the_end,
	   parts_cut_by_the_capture_are_used_as_far_as_they_go,
	   the_oldest_goes_when_there_are_too_many,
	   the_oldest_goes_when_there_are_too_many_bytes)
