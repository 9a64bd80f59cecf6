/* SPDX-License-Identifier: MIT */
#ifndef PACKET_PACKET_H
#define PACKET_PACKET_H

#include "base/addr.h"

#include <stddef.h>
#include <stdint.h>

/*
 * From a captured frame to its addresses, ports and transport payload.
 *
 * Link types are libpcap's DLT_ numbers as written in capture files
 * (https://www.tcpdump.org/linktypes.html). VLAN tags (802.1Q, 802.1ad, also
 * stacked), IPv4 options and IPv6 extension headers (RFC 8200) are stepped
 * over. Fragments other than the first have no ports and are not UDP or TCP
 * to us: they decode as PACKET_FRAGMENT.
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
	PACKET_FRAGMENT,       /* a later fragment: no ports */
	PACKET_MALFORMED,      /* headers contradict each other or the length */
};

struct packet {
	struct endpoint source;
	struct endpoint destination;
	uint8_t protocol;  /* IPPROTO_UDP or IPPROTO_TCP */
	uint8_t direction; /* enum packet_direction */
	uint32_t ifindex;  /* 0 where the link type does not tell */
	/* Borrowed from the frame: what follows the UDP or TCP header. */
	const uint8_t *payload;
	size_t payload_len; /* bytes captured */
	size_t payload_wire; /* bytes that were sent: more than captured if cut */
};

/*
 * Decode one frame of len captured bytes. *ret is written only on PACKET_OK.
 * The lengths in the IP and UDP headers rule over trailing bytes (Ethernet
 * padding); a UDP length of more than the IP payload is PACKET_MALFORMED.
 */
enum packet_result packet_decode(int link, const void *frame, size_t len,
				 struct packet *ret);

#endif
