/* SPDX-License-Identifier: MIT */
#ifndef DNS_NAME_H
#define DNS_NAME_H

#include "base/cursor.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Bytes on the wire, length bytes and root label counted (RFC 1035 2.3.4). */
#define DNS_NAME_WIRE_MAX 255
/* Presentation form with its NUL: every byte may become \DDD. */
#define DNS_NAME_TEXT_MAX (DNS_NAME_WIRE_MAX * 4 + 1)
#define DNS_LABEL_MAX	  63
/*
 * Compression pointers followed in one name: one after each of the 126 labels
 * that the longest name can have. Pointers that lead to pointers would
 * otherwise make a short message expensive (RFC 9267 2).
 */
#define DNS_NAME_POINTERS_MAX 126
/* No name starts within the message's header, so no pointer leads there. */
#define DNS_HEADER_LEN 12

/* A name as on the wire, but uncompressed: up to its root label, case kept. */
struct dns_wire_name {
	/*
	 * Where in the message its first label is; names with the same origin
	 * are the same, which spares most comparisons.
	 */
	size_t origin;
	uint8_t len;
	uint8_t bytes[DNS_NAME_WIRE_MAX];
};

/*
 * Read a name at the cursor, following compression pointers, which must lead
 * strictly backwards (RFC 1035 4.1.4). The cursor's start is the start of the
 * message; it is left after the name. 0, or -EBADMSG (the cursor has then
 * failed).
 */
int dns_wire_name_read(struct cursor *cursor, struct dns_wire_name *ret);

/*
 * Write the presentation form: no trailing dot but for the root ("."), dots
 * and backslashes within a label as \. and \\, space and bytes outside
 * printable ASCII as \DDD (RFC 1035 5.1). Case is kept. Returns the text's
 * length; buf holds DNS_NAME_TEXT_MAX bytes.
 */
size_t dns_wire_name_format(const struct dns_wire_name *name, char *buf);

/*
 * Make ASCII letters lower case. RFC 4343: names that differ in nothing else
 * are the same, so what is to be compared is folded first.
 */
void dns_wire_name_fold(struct dns_wire_name *name);

/* Whether both are the same byte by byte. */
bool dns_wire_name_equal(const struct dns_wire_name *a,
			 const struct dns_wire_name *b);

/*
 * Put *to in the place of *from at the end of *name (RFC 6672 2.2), which is
 * compared byte by byte.
 * -ENOENT if *name is not below *from, -ENAMETOOLONG if the result is no name.
 * *ret has no origin (0), and may not be one of the others.
 */
int dns_wire_name_rewrite(const struct dns_wire_name *name,
			  const struct dns_wire_name *from,
			  const struct dns_wire_name *to,
			  struct dns_wire_name *ret);

/* Read a name into its presentation form: its length, or -EBADMSG. */
int dns_name_read(struct cursor *cursor, char *buf);

/* Step over a name without following pointers. */
void dns_name_skip(struct cursor *cursor);

/* Whether two names in presentation form are the same (RFC 4343). */
bool dns_name_equal(const char *a, const char *b);

#endif
