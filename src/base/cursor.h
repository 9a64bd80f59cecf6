/* SPDX-License-Identifier: MIT */
#ifndef BASE_CURSOR_H
#define BASE_CURSOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/*
 * A checked reader over bytes that nobody vouches for.
 *
 * The first read past the end marks the cursor as failed; from then on every
 * read gives zero and moves nothing, so a parser reads field after field and
 * asks cursor_failed() once. Multi-byte reads are big endian (network order)
 * unless the name says otherwise. The cursor borrows the bytes.
 */
struct cursor {
	const uint8_t *start;
	const uint8_t *at;
	const uint8_t *end;
	bool failed;
};

static inline void cursor_init(struct cursor *cursor, const void *bytes,
			       size_t len)
{
	cursor->start = bytes;
	cursor->at = bytes;
	cursor->end = cursor->start + len;
	cursor->failed = false;
}

static inline bool cursor_failed(const struct cursor *cursor)
{
	return cursor->failed;
}

static inline size_t cursor_left(const struct cursor *cursor)
{
	return cursor->failed ? 0 : (size_t)(cursor->end - cursor->at);
}

/* Bytes from the start to the next read. */
static inline size_t cursor_offset(const struct cursor *cursor)
{
	return (size_t)(cursor->at - cursor->start);
}

/* The next len bytes, borrowed, or NULL (and failed) if there are fewer. */
static inline const uint8_t *cursor_take(struct cursor *cursor, size_t len)
{
	const uint8_t *bytes = cursor->at;

	if (len > cursor_left(cursor)) {
		cursor->failed = true;
		return NULL;
	}
	cursor->at += len;
	return bytes;
}

static inline void cursor_skip(struct cursor *cursor, size_t len)
{
	cursor_take(cursor, len);
}

/* Go to an absolute offset; past the end is a failure, at the end is not. */
static inline void cursor_seek(struct cursor *cursor, size_t offset)
{
	if (cursor->failed || offset > (size_t)(cursor->end - cursor->start)) {
		cursor->failed = true;
		return;
	}
	cursor->at = cursor->start + offset;
}

/* Forget what is after the next len bytes; fewer bytes left is a failure. */
static inline void cursor_limit(struct cursor *cursor, size_t len)
{
	if (len > cursor_left(cursor)) {
		cursor->failed = true;
		return;
	}
	cursor->end = cursor->at + len;
}

static inline uint8_t cursor_u8(struct cursor *cursor)
{
	const uint8_t *bytes = cursor_take(cursor, 1);

	return bytes ? bytes[0] : 0;
}

static inline uint16_t cursor_u16(struct cursor *cursor)
{
	const uint8_t *bytes = cursor_take(cursor, 2);

	return (uint16_t)(bytes ? bytes[0] << 8 | bytes[1] : 0);
}

static inline uint32_t cursor_u32(struct cursor *cursor)
{
	uint32_t high = cursor_u16(cursor);

	return high << 16 | cursor_u16(cursor);
}

#endif
