// SPDX-License-Identifier: MIT
#include "output/writer.h"
#include "base/decimal.h"
#include "base/utf8.h"

#include <stdlib.h>

#define WRITER_SIZE_MIN 256

#define NS_PER_SECOND	1000000000ULL
#define SECONDS_PER_DAY 86400ULL

/* Most text that one byte of a value can become: "\xNN" and "\uNNNN". */
#define TEXT_BYTE_MAX 4
#define JSON_BYTE_MAX 6

static const char hex_digits[] = "0123456789abcdef";

void writer_init(struct writer *writer)
{
	memset(writer, 0, sizeof(*writer));
	writer->second = UINT64_MAX;
}

void writer_deinit(struct writer *writer)
{
	free(writer->text);
	writer_init(writer);
}

char *writer_grow(struct writer *writer, size_t len)
{
	size_t size = writer->size * 2;
	char *text = NULL;

	if (size < WRITER_SIZE_MIN)
		size = WRITER_SIZE_MIN;
	if (len > size - writer->len)
		size = writer->len + len;
	/* An object is at most PTRDIFF_MAX bytes long. */
	if (!writer->failed && len <= PTRDIFF_MAX - writer->len)
		text = realloc(writer->text, size);
	if (!text) {
		writer->failed = true;
		/* No room from now on, so that nothing is appended. */
		writer->size = writer->len;
		return NULL;
	}
	writer->text = text;
	writer->size = size;
	return writer->text + writer->len;
}

/* Exactly count digits, with leading zeros. */
static char *digits_fixed(char *at, uint32_t value, int count)
{
	char *end = at + count;

	for (char *to = end - 2; to >= at; to -= 2, value /= 100)
		decimal_pair(value % 100, to);
	if (count % 2)
		*at = (char)('0' + value);
	return end;
}

void writer_u64(struct writer *writer, uint64_t value)
{
	char *room = writer_reserve(writer, DECIMAL_U64_MAX);

	if (room)
		writer->len += decimal_write(value, room);
}

void writer_i64(struct writer *writer, int64_t value)
{
	if (value < 0)
		writer_char(writer, '-');
	writer_u64(writer, value < 0 ? -(uint64_t)value : (uint64_t)value);
}

void writer_addr(struct writer *writer, const struct addr *addr)
{
	char *room = writer_reserve(writer, ADDR_TEXT);

	if (room)
		writer->len += addr_format(addr, room);
}

void writer_endpoint(struct writer *writer, const struct endpoint *endpoint)
{
	char *room = writer_reserve(writer, ENDPOINT_TEXT);

	if (room)
		writer->len += endpoint_format(endpoint, room);
}

void writer_milliseconds(struct writer *writer, uint64_t ns)
{
	char fraction[4] = ".";

	digits_fixed(fraction + 1, (uint32_t)(ns / 1000 % 1000), 3);
	writer_u64(writer, ns / 1000000);
	writer_bytes(writer, fraction, sizeof(fraction));
}

