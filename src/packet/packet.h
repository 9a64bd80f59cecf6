/* SPDX-License-Identifier: MIT */
#ifndef PACKET_PACKET_H
#define PACKET_PACKET_H

#include "base/addr.h"
#include "dns/ports.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * From a captured frame to its addresses, ports and transport payload.
 *
 * Link types are libpcap's DLT_ numbers as written in capture files
 * (https://www.tcpdump.org/linktypes.html). VLAN tags (802.1Q, 802.1ad, also
 * stacked), IPv4 options and IPv6 extension headers (RFC 8200) are stepped
 * over. A fragment has no ports: it is to be put together with others first
 * (fragments.h).
 */

enum packet_link {
	PACKET_LINK_NULL = 0, /* BSD loopback, family in host order */
	PACKET_LINK_ETHERNET = 1,
	PACKET_LINK_RAW_BSD = 12,    /* DLT_RAW as libpcap reports it */
	PACKET_LINK_RAW = 101,	     /* LINKTYPE_RAW as files hold it */
	PACKET_LINK_LOOP = 108,	     /* OpenBSD loopback, network order */
	PACKET_LINK_LINUX_SLL = 113, /* Linux "any", cooked */
	PACKET_LINK_IPV4 = 228,
	PACKET_LINK_IPV6 = 229,
	PACKET_LINK_LINUX_SLL2 = 276,
};

enum packet_direction {
	PACKET_DIRECTION_UNKNOWN, /* the link type does not tell */
	PACKET_INCOMING,
	PACKET_OUTGOING,
	PACKET_PASSING, /* addressed to another host */
};

enum packet_result {
	PACKET_OK,
	PACKET_UNSUPPORTED, /* a link type we do not know */
	PACKET_NOT_IP,
	PACKET_OTHER_PROTOCOL, /* IP, but neither UDP nor TCP */
	PACKET_MALFORMED,      /* headers contradict each other or the length */
};

/* RFC 9293 3.1 */
enum packet_tcp_flag {
	PACKET_TCP_FIN = 0x01,
	PACKET_TCP_SYN = 0x02,
	PACKET_TCP_RST = 0x04,
	PACKET_TCP_ACK = 0x10,
};

struct packet_tcp {
	uint32_t sequence;
	uint32_t acknowledged;
	uint8_t flags; /* enum packet_tcp_flag, and others */
};

struct packet_fragment {
	uint32_t id;
	uint16_t offset; /* of the payload in that of the whole datagram */
	bool is_last;
};

/*
 * A fragment has no ports, its payload is what follows the IP header (RFC 791)
 * or the Fragment header (RFC 8200 4.5), and its protocol what that header says
 * comes first in the datagram.
 */
struct packet {
	/* When it was seen, and where; for the caller to say. */
	uint64_t time_ns;
	uint32_t netns; /* inode number; 0: in a file */
	/* Of a datagram, the socket that it leaves or enters; 0: not known. */
	uint64_t socket_id;
	struct endpoint source;
	struct endpoint destination;
	uint8_t protocol;  /* IPPROTO_UDP or IPPROTO_TCP */
	uint8_t direction; /* enum packet_direction */
	uint8_t ttl;	   /* or hop limit */
	bool is_fragment;
	uint32_t ifindex; /* 0 where the link type does not tell */
	/* Borrowed from the frame: what follows the UDP or TCP header. */
	const uint8_t *payload;
	size_t payload_len; /* bytes captured */
	size_t payload_wire; /* bytes that were sent: more than captured if cut */
	struct packet_tcp tcp;
	struct packet_fragment fragment;
};

/* Takes packets, one after the other; a packet is borrowed for the call. */
typedef void (*packet_fn)(const struct packet *packet, void *context);

/*
 * Decode one frame of len captured bytes. *ret is written only on PACKET_OK.
 * The lengths in the IP and UDP headers rule over trailing bytes (Ethernet
 * padding); a UDP length of more than the IP payload is PACKET_MALFORMED.
 */
enum packet_result packet_decode(int link, const void *frame, size_t len,
				 struct packet *ret);

/*
 * Go on from the payload of a fragment to what it carries: of the datagram put
 * together, or of a part from its start, which is taken for a datagram that was
 * cut. Only on PACKET_OK has *packet changed.
 */
enum packet_result packet_decode_datagram(struct packet *packet, bool is_part);

/* Whether a packet comes from one of these ports, or goes there. */
bool packet_may_be_dns(const struct packet *packet,
		       const struct dns_ports *ports);

#endif
