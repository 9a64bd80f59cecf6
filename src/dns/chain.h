/* SPDX-License-Identifier: MIT */
#ifndef DNS_CHAIN_H
#define DNS_CHAIN_H

#include "dns/message.h"

#include <stddef.h>
#include <stdint.h>

/*
 * Which answers are about the name asked for (RFC 1034 3.6.2, RFC 6672).
 *
 * Aliases are followed from the question's name, whatever order they stand in,
 * to at most DNS_CHAIN_NAMES_MAX names in all: no resolver goes as far (BIND
 * and Unbound stop at 11 aliases, systemd-resolved at 16), loops end, and the
 * cost of a hostile message stays bounded.
 */
#define DNS_CHAIN_NAMES_MAX 17

/* The names of one kept record, as dns_wire_name_read() found their origins. */
struct dns_chain_link {
	uint16_t owner;
	uint16_t target; /* CNAME and DNAME */
};

/*
 * Set on_chain in message->record[]; link[] runs parallel to it. The message's
 * bytes hold at least one question, and the names at those origins were read
 * without error.
 */
void dns_chain_mark(const void *bytes, size_t len,
		    const struct dns_chain_link *link,
		    struct dns_message *message);

#endif
