/* SPDX-License-Identifier: MIT */
#ifndef BASE_DECIMAL_H
#define BASE_DECIMAL_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* Digits of the largest number of so many bits. */
#define DECIMAL_U16_MAX 5
#define DECIMAL_U32_MAX 10
#define DECIMAL_U64_MAX 20

/* Two digits of a number below 100; returns where the next ones go. */
static inline char *decimal_pair(uint32_t value, char *at)
{
	static const char pairs[] =
		"00010203040506070809101112131415161718192021"
		"22232425262728293031323334353637383940414243"
		"44454647484950515253545556575859606162636465"
		"66676869707172737475767778798081828384858687"
		"888990919293949596979899";

	memcpy(at, pairs + value * 2, 2);
	return at + 2;
}

/* How many digits a number has. */
static inline size_t decimal_len(uint64_t value)
{
	size_t count = 1;

	for (; value >= 10000; value /= 10000)
		count += 4;
	return count + (value >= 10) + (value >= 100) + (value >= 1000);
}

/*
 * Write the digits of value, without leading zeros and without a NUL; returns
 * how many, for which buf has room.
 */
static inline size_t decimal_write(uint64_t value, char *buf)
{
	size_t len = decimal_len(value);
	char *at = buf + len;
	uint32_t rest;

	for (; value > UINT32_MAX; value /= 100)
		decimal_pair((uint32_t)(value % 100), at -= 2);
	for (rest = (uint32_t)value; rest >= 100; rest /= 100)
		decimal_pair(rest % 100, at -= 2);
	if (rest >= 10)
		decimal_pair(rest, at - 2);
	else
		at[-1] = (char)('0' + rest);
	return len;
}

#endif
