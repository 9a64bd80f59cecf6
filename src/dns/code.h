/* SPDX-License-Identifier: MIT */
#ifndef DNS_CODE_H
#define DNS_CODE_H

#include <stdint.h>

/* Numbers of the DNS, and what people call them. */

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
	DNS_TYPE_RRSIG = 46,
	DNS_TYPE_SVCB = 64,
	DNS_TYPE_HTTPS = 65,
	DNS_TYPE_ANY = 255,
};

enum dns_class {
	DNS_CLASS_IN = 1,
	DNS_CLASS_CH = 3,
	DNS_CLASS_NONE = 254,
	DNS_CLASS_ANY = 255,
};

/* Bits of a message's header. */
enum dns_flag {
	DNS_FLAG_RESPONSE = 0x8000,
	DNS_FLAG_AA = 0x0400, /* authoritative */
	DNS_FLAG_TC = 0x0200, /* the rest is to be asked for over TCP */
	DNS_FLAG_RD = 0x0100,
	DNS_FLAG_RA = 0x0080,
	DNS_FLAG_AD = 0x0020, /* RFC 4035 3.2.3 */
	DNS_FLAG_CD = 0x0010,
};

struct dns_flag_name {
	uint16_t flag;
	const char *text;
};

/* Of those that a message may have or not have: "AA", "TC", … */
#define DNS_FLAG_NAMES 6
extern const struct dns_flag_name dns_flag_names[DNS_FLAG_NAMES];

#define DNS_OPCODE_QUERY 0

/* Longest text of a number: "TYPE65535", "BADVERS", … */
#define DNS_CODE_TEXT 16

/*
 * "A", "HTTPS", …, or "TYPE123" for a number without a name (RFC 3597); "IN",
 * … or "CLASS123"; "QUERY", … or "OPCODE7"; "NOERROR", "NXDOMAIN", …, or
 * "RCODE12". The result is either a constant or buf, which holds DNS_CODE_TEXT
 * bytes.
 */
const char *dns_type_text(uint16_t type, char *buf);
const char *dns_class_text(uint16_t class, char *buf);
const char *dns_opcode_text(uint8_t opcode, char *buf);
const char *dns_rcode_text(uint16_t rcode, char *buf);

#endif
