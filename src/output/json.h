/* SPDX-License-Identifier: MIT */
#ifndef OUTPUT_JSON_H
#define OUTPUT_JSON_H

#include "output/event.h"
#include "output/writer.h"

/* The Elastic Common Schema that the fields are of. */
#define JSON_ECS_VERSION "8.11.0"

/*
 * One event as a JSON object on a line of its own, newline included (for
 * sink.c). Fields have the names of the Elastic Common Schema 8, nested; what
 * it has no name for is under "egrets". What is not known is left out.
 *
 * source is always the side that began: the client in both DNS events.
 */
void json_format(struct writer *writer, const struct event *event,
		 int64_t wall_offset_ns);

#endif
