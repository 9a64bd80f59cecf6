/* SPDX-License-Identifier: MIT */
#ifndef DNS_PRESENTATION_H
#define DNS_PRESENTATION_H

#include "dns/name.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * A line in presentation format (RFC 1035 5.1): printable ASCII, whatever the
 * bytes it is made of. Of what does not fit the beginning is kept, and "..."
 * at its end says so.
 */

/* Longest line with its NUL: two names and five numbers (SOA) fit in full. */
#define PRESENTATION_MAX (2 * DNS_NAME_TEXT_MAX + 5 * 11)

struct presentation {
	size_t len;
	bool is_cut;
	char text[PRESENTATION_MAX]; /* ended by presentation_end() */
};

static inline void presentation_begin(struct presentation *line)
{
	line->len = 0;
	line->is_cut = false;
}

/* Add the NUL and, if need be, the dots. Returns the length without it. */
size_t presentation_end(struct presentation *line);

/* Text that needs no escape. */
void presentation_text(struct presentation *line, const char *text);
void presentation_char(struct presentation *line, char c);
void presentation_decimal(struct presentation *line, uint32_t value);
void presentation_name(struct presentation *line,
		       const struct dns_wire_name *name);
/* "A", "TYPE65280" */
void presentation_type(struct presentation *line, uint16_t type);

/*
 * A <character-string>: as it is if it is contiguous and needs no escape, else
 * in quotes, with \" and \\, and \DDD for what is not printable ASCII.
 */
void presentation_string(struct presentation *line, const uint8_t *bytes,
			 size_t len);

/*
 * Its parts, for strings that are put together from several: whether bytes
 * need quotes, and one byte between quotes.
 */
bool presentation_needs_quotes(const uint8_t *bytes, size_t len);
void presentation_quoted(struct presentation *line, uint8_t byte);

void presentation_hex(struct presentation *line, const uint8_t *bytes,
		      size_t len);
void presentation_base64(struct presentation *line, const uint8_t *bytes,
			 size_t len);

#endif
