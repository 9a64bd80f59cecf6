// SPDX-License-Identifier: MIT
/*
 * The first byte of the input chooses the link type, the rest is a frame. What
 * it carries to or from a port of DNS goes on to its parser, as it would in a
 * capture.
 */
#include "base/cursor.h"
#include "dns/message.h"
#include "dns/ports.h"
#include "fuzz.h"
#include "message_invariants.h"
#include "packet/packet.h"

#include <netinet/in.h>
#include <stdint.h>

static const int links[] = {
	PACKET_LINK_ETHERNET,	PACKET_LINK_LINUX_SLL,
	PACKET_LINK_LINUX_SLL2, PACKET_LINK_NULL,
	PACKET_LINK_LOOP,	PACKET_LINK_RAW,
	PACKET_LINK_RAW_BSD,	PACKET_LINK_IPV4,
	PACKET_LINK_IPV6,	147, /* LINKTYPE_USER0: unknown to us */
};

#define LINK_COUNT (sizeof(links) / sizeof(*links))

static const struct dns_ports ports = DNS_PORTS_USUAL;
static struct dns_message message;

static void dns_check(const struct packet *packet)
{
	const uint8_t *bytes = packet->payload;
	size_t len = packet->payload_len;
	size_t wire_len = packet->payload_wire;
	struct cursor cursor;

	if (!dns_ports_have(&ports, packet->source.port) &&
	    !dns_ports_have(&ports, packet->destination.port))
		return;
	if (packet->protocol == IPPROTO_TCP) {
		cursor_init(&cursor, bytes, len);
		wire_len = cursor_u16(&cursor);
		len = cursor_left(&cursor);
		bytes = cursor_take(&cursor, len);
		if (!bytes)
			return;
	}
	if (dns_message_parse(bytes, len, wire_len, &message))
		return;
	must_be_message(&message);
	must(message.is_cut == (len < wire_len));
}

static void packet_check(const struct packet *packet, int link,
			 const uint8_t *frame, size_t len)
{
	must(packet->is_fragment || packet->protocol == IPPROTO_UDP ||
	     packet->protocol == IPPROTO_TCP);
	must(!packet->is_fragment ||
	     (packet->source.port == 0 && packet->destination.port == 0 &&
	      packet->fragment.offset % 8 == 0));
	must(packet->direction <= PACKET_PASSING);
	must(packet->direction == PACKET_DIRECTION_UNKNOWN ||
	     link == PACKET_LINK_LINUX_SLL || link == PACKET_LINK_LINUX_SLL2);
	must(packet->ifindex == 0 || link == PACKET_LINK_LINUX_SLL2);
	must(packet->payload > frame);
	must(packet->payload + packet->payload_len <= frame + len);
	must(packet->payload_len <= packet->payload_wire);
	must(packet->payload_wire <= UINT16_MAX || len > UINT16_MAX);
}

/* A byte less, in a block of its very size: less payload, or none at all. */
static void shorter_check(const struct packet *packet, int link,
			  const uint8_t *frame, size_t len)
{
	uint8_t *bytes = malloc(len - 1);
	struct packet shorter;

	must(bytes);
	memcpy(bytes, frame, len - 1);
	if (packet_decode(link, bytes, len - 1, &shorter) == PACKET_OK) {
		must(shorter.payload - bytes == packet->payload - frame);
		must(shorter.payload_len <= packet->payload_len);
		must(endpoint_equal(&shorter.source, &packet->source));
	}
	free(bytes);
}

/* What there is of a datagram, taken for all of it, or for its start. */
static void datagram_check(const struct packet *fragment)
{
	struct packet whole = *fragment, part = *fragment;
	enum packet_result result = packet_decode_datagram(&whole, false);

	must(packet_decode_datagram(&part, true) == PACKET_OK ||
	     result != PACKET_OK);
	if (result != PACKET_OK) {
		must(memcmp(&whole, fragment, sizeof(whole)) == 0);
		return;
	}
	must(!whole.is_fragment);
	must(whole.payload > fragment->payload);
	must(whole.payload + whole.payload_len <=
	     fragment->payload + fragment->payload_len);
	must(whole.payload_len <= whole.payload_wire);
	must(whole.payload_wire <= part.payload_wire);
	dns_check(&whole);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct packet packet, before;
	enum packet_result result;
	int link;

	if (size == 0)
		return 0;
	link = links[data[0] % LINK_COUNT];
	data++;
	size--;
	memset(&packet, 0xee, sizeof(packet));
	memcpy(&before, &packet, sizeof(packet));
	result = packet_decode(link, data, size, &packet);
	must((result == PACKET_UNSUPPORTED) == (link == 147));
	if (result != PACKET_OK) {
		must(memcmp(&before, &packet, sizeof(packet)) == 0);
		return 0;
	}
	packet_check(&packet, link, data, size);
	shorter_check(&packet, link, data, size);
	if (packet.is_fragment)
		datagram_check(&packet);
	else
		dns_check(&packet);
	return 0;
}
