// SPDX-License-Identifier: MIT
/*
 * Names of record types and response codes, from IANA's registry of domain
 * name system parameters (https://www.iana.org/assignments/dns-parameters).
 */
#include "dns/code.h"
#include "base/decimal.h"

#include <stddef.h>
#include <string.h>

/* Types below 256 by number; those above are few and far between. */
static const char *const low_types[] = {
	[1] = "A",	  [2] = "NS",	     [3] = "MD",
	[4] = "MF",	  [5] = "CNAME",     [6] = "SOA",
	[7] = "MB",	  [8] = "MG",	     [9] = "MR",
	[10] = "NULL",	  [11] = "WKS",	     [12] = "PTR",
	[13] = "HINFO",	  [14] = "MINFO",    [15] = "MX",
	[16] = "TXT",	  [17] = "RP",	     [18] = "AFSDB",
	[19] = "X25",	  [20] = "ISDN",     [21] = "RT",
	[22] = "NSAP",	  [23] = "NSAP-PTR", [24] = "SIG",
	[25] = "KEY",	  [26] = "PX",	     [27] = "GPOS",
	[28] = "AAAA",	  [29] = "LOC",	     [30] = "NXT",
	[31] = "EID",	  [32] = "NIMLOC",   [33] = "SRV",
	[34] = "ATMA",	  [35] = "NAPTR",    [36] = "KX",
	[37] = "CERT",	  [38] = "A6",	     [39] = "DNAME",
	[40] = "SINK",	  [41] = "OPT",	     [42] = "APL",
	[43] = "DS",	  [44] = "SSHFP",    [45] = "IPSECKEY",
	[46] = "RRSIG",	  [47] = "NSEC",     [48] = "DNSKEY",
	[49] = "DHCID",	  [50] = "NSEC3",    [51] = "NSEC3PARAM",
	[52] = "TLSA",	  [53] = "SMIMEA",   [55] = "HIP",
	[56] = "NINFO",	  [57] = "RKEY",     [58] = "TALINK",
	[59] = "CDS",	  [60] = "CDNSKEY",  [61] = "OPENPGPKEY",
	[62] = "CSYNC",	  [63] = "ZONEMD",   [64] = "SVCB",
	[65] = "HTTPS",	  [66] = "DSYNC",    [99] = "SPF",
	[100] = "UINFO",  [101] = "UID",     [102] = "GID",
	[103] = "UNSPEC", [104] = "NID",     [105] = "L32",
	[106] = "L64",	  [107] = "LP",	     [108] = "EUI48",
	[109] = "EUI64",  [128] = "NXNAME",  [249] = "TKEY",
	[250] = "TSIG",	  [251] = "IXFR",    [252] = "AXFR",
	[253] = "MAILB",  [254] = "MAILA",   [255] = "ANY",
};

static const struct {
	uint16_t type;
	const char *text;
} high_types[] = {
	{256, "URI"},	   {257, "CAA"},     {258, "AVC"},    {259, "DOA"},
	{260, "AMTRELAY"}, {261, "RESINFO"}, {262, "WALLET"}, {263, "CLA"},
	{264, "IPN"},	   {32768, "TA"},    {32769, "DLV"},
};

/* 16 is BADVERS in an OPT record and BADSIG in a TSIG, which we don't read. */
static const char *const rcodes[] = {
	[0] = "NOERROR",   [1] = "FORMERR",    [2] = "SERVFAIL",
	[3] = "NXDOMAIN",  [4] = "NOTIMP",     [5] = "REFUSED",
	[6] = "YXDOMAIN",  [7] = "YXRRSET",    [8] = "NXRRSET",
	[9] = "NOTAUTH",   [10] = "NOTZONE",   [11] = "DSOTYPENI",
	[16] = "BADVERS",  [17] = "BADKEY",    [18] = "BADTIME",
	[19] = "BADMODE",  [20] = "BADNAME",   [21] = "BADALG",
	[22] = "BADTRUNC", [23] = "BADCOOKIE",
};

const struct dns_flag_name dns_flag_names[DNS_FLAG_NAMES] = {
	{DNS_FLAG_AA, "AA"}, {DNS_FLAG_TC, "TC"}, {DNS_FLAG_RD, "RD"},
	{DNS_FLAG_RA, "RA"}, {DNS_FLAG_AD, "AD"}, {DNS_FLAG_CD, "CD"},
};

static const char *const opcodes[] = {
	[0] = "QUERY",	[1] = "IQUERY", [2] = "STATUS",
	[4] = "NOTIFY", [5] = "UPDATE", [6] = "DSO",
};

#define COUNT(array) (sizeof(array) / sizeof(*(array)))

/* prefix, then the number in decimal. */
static const char *number_text(const char *prefix, uint16_t number, char *buf)
{
	char *out = stpcpy(buf, prefix);

	out += decimal_write(number, out);
	*out = '\0';
	return buf;
}

const char *dns_type_text(uint16_t type, char *buf)
{
	if (type < COUNT(low_types) && low_types[type])
		return low_types[type];
	for (size_t i = 0; i < COUNT(high_types); i++) {
		if (high_types[i].type == type)
			return high_types[i].text;
	}
	return number_text("TYPE", type, buf);
}

const char *dns_class_text(uint16_t class, char *buf)
{
	switch (class) {
	case DNS_CLASS_IN:
		return "IN";
	case DNS_CLASS_CH:
		return "CH";
	case 4:
		return "HS";
	case DNS_CLASS_NONE:
		return "NONE";
	case DNS_CLASS_ANY:
		return "ANY";
	default: /* RFC 3597 5 */
		return number_text("CLASS", class, buf);
	}
}

const char *dns_opcode_text(uint8_t opcode, char *buf)
{
	if (opcode < COUNT(opcodes) && opcodes[opcode])
		return opcodes[opcode];
	return number_text("OPCODE", opcode, buf);
}

const char *dns_rcode_text(uint16_t rcode, char *buf)
{
	if (rcode < COUNT(rcodes) && rcodes[rcode])
		return rcodes[rcode];
	return number_text("RCODE", rcode, buf);
}
