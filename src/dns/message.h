/* SPDX-License-Identifier: MIT */
#ifndef DNS_MESSAGE_H
#define DNS_MESSAGE_H

#include "base/addr.h"
#include "dns/name.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * The parts of a DNS message (RFC 1035 4.1) that say who was asked for and
 * what came back: header, first question, and the answer section with its
 * alias chains resolved against the name asked for.
 */

#define DNS_PORT 53

/* Answer records kept per message; more are counted but not kept. */
#define DNS_RECORDS_MAX 64
/* Text of one record's value with its NUL: three numbers and a name (SRV). */
#define DNS_VALUE_MAX (3 * 6 + DNS_NAME_TEXT_MAX)
/* Text of all values of one message. */
#define DNS_TEXT_MAX 4096

enum dns_type {
	DNS_TYPE_A = 1,
	DNS_TYPE_NS = 2,
	DNS_TYPE_CNAME = 5,
	DNS_TYPE_SOA = 6,
	DNS_TYPE_PTR = 12,
	DNS_TYPE_MX = 15,
	DNS_TYPE_TXT = 16,
	DNS_TYPE_AAAA = 28,
	DNS_TYPE_SRV = 33,
	DNS_TYPE_DNAME = 39,
	DNS_TYPE_OPT = 41,
	DNS_TYPE_SVCB = 64,
	DNS_TYPE_HTTPS = 65,
	DNS_TYPE_ANY = 255,
};

#define DNS_CLASS_IN	 1
#define DNS_OPCODE_QUERY 0

/* Longest text of a type or response code: "TYPE65535", "BADVERS", … */
#define DNS_CODE_TEXT 16

/*
 * "A", "HTTPS", …, or "TYPE123" for a number without a name (RFC 3597);
 * "NOERROR", "NXDOMAIN", …, or "RCODE12". The result is either a constant or
 * buf, which holds DNS_CODE_TEXT bytes.
 */
const char *dns_type_text(uint16_t type, char *buf);
const char *dns_rcode_text(uint16_t rcode, char *buf);

struct dns_record {
	uint16_t type;
	uint32_t ttl_s;
	/*
	 * The record is about the name asked for: its owner is that name, or
	 * one that the message's CNAME and DNAME records lead to from it, in
	 * whatever order they stand; or it is a DNAME on that way. Never set
	 * in a question, nor with an opcode other than QUERY.
	 */
	bool on_chain;
	struct addr addr; /* A and AAAA; zero with all others */
	/*
	 * The target's name for CNAME, DNAME, NS, PTR; "10 mail.example" for
	 * MX, "0 5 5060 sip.example" for SRV; empty for types whose content we
	 * do not read.
	 */
	uint16_t value; /* offset into dns_message.text */
};

struct dns_message {
	uint16_t id;
	bool is_response;
	bool is_truncated; /* TC: the rest is to be asked for over TCP */
	uint8_t opcode;
	uint16_t rcode; /* with EDNS's upper bits (RFC 6891 6.1.3) */

	/* The first question; messages with none have name "" and type 0. */
	uint16_t question_count;
	uint16_t type;
	uint16_t class;
	char name[DNS_NAME_TEXT_MAX];

	/*
	 * The answer section, in order: its records of class IN, for in other
	 * classes the same types hold other things.
	 */
	uint16_t record_count; /* kept in record[] */
	uint16_t record_total; /* said by the header, of any class */
	struct dns_record record[DNS_RECORDS_MAX];

	/* The capture ended before the message: what is above is what it had. */
	bool is_cut;

	size_t text_len;
	char text[DNS_TEXT_MAX]; /* values with their NUL; text[0] is "" */
};

/*
 * Parse a message of wire_len bytes, of which the first len were captured.
 * 0, or -EBADMSG if it is not a well-formed message up to and including its
 * answer section; a message cut by the capture (len < wire_len) is given as
 * far as it goes, with is_cut set, if its question is there. Trouble after the
 * answer section only means that rcode lacks its upper bits, and of records
 * that are not kept only the lengths are looked at.
 * A message whose values do not fit into text keeps the records that do.
 * *ret is filled in place: after an error it holds nothing of use, and bytes
 * of name, record and text that are not in use are never written.
 */
int dns_message_parse(const void *bytes, size_t len, size_t wire_len,
		      struct dns_message *ret);

static inline const char *dns_record_value(const struct dns_message *message,
					   const struct dns_record *record)
{
	return message->text + record->value;
}

#endif
