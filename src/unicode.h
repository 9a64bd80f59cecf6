/* SPDX-License-Identifier: MIT */
#ifndef UNICODE_H
#define UNICODE_H

#include <stddef.h>

/*
 * Internationalised names (RFC 5891). On the wire they are made of A-labels,
 * "xn--bcher-kva.example", which is how egrets shows them; people know them by
 * their U-labels, "bücher.example".
 */

/* Room for any name: a character of 4 bytes for each on the wire. */
#define UNICODE_NAME_MAX 1024

/*
 * A name in presentation format with its U-labels, in UTF-8: buf, which holds
 * UNICODE_NAME_MAX bytes; or NULL if it has no A-labels, or one that is not
 * valid.
 */
const char *unicode_name(const char *name, char *buf);

#endif
