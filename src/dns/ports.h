/* SPDX-License-Identifier: MIT */
#ifndef DNS_PORTS_H
#define DNS_PORTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The ports, of UDP and TCP, at which DNS is spoken in the clear. */
#define DNS_PORT   53
#define MDNS_PORT  5353 /* multicast DNS, RFC 6762 */
#define LLMNR_PORT 5355 /* link-local multicast name resolution, RFC 4795 */

#define DNS_PORTS_MAX 16

struct dns_ports {
	size_t count;
	uint16_t port[DNS_PORTS_MAX]; /* host order */
};

/* Those above. */
#define DNS_PORTS_USUAL                                 \
	{                                               \
		3,                                      \
		{                                       \
			DNS_PORT, MDNS_PORT, LLMNR_PORT \
		}                                       \
	}

static inline bool dns_ports_have(const struct dns_ports *ports, uint16_t port)
{
	for (size_t i = 0; i < ports->count; i++)
		if (ports->port[i] == port)
			return true;
	return false;
}

/* False if there is no room for one more. */
static inline bool dns_ports_add(struct dns_ports *ports, uint16_t port)
{
	if (dns_ports_have(ports, port))
		return true;
	if (ports->count == DNS_PORTS_MAX)
		return false;
	ports->port[ports->count++] = port;
	return true;
}

#endif
