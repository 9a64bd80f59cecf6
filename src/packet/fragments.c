// SPDX-License-Identifier: MIT
#include "packet/fragments.h"

#include "base/cursor.h"
#include "base/hash.h"
#include "packet/patchwork.h"

#include <netinet/in.h>
#include <stdlib.h>

#define DATAGRAM_MAX   UINT16_MAX
#define UDP_HEADER_LEN 8

/* Hashed as bytes: no gaps. */
struct key {
	uint32_t netns;
	uint32_t id;
	uint32_t protocol; /* 0 with IPv6, where the parts may differ in it */
	struct addr source;
	struct addr destination;
};

_Static_assert(sizeof(struct key) == 44, "struct key has gaps");

struct datagram {
	struct key key;
	uint64_t begun_ns;
	uint64_t over_ns;
	bool is_over;	/* nothing more is to come of it */
	uint32_t end;	/* 0: the last part has not come */
	uint32_t reach; /* how far any part goes */
	struct patchwork *parts;
	struct packet first; /* the part at offset 0, without its payload */
	UT_hash_handle hh;
};

struct fragments {
	const struct dns_ports *ports;
	struct datagram *datagrams; /* the head began first */
	size_t bytes;		    /* of all parts */
	struct fragments_stats stats;
};

struct fragments *fragments_create(const struct dns_ports *ports)
{
	struct fragments *fragments = calloc(1, sizeof(*fragments));

	if (fragments)
		fragments->ports = ports;
	return fragments;
}

static void forget_parts(struct fragments *fragments, struct datagram *datagram)
{
	fragments->bytes -= patchwork_size(datagram->parts);
	free(datagram->parts);
	datagram->parts = NULL;
}

static void drop(struct fragments *fragments, struct datagram *datagram)
{
	forget_parts(fragments, datagram);
	HASH_DEL(fragments->datagrams, datagram);
	free(datagram);
}

void fragments_destroy(struct fragments *fragments)
{
	if (!fragments)
		return;
	while (fragments->datagrams)
		drop(fragments, fragments->datagrams);
	free(fragments);
}

static void finish(struct fragments *fragments, struct datagram *datagram,
		   uint64_t time_ns)
{
	forget_parts(fragments, datagram);
	datagram->is_over = true;
	datagram->over_ns = time_ns;
}

/* Hand on what there is from the start on, as of a datagram that was cut. */
static void give_up(struct fragments *fragments, struct datagram *datagram,
		    packet_fn fn, void *context)
{
	struct packet packet = datagram->first;

	if (datagram->parts) {
		packet.payload = datagram->parts->bytes;
		packet.payload_len = patchwork_have(datagram->parts);
		packet.payload_wire = packet.payload_len;
		/* Of a TCP segment it is not known where it ends. */
		if (packet_decode_datagram(&packet, true) == PACKET_OK &&
		    packet.protocol == IPPROTO_UDP)
			fn(&packet, context);
	}
	drop(fragments, datagram);
}

static void expire(struct fragments *fragments, uint64_t now_ns, packet_fn fn,
		   void *context)
{
	struct datagram *oldest;

	while ((oldest = fragments->datagrams) &&
	       oldest->begun_ns + FRAGMENTS_TIMEOUT_NS < now_ns) {
		if (!oldest->is_over)
			fragments->stats.cut++;
		give_up(fragments, oldest, fn, context);
	}
}

static void evict(struct fragments *fragments, packet_fn fn, void *context)
{
	if (!fragments->datagrams->is_over)
		fragments->stats.lost++;
	give_up(fragments, fragments->datagrams, fn, context);
}

void fragments_flush(struct fragments *fragments, packet_fn fn, void *context)
{
	expire(fragments, UINT64_MAX, fn, context);
}

