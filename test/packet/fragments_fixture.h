/* SPDX-License-Identifier: MIT */
#ifndef TEST_PACKET_FRAGMENTS_FIXTURE_H
#define TEST_PACKET_FRAGMENTS_FIXTURE_H

#include "packet/fragments.h"

#include "suite.h"

#include <netinet/in.h>
#include <stdbool.h>
#include <string.h>

/*
 * What the suites over fragments.h share: a UDP datagram, its parts as they
 * would be decoded, and what was handed on.
 */

#define SECOND	     UINT64_C(1000000000)
#define UDP_LEN	     8
#define DATAGRAM_MAX 65535

static struct fragments *fragments;
static uint64_t now_ns;

/* What was handed on: how many, and the last one. */
static unsigned int got_count;
static struct packet got;
static uint8_t got_bytes[DATAGRAM_MAX];

/* The datagram that is sent: UDP from port 53 with this payload. */
static uint8_t datagram[DATAGRAM_MAX];
static size_t datagram_len;

static inline void on_packet(const struct packet *packet, void *context)
{
	ck_assert_ptr_eq(context, &got);
	got = *packet;
	memcpy(got_bytes, packet->payload, packet->payload_len);
	got_count++;
}

static inline void set_addresses(struct packet *packet, const char *source,
				 const char *destination)
{
	ck_assert_int_eq(addr_parse(source, &packet->source.addr), 0);
	ck_assert_int_eq(addr_parse(destination, &packet->destination.addr), 0);
}

/* A part of the datagram, as it would be decoded; tests change some of it. */
static inline struct packet part_v4(size_t from, size_t to)
{
	struct packet packet = {
		.netns = 1,
		.protocol = IPPROTO_UDP,
		.direction = PACKET_INCOMING,
		.is_fragment = true,
		.payload_len = to - from,
		.payload_wire = to - from,
		.fragment = {.id = 7,
			     .offset = (uint16_t)from,
			     .is_last = to == datagram_len},
	};

	set_addresses(&packet, "192.0.2.53", "10.0.0.1");
	return packet;
}

static inline struct packet part_v6(size_t from, size_t to)
{
	struct packet packet = part_v4(from, to);

	set_addresses(&packet, "2001:db8::53", "fd00::1");
	return packet;
}

static inline uint32_t sum_of(uint32_t sum, const uint8_t *bytes, size_t len)
{
	for (size_t i = 0; i < len; i++)
		sum += (uint32_t)bytes[i] << (i % 2 ? 0 : 8);
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return sum;
}

/* Sum the datagram up for the addresses of its parts. */
static inline void set_checksum(const struct packet *of)
{
	const uint8_t *source = of->source.addr.bytes;
	const uint8_t *destination = of->destination.addr.bytes;
	size_t skip = addr_is_v4(&of->source.addr) ? 12 : 0;
	uint32_t sum = IPPROTO_UDP + (uint32_t)datagram_len;

	datagram[6] = datagram[7] = 0;
	sum = sum_of(sum, source + skip, 16 - skip);
	sum = sum_of(sum, destination + skip, 16 - skip);
	sum = 0xffff - sum_of(sum, datagram, datagram_len);
	datagram[6] = (uint8_t)(sum >> 8);
	datagram[7] = (uint8_t)sum;
}

static inline void set_datagram(size_t len,
				struct packet (*part)(size_t, size_t))
{
	struct packet of;

	datagram_len = len;
	for (size_t i = UDP_LEN; i < len; i++)
		datagram[i] = (uint8_t)(i * 7 + i / 256);
	memcpy(datagram, "\0\65\240\50", 4);
	datagram[4] = (uint8_t)(len >> 8);
	datagram[5] = (uint8_t)len;
	of = part(0, 8);
	set_checksum(&of);
}

static inline void setup(void)
{
	static const struct dns_ports ports = DNS_PORTS_USUAL;

	fragments = fragments_create(&ports);
	ck_assert_ptr_nonnull(fragments);
	now_ns = 1000 * SECOND;
	got_count = 0;
	set_datagram(44, part_v4);
}

static inline struct fragments_stats stats(void)
{
	struct fragments_stats stats;

	fragments_get_stats(fragments, &stats);
	return stats;
}

/* Whatever happened, in the end nothing is held. */
static inline void teardown(void)
{
	fragments_flush(fragments, on_packet, &got);
	ck_assert_uint_eq(stats().bytes, 0);
	fragments_destroy(fragments);
}

/* In a block of its very size; what is in it is given, or the datagram's. */
static inline void send_bytes(struct packet packet, const uint8_t *bytes)
{
	uint8_t *block = malloc(packet.payload_len ? packet.payload_len : 1);

	ck_assert_ptr_nonnull(block);
	memcpy(block, bytes, packet.payload_len);
	packet.payload = block;
	packet.time_ns = now_ns++;
	fragments_add(fragments, &packet, on_packet, &got);
	free(block);
}

static inline void send_part(struct packet packet)
{
	send_bytes(packet, datagram + packet.fragment.offset);
}

/* One datagram, whole, has been handed on since the count was last zero. */
static inline void expect_whole(void)
{
	ck_assert_uint_eq(got_count, 1);
	ck_assert(!got.is_fragment);
	ck_assert_uint_eq(got.protocol, IPPROTO_UDP);
	ck_assert_uint_eq(got.source.port, 53);
	ck_assert_uint_eq(got.destination.port, 41000);
	ck_assert_uint_eq(got.payload_len, datagram_len - UDP_LEN);
	ck_assert_uint_eq(got.payload_wire, datagram_len - UDP_LEN);
	ck_assert_mem_eq(got_bytes, datagram + UDP_LEN, got.payload_len);
	got_count = 0;
}

/* Nothing whole, and nothing that waits. */
static inline void expect_spoiled(uint64_t times)
{
	fragments_flush(fragments, on_packet, &got);
	ck_assert_uint_eq(got_count, 0);
	ck_assert_uint_eq(stats().spoiled, times);
	ck_assert_uint_eq(stats().whole, 0);
	ck_assert_uint_eq(stats().lost, 0);
}

#endif
