/* SPDX-License-Identifier: MIT */
#ifndef DNS_NAME_H
#define DNS_NAME_H

#include "base/cursor.h"

#include <stdbool.h>
#include <stddef.h>

/* Bytes on the wire, length bytes and root label counted (RFC 1035 2.3.4). */
#define DNS_NAME_WIRE_MAX 255
/* Presentation form with its NUL: every byte may become \DDD. */
#define DNS_NAME_TEXT_MAX (DNS_NAME_WIRE_MAX * 4 + 1)

/*
 * Read a name at the cursor, following compression pointers, which must lead
 * strictly backwards (RFC 1035 4.1.4, RFC 9267), and write its presentation
 * form: no trailing dot but for the root ("."), dots and backslashes within a
 * label as \. and \\, bytes outside printable ASCII as \DDD (RFC 1035 5.1).
 * Case is kept. The cursor's start is the start of the message; it is left
 * after the name. Returns the text's length, or -EBADMSG (the cursor has then
 * failed). buf holds DNS_NAME_TEXT_MAX bytes.
 */
int dns_name_read(struct cursor *cursor, char *buf);

/* Step over a name without following pointers. */
void dns_name_skip(struct cursor *cursor);

/* Whether two names in presentation form are the same (RFC 4343: ASCII case). */
bool dns_name_equal(const char *a, const char *b);

#endif
