/* SPDX-License-Identifier: MIT */
#ifndef OUTPUT_SINK_H
#define OUTPUT_SINK_H

#include "output/event.h"

#include <stdbool.h>
#include <stdint.h>

/*
 * Where events are written: a file descriptor, in one of two forms.
 *
 * Text is `LEVEL[ssss] event key=value …`, JSON is one object per line with
 * Elastic Common Schema names. Events are gathered in a buffer and written by
 * sink_flush(), or when the buffer is full. Whatever bytes an event holds,
 * what is written is printable text, or valid JSON in valid UTF-8.
 */

enum sink_format {
	SINK_TEXT,
	SINK_JSON,
};

struct sink;

struct sink_options {
	int fd; /* borrowed; SIGPIPE is for the program to ignore */
	enum sink_format format;
	bool verbose;	   /* text: also the fields that few people need */
	uint64_t start_ns; /* the zero of [ssss], on the events' clock */
	/* What to add to an event's time to get nanoseconds since 1970. */
	int64_t wall_offset_ns;
};

/* 0, or -ENOMEM. */
int sink_create(const struct sink_options *options, struct sink **ret);
/* Does not flush. Accepts NULL. */
void sink_destroy(struct sink *sink);

/*
 * Add one event. 0, or the error of a write that was needed to make room
 * (see sink_flush); after an error the sink takes no more and keeps saying it.
 */
int sink_write(struct sink *sink, const struct event *event);

/*
 * Write out what is buffered. 0, -EPIPE if nobody reads any more, or another
 * negative errno (-ENOSPC: the disk is full).
 */
int sink_flush(struct sink *sink);

#endif
