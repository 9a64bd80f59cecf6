// SPDX-License-Identifier: MIT
/*
 * The input is a capture of raw IP packets: for each the tenths of a second
 * since the one before, its length in two bytes, and its bytes. What may be DNS
 * goes on to the parser, as in egrets -r.
 */
#include "base/cursor.h"
#include "dns/message.h"
#include "fuzz.h"
#include "message_invariants.h"
#include "packet/assembly.h"

#include <netinet/in.h>

static const struct dns_ports ports = DNS_PORTS_USUAL;

#define TICK_NS 100000000ull

struct sums {
	uint64_t udp, tcp;
	uint64_t last_ns;
};

static struct dns_message message;

static void on_message(const struct packet *packet, void *context)
{
	struct sums *sums = context;
	uint8_t *bytes = malloc(packet->payload_len + 1);

	must(bytes);
	must(packet_may_be_dns(packet, &ports));
	must(!packet->is_fragment);
	must(packet->payload_len <= packet->payload_wire);
	must(packet->netns == 1);
	must(packet->time_ns <= sums->last_ns);
	if (packet->protocol == IPPROTO_TCP) {
		must(packet->payload_len >= DNS_HEADER_LEN);
		must(packet->payload_wire <= UINT16_MAX);
		sums->tcp++;
	} else {
		must(packet->protocol == IPPROTO_UDP);
		sums->udp++;
	}
	/* All of it can be read. */
	memcpy(bytes, packet->payload, packet->payload_len);
	if (dns_message_parse(bytes, packet->payload_len, packet->payload_wire,
			      &message) == 0)
		must_be_message(&message);
	free(bytes);
}

/* In a block of its very size. */
static void see(struct assembly *assembly, const uint8_t *bytes, size_t len,
		struct sums *sums)
{
	uint8_t *frame = malloc(len + 1);
	struct packet packet;

	must(frame);
	memcpy(frame + 1, bytes, len);
	if (packet_decode(PACKET_LINK_RAW, frame + 1, len, &packet) ==
		    PACKET_OK &&
	    assembly_wants(assembly, &packet)) {
		packet.netns = 1;
		packet.time_ns = sums->last_ns;
		assembly_add(assembly, &packet);
	}
	free(frame);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct sums sums = {.last_ns = TICK_NS};
	struct assembly *assembly = assembly_create(&ports, on_message, &sums);
	struct assembly_stats stats;
	struct cursor cursor;

	must(assembly);
	cursor_init(&cursor, data, size);
	while (cursor_left(&cursor)) {
		size_t len;

		sums.last_ns += cursor_u8(&cursor) * TICK_NS;
		len = cursor_u16(&cursor);
		if (len > cursor_left(&cursor))
			len = cursor_left(&cursor);
		see(assembly, cursor_take(&cursor, len), len, &sums);
	}
	assembly_flush(assembly);
	assembly_get_stats(assembly, &stats);
	must(stats.streams.messages == sums.tcp);
	must(stats.streams.copied <= stats.streams.messages);
	must(!stats.streams.bytes);
	must(!stats.fragments.bytes);
	assembly_destroy(assembly);
	return 0;
}
