/* SPDX-License-Identifier: MIT */
#ifndef BASE_DECIMAL_H
#define BASE_DECIMAL_H

#include <stddef.h>
#include <stdint.h>

/* Digits of the largest 16-bit and of the largest 32-bit number. */
#define DECIMAL_U16_MAX 5
#define DECIMAL_U32_MAX 10

/*
 * Write the digits of value, without leading zeros and without a NUL; returns
 * how many, for which buf has room.
 */
static inline size_t decimal_write(uint32_t value, char *buf)
{
	char digits[DECIMAL_U32_MAX];
	size_t count = 0;

	do {
		digits[count++] = (char)('0' + value % 10);
		value /= 10;
	} while (value);
	for (size_t i = 0; i < count; i++)
		buf[i] = digits[count - 1 - i];
	return count;
}

#endif
