// SPDX-License-Identifier: MIT
/*
 * Frames to flows. One cursor walks over the captured bytes; beside it, wire
 * counts what the IP header says was sent, which is less when the frame is
 * padded and more when the capture was cut. Checksums are not looked at: on
 * the sending machine the network card has yet to fill them in.
 */
#include "packet/packet.h"
#include "base/cursor.h"
#include "dns/message.h"

#include <netinet/in.h>
#include <stdbool.h>

#define ETHERTYPE_IPV4	     0x0800
#define ETHERTYPE_VLAN	     0x8100 /* IEEE 802.1Q */
#define ETHERTYPE_VLAN_OUTER 0x88a8 /* IEEE 802.1ad */
#define ETHERTYPE_VLAN_OLD   0x9100 /* stacked tags before 802.1ad */
#define ETHERTYPE_IPV6	     0x86dd
#define ETHERNET_ADDRESSES   12
/* Two tags are common, more are not. */
#define VLAN_TAGS_MAX 4

#define IPV4_HEADER_LEN	     20
#define IPV4_MORE_FRAGMENTS  0x2000
#define IPV4_FRAGMENT_OFFSET 0x1fff

#define IPV6_MORE_FRAGMENTS  0x0001
#define IPV6_FRAGMENT_OFFSET 0xfff8
/* RFC 8200 4.1 lists six, of which one may come twice. */
#define IPV6_EXTENSIONS_MAX 8

#define UDP_HEADER_LEN 8
#define TCP_HEADER_LEN 20

struct decoder {
	struct cursor cursor;
	size_t wire;  /* sent bytes from the cursor to the end of the packet */
	bool is_part; /* the start of a datagram: it has not all the rest */
	struct packet packet;
};

/* What is sent from here on is wire bytes; the rest of the frame is padding. */
static void decoder_limit(struct decoder *decoder, size_t wire)
{
	decoder->wire = wire;
	if (wire < cursor_left(&decoder->cursor))
		cursor_limit(&decoder->cursor, wire);
}

/* The cursor never holds more than wire bytes, so wire does not wrap. */
static bool decoder_skip(struct decoder *decoder, size_t len)
{
	if (!cursor_take(&decoder->cursor, len))
		return false;
	decoder->wire -= len;
	return true;
}

static void payload_take(struct decoder *decoder)
{
	size_t len = cursor_left(&decoder->cursor);

	decoder->packet.payload_len = len;
	decoder->packet.payload_wire = decoder->wire;
	decoder->packet.payload = cursor_take(&decoder->cursor, len);
}

static enum packet_result decode_udp(struct decoder *decoder)
{
	struct cursor header = decoder->cursor;
	size_t len;

	decoder->packet.source.port = cursor_u16(&header);
	decoder->packet.destination.port = cursor_u16(&header);
	len = cursor_u16(&header);
	if (!decoder_skip(decoder, UDP_HEADER_LEN) || len < UDP_HEADER_LEN)
		return PACKET_MALFORMED;
	len -= UDP_HEADER_LEN;
	if (len > decoder->wire && !decoder->is_part)
		return PACKET_MALFORMED;
	decoder_limit(decoder, len);
	payload_take(decoder);
	return PACKET_OK;
}

static enum packet_result decode_tcp(struct decoder *decoder)
{
	struct cursor header = decoder->cursor;
	struct packet_tcp *tcp = &decoder->packet.tcp;
	size_t header_len;

	decoder->packet.source.port = cursor_u16(&header);
	decoder->packet.destination.port = cursor_u16(&header);
	tcp->sequence = cursor_u32(&header);
	tcp->acknowledged = cursor_u32(&header);
	header_len = (size_t)(cursor_u8(&header) >> 4) * 4;
	tcp->flags = cursor_u8(&header);
	if (header_len < TCP_HEADER_LEN || !decoder_skip(decoder, header_len))
		return PACKET_MALFORMED;
	payload_take(decoder);
	return PACKET_OK;
}

static enum packet_result decode_transport(struct decoder *decoder,
					   uint8_t protocol)
{
	decoder->packet.protocol = protocol;
	switch (protocol) {
	case IPPROTO_UDP:
		return decode_udp(decoder);
	case IPPROTO_TCP:
		return decode_tcp(decoder);
	default:
		return PACKET_OTHER_PROTOCOL;
	}
}

/* offset is in bytes; the cursor is where the fragment's part begins. */
static enum packet_result take_fragment(struct decoder *decoder,
					uint8_t protocol, uint32_t id,
					uint16_t offset, bool is_last)
{
	decoder->packet.protocol = protocol;
	decoder->packet.is_fragment = true;
	decoder->packet.fragment = (struct packet_fragment){id, offset,
							    is_last};
	payload_take(decoder);
	return PACKET_OK;
}

/* RFC 791 3.1 */
static enum packet_result decode_ipv4(struct decoder *decoder)
{
	struct cursor header = decoder->cursor;
	uint8_t version = cursor_u8(&header);
	size_t header_len = (size_t)(version & 0x0f) * 4;
	const uint8_t *addresses;
	size_t total_len;
	uint16_t id, fragment;
	uint8_t protocol;

