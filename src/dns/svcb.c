// SPDX-License-Identifier: MIT
/*
 * The parameters of SVCB and HTTPS records (RFC 9460 2.1, 2.2 and 7). What
 * their RFC calls malformed, fails the cursor.
 */
#include "base/addr.h"
#include "dns/content.h"

#include <string.h>

enum svcb_key {
	KEY_MANDATORY = 0,
	KEY_ALPN = 1,
	KEY_NO_DEFAULT_ALPN = 2,
	KEY_PORT = 3,
	KEY_IPV4HINT = 4,
	KEY_ECH = 5,
	KEY_IPV6HINT = 6,
	KEY_DOHPATH = 7, /* RFC 9461 */
	KEY_OHTTP = 8,	 /* RFC 9540 */
};

static const char *const key_names[] = {
	[KEY_MANDATORY] = "mandatory",
	[KEY_ALPN] = "alpn",
	[KEY_NO_DEFAULT_ALPN] = "no-default-alpn",
	[KEY_PORT] = "port",
	[KEY_IPV4HINT] = "ipv4hint",
	[KEY_ECH] = "ech",
	[KEY_IPV6HINT] = "ipv6hint",
	[KEY_DOHPATH] = "dohpath",
	[KEY_OHTTP] = "ohttp",
};

#define KEY_NAMES (sizeof(key_names) / sizeof(*key_names))

static void key_write(struct presentation *line, uint16_t key)
{
	if (key < KEY_NAMES) {
		presentation_text(line, key_names[key]);
		return;
	}
	presentation_text(line, "key");
	presentation_decimal(line, key);
}

static void mandatory_read(struct cursor *value, struct presentation *line)
{
	do {
		key_write(line, cursor_u16(value));
		if (cursor_left(value))
			presentation_char(line, ',');
	} while (cursor_left(value));
}

/*
 * Protocol names have commas and backslashes escaped, and the list of them is
 * then a string (RFC 9460 A.1): that is why each of those needs three more.
 */
static void protocol_write(struct presentation *line, const uint8_t *bytes,
			   size_t len)
{
	for (size_t i = 0; i < len; i++) {
		if (bytes[i] == ',')
			presentation_text(line, "\\\\,");
		else if (bytes[i] == '\\')
			presentation_text(line, "\\\\\\\\");
		else
			presentation_quoted(line, bytes[i]);
	}
}

static void alpn_read(struct cursor *value, struct presentation *line)
{
	struct cursor list = *value;
	bool quoted = false;
	const uint8_t *bytes;
	uint8_t id_len;

	while (cursor_left(&list)) {
		id_len = cursor_u8(&list);
		bytes = cursor_take(&list, id_len);
		if (bytes && (memchr(bytes, ',', id_len) ||
			      presentation_needs_quotes(bytes, id_len)))
			quoted = true;
	}
	if (quoted)
		presentation_char(line, '"');
	do {
		id_len = cursor_u8(value);
		bytes = cursor_take(value, id_len);
		if (!bytes || !id_len) {
			value->failed = true;
			return;
		}
		protocol_write(line, bytes, id_len);
		if (cursor_left(value))
			presentation_char(line, ',');
	} while (cursor_left(value));
	if (quoted)
		presentation_char(line, '"');
}

/* How many addresses of that size there are; they fill the value. */
static size_t hints_read(struct cursor *value, size_t size,
			 struct presentation *line, const uint8_t **ret)
{
	size_t count = cursor_left(value) / size;
	char text[ADDR_TEXT];

	if (!count)
		value->failed = true;
	*ret = value->at;
	for (size_t i = 0; i < count; i++) {
		const uint8_t *bytes = cursor_take(value, size);
		struct addr addr = size == 4 ? addr_from_v4(bytes)
					     : addr_from_v6(bytes);

		addr_format(&addr, text);
		if (i)
			presentation_char(line, ',');
		presentation_text(line, text);
	}
	return count;
}

static void value_read(uint16_t key, struct cursor *value,
		       struct dns_content *ret)
{
	struct presentation *line = &ret->line;
	size_t len = cursor_left(value);

	switch (key) {
	case KEY_MANDATORY:
		mandatory_read(value, line);
		break;
	case KEY_ALPN:
		alpn_read(value, line);
		break;
	case KEY_PORT:
		presentation_decimal(line, cursor_u16(value));
		break;
	case KEY_IPV4HINT:
		ret->hint4_count = hints_read(value, 4, line, &ret->hint4);
		break;
	case KEY_IPV6HINT:
		ret->hint6_count = hints_read(value, 16, line, &ret->hint6);
		break;
	case KEY_ECH:
		presentation_base64(line, cursor_take(value, len), len);
		break;
	default:
		presentation_string(line, cursor_take(value, len), len);
	}
}

/* Whether a parameter is written with a value: these two never have one. */
static bool has_value(uint16_t key, size_t len)
{
	if (key == KEY_NO_DEFAULT_ALPN || key == KEY_OHTTP)
		return false;
	return len || key < KEY_NAMES;
}

void dns_svcb_read(struct cursor *content, bool is_alias,
		   struct dns_content *ret)
{
	int32_t last_key = -1;

	while (cursor_left(content)) {
		uint16_t key = cursor_u16(content);
		uint16_t len = cursor_u16(content);
		struct cursor value = *content;

		cursor_limit(&value, len);
		cursor_skip(content, len);
		presentation_char(&ret->line, ' ');
		key_write(&ret->line, key);
		if (has_value(key, len)) {
			presentation_char(&ret->line, '=');
			value_read(key, &value, ret);
		}
		/* 2.2: in order, each once, and each as it has to be. */
		if (key <= last_key || cursor_failed(&value) ||
		    cursor_left(&value))
			content->failed = true;
		last_key = key;
		ret->ends_with_target = false;
	}
	/* 2.4.2: an alias has no parameters, or they are ignored. */
	if (is_alias)
		ret->hint4_count = ret->hint6_count = 0;
}
