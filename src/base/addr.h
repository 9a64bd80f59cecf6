/* SPDX-License-Identifier: MIT */
#ifndef BASE_ADDR_H
#define BASE_ADDR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/*
 * Internet addresses, with or without a port.
 *
 * Every address is 16 bytes in network order. IPv4 is held IPv4-mapped
 * (::ffff:a.b.c.d, RFC 4291 2.5.5.2): a v4 connection made through an AF_INET6
 * socket has the same key as one made through AF_INET, and comparing is one
 * memcmp. A zeroed struct is the IPv6 unspecified address.
 */
struct addr {
	uint8_t bytes[16];
};

struct endpoint {
	struct addr addr;
	uint16_t port; /* host order */
};

/* Longest text of an address and of an endpoint, with its NUL. */
#define ADDR_TEXT     46
#define ENDPOINT_TEXT (ADDR_TEXT + 8)

/* What IPv4 addresses begin with. */
#define ADDR_V4_PREFIX	   "\0\0\0\0\0\0\0\0\0\0\xff\xff"
#define ADDR_V4_PREFIX_LEN 12

struct addr addr_from_v4(const void *bytes4);
struct addr addr_from_v6(const void *bytes16);

static inline bool addr_is_v4(const struct addr *addr)
{
	return memcmp(addr->bytes, ADDR_V4_PREFIX, ADDR_V4_PREFIX_LEN) == 0;
}

static inline bool addr_equal(const struct addr *a, const struct addr *b)
{
	return memcmp(a->bytes, b->bytes, sizeof(a->bytes)) == 0;
}

bool endpoint_equal(const struct endpoint *a, const struct endpoint *b);

/* 0.0.0.0 or :: */
bool addr_is_unspecified(const struct addr *addr);
/* 127.0.0.0/8 or ::1 */
bool addr_is_loopback(const struct addr *addr);

/*
 * Write the canonical text (dotted quad, or RFC 5952) and a NUL; returns its
 * length. buf holds at least ADDR_TEXT or ENDPOINT_TEXT bytes. An endpoint is
 * a.b.c.d:port or [v6]:port.
 */
size_t addr_format(const struct addr *addr, char *buf);
size_t endpoint_format(const struct endpoint *endpoint, char *buf);

/* Parse either family. 0, or -EINVAL. */
int addr_parse(const char *text, struct addr *ret);

#endif
