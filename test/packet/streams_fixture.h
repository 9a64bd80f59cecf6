/* SPDX-License-Identifier: MIT */
#ifndef TEST_PACKET_STREAMS_FIXTURE_H
#define TEST_PACKET_STREAMS_FIXTURE_H

#include "packet/streams.h"

#include "suite.h"

#include <netinet/in.h>
#include <stdbool.h>
#include <string.h>

/*
 * What the suites over streams.h share: messages one after the other as one
 * direction of a connection sends them, and what was handed on of them.
 */

#define SECOND	   UINT64_C(1000000000)
#define SENT_MAX   (1u << 20)
#define GOT_MAX	   4096
#define LENGTH_LEN 2
#define HEADER_LEN 12
#define ASKING_LEN 19 /* with the shortest question */

static struct streams *streams;
static uint64_t now_ns;

static uint8_t sent[SENT_MAX];
static uint32_t sent_len;
static uint32_t initial; /* number of the SYN; that of sent[0] is one more */

struct got {
	struct packet packet;
	uint32_t from; /* where in sent[] it is, if whole and right */
	bool is_right;
};

static uint32_t got_count;
static struct got got[GOT_MAX];

static inline uint32_t length_at(uint32_t at)
{
	return (uint32_t)(sent[at] << 8 | sent[at + 1]);
}

/* Where a message that was handed on begins in what was sent, or sent_len. */
static inline uint32_t find_sent(const struct packet *message)
{
	uint32_t at = 0;

	while (at + LENGTH_LEN < sent_len) {
		if (length_at(at) == message->payload_wire &&
		    !memcmp(sent + at + LENGTH_LEN, message->payload,
			    message->payload_len))
			return at + LENGTH_LEN;
		at += LENGTH_LEN + length_at(at);
	}
	return sent_len;
}

static inline void on_message(const struct packet *packet, void *context)
{
	struct got *to = &got[got_count % GOT_MAX];

	ck_assert_ptr_eq(context, got);
	ck_assert_uint_eq(packet->protocol, IPPROTO_TCP);
	to->packet = *packet;
	to->from = find_sent(packet);
	to->is_right = to->from < sent_len;
	got_count++;
}

static inline void setup(void)
{
	streams = streams_create();
	ck_assert_ptr_nonnull(streams);
	now_ns = 1000 * SECOND;
	sent_len = 0;
	got_count = 0;
	initial = 0xffffff00; /* it wraps soon */
}

static inline struct streams_stats stats(void)
{
	struct streams_stats stats;

	streams_get_stats(streams, &stats);
	return stats;
}

/* Whatever happened, in the end nothing is held. */
static inline void teardown(void)
{
	streams_flush(streams, on_message, got);
	ck_assert_uint_eq(stats().bytes, 0);
	streams_destroy(streams);
}

/*
 * Add a message with a number of its own, a question if it is long enough;
 * returns its end.
 */
static inline uint32_t write_message(uint32_t len)
{
	static const uint8_t question[] = "\0\0\1\0\0\1\0\0\0\0\0\0"
					  "\1a\0\0\1\0\1";
	uint32_t start_len = len < ASKING_LEN ? HEADER_LEN : ASKING_LEN;
	static uint16_t id;
	uint8_t *at = sent + sent_len;

	ck_assert_uint_ge(len, HEADER_LEN);
	ck_assert_uint_le(sent_len + LENGTH_LEN + len, SENT_MAX);
	at[0] = (uint8_t)(len >> 8);
	at[1] = (uint8_t)len;
	memcpy(at + LENGTH_LEN, question, start_len);
	at[2] = (uint8_t)(++id >> 8);
	at[3] = (uint8_t)id;
	/* Nothing in it looks like a header: bit 6 of byte 3 is reserved. */
	memset(at + LENGTH_LEN + start_len, 0x40 | (id & 15), len - start_len);
	sent_len += LENGTH_LEN + len;
	return sent_len;
}

/* A segment from the client's side of the connection. */
static inline struct packet segment(uint32_t from, uint32_t len)
{
	struct packet packet = {
		.netns = 1,
		.source.port = 41000,
		.destination.port = 53,
		.protocol = IPPROTO_TCP,
		.direction = PACKET_OUTGOING,
		.payload_len = len,
		.payload_wire = len,
		.tcp.sequence = initial + 1 + from,
		.tcp.flags = PACKET_TCP_ACK,
	};

	addr_parse("10.0.0.1", &packet.source.addr);
	addr_parse("192.0.2.53", &packet.destination.addr);
	return packet;
}

/* Its bytes in a block of their very size. */
static inline void see(struct packet packet, const uint8_t *bytes)
{
	uint8_t *block = malloc(packet.payload_len ? packet.payload_len : 1);

	ck_assert_ptr_nonnull(block);
	memcpy(block, bytes, packet.payload_len);
	packet.payload = block;
	packet.time_ns = now_ns;
	streams_add(streams, &packet, on_message, got);
	free(block);
	now_ns++;
}

static inline void send_range(uint32_t from, uint32_t to)
{
	see(segment(from, to - from), sent + from);
}

static inline void send_flags(uint32_t at, uint8_t flags)
{
	struct packet packet = segment(at, 0);

	packet.tcp.flags = flags;
	see(packet, sent);
}

static inline void send_syn(void)
{
	send_flags(UINT32_MAX, PACKET_TCP_SYN);
}

/* The other side has all before this. */
static inline void acknowledge(uint32_t to)
{
	struct packet packet = segment(0, 0);
	struct endpoint source = packet.source;

	packet.source = packet.destination;
	packet.destination = source;
	packet.tcp.sequence = 77;
	packet.tcp.acknowledged = initial + 1 + to;
	see(packet, sent);
}

/* So many messages so far, all of them whole and right. */
static inline void expect_got(uint32_t count)
{
	ck_assert_uint_eq(got_count, count);
	for (uint32_t i = 0; i < count && i < GOT_MAX; i++) {
		if (!got[i].is_right)
			ck_abort_msg("message %u was never sent", i);
		if (got[i].packet.payload_len != got[i].packet.payload_wire)
			ck_abort_msg("message %u is cut", i);
	}
}

#endif
