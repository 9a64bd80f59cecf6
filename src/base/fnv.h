/* SPDX-License-Identifier: MIT */
#ifndef BASE_FNV_H
#define BASE_FNV_H

#include <stdint.h>

/* FNV-1a, byte by byte: a start value, and one step. */
#define FNV_START 0xcbf29ce484222325u

static inline uint64_t fnv_step(uint64_t hash, uint8_t byte)
{
	return (hash ^ byte) * 0x100000001b3u;
}

#endif
