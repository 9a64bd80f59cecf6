/* SPDX-License-Identifier: MIT */
#ifndef TEST_DNS_LITERAL_H
#define TEST_DNS_LITERAL_H

#include "dns/message.h"
#include "suite.h"

#include <string.h>

/*
 * Messages are written as string literals: id, flags, four counts, sections.
 * The question's name is at offset 12, \300\14 in later names.
 */
#define ID	 "\x12\x34"
#define QUERY	 "\x01\x00"
#define RESPONSE "\x81\x80"
#define IN	 "\0\1"
#define A	 "\0\1" IN
#define AAAA	 "\0\x1c" IN
#define CNAME	 "\0\5" IN
#define DNAME	 "\0\x27" IN
#define TTL	 "\0\0\1\x2c"	      /* 300 s */
#define ADDR_1	 TTL "\0\4\300\0\2\1" /* 192.0.2.1 */
#define ADDR_2	 TTL "\0\4\300\0\2\2"
/* www.example.com, and pointers to all of it and its parts */
#define NAME	     "\3www\7example\3com\0"
#define TO_NAME	     "\300\14"
#define TO_EXAMPLE   "\300\20"
#define TO_COM	     "\300\30"
#define QUESTION     NAME A
#define QUESTION_END 33

#define CNAME_TO_CDN TO_NAME CNAME TTL "\0\5\3cdn\0" /* cdn at 45 */
#define TO_CDN	     "\300\55"

static struct dns_message message;

/* The message in a block of its very size: ASan sees the byte after. */
static inline int parse_cut(const char *bytes, size_t len, size_t wire_len)
{
	uint8_t *copy = malloc(len);
	int result;

	ck_assert_ptr_nonnull(copy);
	memcpy(copy, bytes, len);
	memset(&message, 0xee, sizeof(message));
	result = dns_message_parse(copy, len, wire_len, &message);
	free(copy);
	return result;
}

static inline int parse(const char *bytes, size_t len)
{
	return parse_cut(bytes, len, len);
}

#define LEN(literal)   (sizeof(literal) - 1)
#define PARSE(literal) parse(literal, LEN(literal))

static inline const char *value(size_t i)
{
	return dns_record_value(&message, &message.record[i]);
}

static inline const char *owner(size_t i)
{
	return dns_record_owner(&message, &message.record[i]);
}

static inline const char *addr(size_t i)
{
	static char text[ADDR_TEXT];

	addr_format(&message.record[i].addr, text);
	return text;
}

/* on_chain of all records as a string of '+' and '-'. */
static inline const char *chain(void)
{
	static char text[DNS_RECORDS_MAX + 1];

	for (size_t i = 0; i < message.record_count; i++)
		text[i] = message.record[i].on_chain ? '+' : '-';
	text[message.record_count] = '\0';
	return text;
}

#endif
