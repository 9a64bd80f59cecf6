/* SPDX-License-Identifier: MIT */
#ifndef OUTPUT_JSON_MEMBERS_H
#define OUTPUT_JSON_MEMBERS_H

#include "output/event.h"
#include "output/writer.h"

#include <string.h>

/*
 * How the members of JSON objects are written: keys are appended as literals.
 * Every member ends with a comma, and closing an object or array overwrites the
 * last one: no member has to know whether it is the first.
 */

/* Literals shrink to stores only where strlen() is folded. */
#define always_inline inline __attribute__((always_inline))

/* bracket: '}' or ']'. Not for what may be empty. */
static always_inline void json_close(struct writer *writer, char bracket)
{
	if (writer_failed(writer))
		return;
	writer->text[writer->len - 1] = bracket;
	writer_char(writer, ',');
}

/* Keys are literals with quotes and colon. */
static always_inline void add_u64(struct writer *writer, const char *key,
				  uint64_t value)
{
	writer_string(writer, key);
	writer_u64(writer, value);
	writer_char(writer, ',');
}

static always_inline void add_i64(struct writer *writer, const char *key,
				  int64_t value)
{
	writer_string(writer, key);
	writer_i64(writer, value);
	writer_char(writer, ',');
}

static always_inline void add_bytes(struct writer *writer, const char *key,
				    const char *bytes, size_t len)
{
	writer_string(writer, key);
	writer_json_string(writer, bytes, len);
	writer_char(writer, ',');
}

/* NULL is not known: left out. */
static always_inline void add_string(struct writer *writer, const char *key,
				     const char *value)
{
	if (value)
		add_bytes(writer, key, value, strlen(value));
}

/* A word that needs no escape. */
static always_inline void add_word(struct writer *writer, const char *key,
				   const char *word)
{
	size_t key_len = strlen(key), len = strlen(word);
	char *room = writer_reserve(writer, key_len + len + 3);

	if (!room)
		return;
	memcpy(room, key, key_len);
	room[key_len] = '"';
	memcpy(room + key_len + 1, word, len);
	memcpy(room + key_len + 1 + len, "\",", 2);
	writer->len += key_len + len + 3;
}

static always_inline void add_addr(struct writer *writer, const char *key,
				   const struct addr *addr)
{
	writer_string(writer, key);
	writer_char(writer, '"');
	writer_addr(writer, addr);
	writer_string(writer, "\",");
}

/* The members "dns", and of "egrets", of what concerns DNS. */
void json_add_dns(struct writer *writer, const struct event *event);
void json_add_own_dns(struct writer *writer, const struct event *event);

#endif
