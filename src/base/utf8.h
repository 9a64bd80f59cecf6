/* SPDX-License-Identifier: MIT */
#ifndef BASE_UTF8_H
#define BASE_UTF8_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * UTF-8 from strangers: what is valid (RFC 3629), and what of it a terminal
 * shows as what it is.
 */

/*
 * Decode the code point at bytes, of which there are len. Returns how many
 * bytes it takes, 1 to 4, or 0 if they are not valid there: a stray or missing
 * continuation byte, an overlong form, a surrogate, beyond U+10FFFF, the end.
 */
size_t utf8_decode(const char *bytes, size_t len, uint32_t *ret);

/*
 * Whether a terminal can be given the code point: it shows as a character of
 * its own, drives nothing, reorders nothing and does not pass for nothing or
 * for a space. Not so: C0, DEL, C1, bidirectional controls, line and paragraph
 * separators, zero-width and invisible characters, blanks other than U+0020,
 * private use, noncharacters.
 */
bool utf8_is_safe(uint32_t code_point);

/* Bytes of the valid and safe code point at bytes; 0 if there is none. */
size_t utf8_safe_length(const char *bytes, size_t len);

#endif
