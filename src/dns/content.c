// SPDX-License-Identifier: MIT
#include "dns/content.h"
#include "dns/code.h"

#include <errno.h>

/*
 * The fields of a type's content, in order.
 *
 *	1 2 4	a number of so many bytes
 *	T	a type
 *	n	a name
 *	s	a string with its length
 *	S	strings up to the end
 *	t	a string that is all the rest
 *	x	the rest in hexadecimal
 *	b	the rest in base64
 *	c	bytes with their length before them, in hexadecimal
 *	m	a set of types up to the end (RFC 4034 4.1.2)
 *
 * Types that begin with # have a presentation format of their own which is not
 * worth its code: what they hold is checked and shown as if it were unknown.
 *
 *	C	bytes with their length before them, in 16 bits
 *	o	EDNS options up to the end (RFC 6891 6.1.2)
 *	p	prefixes up to the end (RFC 3123)
 *	g	a gateway of some kind (RFC 4025 2.5)
 *	h	a host's identity (RFC 8005 5)
 *	6	what is left of an address, and a name for the rest (RFC 2874)
 *
 * What is not here is unknown.
 */
static const char *const low_layouts[] = {
	[DNS_TYPE_A] = "#4",
	[DNS_TYPE_NS] = "n",
	[3] = "n", /* MD */
	[4] = "n", /* MF */
	[DNS_TYPE_CNAME] = "n",
	[DNS_TYPE_SOA] = "nn44444",
	[7] = "n",     /* MB */
	[8] = "n",     /* MG */
	[9] = "n",     /* MR */
	[11] = "#41x", /* WKS */
	[DNS_TYPE_PTR] = "n",
	[13] = "ss", /* HINFO */
	[14] = "nn", /* MINFO */
	[DNS_TYPE_MX] = "2n",
	[DNS_TYPE_TXT] = "S",
	[17] = "nn",	    /* RP, RFC 1183 */
	[18] = "2n",	    /* AFSDB */
	[19] = "s",	    /* X25 */
	[20] = "S",	    /* ISDN */
	[21] = "2n",	    /* RT */
	[23] = "n",	    /* NSAP-PTR, RFC 1706 */
	[24] = "T114442nb", /* SIG, RFC 2535 */
	[25] = "211b",	    /* KEY */
	[26] = "2nn",	    /* PX, RFC 2163 */
	[27] = "sss",	    /* GPOS, RFC 1712 */
	[29] = "#1111444",  /* LOC, RFC 1876 */
	[30] = "#nx",	    /* NXT, RFC 2535 */
	[DNS_TYPE_AAAA] = "#4444",
	[DNS_TYPE_SRV] = "222n",
	[35] = "22sssn", /* NAPTR, RFC 3403 */
	[36] = "2n",	 /* KX, RFC 2230 */
	[37] = "221b",	 /* CERT, RFC 4398 */
	[38] = "#6",	 /* A6 */
	[DNS_TYPE_DNAME] = "n",
	[DNS_TYPE_OPT] = "#o",
	[42] = "#p",			/* APL */
	[43] = "211x",			/* DS, RFC 4034 */
	[44] = "11x",			/* SSHFP, RFC 4255 */
	[45] = "#g",			/* IPSECKEY */
	[DNS_TYPE_RRSIG] = "T114442nb", /* times in seconds */
	[47] = "nm",			/* NSEC */
	[48] = "211b",			/* DNSKEY */
	[49] = "b",			/* DHCID, RFC 4701 */
	[50] = "#112ccm",		/* NSEC3, RFC 5155 */
	[51] = "112c",			/* NSEC3PARAM */
	[52] = "111x",			/* TLSA, RFC 6698 */
	[53] = "111x",			/* SMIMEA, RFC 8162 */
	[55] = "#h",			/* HIP */
	[59] = "211x",			/* CDS, RFC 7344 */
	[60] = "211b",			/* CDNSKEY */
	[61] = "b",			/* OPENPGPKEY, RFC 7929 */
	[62] = "42m",			/* CSYNC, RFC 7477 */
	[63] = "411x",			/* ZONEMD, RFC 8976 */
	[DNS_TYPE_SVCB] = "2n",
	[DNS_TYPE_HTTPS] = "2n",
	[99] = "S",	     /* SPF, RFC 7208 */
	[104] = "#244",	     /* NID, RFC 6742 */
	[105] = "#24",	     /* L32 */
	[106] = "#244",	     /* L64 */
	[107] = "2n",	     /* LP */
	[108] = "#42",	     /* EUI48, RFC 7043 */
	[109] = "#44",	     /* EUI64 */
	[249] = "#n4422CC",  /* TKEY, RFC 2930 */
	[250] = "#n422C22C", /* TSIG, RFC 8945 */
};

