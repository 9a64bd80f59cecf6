/* SPDX-License-Identifier: MIT */
#ifndef DNS_CONTENT_H
#define DNS_CONTENT_H

#include "base/cursor.h"
#include "dns/presentation.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * What a record holds (its RDATA), as text: in the presentation format of the
 * RFC that defines its type, or as "\# 4 0a4d000a" (RFC 3597 5) if that is not
 * known here.
 */
struct dns_content {
	struct presentation line;
	/* The last name in it, if it holds any: its origin and length. */
	uint16_t target; /* 0: none */
	uint16_t target_len;
	bool ends_with_target; /* as text, too */
	/* Addresses in SVCB and HTTPS (RFC 9460 7.3) of class IN, borrowed. */
	const uint8_t *hint4, *hint6;
	size_t hint4_count, hint6_count;
};

/*
 * Read all of *content; its start is the message's. 0, or -EBADMSG if it is
 * not of its type.
 */
int dns_content_read(uint16_t type, uint16_t class, struct cursor *content,
		     struct dns_content *ret);

/* For SVCB and HTTPS: what follows the target (svcb.c). Fails the cursor. */
void dns_svcb_read(struct cursor *content, bool is_alias,
		   struct dns_content *ret);

#endif
