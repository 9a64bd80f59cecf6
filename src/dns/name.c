// SPDX-License-Identifier: MIT
/*
 * Domain names (RFC 1035 3.1 and 4.1.4). A name is first copied out of the
 * message label by label, which is where every check is made; text and
 * comparisons then work on the copy and cannot run astray.
 */
#include "dns/name.h"

#include <errno.h>
#include <string.h>

#define LABEL_TYPE    0xc0
#define LABEL_POINTER 0xc0

static uint8_t fold(uint8_t byte)
{
	return byte >= 'A' && byte <= 'Z' ? byte | 0x20 : byte;
}

/*
 * The pointer whose first byte was just read from *at. Each must lead
 * before *limit, the start of the labels it ends, and to a name that ends
 * before it, so that no walk goes round in circles nor takes a name for a
 * part of itself.
 */
static void pointer_follow(struct cursor *at, uint8_t high, size_t *limit)
{
	size_t target = (size_t)(high & ~LABEL_TYPE) << 8 | cursor_u8(at);

	if (target < DNS_HEADER_LEN || target >= *limit)
		at->failed = true;
	cursor_seek(at, target);
	cursor_limit(at, *limit - target);
	*limit = target;
}

/* Append a label and its length byte, leaving room for the root's. */
static void label_append(struct cursor *at, uint8_t label_len,
			 struct dns_wire_name *name)
{
	const uint8_t *bytes = cursor_take(at, label_len);
	size_t room = DNS_NAME_WIRE_MAX - name->len;

	if (!bytes || label_len + 2u > room) {
		at->failed = true;
		return;
	}
	name->bytes[name->len] = label_len;
	memcpy(name->bytes + name->len + 1, bytes, label_len);
	name->len = (uint8_t)(name->len + 1 + label_len);
}

int dns_wire_name_read(struct cursor *cursor, struct dns_wire_name *ret)
{
	struct cursor at = *cursor;
	size_t limit = cursor_offset(cursor);
	int pointers = 0;
	uint8_t label;

	ret->len = 0;
	ret->origin = limit;
	while ((label = cursor_u8(&at)) != 0) {
		if ((label & LABEL_TYPE) == LABEL_POINTER) {
			pointer_follow(&at, label, &limit);
			if (pointers++ == 0)
				cursor_skip(cursor, 2);
			if (ret->len == 0)
				ret->origin = limit;
			if (pointers > DNS_NAME_POINTERS_MAX)
				at.failed = true;
			continue;
		}
		if (label > DNS_LABEL_MAX)
			at.failed = true;
		label_append(&at, label, ret);
		if (pointers == 0)
			cursor_skip(cursor, 1u + label);
	}
	/* A failed cursor reads 0, so the loop ends here in any case. */
	if (pointers == 0)
		cursor_skip(cursor, 1);
	if (cursor_failed(&at)) {
		cursor->failed = true;
		return -EBADMSG;
	}
	ret->bytes[ret->len++] = 0;
	return 0;
}

/* What stands for itself in presentation form. */
static const bool is_plain[UINT8_MAX + 1] = {
	['!' ... '-'] = true,
	['/' ... '['] = true,
	[']' ... '~'] = true,
};

/* What does not; returns where the next byte goes. */
static char *byte_escape(uint8_t byte, char *out)
{
	*out++ = '\\';
	if (byte == '.' || byte == '\\') {
		*out++ = (char)byte;
		return out;
	}
	*out++ = (char)('0' + byte / 100);
	*out++ = (char)('0' + byte / 10 % 10);
	*out++ = (char)('0' + byte % 10);
	return out;
}

size_t dns_wire_name_format(const struct dns_wire_name *name, char *buf)
{
	const uint8_t *at = name->bytes;
	char *out = buf;

	if (*at == 0)
		*out++ = '.';
	while (*at != 0) {
		const uint8_t *end = at + 1 + *at;

		if (out != buf)
			*out++ = '.';
		for (at++; at < end; at++) {
			if (is_plain[*at])
				*out++ = (char)*at;
			else
				out = byte_escape(*at, out);
		}
	}
	*out = '\0';
	return (size_t)(out - buf);
}

/*
 * Length bytes are at most 63 and so never letters: it does not matter where
 * labels end.
 */
void dns_wire_name_fold(struct dns_wire_name *name)
{
	for (size_t i = 0; i < name->len; i++)
		name->bytes[i] = fold(name->bytes[i]);
}

bool dns_wire_name_equal(const struct dns_wire_name *a,
			 const struct dns_wire_name *b)
{
	return a->len == b->len && memcmp(a->bytes, b->bytes, a->len) == 0;
}

int dns_wire_name_rewrite(const struct dns_wire_name *name,
			  const struct dns_wire_name *from,
			  const struct dns_wire_name *to,
			  struct dns_wire_name *ret)
{
	size_t kept = 0;

	/* The suffix must begin where a label does. */
	while (kept + from->len < name->len)
		kept += 1u + name->bytes[kept];
	if (kept == 0 || kept + from->len != name->len ||
	    memcmp(name->bytes + kept, from->bytes, from->len) != 0)
		return -ENOENT;
	if (kept + to->len > DNS_NAME_WIRE_MAX)
		return -ENAMETOOLONG;

	memcpy(ret->bytes, name->bytes, kept);
	memcpy(ret->bytes + kept, to->bytes, to->len);
	ret->len = (uint8_t)(kept + to->len);
	ret->origin = 0;
	return 0;
}

int dns_name_read(struct cursor *cursor, char *buf)
{
	struct dns_wire_name name;
	int error = dns_wire_name_read(cursor, &name);

	return error ? error : (int)dns_wire_name_format(&name, buf);
}

void dns_name_skip(struct cursor *cursor)
{
	uint8_t label;

	while ((label = cursor_u8(cursor)) != 0) {
		if ((label & LABEL_TYPE) == LABEL_POINTER) {
			cursor_skip(cursor, 1);
			return;
		}
		if (label > DNS_LABEL_MAX)
			cursor->failed = true;
		cursor_skip(cursor, label);
	}
}

bool dns_name_equal(const char *a, const char *b)
{
	while (*a && fold((uint8_t)*a) == fold((uint8_t)*b)) {
		a++;
		b++;
	}
	return *a == *b;
}
