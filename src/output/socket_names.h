/* SPDX-License-Identifier: MIT */
#ifndef OUTPUT_SOCKET_NAMES_H
#define OUTPUT_SOCKET_NAMES_H

#include <stddef.h>
#include <stdint.h>

/*
 * What the numbers are called that socket(2) and setsockopt(2) take: families
 * and types as in ss(8) and AF_…, in lower case ("inet6", "stream"), levels and
 * options as programs write them ("SOL_SOCKET", "SO_REUSEADDR"). The result is
 * either a constant or buf, which holds SOCKET_NAME_TEXT bytes: then it is the
 * number.
 */
#define SOCKET_NAME_TEXT 16

const char *socket_family_text(uint16_t family, char *buf);
const char *socket_type_text(uint16_t type, char *buf);
/* Other families than those of IP mean something else by most numbers. */
const char *socket_protocol_text(uint16_t family, uint16_t protocol, char *buf);
const char *socket_level_text(uint16_t family, uint32_t level, char *buf);
const char *socket_option_text(uint16_t family, uint32_t level, uint32_t option,
			       char *buf);

/* The number of a family's name, of len bytes; or -EINVAL. */
int socket_family_parse(const char *text, size_t len);

#endif