static const struct {
	uint16_t type;
	const char *layout;
} high_layouts[] = {
	{256, "22t"},	 /* URI, RFC 7553 */
	{257, "1st"},	 /* CAA, RFC 8659 */
	{32768, "211x"}, /* TA */
	{32769, "211x"}, /* DLV, RFC 4431 */
};

#define COUNT(array) (sizeof(array) / sizeof(*(array)))

/* NULL: unknown. */
static const char *layout_of(uint16_t type)
{
	if (type < COUNT(low_layouts))
		return low_layouts[type];
	for (size_t i = 0; i < COUNT(high_layouts); i++)
		if (high_layouts[i].type == type)
			return high_layouts[i].layout;
	return NULL;
}

static void name_read(struct cursor *content, struct dns_content *ret)
{
	struct dns_wire_name name;
	size_t before = ret->line.len;

	if (dns_wire_name_read(content, &name))
		return;
	presentation_name(&ret->line, &name);
	ret->target = (uint16_t)name.origin;
	ret->target_len = (uint16_t)(ret->line.len - before);
}

static void string_read(struct cursor *content, struct dns_content *ret)
{
	uint8_t len = cursor_u8(content);
	const uint8_t *bytes = cursor_take(content, len);

	if (bytes)
		presentation_string(&ret->line, bytes, len);
}

static void strings_read(struct cursor *content, struct dns_content *ret)
{
	do {
		string_read(content, ret);
		if (cursor_left(content))
			presentation_char(&ret->line, ' ');
	} while (cursor_left(content));
}

/* Empty is a dash, as in RFC 5155 4.3. */
static void counted_read(struct cursor *content, size_t len,
			 struct dns_content *ret)
{
	const uint8_t *bytes = cursor_take(content, len);

	if (bytes)
		presentation_hex(&ret->line, bytes, len);
	if (!len)
		presentation_char(&ret->line, '-');
}

/* Each with a space before it. */
static void types_read(struct cursor *content, struct presentation *line)
{
	while (cursor_left(content)) {
		unsigned int window = cursor_u8(content);
		uint8_t len = cursor_u8(content);
		const uint8_t *bits = cursor_take(content, len);

		if (!bits)
			return;
		for (unsigned int i = 0; i < len * 8u; i++) {
			if (!(bits[i / 8] & 0x80 >> i % 8))
				continue;
			presentation_char(line, ' ');
			presentation_type(line, (uint16_t)(window * 256 + i));
		}
	}
}

static void options_read(struct cursor *content)
{
	while (cursor_left(content)) {
		cursor_skip(content, 2);
		cursor_skip(content, cursor_u16(content));
	}
}

static void prefixes_read(struct cursor *content)
{
	while (cursor_left(content)) {
		cursor_skip(content, 3);
		cursor_skip(content, cursor_u8(content) & 0x7f);
	}
}

static void gateway_read(struct cursor *content, struct dns_content *ret)
{
	uint8_t kind;

	cursor_skip(content, 1);
	kind = cursor_u8(content);
	cursor_skip(content, 1);
	if (kind == 1)
		cursor_skip(content, 4);
	else if (kind == 2)
		cursor_skip(content, 16);
	else if (kind == 3)
		name_read(content, ret);
	cursor_skip(content, cursor_left(content));
}

static void host_read(struct cursor *content, struct dns_content *ret)
{
	size_t len = cursor_u8(content);

	cursor_skip(content, 1);
	len += cursor_u16(content);
	cursor_skip(content, len);
	while (cursor_left(content))
		name_read(content, ret);
}

