// SPDX-License-Identifier: MIT
#include "base/addr.h"

#include "suite.h"

#include <arpa/inet.h>
#include <errno.h>
#include <string.h>

static struct addr parsed(const char *text)
{
	struct addr addr;

	ck_assert_msg(addr_parse(text, &addr) == 0, "%s", text);
	return addr;
}

START_TEST(v4_and_its_mapped_v6_are_the_same_address)
{
	struct addr v4 = parsed("192.0.2.1");
	struct addr mapped = parsed("::ffff:192.0.2.1");

	ck_assert(addr_is_v4(&v4));
	ck_assert(addr_equal(&v4, &mapped));
	mapped = addr_from_v6("\0\0\0\0\0\0\0\0\0\0\xff\xff\xc0\0\2\1");
	ck_assert(addr_equal(&v4, &mapped));
	mapped = addr_from_v4("\xc0\0\2\1");
	ck_assert(addr_equal(&v4, &mapped));
}
END_TEST

START_TEST(every_byte_of_a_v4_address_is_formatted)
{
	for (unsigned int byte = 0; byte < 256; byte++) {
		uint8_t bytes[4] = {(uint8_t)byte, (uint8_t)(255 - byte),
				    (uint8_t)(byte / 2), (uint8_t)byte};
		struct addr addr = addr_from_v4(bytes);
		char want[ADDR_TEXT], got[ADDR_TEXT];
		size_t len = addr_format(&addr, got);

		inet_ntop(AF_INET, bytes, want, sizeof(want));
		ck_assert_str_eq(got, want);
		ck_assert_uint_eq(len, strlen(want));
	}
}
END_TEST

START_TEST(v6_text_is_canonical)
{
	/* RFC 5952: lower case, the first longest run of zeros, never one. */
	static const char *const pairs[][2] = {
		{"2001:DB8:0:0:1:0:0:1", "2001:db8::1:0:0:1"},
		{"2001:db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1"},
		{"2001:0:0:1:0:0:0:1", "2001:0:0:1::1"},
		{"0:0:0:0:0:0:0:0", "::"},
		{"::1", "::1"},
		{"fe80:0:0:0:0:0:0:0", "fe80::"},
		{"ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
		 "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"},
	};

	for (size_t i = 0; i < sizeof(pairs) / sizeof(*pairs); i++) {
		struct addr addr = parsed(pairs[i][0]);
		char text[ADDR_TEXT];

		ck_assert_uint_eq(addr_format(&addr, text),
				  strlen(pairs[i][1]));
		ck_assert_str_eq(text, pairs[i][1]);
	}
}
END_TEST

/* Words of all lengths, and zeros wherever they can be. */
START_TEST(v6_text_is_as_libc_writes_it)
{
	uint64_t random = 1;

	for (unsigned int i = 0; i < 200000; i++) {
		char want[ADDR_TEXT], got[ADDR_TEXT];
		uint8_t bytes[16];
		struct addr addr;

		for (unsigned int word = 0; word < 8; word++) {
			unsigned int value;

			random = random * 6364136223846793005u +
				 1442695040888963407u;
			value = (unsigned int)(random >> 32) & 0xffff;
			value >>= random >> 50 & 15;
			if (random >> 60 < 7)
				value = 0;
			bytes[word * 2] = (uint8_t)(value >> 8);
			bytes[word * 2 + 1] = (uint8_t)value;
		}
		addr = addr_from_v6(bytes);
		if (addr_is_v4(&addr))
			continue;
		inet_ntop(AF_INET6, bytes, want, sizeof(want));
		ck_assert_uint_eq(addr_format(&addr, got), strlen(want));
		ck_assert_str_eq(got, want);
	}
}
END_TEST

START_TEST(endpoints_carry_their_port_and_v6_its_brackets)
{
	struct endpoint endpoint = {.addr = parsed("31.13.71.36"), .port = 80};
	char text[ENDPOINT_TEXT];

	ck_assert_uint_eq(endpoint_format(&endpoint, text), 14);
	ck_assert_str_eq(text, "31.13.71.36:80");
	endpoint.addr = parsed("2001:db8::1");
	endpoint.port = 65535;
	endpoint_format(&endpoint, text);
	ck_assert_str_eq(text, "[2001:db8::1]:65535");
	endpoint.port = 0;
	endpoint_format(&endpoint, text);
	ck_assert_str_eq(text, "[2001:db8::1]:0");
}
END_TEST

START_TEST(the_longest_endpoint_fits)
{
	struct endpoint endpoint = {.port = 65535};
	char *text = malloc(ENDPOINT_TEXT);

	memset(endpoint.addr.bytes, 0xee, sizeof(endpoint.addr.bytes));
	ck_assert_uint_lt(endpoint_format(&endpoint, text), ENDPOINT_TEXT);
	free(text);
}
END_TEST

START_TEST(endpoints_are_equal_by_address_and_port)
{
	struct endpoint a = {.addr = parsed("10.0.0.1"), .port = 53};
	struct endpoint b = a;

	ck_assert(endpoint_equal(&a, &b));
	b.port = 54;
	ck_assert(!endpoint_equal(&a, &b));
	b = a;
	b.addr = parsed("10.0.0.2");
	ck_assert(!endpoint_equal(&a, &b));
}
END_TEST

START_TEST(loopback_and_unspecified_are_known_in_both_families)
{
	static const struct {
		const char *text;
		bool loopback;
		bool unspecified;
	} cases[] = {
		{"127.0.0.1", true, false},   {"127.255.0.9", true, false},
		{"::1", true, false},	      {"0.0.0.0", false, true},
		{"::", false, true},	      {"128.0.0.1", false, false},
		{"0.0.0.1", false, false},    {"1.0.0.0", false, false},
		{"2001:db8::", false, false}, {"::2", false, false},
		{"::7f00:1", false, false},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct addr addr = parsed(cases[i].text);

		ck_assert_msg(addr_is_loopback(&addr) == cases[i].loopback,
			      "%s", cases[i].text);
		ck_assert_msg(addr_is_unspecified(&addr) ==
				      cases[i].unspecified,
			      "%s", cases[i].text);
	}
}
END_TEST

START_TEST(what_is_no_address_is_rejected_and_writes_nothing)
{
	static const char *const bad[] = {"",		"1.2.3",
					  "1.2.3.256",	"1.2.3.4.",
					  "::1::",	"[::1]",
					  "1.2.3.4:80", "example.com",
					  "g::"};
	struct addr before = parsed("192.0.2.7");

	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		struct addr addr = before;

		ck_assert_msg(addr_parse(bad[i], &addr) == -EINVAL, "%s",
			      bad[i]);
		ck_assert(addr_equal(&addr, &before));
	}
}
END_TEST

SUITE_MAIN("base/addr", v4_and_its_mapped_v6_are_the_same_address,
	   every_byte_of_a_v4_address_is_formatted, v6_text_is_canonical,
	   v6_text_is_as_libc_writes_it,
	   endpoints_carry_their_port_and_v6_its_brackets,
	   the_longest_endpoint_fits, endpoints_are_equal_by_address_and_port,
	   loopback_and_unspecified_are_known_in_both_families,
	   what_is_no_address_is_rejected_and_writes_nothing)