static bool is_leap_year(unsigned int year)
{
	return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

/* "1970-01-01T00:00:00." of a second. By hand: gmtime() takes libc's lock. */
static void second_format(uint64_t second, char *at)
{
	static const uint8_t month_days[] = {31, 28, 31, 30, 31, 30,
					     31, 31, 30, 31, 30, 31};
	uint32_t days = (uint32_t)(second / SECONDS_PER_DAY);
	uint32_t clock = (uint32_t)(second % SECONDS_PER_DAY);
	unsigned int year = 1970, month = 0;

	for (; days >= 365U + is_leap_year(year); year++)
		days -= 365U + is_leap_year(year);
	for (;; month++) {
		uint32_t length = month_days[month];

		if (month == 1 && is_leap_year(year))
			length++;
		if (days < length)
			break;
		days -= length;
	}
	at = digits_fixed(at, year, 4);
	*at++ = '-';
	at = digits_fixed(at, month + 1, 2);
	*at++ = '-';
	at = digits_fixed(at, days + 1, 2);
	*at++ = 'T';
	at = digits_fixed(at, clock / 3600, 2);
	*at++ = ':';
	at = digits_fixed(at, clock / 60 % 60, 2);
	*at++ = ':';
	at = digits_fixed(at, clock % 60, 2);
	*at = '.';
}

void writer_timestamp(struct writer *writer, uint64_t wall_ns)
{
	const size_t date_len = sizeof(writer->second_text);
	uint64_t second = wall_ns / NS_PER_SECOND;
	char *room = writer_reserve(writer, date_len + 10);

	if (!room)
		return;
	if (second != writer->second) {
		second_format(second, writer->second_text);
		writer->second = second;
	}
	memcpy(room, writer->second_text, date_len);
	digits_fixed(room + date_len, (uint32_t)(wall_ns % NS_PER_SECOND), 9);
	room[date_len + 9] = 'Z';
	writer->len += date_len + 10;
}

/* Whether ASCII byte may stand in a text value without quotes. */
static bool is_plain_ascii(uint8_t byte)
{
	return byte > ' ' && byte < 0x7f && byte != '"' && byte != '=';
}

static bool is_plain(const char *bytes, size_t len)
{
	for (size_t i = 0; i < len;) {
		size_t safe = 1;

		if (!is_plain_ascii((uint8_t)bytes[i])) {
			if ((uint8_t)bytes[i] < 0x80)
				return false;
			safe = utf8_safe_length(bytes + i, len - i);
			if (!safe)
				return false;
		}
		i += safe;
	}
	return true;
}

/* Whether it may stand within quotes as it is. */
static bool is_quotable_ascii(uint8_t byte)
{
	return byte >= ' ' && byte < 0x7f && byte != '"' && byte != '\\';
}

/* The escape of a byte in a quoted text value. */
static char *text_escape(char *at, char byte)
{
	static const char named[] = "\"\"\\\\\nn\rr\tt";

	*at++ = '\\';
	for (const char *pair = named; *pair; pair += 2) {
		if (*pair == byte) {
			*at++ = pair[1];
			return at;
		}
	}
	*at++ = 'x';
	*at++ = hex_digits[(uint8_t)byte >> 4];
	*at++ = hex_digits[byte & 0xf];
	return at;
}

void writer_text_value(struct writer *writer, const char *bytes, size_t len)
{
	char *room, *at;

	if (is_plain(bytes, len)) {
		writer_bytes(writer, bytes, len);
		return;
	}
	room = writer_reserve(writer, len * TEXT_BYTE_MAX + 2);
	if (!room)
		return;
	at = room;
	*at++ = '"';
	for (size_t i = 0; i < len;) {
		size_t safe;

		if (is_quotable_ascii((uint8_t)bytes[i])) {
			*at++ = bytes[i++];
			continue;
		}
		safe = (uint8_t)bytes[i] < 0x80
			       ? 0
			       : utf8_safe_length(bytes + i, len - i);
		if (!safe) {
			at = text_escape(at, bytes[i++]);
			continue;
		}
		memcpy(at, bytes + i, safe);
		at += safe;
		i += safe;
	}
	*at++ = '"';
	writer->len += (size_t)(at - room);
}

void writer_text_value_since(struct writer *writer, size_t mark)
{
	size_t len = writer->len - mark;

	if (is_plain(writer->text + mark, len))
		return;
	/* All the room first: the raw text must not move while it is read. */
	if (!writer_reserve(writer, len * TEXT_BYTE_MAX + 2))
		return;
	writer_text_value(writer, writer->text + mark, len);
	memmove(writer->text + mark, writer->text + mark + len,
		writer->len - mark - len);
	writer->len -= len;
}

/* Not to be copied into a JSON string as it is, or not ASCII. */
static bool is_json_special(uint8_t byte)
{
	return byte < 0x20 || byte >= 0x7f || byte == '"' || byte == '\\';
}

/*
 * Whether any of eight bytes is: a subtraction turns a byte's top bit on if it
 * is one, and only such a byte borrows from the next.
 */
static bool has_json_special(uint64_t eight)
{
	const uint64_t ones = UINT64_MAX / 0xff, tops = ones * 0x80;
	uint64_t quotes = eight ^ ones * '"';
	uint64_t slashes = eight ^ ones * '\\';
	uint64_t deletes = eight ^ ones * 0x7f;

	return ((eight | (eight - ones * 0x20) | (quotes - ones) |
		 (slashes - ones) | (deletes - ones)) &
		tops) != 0;
}

static char *json_unit(char *at, uint32_t unit)
{
	*at++ = '\\';
	*at++ = 'u';
	for (int shift = 12; shift >= 0; shift -= 4)
		*at++ = hex_digits[unit >> shift & 0xf];
	return at;
}

/* An escaped code point; beyond U+FFFF as two surrogates (RFC 8259 7). */
static char *json_code_point(char *at, uint32_t code_point)
{
	if (code_point < 0x10000)
		return json_unit(at, code_point);
	code_point -= 0x10000;
	at = json_unit(at, 0xd800 + (code_point >> 10));
	return json_unit(at, 0xdc00 + (code_point & 0x3ff));
}

/* The special character at bytes; adds the bytes it took to *used. */
static char *json_special(char *at, const char *bytes, size_t len, size_t *used)
{
	uint32_t code_point;
	size_t size = utf8_decode(bytes, len, &code_point);

	*used += size ? size : 1;
	if (!size) {
		memcpy(at, "\xef\xbf\xbd", 3);
		return at + 3;
	}
	if (code_point == '"' || code_point == '\\') {
		*at++ = '\\';
		*at++ = (char)code_point;
		return at;
	}
	if (!utf8_is_safe(code_point))
		return json_code_point(at, code_point);
	memcpy(at, bytes, size);
	return at + size;
}

/* Whether nothing is to be escaped, as is mostly so. */
static bool is_json_plain(const char *bytes, size_t len)
{
	const char *end = bytes + len;
	uint64_t eight;

	for (; end - bytes >= (ptrdiff_t)sizeof(eight);
	     bytes += sizeof(eight)) {
		memcpy(&eight, bytes, sizeof(eight));
		if (has_json_special(eight))
			return false;
	}
	/* The last eight, of which some were looked at before. */
	if (len >= sizeof(eight)) {
		memcpy(&eight, end - sizeof(eight), sizeof(eight));
		return !has_json_special(eight);
	}
	for (; bytes < end; bytes++)
		if (is_json_special((uint8_t)*bytes))
			return false;
	return true;
}

/* at has JSON_BYTE_MAX bytes of room for each of bytes. */
static char *json_escape(char *at, const char *bytes, size_t len)
{
	size_t i = 0;

	if (is_json_plain(bytes, len)) {
		memcpy(at, bytes, len);
		return at + len;
	}
	while (i < len) {
		if (!is_json_special((uint8_t)bytes[i]))
			*at++ = bytes[i++];
		else
			at = json_special(at, bytes + i, len - i, &i);
	}
	return at;
}

void writer_json_escaped(struct writer *writer, const char *bytes, size_t len)
{
	char *room = writer_reserve(writer, len * JSON_BYTE_MAX);

	if (room)
		writer->len += (size_t)(json_escape(room, bytes, len) - room);
}

void writer_json_string(struct writer *writer, const char *bytes, size_t len)
{
	char *room = writer_reserve(writer, len * JSON_BYTE_MAX + 2);
	char *at;

	if (!room)
		return;
	*room = '"';
	at = json_escape(room + 1, bytes, len);
	*at++ = '"';
	writer->len += (size_t)(at - room);
}