/* Of IPv6, extension headers may come before UDP. */
static bool can_be_dns(const struct packet *fragment)
{
	switch (fragment->protocol) {
	case IPPROTO_UDP:
	case IPPROTO_TCP:
		return true;
	case IPPROTO_HOPOPTS:
	case IPPROTO_ROUTING:
	case IPPROTO_AH:
	case IPPROTO_DSTOPTS:
		return !addr_is_v4(&fragment->source.addr);
	default:
		return false;
	}
}

/*
 * All parts but the last are multiples of 8 long. Of others Linux takes the
 * multiple with IPv4, and nothing with IPv6.
 */
static bool trim(struct packet *fragment)
{
	size_t odd = fragment->payload_wire % 8;

	if (!fragment->fragment.is_last && odd) {
		if (!addr_is_v4(&fragment->source.addr))
			return false;
		fragment->payload_wire -= odd;
	}
	if (fragment->payload_len > fragment->payload_wire)
		fragment->payload_len = fragment->payload_wire;
	return fragment->payload_len > 0;
}

static struct datagram *find(struct fragments *fragments, const struct key *key)
{
	struct datagram *datagram;

	HASH_FIND(hh, fragments->datagrams, key, sizeof(*key), datagram);
	return datagram;
}

static struct datagram *add(struct fragments *fragments, const struct key *key,
			    uint64_t time_ns, packet_fn fn, void *context)
{
	struct datagram *datagram = calloc(1, sizeof(*datagram));

	if (!datagram)
		return NULL;
	if (HASH_COUNT(fragments->datagrams) == FRAGMENTS_MAX)
		evict(fragments, fn, context);
	datagram->key = *key;
	datagram->begun_ns = time_ns;
	HASH_ADD(hh, fragments->datagrams, key, sizeof(datagram->key),
		 datagram);
	if (datagram->hh.tbl)
		return datagram;
	free(datagram);
	return NULL;
}

/* The datagram of a fragment; a new one unless it is known. */
static struct datagram *datagram_of(struct fragments *fragments,
				    const struct packet *fragment, packet_fn fn,
				    void *context)
{
	bool is_v4 = addr_is_v4(&fragment->source.addr);
	uint64_t now_ns = fragment->time_ns;
	struct key key = {
		.netns = fragment->netns,
		.id = fragment->fragment.id,
		.protocol = is_v4 ? fragment->protocol : 0,
		.source = fragment->source.addr,
		.destination = fragment->destination.addr,
	};
	struct datagram *datagram = find(fragments, &key);

	/* The same number once more, for another one. */
	if (datagram && datagram->is_over &&
	    datagram->over_ns + FRAGMENTS_OVER_NS < now_ns) {
		drop(fragments, datagram);
		datagram = NULL;
	}
	if (!datagram)
		datagram = add(fragments, &key, now_ns, fn, context);
	return datagram;
}

/* Whether the part's place agrees with what is known of the whole. */
static bool fits(struct datagram *datagram, const struct packet *fragment)
{
	size_t to = fragment->fragment.offset + fragment->payload_wire;

	if (to > DATAGRAM_MAX || (datagram->end && to > datagram->end))
		return false;
	if (fragment->fragment.is_last) {
		if (to < datagram->reach)
			return false;
		datagram->end = (uint32_t)to;
	}
	if (to > datagram->reach)
		datagram->reach = (uint32_t)to;
	return true;
}

/* The first part has the ports: RFC 7112 wants it to, with IPv6, too. */
static bool is_dns(const struct fragments *fragments,
		   const struct packet *first)
{
	struct packet packet = *first;

	return packet_decode_datagram(&packet, true) == PACKET_OK &&
	       packet_may_be_dns(&packet, fragments->ports);
}

/* RFC 1071. The sum of bytes as 16-bit words, in network order. */
static uint64_t sum_of(const uint8_t *bytes, size_t len)
{
	struct cursor cursor;
	uint64_t sum = 0;

	cursor_init(&cursor, bytes, len);
	while (cursor_left(&cursor) > 1)
		sum += cursor_u16(&cursor);
	if (cursor_left(&cursor))
		sum += (uint64_t)cursor_u8(&cursor) << 8;
	return sum;
}

