// SPDX-License-Identifier: MIT
/*
 * The twin is what was sent: messages one after the other. The first byte of
 * the input says how many there are, and as many bytes follow with their
 * lengths; the rest are segments with some of those messages, four bytes each:
 * what to do, where it begins (two), how long it is.
 *
 * What is handed on was sent, and each message once and in order while nothing
 * is given up; if all bytes were seen then, all messages were handed on.
 */
#include "base/cursor.h"
#include "fuzz.h"
#include "packet/streams.h"

#include <netinet/in.h>
#include <string.h>

#define MESSAGES_MAX 32
#define LENGTH_LEN   2
#define HEADER_LEN   12
#define ASKING_LEN   19
#define SENT_MAX     (MESSAGES_MAX * (LENGTH_LEN + ASKING_LEN + 255))

/* What to do, besides sending a segment. */
enum {
	CUT = 0x01,	    /* the capture has only half of it */
	ACKNOWLEDGE = 0x02, /* the other side has what is before it */
	WAIT = 0x04,
	FALSIFY = 0x08, /* other bytes than were sent */
	END = 0x10,
	SYN = 0x20,
};

static uint8_t sent[SENT_MAX];
static uint32_t sent_len;
static uint32_t begin[MESSAGES_MAX + 1]; /* of each message, and the end */
static uint32_t message_count;
static uint8_t seen[SENT_MAX];

struct sums {
	uint32_t next; /* the message that is due */
	bool is_false; /* other bytes were sent */
	bool is_right; /* nothing was missing or given up, so far */
	uint64_t count;
};

static void write_messages(struct cursor *cursor)
{
	message_count = cursor_u8(cursor) % MESSAGES_MAX + 1;
	sent_len = 0;
	for (uint32_t i = 0; i < message_count; i++) {
		uint32_t len = ASKING_LEN + cursor_u8(cursor);
		uint8_t *at = sent + sent_len;

		begin[i] = sent_len;
		memset(at, (int)(0x40 | i), LENGTH_LEN + len);
		at[0] = (uint8_t)(len >> 8);
		at[1] = (uint8_t)len;
		memcpy(at + LENGTH_LEN, "\0\0\1\0\0\1\0\0\0\0\0\0\1a\0\0\1\0\1",
		       ASKING_LEN);
		at[LENGTH_LEN] = (uint8_t)i;
		sent_len += LENGTH_LEN + len;
	}
	begin[message_count] = sent_len;
	memset(seen, 0, sizeof(seen));
}

static uint32_t length_of(uint32_t i)
{
	return begin[i + 1] - begin[i] - LENGTH_LEN;
}

static void on_message(const struct packet *packet, void *context)
{
	struct sums *sums = context;
	uint32_t i = packet->payload[0];

	sums->count++;
	must(packet->protocol == IPPROTO_TCP);
	must(packet->payload_len >= HEADER_LEN);
	must(packet->payload_len <= packet->payload_wire);
	if (sums->is_false)
		return;
	must(i < message_count);
	must(packet->payload_wire == length_of(i));
	must(!memcmp(packet->payload, sent + begin[i] + LENGTH_LEN,
		     packet->payload_len));
	if (!sums->is_right)
		return;
	must(i == sums->next);
	must(packet->payload_len == packet->payload_wire);
	sums->next++;
}

static bool is_all_seen(void)
{
	for (uint32_t i = 0; i < sent_len; i++)
		if (!seen[i])
			return false;
	return true;
}

static struct packet make_segment(uint64_t now_ns, uint32_t from, uint32_t len)
{
	return (struct packet){
		.time_ns = now_ns,
		.source.port = 41000,
		.destination.port = 53,
		.protocol = IPPROTO_TCP,
		.payload_len = len,
		.payload_wire = len,
		.tcp.sequence = 0xfffffc01 + from,
	};
}

static void acknowledge(struct streams *streams, uint64_t now_ns, uint32_t to,
			struct sums *sums)
{
	struct packet packet = make_segment(now_ns, 0, 0);

	packet.source.port = 53;
	packet.destination.port = 41000;
	packet.tcp.acknowledged = packet.tcp.sequence + to;
	packet.tcp.flags = PACKET_TCP_ACK;
	streams_add(streams, &packet, on_message, sums);
}

static void send_segment(struct streams *streams, uint64_t now_ns,
			 uint32_t from, uint32_t len, uint8_t what,
			 struct sums *sums)
{
	struct packet packet = make_segment(now_ns, from, len);
	uint8_t *bytes = malloc(len + 1);

	must(bytes);
	memcpy(bytes, sent + from, len);
	packet.payload = bytes;
	if (what & FALSIFY && len) {
		bytes[len - 1] ^= 1;
		sums->is_false = true;
	}
	if (what & CUT && len) {
		packet.payload_len /= 2;
		sums->is_right = false;
	}
	if (what & END) {
		packet.tcp.flags |= PACKET_TCP_FIN;
		sums->is_right = false;
	}
	memset(seen + from, 1, packet.payload_len);
	streams_add(streams, &packet, on_message, sums);
	free(bytes);
}

static void begin_connection(struct streams *streams, uint64_t now_ns,
			     struct sums *sums)
{
	struct packet packet = make_segment(now_ns, UINT32_MAX, 0);

	packet.tcp.flags = PACKET_TCP_SYN;
	streams_add(streams, &packet, on_message, sums);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct sums sums = {.is_right = true};
	struct streams *streams = streams_create();
	struct streams_stats stats;
	struct cursor cursor;
	uint64_t now_ns = STREAMS_IDLE_NS;

	must(streams);
	cursor_init(&cursor, data, size);
	write_messages(&cursor);
	begin_connection(streams, now_ns, &sums);
	while (cursor_left(&cursor) >= 4) {
		uint8_t what = cursor_u8(&cursor);
		uint32_t from = cursor_u16(&cursor) % (sent_len + 1);
		uint32_t len = cursor_u8(&cursor) * 3u;

		if (len > sent_len - from)
			len = sent_len - from;
		if (what & WAIT)
			now_ns += STREAMS_GAP_NS;
		if (what & (WAIT | ACKNOWLEDGE))
			sums.is_right = false;
		if (what & SYN)
			begin_connection(streams, now_ns, &sums);
		if (what & ACKNOWLEDGE)
			acknowledge(streams, now_ns, from, &sums);
		send_segment(streams, now_ns, from, len, what, &sums);
	}
	streams_get_stats(streams, &stats);
	/* Too many pieces at once are more than is kept. */
	if (sums.is_right && !sums.is_false && is_all_seen() && !stats.lost)
		must(sums.next == message_count);
	sums.is_right = false;
	streams_flush(streams, on_message, &sums);
	streams_get_stats(streams, &stats);
	must(stats.messages == sums.count);
	must(stats.copied <= stats.messages);
	must(sums.is_false || !stats.spoiled);
	must(!stats.bytes);
	streams_destroy(streams);
	return 0;
}
