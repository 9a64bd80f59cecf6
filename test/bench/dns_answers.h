/* SPDX-License-Identifier: MIT */
#ifndef TEST_BENCH_DNS_ANSWERS_H
#define TEST_BENCH_DNS_ANSWERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * A world of names, made up as it is asked about: what a site is called and
 * what it has follows from its number.
 */

struct question {
	uint32_t site;
	uint16_t id, type;
	bool has_edns;
	bool wants_dnssec;
	uint32_t moment; /* any number: what differs from time to time */
};

/* Longest message there is. */
#define MESSAGE_MAX 1232

/* Write the question, or the answer to it; returns its length. */
size_t make_message(const struct question *question, bool is_answer,
		    uint8_t *ret);

/* A number that looks like chance, the same for the same one (splitmix64). */
static inline uint64_t mix(uint64_t x)
{
	x += 0x9e3779b97f4a7c15;
	x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9;
	x = (x ^ x >> 27) * 0x94d049bb133111eb;
	return x ^ x >> 31;
}

#endif
