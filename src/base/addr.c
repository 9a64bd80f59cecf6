// SPDX-License-Identifier: MIT
#include "base/addr.h"

#include "base/decimal.h"

#include <arpa/inet.h>
#include <errno.h>
#include <string.h>

static const uint8_t mapped_prefix[12] = {[10] = 0xff, [11] = 0xff};

struct addr addr_from_v4(const void *bytes4)
{
	struct addr addr;

	memcpy(addr.bytes, mapped_prefix, sizeof(mapped_prefix));
	memcpy(addr.bytes + 12, bytes4, 4);
	return addr;
}

struct addr addr_from_v6(const void *bytes16)
{
	struct addr addr;

	memcpy(addr.bytes, bytes16, sizeof(addr.bytes));
	return addr;
}

bool addr_is_v4(const struct addr *addr)
{
	return memcmp(addr->bytes, mapped_prefix, sizeof(mapped_prefix)) == 0;
}

bool addr_equal(const struct addr *a, const struct addr *b)
{
	return memcmp(a->bytes, b->bytes, sizeof(a->bytes)) == 0;
}

bool endpoint_equal(const struct endpoint *a, const struct endpoint *b)
{
	return a->port == b->port && addr_equal(&a->addr, &b->addr);
}

bool addr_is_unspecified(const struct addr *addr)
{
	static const uint8_t zero[16];

	return memcmp(addr->bytes + 12, zero, 4) == 0 &&
	       (addr_is_v4(addr) || memcmp(addr->bytes, zero, 12) == 0);
}

bool addr_is_loopback(const struct addr *addr)
{
	static const uint8_t v6_loopback[16] = {[15] = 1};

	if (addr_is_v4(addr))
		return addr->bytes[12] == 127;
	return memcmp(addr->bytes, v6_loopback, sizeof(v6_loopback)) == 0;
}

size_t addr_format(const struct addr *addr, char *buf)
{
	size_t len = 0;

	if (!addr_is_v4(addr)) {
		inet_ntop(AF_INET6, addr->bytes, buf, ADDR_TEXT);
		return strlen(buf);
	}
	for (int i = 12; i < 16; i++) {
		len += decimal_write(addr->bytes[i], buf + len);
		buf[len++] = '.';
	}
	buf[--len] = '\0';
	return len;
}

size_t endpoint_format(const struct endpoint *endpoint, char *buf)
{
	bool brackets = !addr_is_v4(&endpoint->addr);
	size_t len = 0;

	if (brackets)
		buf[len++] = '[';
	len += addr_format(&endpoint->addr, buf + len);
	if (brackets)
		buf[len++] = ']';
	buf[len++] = ':';
	len += decimal_write(endpoint->port, buf + len);
	buf[len] = '\0';
	return len;
}

int addr_parse(const char *text, struct addr *ret)
{
	uint8_t bytes[16];

	if (inet_pton(AF_INET, text, bytes) == 1) {
		*ret = addr_from_v4(bytes);
		return 0;
	}
	if (inet_pton(AF_INET6, text, bytes) == 1) {
		*ret = addr_from_v6(bytes);
		return 0;
	}
	return -EINVAL;
}