	cursor_skip(&header, 1); /* type of service */
	total_len = cursor_u16(&header);
	id = cursor_u16(&header);
	fragment = cursor_u16(&header);
	decoder->packet.ttl = cursor_u8(&header);
	protocol = cursor_u8(&header);
	cursor_skip(&header, 2); /* checksum */
	addresses = cursor_take(&header, 8);
	if (!addresses || version >> 4 != 4 || header_len < IPV4_HEADER_LEN)
		return PACKET_MALFORMED;
	decoder->packet.source.addr = addr_from_v4(addresses);
	decoder->packet.destination.addr = addr_from_v4(addresses + 4);

	/* Segments too long for the field, as yet uncut by the card, have 0. */
	if (total_len == 0)
		total_len = cursor_left(&decoder->cursor);
	decoder_limit(decoder, total_len);
	if (!decoder_skip(decoder, header_len))
		return PACKET_MALFORMED;
	if (fragment & (IPV4_FRAGMENT_OFFSET | IPV4_MORE_FRAGMENTS))
		return take_fragment(
			decoder, protocol, id,
			(uint16_t)((fragment & IPV4_FRAGMENT_OFFSET) * 8),
			!(fragment & IPV4_MORE_FRAGMENTS));
	return decode_transport(decoder, protocol);
}

/*
 * Step over one extension header (RFC 8200 4; AH: RFC 4302 2.2). *next is its
 * type, and then that of what follows it.
 */
static enum packet_result extension_skip(struct decoder *decoder, uint8_t *next)
{
	struct cursor header = decoder->cursor;
	uint8_t type = *next;
	uint16_t fragment;
	uint32_t id;
	size_t len;

	*next = cursor_u8(&header);
	len = cursor_u8(&header);
	fragment = cursor_u16(&header);
	id = cursor_u32(&header);
	if (type == IPPROTO_FRAGMENT)
		len = 8;
	else if (type == IPPROTO_AH)
		len = (len + 2) * 4;
	else
		len = (len + 1) * 8;
	if (!decoder_skip(decoder, len))
		return PACKET_MALFORMED;
	/* A fragment that is all of its datagram is none (RFC 6946). */
	if (type != IPPROTO_FRAGMENT ||
	    !(fragment & (IPV6_FRAGMENT_OFFSET | IPV6_MORE_FRAGMENTS)))
		return PACKET_OK;
	return take_fragment(decoder, *next, id,
			     fragment & IPV6_FRAGMENT_OFFSET,
			     !(fragment & IPV6_MORE_FRAGMENTS));
}

static bool is_extension(uint8_t type)
{
	switch (type) {
	case IPPROTO_HOPOPTS:
	case IPPROTO_ROUTING:
	case IPPROTO_FRAGMENT:
	case IPPROTO_AH:
	case IPPROTO_DSTOPTS:
		return true;
	default:
		return false;
	}
}

/* Extension headers and what is behind them; next is the type of the first. */
static enum packet_result decode_ipv6_payload(struct decoder *decoder,
					      uint8_t next)
{
	enum packet_result result;

	for (int i = 0; is_extension(next); i++) {
		if (i == IPV6_EXTENSIONS_MAX)
			return PACKET_MALFORMED;
		result = extension_skip(decoder, &next);
		if (result != PACKET_OK || decoder->packet.is_fragment)
			return result;
	}
	return decode_transport(decoder, next);
}

static enum packet_result decode_ipv6(struct decoder *decoder)
{
	struct cursor *cursor = &decoder->cursor;
	uint8_t version = (uint8_t)(cursor_u32(cursor) >> 28);
	size_t payload_len = cursor_u16(cursor);
	uint8_t next = cursor_u8(cursor);
	const uint8_t *addresses;

	decoder->packet.ttl = cursor_u8(cursor);
	addresses = cursor_take(cursor, 32);
	if (!addresses || version != 6)
		return PACKET_MALFORMED;
	decoder->packet.source.addr = addr_from_v6(addresses);
	decoder->packet.destination.addr = addr_from_v6(addresses + 16);

	/* 0: longer than the field can say (RFC 2675). */
	if (payload_len == 0)
		payload_len = cursor_left(cursor);
	decoder_limit(decoder, payload_len);
	return decode_ipv6_payload(decoder, next);
}

static enum packet_result decode_raw(struct decoder *decoder)
{
	struct cursor ahead = decoder->cursor;

	switch (cursor_u8(&ahead) >> 4) {
	case 4:
		return decode_ipv4(decoder);
	case 6:
		return decode_ipv6(decoder);
	default:
		return cursor_failed(&ahead) ? PACKET_MALFORMED : PACKET_NOT_IP;
	}
}

