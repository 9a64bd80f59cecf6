/* SPDX-License-Identifier: MIT */
#ifndef DNS_CHAIN_H
#define DNS_CHAIN_H

#include "dns/message.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Which records are about the name asked for (RFC 1034 3.6.2, RFC 6672, and
 * for targets RFC 2782, RFC 9460).
 *
 * Names are followed from the question's, whatever order the records stand in,
 * to at most DNS_CHAIN_NAMES_MAX in all: loops end, and the cost of a hostile
 * message stays bounded. No resolver follows as many aliases (BIND and Unbound
 * stop at 11, systemd-resolved at 16); a service may have as many hosts.
 */
#define DNS_CHAIN_NAMES_MAX 64
/* DNAME records that are applied, the first of them. */
#define DNS_CHAIN_DNAMES_MAX 16

/* The names of one kept record, as dns_wire_name_read() found their origins. */
struct dns_chain_link {
	uint16_t owner;
	uint16_t target;      /* 0: it has none */
	uint16_t target_text; /* in dns_message.text, or 0 */
};

/* Whether records of this type lead to a name with addresses of its own. */
bool dns_chain_leads_on(uint16_t type);

/*
 * Set on_chain in message->record[]; link[] runs parallel to it. The name asked
 * for is at the origin `asked`; it and the names at the other origins were read
 * without error.
 */
void dns_chain_mark(const void *bytes, size_t len, uint16_t asked,
		    const struct dns_chain_link *link,
		    struct dns_message *message);

#endif
