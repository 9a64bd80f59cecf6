/* SPDX-License-Identifier: MIT */
#ifndef OUTPUT_WRITER_H
#define OUTPUT_WRITER_H

#include "base/addr.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * A growing text buffer with the few ways of appending that output needs.
 * Running out of memory marks it failed; what is appended afterwards is
 * dropped, and writer_failed() is asked once at the end.
 */
struct writer {
	char *text;
	size_t len;
	size_t size;
	bool failed;
};

void writer_init(struct writer *writer);
void writer_deinit(struct writer *writer);

static inline bool writer_failed(const struct writer *writer)
{
	return writer->failed;
}

void writer_bytes(struct writer *writer, const char *bytes, size_t len);
void writer_string(struct writer *writer, const char *string);
void writer_char(struct writer *writer, char c);
void writer_u64(struct writer *writer, uint64_t value);
void writer_addr(struct writer *writer, const struct addr *addr);
void writer_endpoint(struct writer *writer, const struct endpoint *endpoint);
/* Milliseconds with three decimals: 1234567 ns is "1.234". */
void writer_milliseconds(struct writer *writer, uint64_t ns);
/* RFC 3339 in UTC with nanoseconds, from nanoseconds since 1970. */
void writer_timestamp(struct writer *writer, uint64_t wall_ns);

/*
 * A value of the text format: as it is if it is plain, else in double quotes
 * with \" \\ \n \r \t, and \xNN for other control bytes and for bytes that are
 * not valid UTF-8. C1 controls (U+0080 to U+009F) and the bidirectional
 * overrides (U+202A to U+202E, U+2066 to U+2069) are escaped byte by byte too.
 * An empty value stays empty.
 */
void writer_text_value(struct writer *writer, const char *bytes, size_t len);

/* A JSON string with its quotes; invalid UTF-8 becomes U+FFFD (RFC 8259). */
void writer_json_string(struct writer *writer, const char *bytes, size_t len);

#endif
