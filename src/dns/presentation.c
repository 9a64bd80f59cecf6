// SPDX-License-Identifier: MIT
#include "dns/presentation.h"
#include "base/decimal.h"
#include "dns/code.h"

#include <string.h>

static void put(struct presentation *line, const char *text, size_t len)
{
	size_t room = sizeof(line->text) - 1 - line->len;

	if (len > room) {
		line->is_cut = true;
		len = room;
	}
	memcpy(line->text + line->len, text, len);
	line->len += len;
}

size_t presentation_end(struct presentation *line)
{
	if (line->is_cut)
		memcpy(line->text + line->len - 3, "...", 3);
	line->text[line->len] = '\0';
	return line->len;
}

void presentation_text(struct presentation *line, const char *text)
{
	put(line, text, strlen(text));
}

void presentation_char(struct presentation *line, char c)
{
	put(line, &c, 1);
}

void presentation_decimal(struct presentation *line, uint32_t value)
{
	char digits[DECIMAL_U32_MAX];
	size_t len = decimal_write(value, digits);

	put(line, digits, len);
}

/* There may not be room for all of it. */
static void put_name(struct presentation *line,
		     const struct dns_wire_name *name)
{
	char text[DNS_NAME_TEXT_MAX] = "";
	size_t len = dns_wire_name_format(name, text);

	put(line, text, len);
}

void presentation_name(struct presentation *line,
		       const struct dns_wire_name *name)
{
	if (sizeof(line->text) - line->len >= DNS_NAME_TEXT_MAX)
		line->len += dns_wire_name_format(name, line->text + line->len);
	else
		put_name(line, name);
}

void presentation_type(struct presentation *line, uint16_t type)
{
	char buf[DNS_CODE_TEXT];

	presentation_text(line, dns_type_text(type, buf));
}

static bool is_printable(uint8_t byte)
{
	return byte >= ' ' && byte < 0x7f;
}

bool presentation_needs_quotes(const uint8_t *bytes, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (bytes[i] == ' ' || !is_printable(bytes[i]) ||
		    strchr("\"\\();", bytes[i]))
			return true;
	return false;
}

void presentation_quoted(struct presentation *line, uint8_t byte)
{
	const char escape[] = {'\\', (char)('0' + byte / 100),
			       (char)('0' + byte / 10 % 10),
			       (char)('0' + byte % 10)};

	if (!is_printable(byte)) {
		put(line, escape, sizeof(escape));
		return;
	}
	if (byte == '"' || byte == '\\')
		presentation_char(line, '\\');
	presentation_char(line, (char)byte);
}

void presentation_string(struct presentation *line, const uint8_t *bytes,
			 size_t len)
{
	if (len && !presentation_needs_quotes(bytes, len)) {
		put(line, (const char *)bytes, len);
		return;
	}
	presentation_char(line, '"');
	for (size_t i = 0; i < len; i++)
		presentation_quoted(line, bytes[i]);
	presentation_char(line, '"');
}

void presentation_hex(struct presentation *line, const uint8_t *bytes,
		      size_t len)
{
	static const char digits[] = "0123456789abcdef";

	for (size_t i = 0; i < len && !line->is_cut; i++) {
		presentation_char(line, digits[bytes[i] >> 4]);
		presentation_char(line, digits[bytes[i] & 0xf]);
	}
}

void presentation_base64(struct presentation *line, const uint8_t *bytes,
			 size_t len)
{
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				     "abcdefghijklmnopqrstuvwxyz"
				     "0123456789+/";

	for (size_t i = 0; i < len && !line->is_cut; i += 3) {
		uint32_t group = (uint32_t)bytes[i] << 16;
		char text[] = "====";

		if (i + 1 < len)
			group |= (uint32_t)bytes[i + 1] << 8;
		if (i + 2 < len)
			group |= bytes[i + 2];
		for (size_t j = 0; j <= 3 && i + j <= len; j++)
			text[j] = digits[group >> (18 - 6 * j) & 0x3f];
		presentation_text(line, text);
	}
}
