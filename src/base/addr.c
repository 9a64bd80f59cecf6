// SPDX-License-Identifier: MIT
#include "base/addr.h"

#include "base/decimal.h"

#include <arpa/inet.h>
#include <errno.h>
#include <string.h>

struct addr addr_from_v4(const void *bytes4)
{
	struct addr addr;

	memcpy(addr.bytes, ADDR_V4_PREFIX, ADDR_V4_PREFIX_LEN);
	memcpy(addr.bytes + 12, bytes4, 4);
	return addr;
}

struct addr addr_from_v6(const void *bytes16)
{
	struct addr addr;

	memcpy(addr.bytes, bytes16, sizeof(addr.bytes));
	return addr;
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

static char *v4_format(const uint8_t *bytes, char *at)
{
#define TEN(tens)                                                         \
	tens "0.", tens "1.", tens "2.", tens "3.", tens "4.", tens "5.", \
		tens "6.", tens "7.", tens "8.", tens "9."
	static const char octets[][4] = {
		TEN(""),   TEN("1"),  TEN("2"),	 TEN("3"),  TEN("4"),
		TEN("5"),  TEN("6"),  TEN("7"),	 TEN("8"),  TEN("9"),
		TEN("10"), TEN("11"), TEN("12"), TEN("13"), TEN("14"),
		TEN("15"), TEN("16"), TEN("17"), TEN("18"), TEN("19"),
		TEN("20"), TEN("21"), TEN("22"), TEN("23"), TEN("24"),
		TEN("25"),
	};
#undef TEN

	for (int i = 0; i < 4; i++) {
		memcpy(at, octets[bytes[i]], sizeof(octets[0]));
		at += 2 + (bytes[i] >= 10) + (bytes[i] >= 100);
	}
	return at - 1;
}

static char *word_format(unsigned int word, char *at)
{
	static const char digits[] = "0123456789abcdef";

	if (word >= 0x1000)
		*at++ = digits[word >> 12];
	if (word >= 0x100)
		*at++ = digits[word >> 8 & 0xf];
	if (word >= 0x10)
		*at++ = digits[word >> 4 & 0xf];
	*at++ = digits[word & 0xf];
	return at;
}

/*
 * RFC 5952 4. What is IPv4-compatible (RFC 4291 2.5.5.1) ends as IPv4 does, as
 * in everybody's output.
 */
static char *v6_format(const uint8_t *bytes, char *at)
{
	unsigned int words[8], run = 8, run_len = 1;

	for (unsigned int i = 0; i < 8; i++)
		words[i] = (unsigned int)bytes[i * 2] << 8 | bytes[i * 2 + 1];
	for (unsigned int i = 0, len; i < 8; i += len + 1) {
		for (len = 0; i + len < 8 && !words[i + len];)
			len++;
		if (len > run_len) {
			run = i;
			run_len = len;
		}
	}
	for (unsigned int i = 0; i < 8; i++) {
		if (i == run) {
			*at++ = ':';
			*at++ = ':';
			i += run_len - 1;
			continue;
		}
		if (i == 6 && run_len == 6)
			return v4_format(bytes + 12, at);
		if (i && at[-1] != ':')
			*at++ = ':';
		at = word_format(words[i], at);
	}
	return at;
}

size_t addr_format(const struct addr *addr, char *buf)
{
	char *end = addr_is_v4(addr) ? v4_format(addr->bytes + 12, buf)
				     : v6_format(addr->bytes, buf);

	*end = '\0';
	return (size_t)(end - buf);
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
