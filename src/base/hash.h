/* SPDX-License-Identifier: MIT */
#ifndef BASE_HASH_H
#define BASE_HASH_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* What letters of both cases have in common, for hash_masked(). */
#define HASH_ANY_CASE 0x2020202020202020u

/*
 * A hash for tables: nothing keeps people from making keys that collide. The
 * bits of mask are set in every eight bytes.
 */
static inline uint64_t hash_masked(const void *bytes, size_t len, uint64_t mask)
{
	const uint8_t *at = bytes;
	uint64_t hash = len, word = 0;

	for (; len > sizeof(word); at += sizeof(word), len -= sizeof(word)) {
		memcpy(&word, at, sizeof(word));
		hash = (hash ^ (word | mask)) * 0x9e3779b97f4a7c15u;
		hash ^= hash >> 32;
	}
	word = 0;
	memcpy(&word, at, len);
	hash = (hash ^ (word | mask)) * 0x9e3779b97f4a7c15u;
	return hash ^ hash >> 32;
}

static inline uint64_t hash_bytes(const void *bytes, size_t len)
{
	return hash_masked(bytes, len, 0);
}

/*
 * uthash, set up so that running out of memory is a failed insertion (the
 * element's hh.tbl stays NULL) and not the end of the process. A table keeps
 * its elements in order of insertion: the head is the oldest.
 */
#define HASH_NONFATAL_OOM 1
#define HASH_FUNCTION(key, len, ret) \
	((ret) = (unsigned int)hash_bytes(key, len))
#include <uthash.h>

#endif