static void a6_read(struct cursor *content, struct dns_content *ret)
{
	uint8_t prefix = cursor_u8(content);

	cursor_skip(content, prefix > 128 ? SIZE_MAX : (128u - prefix + 7) / 8);
	if (prefix)
		name_read(content, ret);
}

static void field_read(char field, struct cursor *content,
		       struct dns_content *ret)
{
	struct presentation *line = &ret->line;
	size_t left = cursor_left(content);

	switch (field) {
	case '1':
		presentation_decimal(line, cursor_u8(content));
		break;
	case '2':
		presentation_decimal(line, cursor_u16(content));
		break;
	case '4':
		presentation_decimal(line, cursor_u32(content));
		break;
	case 'T':
		presentation_type(line, cursor_u16(content));
		break;
	case 'n':
		name_read(content, ret);
		break;
	case 's':
		string_read(content, ret);
		break;
	case 'S':
		strings_read(content, ret);
		break;
	case 't':
		presentation_string(line, cursor_take(content, left), left);
		break;
	case 'x':
		presentation_hex(line, cursor_take(content, left), left);
		break;
	case 'b':
		presentation_base64(line, cursor_take(content, left), left);
		break;
	case 'c':
		counted_read(content, cursor_u8(content), ret);
		break;
	case 'm':
		types_read(content, line);
		break;
	case 'C':
		cursor_skip(content, cursor_u16(content));
		break;
	case 'o':
		options_read(content);
		break;
	case 'p':
		prefixes_read(content);
		break;
	case 'g':
		gateway_read(content, ret);
		break;
	case 'h':
		host_read(content, ret);
		break;
	case '6':
		a6_read(content, ret);
		break;
	}
}

static void unknown_read(struct cursor *content, struct dns_content *ret)
{
	size_t left = cursor_left(content);

	presentation_begin(&ret->line);
	presentation_text(&ret->line, "\\# ");
	presentation_decimal(&ret->line, (uint32_t)left);
	if (left)
		presentation_char(&ret->line, ' ');
	presentation_hex(&ret->line, cursor_take(content, left), left);
}

static void layout_read(const char *layout, struct cursor *content,
			struct dns_content *ret)
{
	for (const char *field = layout; *field; field++) {
		if (field != layout && *field != 'm')
			presentation_char(&ret->line, ' ');
		field_read(*field, content, ret);
		ret->ends_with_target = *field == 'n';
	}
}

/*
 * In class CH an A record holds something else (RFC 1035 3.4), and updates may
 * have records without content (RFC 2136 2.4 and 2.5).
 */
static bool is_known(uint16_t type, uint16_t class,
		     const struct cursor *content)
{
	if (class == DNS_CLASS_CH && type == DNS_TYPE_A)
		return false;
	if (class == DNS_CLASS_NONE || class == DNS_CLASS_ANY)
		return layout_of(type) && cursor_left(content);
	return layout_of(type);
}

int dns_content_read(uint16_t type, uint16_t class, struct cursor *content,
		     struct dns_content *ret)
{
	struct cursor whole = *content;
	const char *layout = layout_of(type);

	presentation_begin(&ret->line);
	ret->target = 0;
	ret->ends_with_target = false;
	ret->hint4_count = 0;
	ret->hint6_count = 0;
	if (!is_known(type, class, content)) {
		unknown_read(content, ret);
	} else if (*layout == '#') {
		layout_read(layout + 1, content, ret);
		unknown_read(&whole, ret);
		ret->target = 0;
		ret->ends_with_target = false;
	} else {
		layout_read(layout, content, ret);
		if (type == DNS_TYPE_SVCB || type == DNS_TYPE_HTTPS)
			dns_svcb_read(content, cursor_u16(&whole) == 0, ret);
	}
	if (class != DNS_CLASS_IN)
		ret->hint4_count = ret->hint6_count = 0;
	/* An empty key is none (RFC 4701, RFC 7929). */
	if (cursor_failed(content) || cursor_left(content) || !ret->line.len)
		return -EBADMSG;
	presentation_end(&ret->line);
	return 0;
}
