/* SPDX-License-Identifier: MIT */
#ifndef DNS_MESSAGE_H
#define DNS_MESSAGE_H

#include "base/addr.h"
#include "dns/code.h"
#include "dns/name.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * The parts of a DNS message (RFC 1035 4.1) that say who was asked for and
 * what came back: header, first question, the answer section with its alias
 * chains resolved against the name asked for, and the addresses that come
 * along with answers of other types.
 */

/*
 * Records kept per message; more are counted but not kept. As many addresses
 * as a message can hold (65535 bytes, 16 for each).
 */
#define DNS_RECORDS_MAX 4096
/* Text of all names and values of one message. */
#define DNS_TEXT_MAX 16384

/* Where a record was found. */
enum dns_section {
	DNS_SECTION_ANSWER,
	DNS_SECTION_HINT, /* an address within the HTTPS or SVCB before it */
	DNS_SECTION_ADDITIONAL,
};

struct dns_record {
	uint16_t type;
	uint16_t class;
	uint8_t section;
	/*
	 * The record is about the name asked for: its owner is that name, or
	 * one that it leads to by aliases (CNAME, DNAME) and targets (SRV, MX,
	 * SVCB, HTTPS) in the message, in whatever order they stand; or it is a
	 * DNAME on that way. Never set in a question, nor with an opcode other
	 * than QUERY or a class other than was asked for.
	 */
	bool on_chain;
	uint32_t ttl_s;
	struct addr addr; /* of class IN, A and AAAA; zero with all others */
	/* Offsets into dns_message.text; owner 0: the question's name. */
	uint16_t owner;
	uint16_t value; /* as content.h has it; "" where there is an address */
};

struct dns_message {
	uint16_t id;
	uint16_t flags; /* enum dns_flag */
	bool dnssec_ok; /* DO, of EDNS (RFC 3225) */
	bool is_response;
	uint8_t opcode;
	uint16_t rcode; /* with EDNS's upper bits (RFC 6891 6.1.3) */

	/* The first question; messages with none have name "" and type 0. */
	uint16_t question_count;
	uint16_t type;
	uint16_t class;
	char name[DNS_NAME_TEXT_MAX];

	uint16_t answer_total; /* said by the header */
	uint16_t answer_count; /* of them, in record[] */
	/*
	 * The answers in their order, addresses they hold each after its
	 * record. Then, if they lead to other names but by aliases, the
	 * additional section's records that may be about those.
	 */
	uint16_t record_count;
	struct dns_record record[DNS_RECORDS_MAX];

	/* The capture ended before the message: what is above is what it had. */
	bool is_cut;

	size_t text_len;
	char text[DNS_TEXT_MAX]; /* values with their NUL; text[0] is "" */
};

/*
 * Parse a message of wire_len bytes, of which the first len were captured.
 * 0, or -EBADMSG if it is not a well-formed message from its header to its last
 * record; a message cut by the capture (len < wire_len) is given as far as it
 * goes, with is_cut set, if its question is there. Bytes after the last record
 * do not matter.
 * A message whose names and values do not fit into text keeps the records that
 * do. *ret is filled in place: after an error it holds nothing of use, and
 * bytes of name, record and text that are not in use are never written.
 */
int dns_message_parse(const void *bytes, size_t len, size_t wire_len,
		      struct dns_message *ret);

/* A name in a message, and a type. */
struct dns_subject {
	uint16_t origin; /* where the name is, in the message's bytes */
	uint16_t type;
};

/*
 * As dns_message_parse(), of what a multicast DNS message, which may have many
 * questions or none, says about one subject, as if that were its only question
 * (multicast.h); NULL: about its first.
 */
int dns_message_parse_about(const void *bytes, size_t len, size_t wire_len,
			    const struct dns_subject *subject,
			    struct dns_message *ret);

static inline const char *dns_record_value(const struct dns_message *message,
					   const struct dns_record *record)
{
	return message->text + record->value;
}

static inline const char *dns_record_owner(const struct dns_message *message,
					   const struct dns_record *record)
{
	return record->owner ? message->text + record->owner : message->name;
}

/* Whether record->addr holds one. */
static inline bool dns_record_has_addr(const struct dns_record *record)
{
	return record->class == DNS_CLASS_IN &&
	       (record->type == DNS_TYPE_A || record->type == DNS_TYPE_AAAA);
}

#endif
