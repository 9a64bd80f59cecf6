/* SPDX-License-Identifier: MIT */
#ifndef OUTPUT_TEXT_H
#define OUTPUT_TEXT_H

#include "output/event.h"
#include "output/writer.h"

/*
 * One event as a line of text, newline included (for sink.c):
 *
 *	LEVEL[ssss] event key=value …
 *
 * ssss are the seconds since start_ns. Values are quoted by
 * writer_text_value(). A list is one value, its items parted by commas; a
 * comma within an item is \044, which in DNS names means the same. Answers that
 * are neither addresses nor names have commas and spaces of their own, and are
 * parted by "; ".
 */
void text_format(struct writer *writer, const struct event *event,
		 uint64_t start_ns, bool verbose);

#endif
