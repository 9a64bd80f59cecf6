// SPDX-License-Identifier: MIT
#include "packet/record.h"
#include "suite.h"

#include <string.h>

/* 192.0.2.1:41000 to 198.51.100.2:38271, which is 127.0.0.11:53 rewritten. */
static const uint8_t bytes[] = {
	0x45, 0,    0, 32, 0, 1,   0,	0,   64,  17,	0,
	0,    192,  0, 2,  1, 198, 51,	100, 2,	  0xa0, 0x28,
	0x95, 0x7f, 0, 12, 0, 0,   'a', 'b', 'c', 'd',
};

static const uint8_t local[16] = {[10] = 0xff, 0xff, 192, 0, 2, 1};
static const uint8_t server[16] = {[10] = 0xff, 0xff, 127, 0, 0, 11};
static const uint8_t any_v4[16] = {[10] = 0xff, 0xff};

static struct packet packet;

/* The record in a block of its very size, so that ASan sees the byte after. */
static enum packet_result decode(const struct record_packet *head, size_t len)
{
	static struct record_packet *record;
	enum packet_result result;

	free(record);
	record = malloc(sizeof(*head) + len);
	ck_assert_ptr_nonnull(record);
	*record = *head;
	record->header.size = (uint32_t)(sizeof(*head) + len);
	memcpy(record + 1, bytes, len);
	memset(&packet, 0xee, sizeof(packet));
	result = packet_from_record(record, &packet);
	return result;
}

static void check_endpoints(const char *source, const char *destination)
{
	char text[ENDPOINT_TEXT];

	endpoint_format(&packet.source, text);
	ck_assert_str_eq(text, source);
	endpoint_format(&packet.destination, text);
	ck_assert_str_eq(text, destination);
}

START_TEST(what_leaves_goes_where_the_socket_says)
{
	struct record_packet head = {.leaves = 1};

	memcpy(head.socket.local, local, 16);
	head.socket.local_port = 41000;
	memcpy(head.socket.remote, server, 16);
	head.socket.remote_port = 53;
	ck_assert_int_eq(decode(&head, sizeof(bytes)), PACKET_OK);
	check_endpoints("192.0.2.1:41000", "127.0.0.11:53");
	ck_assert_int_eq(packet.direction, PACKET_OUTGOING);
	ck_assert_uint_eq(packet.payload_len, 4);
	ck_assert_mem_eq(packet.payload, "abcd", 4);
}
END_TEST

START_TEST(what_enters_comes_from_where_the_socket_says)
{
	struct record_packet head = {.leaves = 0};

	memcpy(head.socket.remote, server, 16);
	head.socket.remote_port = 53;
	ck_assert_int_eq(decode(&head, sizeof(bytes)), PACKET_OK);
	check_endpoints("127.0.0.11:53", "198.51.100.2:38271");
	ck_assert_int_eq(packet.direction, PACKET_INCOMING);
}
END_TEST

/* An unbound socket sends from 0.0.0.0 or ::, its packet does not. */
START_TEST(the_packet_tells_what_the_socket_does_not)
{
	struct record_packet head = {.leaves = 1};

	memcpy(head.socket.local, any_v4, 16);
	head.socket.local_port = 41001;
	ck_assert_int_eq(decode(&head, sizeof(bytes)), PACKET_OK);
	check_endpoints("192.0.2.1:41001", "198.51.100.2:38271");
	memset(head.socket.local, 0, 16);
	ck_assert_int_eq(decode(&head, sizeof(bytes)), PACKET_OK);
	check_endpoints("192.0.2.1:41001", "198.51.100.2:38271");
}
END_TEST

START_TEST(survives_every_truncation)
{
	struct record_packet head = {.leaves = 1};

	/* Cut within the payload it is a packet still, of which less is here. */
	for (size_t len = 0; len < sizeof(bytes); len++)
		ck_assert_int_eq(decode(&head, len),
				 len < 28 ? PACKET_MALFORMED : PACKET_OK);
	ck_assert_uint_eq(packet.payload_len, 3);
	ck_assert_uint_eq(packet.payload_wire, 4);
}
END_TEST

SUITE_MAIN("packet/record", what_leaves_goes_where_the_socket_says,
	   what_enters_comes_from_where_the_socket_says,
	   the_packet_tells_what_the_socket_does_not, survives_every_truncation)
