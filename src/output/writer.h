/* SPDX-License-Identifier: MIT */
#ifndef OUTPUT_WRITER_H
#define OUTPUT_WRITER_H

#include "base/addr.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/*
 * A growing text buffer with the few ways of appending that output needs.
 * Running out of memory marks it failed; what is appended afterwards is
 * dropped, and writer_failed() is asked once at the end.
 */
struct writer {
	char *text; /* not NUL-terminated */
	size_t len;
	size_t size;
	bool failed;
	/* The second last written by writer_timestamp(), as text. */
	uint64_t second;
	char second_text[20];
};

void writer_init(struct writer *writer);
void writer_deinit(struct writer *writer);

static inline bool writer_failed(const struct writer *writer)
{
	return writer->failed;
}

/* For writer_reserve(): more room, or NULL and failed. */
char *writer_grow(struct writer *writer, size_t len);

/* Room for len bytes at the end of the text, which stays as it is; or NULL. */
static inline char *writer_reserve(struct writer *writer, size_t len)
{
	if (len <= writer->size - writer->len)
		return writer->text + writer->len;
	return writer_grow(writer, len);
}

/* Inline, so that a literal becomes a few stores. */
static inline void writer_bytes(struct writer *writer, const char *bytes,
				size_t len)
{
	char *room = writer_reserve(writer, len);

	if (!room)
		return;
	memcpy(room, bytes, len);
	writer->len += len;
}

static inline void writer_string(struct writer *writer, const char *string)
{
	writer_bytes(writer, string, strlen(string));
}

static inline void writer_char(struct writer *writer, char c)
{
	writer_bytes(writer, &c, 1);
}

void writer_u64(struct writer *writer, uint64_t value);
void writer_i64(struct writer *writer, int64_t value);
void writer_addr(struct writer *writer, const struct addr *addr);
void writer_endpoint(struct writer *writer, const struct endpoint *endpoint);
/* Milliseconds with three decimals: 1234567 ns is "1.234". */
void writer_milliseconds(struct writer *writer, uint64_t ns);
/* RFC 3339 in UTC with nanoseconds, from nanoseconds since 1970. */
void writer_timestamp(struct writer *writer, uint64_t wall_ns);

/*
 * A value of the text format: as it is if it is plain, else in double quotes
 * with \" \\ \n \r \t, and \xNN for every byte of what is not valid UTF-8 or
 * not safe to show (base/utf8.h: controls, bidirectional overrides, invisible
 * characters). Plain is what needs no escape and has no space, quote or '='
 * in it; a backslash by itself is plain. An empty value stays empty.
 */
void writer_text_value(struct writer *writer, const char *bytes, size_t len);

/* The same, of what was written since the text was mark bytes long. */
void writer_text_value_since(struct writer *writer, size_t mark);

/*
 * A JSON string with its quotes. Every byte that is not part of valid UTF-8
 * becomes U+FFFD (RFC 8259 8.1); what is not safe to show is written as \uXXXX.
 */
void writer_json_string(struct writer *writer, const char *bytes, size_t len);

/* A piece of a JSON string: the same without the quotes. */
void writer_json_escaped(struct writer *writer, const char *bytes, size_t len);

#endif
