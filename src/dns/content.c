// SPDX-License-Identifier: MIT
#include "dns/content.h"
#include "dns/code.h"

#include <errno.h>

/*
 * The fields of a type's content, in order: a number of 1, 2 or 4 bytes;
 * n: a name; s: a string with its length; S: strings up to the end; t: a
 * string that is all the rest; x: the rest in hexadecimal; b: the rest in
 * base64; T: a type. Types that are not here have unknown content.
 */
static const char *const low_layouts[] = {
	[DNS_TYPE_NS] = "n",
	[3] = "n", /* MD */
	[4] = "n", /* MF */
	[DNS_TYPE_CNAME] = "n",
	[DNS_TYPE_SOA] = "nn44444",
	[7] = "n", /* MB */
	[8] = "n", /* MG */
	[9] = "n", /* MR */
	[DNS_TYPE_PTR] = "n",
	[13] = "ss", /* HINFO */
	[14] = "nn", /* MINFO */
	[DNS_TYPE_MX] = "2n",
	[DNS_TYPE_TXT] = "S",
	[17] = "nn", /* RP, RFC 1183 */
	[18] = "2n", /* AFSDB */
	[DNS_TYPE_SRV] = "222n",
	[35] = "22sssn", /* NAPTR, RFC 3403 */
	[36] = "2n",	 /* KX, RFC 2230 */
	[DNS_TYPE_DNAME] = "n",
	[43] = "211x",			/* DS, RFC 4034 */
	[44] = "11x",			/* SSHFP, RFC 4255 */
	[DNS_TYPE_RRSIG] = "T114442nb", /* RRSIG, RFC 4034: times in seconds */
	[48] = "211b",			/* DNSKEY */
	[52] = "111x",			/* TLSA, RFC 6698 */
	[53] = "111x",			/* SMIMEA, RFC 8162 */
	[59] = "211x",			/* CDS, RFC 7344 */
	[60] = "211b",			/* CDNSKEY */
	[DNS_TYPE_SVCB] = "2n",
	[DNS_TYPE_HTTPS] = "2n",
	[99] = "S", /* SPF, RFC 7208 */
};

#define LOW_COUNT (sizeof(low_layouts) / sizeof(*low_layouts))

static bool is_service(uint16_t type)
{
	return type == DNS_TYPE_SVCB || type == DNS_TYPE_HTTPS;
}

/* NULL: unknown. */
static const char *layout_of(uint16_t type, uint16_t class)
{
	if (class != DNS_CLASS_IN && class != DNS_CLASS_CH)
		return NULL;
	if (class != DNS_CLASS_IN && is_service(type))
		return NULL;
	if (type < LOW_COUNT)
		return low_layouts[type];
	switch (type) {
	case 256:
		return "22t"; /* URI, RFC 7553 */
	case 257:
		return "1st"; /* CAA, RFC 8659 */
	default:
		return NULL;
	}
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
	}
}

static void unknown_read(struct cursor *content, struct dns_content *ret)
{
	size_t left = cursor_left(content);

	presentation_text(&ret->line, "\\# ");
	presentation_decimal(&ret->line, (uint32_t)left);
	if (!left)
		return;
	presentation_char(&ret->line, ' ');
	presentation_hex(&ret->line, cursor_take(content, left), left);
}

int dns_content_read(uint16_t type, uint16_t class, struct cursor *content,
		     struct dns_content *ret)
{
	const char *layout = layout_of(type, class);
	struct cursor priority = *content;

	presentation_begin(&ret->line);
	ret->target = 0;
	ret->ends_with_target = false;
	ret->hint4_count = 0;
	ret->hint6_count = 0;
	if (!layout) {
		unknown_read(content, ret);
	} else {
		for (const char *field = layout; *field; field++) {
			if (field != layout)
				presentation_char(&ret->line, ' ');
			field_read(*field, content, ret);
			ret->ends_with_target = *field == 'n';
		}
		if (is_service(type))
			dns_svcb_read(content, cursor_u16(&priority) == 0, ret);
	}
	if (cursor_failed(content) || cursor_left(content))
		return -EBADMSG;
	presentation_end(&ret->line);
	return 0;
}