static enum packet_result decode_ethertype(struct decoder *decoder,
					   uint16_t type)
{
	int tags = 0;

	while (type == ETHERTYPE_VLAN || type == ETHERTYPE_VLAN_OUTER ||
	       type == ETHERTYPE_VLAN_OLD) {
		if (tags++ == VLAN_TAGS_MAX)
			return PACKET_MALFORMED;
		cursor_skip(&decoder->cursor, 2);
		type = cursor_u16(&decoder->cursor);
	}
	if (cursor_failed(&decoder->cursor))
		return PACKET_MALFORMED;
	switch (type) {
	case ETHERTYPE_IPV4:
		return decode_ipv4(decoder);
	case ETHERTYPE_IPV6:
		return decode_ipv6(decoder);
	default:
		return PACKET_NOT_IP;
	}
}

static enum packet_result decode_ethernet(struct decoder *decoder)
{
	cursor_skip(&decoder->cursor, ETHERNET_ADDRESSES);
	return decode_ethertype(decoder, cursor_u16(&decoder->cursor));
}

/* PACKET_HOST … PACKET_OUTGOING of <linux/if_packet.h>. */
static uint8_t direction_from_type(uint16_t type)
{
	static const uint8_t directions[] = {
		PACKET_INCOMING, /* to us */
		PACKET_INCOMING, /* to all */
		PACKET_INCOMING, /* to a group */
		PACKET_PASSING,	 /* to someone else */
		PACKET_OUTGOING,
	};

	return type < sizeof(directions) ? directions[type]
					 : PACKET_DIRECTION_UNKNOWN;
}

static enum packet_result decode_sll(struct decoder *decoder)
{
	struct cursor *cursor = &decoder->cursor;

	decoder->packet.direction = direction_from_type(cursor_u16(cursor));
	cursor_skip(cursor, 12); /* hardware type, sender's address */
	return decode_ethertype(decoder, cursor_u16(cursor));
}

static enum packet_result decode_sll2(struct decoder *decoder)
{
	struct cursor *cursor = &decoder->cursor;
	uint16_t type = cursor_u16(cursor);

	cursor_skip(cursor, 2); /* reserved */
	decoder->packet.ifindex = cursor_u32(cursor);
	cursor_skip(cursor, 2); /* hardware type */
	decoder->packet.direction = direction_from_type(cursor_u8(cursor));
	cursor_skip(cursor, 9); /* sender's address and its length */
	return decode_ethertype(decoder, type);
}

/* The capturing system's AF_INET and AF_INET6, which differ among systems. */
static enum packet_result decode_loopback(struct decoder *decoder, int link)
{
	uint32_t family = cursor_u32(&decoder->cursor);

	if (cursor_failed(&decoder->cursor))
		return PACKET_MALFORMED;
	if (link == PACKET_LINK_NULL && family > UINT16_MAX)
		family = __builtin_bswap32(family);
	switch (family) {
	case 2:
		return decode_ipv4(decoder);
	case 10: /* Linux */
	case 24: /* NetBSD, OpenBSD */
	case 28: /* FreeBSD */
	case 30: /* Darwin */
		return decode_ipv6(decoder);
	default:
		return PACKET_NOT_IP;
	}
}

static enum packet_result decode_link(struct decoder *decoder, int link)
{
	switch (link) {
	case PACKET_LINK_ETHERNET:
		return decode_ethernet(decoder);
	case PACKET_LINK_LINUX_SLL:
		return decode_sll(decoder);
	case PACKET_LINK_LINUX_SLL2:
		return decode_sll2(decoder);
	case PACKET_LINK_NULL:
	case PACKET_LINK_LOOP:
		return decode_loopback(decoder, link);
	case PACKET_LINK_RAW_BSD:
	case PACKET_LINK_RAW:
		return decode_raw(decoder);
	case PACKET_LINK_IPV4:
		return decode_ipv4(decoder);
	case PACKET_LINK_IPV6:
		return decode_ipv6(decoder);
	default:
		return PACKET_UNSUPPORTED;
	}
}

enum packet_result packet_decode(int link, const void *frame, size_t len,
				 struct packet *ret)
{
	struct decoder decoder = {.packet = {.payload = NULL}};
	enum packet_result result;

	cursor_init(&decoder.cursor, frame, len);
	result = decode_link(&decoder, link);
	if (result == PACKET_OK)
		*ret = decoder.packet;
	return result;
}

enum packet_result packet_decode_datagram(struct packet *packet, bool is_part)
{
	struct decoder decoder = {
		.wire = packet->payload_wire,
		.is_part = is_part,
		.packet = *packet,
	};
	enum packet_result result;

	decoder.packet.is_fragment = false;
	cursor_init(&decoder.cursor, packet->payload, packet->payload_len);
	if (addr_is_v4(&packet->source.addr))
		result = decode_transport(&decoder, packet->protocol);
	else
		result = decode_ipv6_payload(&decoder, packet->protocol);
	/* A fragment within a datagram in fragments is nobody's. */
	if (result == PACKET_OK && decoder.packet.is_fragment)
		return PACKET_MALFORMED;
	if (result == PACKET_OK)
		*packet = decoder.packet;
	return result;
}

bool packet_may_be_dns(const struct packet *packet,
		       const struct dns_ports *ports)
{
	return dns_ports_have(ports, packet->source.port) ||
	       dns_ports_have(ports, packet->destination.port);
}
