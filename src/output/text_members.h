/* SPDX-License-Identifier: MIT */
#ifndef OUTPUT_TEXT_MEMBERS_H
#define OUTPUT_TEXT_MEMBERS_H

#include "output/event.h"
#include "output/writer.h"

#include <string.h>

/* How the fields of a line of text are written. */

/* Keys are literals with their leading space and '='. */
static inline void add_string(struct writer *writer, const char *key,
			      const char *value)
{
	writer_string(writer, key);
	if (value)
		writer_text_value(writer, value, strlen(value));
}

/* Not at all, if it is not known. */
static inline void add_known(struct writer *writer, const char *key,
			     const char *value)
{
	if (value)
		add_string(writer, key, value);
}

static inline void add_u64(struct writer *writer, const char *key,
			   uint64_t value)
{
	writer_string(writer, key);
	writer_u64(writer, value);
}

static inline void add_i64(struct writer *writer, const char *key,
			   int64_t value)
{
	writer_string(writer, key);
	writer_i64(writer, value);
}

static inline void add_endpoint(struct writer *writer, const char *key,
				const struct endpoint *endpoint)
{
	writer_string(writer, key);
	writer_endpoint(writer, endpoint);
}

/* Not all protocols have ports. */
static inline void add_place(struct writer *writer, const char *key,
			     const struct endpoint *place)
{
	writer_string(writer, key);
	if (place->port)
		writer_endpoint(writer, place);
	else
		writer_addr(writer, &place->addr);
}

static inline void add_milliseconds(struct writer *writer, const char *key,
				    uint64_t ns)
{
	writer_string(writer, key);
	writer_milliseconds(writer, ns);
}

/* The comma before an item of a list that began at mark. */
static inline void list_next(struct writer *writer, size_t mark)
{
	if (writer->len > mark)
		writer_char(writer, ',');
}

static inline void list_word(struct writer *writer, const char *word)
{
	const char *comma;

	while ((comma = strchr(word, ','))) {
		writer_bytes(writer, word, (size_t)(comma - word));
		writer_string(writer, "\\044");
		word = comma + 1;
	}
	writer_string(writer, word);
}

static inline void list_item(struct writer *writer, size_t mark,
			     const char *item)
{
	list_next(writer, mark);
	list_word(writer, item);
}

/* What concerns a container: its image and where it is. */
void text_add_container(struct writer *writer,
			const struct event_container *container);

/* With -v: the namespace, the cgroup, and the rest about the container. */
void text_add_whereabouts(struct writer *writer, const struct event *event);

/* All of a line about DNS but its heading. */
void text_add_dns(struct writer *writer, const struct event *event,
		  bool verbose);

#endif