/*
 * RFC 768; RFC 8200 8.1. What goes out in fragments has been summed up before,
 * whatever the card can do. v4-mapped addresses add the same on both sides of
 * a pseudo header: 0xffff, which is nothing.
 */
static bool has_right_checksum(const struct packet *udp)
{
	const uint8_t *header = udp->payload - UDP_HEADER_LEN;
	size_t len = udp->payload_len + UDP_HEADER_LEN;
	uint64_t sum = sum_of(header, len) + len + IPPROTO_UDP;

	/* Not summed up, which only IPv4 allows. */
	if (!header[6] && !header[7])
		return addr_is_v4(&udp->source.addr);
	sum += sum_of(udp->source.addr.bytes, sizeof(udp->source.addr));
	sum += sum_of(udp->destination.addr.bytes,
		      sizeof(udp->destination.addr));
	return sum % 0xffff == 0;
}

/* All parts are there, since now. */
static void complete(struct fragments *fragments, struct datagram *datagram,
		     const struct packet *fragment, packet_fn fn, void *context)
{
	struct packet packet = *fragment;

	packet.protocol = datagram->first.protocol;
	packet.payload = datagram->parts->bytes;
	packet.payload_len = datagram->end;
	packet.payload_wire = datagram->end;
	if (packet_decode_datagram(&packet, false) == PACKET_OK &&
	    (packet.protocol != IPPROTO_UDP || has_right_checksum(&packet))) {
		fragments->stats.whole++;
		fn(&packet, context);
	} else {
		fragments->stats.spoiled++;
	}
	finish(fragments, datagram, fragment->time_ns);
}

/* 0, or a negative errno: it could not be kept. */
static int put(struct fragments *fragments, struct datagram *datagram,
	       const struct packet *fragment)
{
	int err;

	fragments->bytes -= patchwork_size(datagram->parts);
	err = patchwork_put(&datagram->parts, fragment->fragment.offset,
			    fragment->payload, (uint32_t)fragment->payload_len);
	fragments->bytes += patchwork_size(datagram->parts);
	return err;
}

/* A part of what may be DNS, or may turn out to be. */
static void add_part(struct fragments *fragments, struct datagram *datagram,
		     const struct packet *fragment, packet_fn fn, void *context)
{
	uint16_t from = fragment->fragment.offset;
	enum patchwork_cover cover = patchwork_cover(
		datagram->parts, from, from + (uint32_t)fragment->payload_len);

	if (cover == PATCHWORK_COVERED)
		return;
	if (cover == PATCHWORK_PARTLY || !fits(datagram, fragment)) {
		fragments->stats.spoiled++;
		finish(fragments, datagram, fragment->time_ns);
		return;
	}
	if (from == 0) {
		if (!is_dns(fragments, fragment)) {
			finish(fragments, datagram, fragment->time_ns);
			return;
		}
		datagram->first = *fragment;
	}
	if (put(fragments, datagram, fragment)) {
		fragments->stats.lost++;
		finish(fragments, datagram, fragment->time_ns);
		return;
	}
	if (datagram->end && patchwork_have(datagram->parts) == datagram->end) {
		complete(fragments, datagram, fragment, fn, context);
		return;
	}
	while (fragments->bytes > FRAGMENTS_BYTES_MAX)
		evict(fragments, fn, context);
}

void fragments_add(struct fragments *fragments, const struct packet *fragment,
		   packet_fn fn, void *context)
{
	struct packet part = *fragment;
	struct datagram *datagram;

	expire(fragments, part.time_ns, fn, context);
	if (!can_be_dns(&part) || !trim(&part))
		return;
	datagram = datagram_of(fragments, &part, fn, context);
	if (!datagram)
		fragments->stats.lost++;
	else if (!datagram->is_over)
		add_part(fragments, datagram, &part, fn, context);
}

void fragments_get_stats(const struct fragments *fragments,
			 struct fragments_stats *ret)
{
	*ret = fragments->stats;
	ret->bytes = fragments->bytes;
}
