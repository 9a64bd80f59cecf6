// SPDX-License-Identifier: MIT
/*
 * Fragments of up to four datagrams, four bytes of input each: which datagram
 * and what about it, the offset in units of eight, the length (two).
 *
 * The twin keeps a flag for each byte, and looks at all of them.
 */
#include "base/cursor.h"
#include "fuzz.h"
#include "packet/fragments.h"
#include "packet/patchwork.h"

#include <netinet/in.h>
#include <string.h>

#define DATAGRAMS 4
#define TWIN_MAX  (63 * 8 + 511)
#define UDP_LEN	  8

/* In the first byte, besides the number of the datagram. */
enum {
	LAST = 0x04,
	FALSIFY = 0x08, /* other bytes than the others' */
	OTHER = 0x10,	/* of a first part: it is not from a port of DNS */
	LONGER = 0x20,	/* of a first part: UDP says that there is more */
};

struct twin {
	bool there[TWIN_MAX];
	uint8_t bytes[TWIN_MAX];
	uint32_t end, reach;
	bool is_over, has_first;
};

static struct twin twins[DATAGRAMS];
static struct fragments_stats twin_stats;

/* What the call is expected to hand on. */
static const struct twin *expected;
static unsigned int handed_on;

static void on_packet(const struct packet *packet, void *context)
{
	(void)context;
	handed_on++;
	must(packet->protocol == IPPROTO_UDP);
	must(packet->source.port == 53);
	if (!expected) {
		must(packet->payload_len < packet->payload_wire ||
		     packet->payload_len + UDP_LEN <= TWIN_MAX);
		return;
	}
	must(packet->payload_len + UDP_LEN <= expected->end);
	must(packet->payload_len == packet->payload_wire);
	must(!memcmp(packet->payload, expected->bytes + UDP_LEN,
		     packet->payload_len));
}

static void write_part(uint8_t *bytes, uint32_t from, uint32_t len,
		       uint8_t what)
{
	/* UDP of 16 bytes, or of more than there can be; no checksum. */
	static const uint8_t header[] = {0, 53, 160, 40, 0, 16, 0, 0};

	for (uint32_t i = 0; i < len; i++)
		bytes[i] = from + i < sizeof(header) ? header[from + i]
						     : (uint8_t)(from + i);
	if (what & FALSIFY)
		bytes[len - 1] ^= 1;
	if (from || len < sizeof(header))
		return;
	if (what & OTHER)
		bytes[0] = 1;
	if (what & LONGER)
		bytes[4] = 0xff;
}

static uint32_t twin_runs(const struct twin *twin)
{
	uint32_t runs = 0;

	for (uint32_t i = 0; i < TWIN_MAX; i++)
		runs += twin->there[i] && (i == 0 || !twin->there[i - 1]);
	return runs;
}

static uint32_t twin_count(const struct twin *twin, uint32_t from, uint32_t to)
{
	uint32_t count = 0;

	for (uint32_t i = from; i < to; i++)
		count += twin->there[i];
	return count;
}

static void twin_spoil(struct twin *twin)
{
	twin->is_over = true;
	twin_stats.spoiled++;
}

static bool twin_fits(struct twin *twin, uint32_t to, bool is_last)
{
	if (twin->end && to > twin->end)
		return false;
	if (is_last && (to < twin->reach || (twin->end && twin->end != to)))
		return false;
	if (is_last)
		twin->end = to;
	if (to > twin->reach)
		twin->reach = to;
	return true;
}

static void twin_complete(struct twin *twin)
{
	uint32_t udp_len = (uint32_t)(twin->bytes[4] << 8 | twin->bytes[5]);

	if (udp_len < UDP_LEN || udp_len > twin->end || twin->bytes[6] ||
	    twin->bytes[7]) {
		twin_spoil(twin);
		return;
	}
	twin->is_over = true;
	twin_stats.whole++;
	expected = twin;
}

static void twin_add(struct twin *twin, uint32_t from, const uint8_t *bytes,
		     uint32_t len, bool is_last)
{
	uint32_t to, there;

	if (!is_last)
		len -= len % 8;
	if (!len || twin->is_over)
		return;
	to = from + len;
	there = twin_count(twin, from, to);
	if (there == len)
		return;
	if (there || !twin_fits(twin, to, is_last)) {
		twin_spoil(twin);
		return;
	}
	/* Of UDP, a first part without a whole header tells nothing. */
	if (!from && (len < UDP_LEN || bytes[0] || bytes[1] != 53 ||
		      (bytes[4] << 8 | bytes[5]) < UDP_LEN)) {
		twin->is_over = true;
		return;
	}
	twin->has_first = twin->has_first || !from;
	memset(twin->there + from, true, len);
	memcpy(twin->bytes + from, bytes, len);
	if (twin_runs(twin) > PATCHWORK_RUNS_MAX) {
		twin->is_over = true;
		twin_stats.lost++;
	} else if (twin->end && twin_count(twin, 0, twin->end) == twin->end) {
		twin_complete(twin);
	}
}

static void add(struct fragments *fragments, uint8_t what, uint32_t from,
		uint32_t len)
{
	uint8_t *bytes = malloc(len + 1);
	struct packet packet = {
		.protocol = IPPROTO_UDP,
		.is_fragment = true,
		.payload = bytes,
		.payload_len = len,
		.payload_wire = len,
		.fragment = {what % DATAGRAMS, (uint16_t)from, what & LAST},
	};

	must(bytes);
	packet.source.addr = addr_from_v4("\300\0\2\65");
	packet.destination.addr = addr_from_v4("\12\0\0\1");
	write_part(bytes, from, len, len ? what : 0);
	expected = NULL;
	handed_on = 0;
	twin_add(&twins[what % DATAGRAMS], from, bytes, len, what & LAST);
	fragments_add(fragments, &packet, on_packet, NULL);
	must(handed_on == (expected != NULL));
	free(bytes);
}

static void must_be_like_twin(const struct fragments *fragments)
{
	struct fragments_stats stats;

	fragments_get_stats(fragments, &stats);
	must(stats.whole == twin_stats.whole);
	must(stats.spoiled == twin_stats.spoiled);
	must(stats.lost == twin_stats.lost);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct dns_ports ports = DNS_PORTS_USUAL;
	struct fragments *fragments = fragments_create(&ports);
	struct cursor cursor;
	struct fragments_stats stats;
	unsigned int with_start = 0;

	must(fragments);
	memset(twins, 0, sizeof(twins));
	memset(&twin_stats, 0, sizeof(twin_stats));
	cursor_init(&cursor, data, size);
	while (cursor_left(&cursor) >= 4) {
		uint8_t what = cursor_u8(&cursor);
		uint32_t from = (cursor_u8(&cursor) & 63) * 8u;
		uint32_t len = cursor_u16(&cursor) & 511;

		add(fragments, what, from, len);
		must_be_like_twin(fragments);
	}
	for (int i = 0; i < DATAGRAMS; i++)
		with_start += twins[i].has_first && !twins[i].is_over;
	expected = NULL;
	handed_on = 0;
	fragments_flush(fragments, on_packet, NULL);
	must(handed_on == with_start);
	fragments_get_stats(fragments, &stats);
	must(!stats.bytes);
	fragments_destroy(fragments);
	return 0;
}
