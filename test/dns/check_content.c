// SPDX-License-Identifier: MIT
#include "dns/content.h"
#include "dns/code.h"
#include "dns/literal.h"

#include <errno.h>

static struct dns_content content;

/* Content in a block of its very size, behind a header and a name. */
static int read_content(uint16_t type, uint16_t class, const char *bytes,
			size_t len)
{
	static const char before[] = "............" NAME;
	uint8_t *copy = malloc(LEN(before) + len);
	struct cursor cursor;
	int result;

	ck_assert_ptr_nonnull(copy);
	memcpy(copy, before, LEN(before));
	memcpy(copy + LEN(before), bytes, len);
	memset(&content, 0xee, sizeof(content));
	cursor_init(&cursor, copy, LEN(before) + len);
	cursor_skip(&cursor, LEN(before));
	result = dns_content_read(type, class, &cursor, &content);
	free(copy);
	return result;
}

#define READ(type, bytes) read_content(type, DNS_CLASS_IN, bytes, LEN(bytes))
#define ck_assert_text(type, bytes, want)                     \
	do {                                                  \
		ck_assert_int_eq(READ(type, bytes), 0);       \
		ck_assert_str_eq(content.line.text, want);    \
		ck_assert_uint_eq(content.line.len,           \
				  strlen(content.line.text)); \
	} while (0)
#define ck_assert_bad(type, bytes) ck_assert_int_eq(READ(type, bytes), -EBADMSG)

START_TEST(names_and_numbers)
{
	ck_assert_text(DNS_TYPE_NS, "\2ns" TO_EXAMPLE, "ns.example.com");
	ck_assert_text(DNS_TYPE_PTR, "\0", ".");
	ck_assert_text(DNS_TYPE_MX, "\0\12\2mx" TO_COM, "10 mx.com");
	ck_assert_text(DNS_TYPE_SRV, "\0\0\377\377\23\304\2s\\" TO_COM,
		       "0 65535 5060 s\\\\.com");
	/* RFC 1035 3.3.13 and unbound's defaults for what is local. */
	ck_assert_text(DNS_TYPE_SOA,
		       "\2ns" TO_EXAMPLE "\5a.b c\0\0\0\0\1\0\0\16\20"
		       "\377\377\377\377\0\1\121\200\0\0\52\60",
		       "ns.example.com a\\.b\\032c 1 3600 4294967295 86400 "
		       "10800");
	ck_assert_text(14, "\1a\0\1b\0", "a b");
	ck_assert_text(35, /* RFC 3403 6.2 */
		       "\0\144\0\62\1s\10http+I2C\0\5_http\4_tcp" TO_EXAMPLE,
		       "100 50 s http+I2C \"\" _http._tcp.example.com");
}
END_TEST

START_TEST(strings_are_quoted_if_they_must)
{
	ck_assert_text(DNS_TYPE_TXT, "\7v=a,b'c", "v=a,b'c");
	ck_assert_text(DNS_TYPE_TXT, "\3a b\1c\0", "\"a b\" c \"\"");
	ck_assert_text(DNS_TYPE_TXT, "\4\"\\\177\377",
		       "\"\\\"\\\\\\127\\255\"");
	ck_assert_text(DNS_TYPE_TXT, "\2a;\2(b\2c)\1\n",
		       "\"a;\" \"(b\" \"c)\" \"\\010\"");
	ck_assert_text(13, "\7RFC8482\0", "RFC8482 \"\"");
	/* RFC 8659 4.1 */
	ck_assert_text(257, "\0\5issueca1.example.net; policy=ev",
		       "0 issue \"ca1.example.net; policy=ev\"");
	ck_assert_text(257, "\200\3tbs", "128 tbs \"\"");
	ck_assert_text(256, "\0\12\0\1ftp://ftp1.example.com/public",
		       "10 1 ftp://ftp1.example.com/public");
}
END_TEST

START_TEST(keys_and_signatures)
{
	ck_assert_text(43, "\355\266\15\2\1\253\17", "60854 13 2 01ab0f");
	ck_assert_text(44, "\4\2\0\377", "4 2 00ff");
	ck_assert_text(52, "\3\1\1\xab", "3 1 1 ab");
	/* RFC 4648 10 */
	ck_assert_text(48, "\1\0\3\15", "256 3 13 ");
	ck_assert_text(48, "\1\0\3\15f", "256 3 13 Zg==");
	ck_assert_text(48, "\1\0\3\15fo", "256 3 13 Zm8=");
	ck_assert_text(48, "\1\0\3\15foo", "256 3 13 Zm9v");
	ck_assert_text(48, "\1\0\3\15foob", "256 3 13 Zm9vYg==");
	ck_assert_text(48, "\1\0\3\15\373\377\277", "256 3 13 +/+/");
	ck_assert_text(DNS_TYPE_RRSIG,
		       "\0\101\15\2\0\0\1\54\145\0\0\0\144\0\0\0\0\7\0foobar",
		       "HTTPS 13 2 300 1694498816 1677721600 7 . Zm9vYmFy");
}
END_TEST

START_TEST(sets_of_types)
{
	/* RFC 4034 4.3, and windows out of the usual. */
	ck_assert_text(47,
		       "\4host" TO_EXAMPLE "\0\6\x40\1\0\0\0\3"
		       "\4\33\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"
		       "\0\0\0\0\0\0\0\0\x20",
		       "host.example.com A MX RRSIG NSEC TYPE1234");
	ck_assert_text(47, "\0", ".");
	ck_assert_text(62, "\0\0\0\102\0\3\0\4\x60\0\0\10", "66 3 A NS AAAA");
	ck_assert_text(51, "\1\0\0\14\4\xaa\xbb\xcc\xdd", "1 0 12 aabbccdd");
	ck_assert_text(51, "\1\0\0\14\0", "1 0 12 -");
	ck_assert_bad(47, "\0\0");
	ck_assert_bad(47, "\0\0\1");
	ck_assert_bad(51, "\1\0\0\14\1");
}
END_TEST

/* Shown as if they were unknown. */
START_TEST(what_is_only_checked)
{
	static const struct {
		uint16_t type;
		const char *bytes;
		size_t len;
	} whole[] = {
		{29, "\0\22\26\23\213\74\360\30\201\14\274\340\0\230\225\270",
		 16},
		{38, "\100\0\0\0\0\0\0\0\1\1a\0", 12},
		{DNS_TYPE_OPT, "\0\3\0\2ab", 6},
		{42, "\0\1\25\203\300\250\40", 7},
		{45, "\12\1\2\300\0\2\46", 7},
		{45, "\12\2\2\40\1\15\270\0\0\0\0\0\0\0\0\0\0\0\1", 19},
		{45, "\12\3\2\1a\0", 6},
		{50, "\1\0\0\14\1s\2hh\0\1\100", 12},
		{55, "\2\2\0\3ttkkk\1a\0", 12},
		{104, "\0\12\0\24\117\377\377\40\356\144", 10},
		{105, "\0\12\12\1\2\0", 6},
		{108, "\0\0\136\0\123\52", 6},
		{109, "\0\0\136\357\20\0\0\52", 8},
		{249, "\1a\0\0\0\0\1\0\0\0\2\0\3\0\0\0\1k\0\1o", 21},
		{250, "\1a\0\0\0\0\1\0\0\1\54\0\2mm\0\7\0\0\0\1o", 22},
	};
	size_t good;

	for (size_t i = 0; i < sizeof(whole) / sizeof(*whole); i++) {
		good = 0;
		for (size_t len = 0; len <= whole[i].len; len++)
			if (!read_content(whole[i].type, DNS_CLASS_IN,
					  whole[i].bytes, len))
				good++;
		ck_assert(!strncmp(content.line.text, "\\# ", 3));
		ck_assert_uint_eq(content.target, 0);
		ck_assert_uint_eq(strtoul(content.line.text + 3, NULL, 10),
				  whole[i].len);
		/* Whole; lists may also end between two items. */
		ck_assert_msg(good == 1 || good == 2, "type %u, %zu of them",
			      whole[i].type, good);
	}
	ck_assert_bad(29, "\0\22\26\23\213\74\360\30\201\14\274\340\0\230\225");
	ck_assert_bad(38, "\201\1a\0");
	ck_assert_bad(108, "\0\0\136\0\123\52x");
}
END_TEST

START_TEST(what_is_unknown_is_in_hexadecimal)
{
	ck_assert_text(65280, "\12\0\0\1", "\\# 4 0a000001"); /* RFC 3597 5 */
	ck_assert_text(65280, "", "\\# 0");
	ck_assert_text(10, "\0", "\\# 1 00");
	/* An address of another class is none; an update has no content. */
	ck_assert_int_eq(read_content(DNS_TYPE_A, DNS_CLASS_CH, "\1\2\3\4", 4),
			 0);
	ck_assert_str_eq(content.line.text, "\\# 4 01020304");
	ck_assert_int_eq(read_content(DNS_TYPE_TXT, DNS_CLASS_CH, "\1a", 2), 0);
	ck_assert_str_eq(content.line.text, "a");
	ck_assert_int_eq(read_content(DNS_TYPE_A, 5, "\1\2\3", 3), -EBADMSG);
	ck_assert_int_eq(read_content(DNS_TYPE_AAAA, 5, "\1\2\3\4", 4),
			 -EBADMSG);
	ck_assert_int_eq(read_content(DNS_TYPE_HTTPS, DNS_CLASS_CH,
				      "\0\1\0\0\4\0\4\1\2\3\4", 11),
			 0);
	ck_assert_uint_eq(content.hint4_count, 0);
	ck_assert_int_eq(read_content(DNS_TYPE_TXT, 254, "", 0), 0);
	ck_assert_str_eq(content.line.text, "\\# 0");
}
END_TEST

START_TEST(what_is_too_long_is_cut)
{
	char bytes[4000];
	const char *text = content.line.text;

	memset(bytes, 0xab, sizeof(bytes));
	ck_assert_int_eq(read_content(65280, DNS_CLASS_IN, bytes, 1044), 0);
	ck_assert_uint_eq(content.line.len, PRESENTATION_MAX - 1);
	ck_assert(!strncmp(text, "\\# 1044 abab", 12));
	ck_assert_str_eq(text + PRESENTATION_MAX - 4, "bab");
	ck_assert_int_eq(read_content(65280, DNS_CLASS_IN, bytes, 1045), 0);
	ck_assert_uint_eq(content.line.len, PRESENTATION_MAX - 1);
	ck_assert_str_eq(text + PRESENTATION_MAX - 4, "...");
	ck_assert_int_eq(read_content(65280, DNS_CLASS_IN, bytes, 4000), 0);
	ck_assert_str_eq(text + PRESENTATION_MAX - 4, "...");

	memset(bytes, 'a', sizeof(bytes));
	for (size_t i = 0; i < sizeof(bytes); i += 200)
		bytes[i] = (char)199;
	ck_assert_int_eq(read_content(DNS_TYPE_TXT, DNS_CLASS_IN, bytes, 4000),
			 0);
	ck_assert_uint_eq(content.line.len, PRESENTATION_MAX - 1);
	ck_assert_str_eq(text + PRESENTATION_MAX - 6, "aa...");
	/* But not if what is cut is not of its type. */
	ck_assert_int_eq(read_content(DNS_TYPE_TXT, DNS_CLASS_IN, bytes, 3999),
			 -EBADMSG);
}
END_TEST

/* Two names that are all escapes, with five numbers: the longest there is. */
START_TEST(no_name_is_cut)
{
	char bytes[2 * 255 + 20];
	char *at = bytes;

	for (int name = 0; name < 2; name++, at += 255) {
		memset(at, 0xff, 255);
		at[0] = at[64] = at[128] = 63;
		at[192] = 61;
		at[254] = 0;
	}
	memset(at, 0xff, 20);
	ck_assert_int_eq(
		read_content(DNS_TYPE_SOA, DNS_CLASS_IN, bytes, sizeof(bytes)),
		0);
	ck_assert(!content.line.is_cut);
	ck_assert_str_eq(content.line.text + content.line.len - 21,
			 "4294967295 4294967295");
}
END_TEST

/* RFC 9460 D.1 and D.2 */
START_TEST(services_of_the_rfc)
{
	ck_assert_text(DNS_TYPE_HTTPS, "\0\0\3foo" TO_EXAMPLE,
		       "0 foo.example.com");
	ck_assert_uint_eq(content.target_len, strlen("foo.example.com"));
	ck_assert(content.ends_with_target);
	ck_assert_text(DNS_TYPE_SVCB, "\0\1\0", "1 .");
	ck_assert_text(DNS_TYPE_SVCB, "\0\20\3foo" TO_EXAMPLE "\0\3\0\2\0\65",
		       "16 foo.example.com port=53");
	ck_assert_uint_eq(content.target, 12 + LEN(NAME) + 2);
	ck_assert(!content.ends_with_target);
	ck_assert_text(DNS_TYPE_SVCB, "\0\1\0\2\233\0\5hello",
		       "1 . key667=hello");
	ck_assert_text(DNS_TYPE_SVCB, "\0\1\0\2\233\0\11hello\322qoo",
		       "1 . key667=\"hello\\210qoo\"");
	ck_assert_text(DNS_TYPE_SVCB,
		       "\0\1\0\0\6\0\40\40\1\15\270\0\0\0\0\0\0\0\0\0\0\0\1"
		       "\40\1\15\270\0\0\0\0\0\0\0\0\0\123\0\1",
		       "1 . ipv6hint=2001:db8::1,2001:db8::53:1");
	ck_assert_uint_eq(content.hint6_count, 2);
	ck_assert_uint_eq(content.hint4_count, 0);
	ck_assert_text(DNS_TYPE_SVCB,
		       "\0\20\0\0\0\0\4\0\1\0\4\0\1\0\11\2h2\5h3-19"
		       "\0\4\0\4\300\0\2\1",
		       "16 . mandatory=alpn,ipv4hint alpn=h2,h3-19 "
		       "ipv4hint=192.0.2.1");
	ck_assert_uint_eq(content.hint4_count, 1);
	ck_assert_text(DNS_TYPE_SVCB, "\0\20\0\0\1\0\14\10f\\oo,bar\2h2",
		       "16 . alpn=\"f\\\\\\\\oo\\\\,bar,h2\"");
}
END_TEST

START_TEST(services_have_other_parameters)
{
	ck_assert_text(DNS_TYPE_HTTPS,
		       "\0\1\0\0\1\0\3\2h2\0\2\0\0\0\5\0\4ech!"
		       "\0\7\0\20/dns-query{?dns}\0\10\0\0\377\0\0\0",
		       "1 . alpn=h2 no-default-alpn ech=ZWNoIQ== "
		       "dohpath=/dns-query{?dns} ohttp key65280");
	ck_assert_text(DNS_TYPE_HTTPS, "\0\1\0\0\1\0\4\3a b",
		       "1 . alpn=\"a b\"");
	/* RFC 9460 2.4.2: an alias's parameters are ignored. */
	ck_assert_text(DNS_TYPE_HTTPS, "\0\0\0\0\4\0\4\300\0\2\1",
		       "0 . ipv4hint=192.0.2.1");
	ck_assert_uint_eq(content.hint4_count, 0);
}
END_TEST

START_TEST(services_that_are_malformed)
{
	static const char *const keys[] = {
		"\0\0\0\0",
		"\0\0\0\3\0\1\0",
		"\0\1\0\0",
		"\0\1\0\1\0",
		"\0\1\0\3\3h2",
		"\0\1\0\4\2h2\0",
		"\0\2\0\1x",
		"\0\3\0\0",
		"\0\3\0\3\0\65\0",
		"\0\4\0\0",
		"\0\4\0\5\1\2\3\4\5",
		"\0\6\0\0",
		"\0\6\0\4\1\2\3\4",
		"\0\10\0\1x",
		"\0\3\0\2\0\1\0\3\0\2\0\1",
		"\0\3\0\2\0\1\0\2\0\0",
		"\377\0\0\1",
		"\377\0\0",
		"\377",
	};
	static const size_t lens[] = {4, 7, 4, 5, 7,  8,  5, 4, 7, 4,
				      9, 4, 8, 5, 12, 10, 4, 3, 1};
	char bytes[32] = "\0\1\0";

	for (size_t i = 0; i < sizeof(lens) / sizeof(*lens); i++) {
		memcpy(bytes + 3, keys[i], lens[i]);
		ck_assert_msg(read_content(DNS_TYPE_HTTPS, DNS_CLASS_IN, bytes,
					   3 + lens[i]) == -EBADMSG,
			      "parameter %zu is taken for good", i);
	}
}
END_TEST

START_TEST(rejects_every_truncation)
{
	static const struct {
		uint16_t type;
		const char *bytes;
		size_t len;
	} whole[] = {
		{DNS_TYPE_CNAME, "\3www\0", 5},
		{DNS_TYPE_SOA,
		 "\1a\0\1b\0\0\0\0\1\0\0\0\2\0\0\0\3\0\0\0\4\0\0\0\5", 26},
		{DNS_TYPE_MX, "\0\1\1a\0", 5},
		{DNS_TYPE_TXT, "\5hello", 6},
		{DNS_TYPE_SRV, "\0\1\0\2\0\3\1a\0", 9},
		{13, "\1a\1b", 4},
		{35, "\0\1\0\2\1a\1b\1c\1d\0", 13},
		{DNS_TYPE_HTTPS, "\0\1\1a\0", 5},
	};

	for (size_t i = 0; i < sizeof(whole) / sizeof(*whole); i++) {
		for (size_t len = 0; len < whole[i].len; len++)
			ck_assert_int_eq(read_content(whole[i].type,
						      DNS_CLASS_IN,
						      whole[i].bytes, len),
					 -EBADMSG);
		ck_assert_int_eq(read_content(whole[i].type, DNS_CLASS_IN,
					      whole[i].bytes, whole[i].len),
				 0);
	}
	/* What is before the rest is there, or nothing is. */
	ck_assert_bad(257, "\0");
	ck_assert_bad(257, "\0\5issu");
	ck_assert_bad(43, "\1\2\3");
	ck_assert_bad(DNS_TYPE_RRSIG, "\0\1\15\2\0\0\1\54\0\0\0\0\0\0\0\0\0\7");
	/* And nothing behind it. */
	ck_assert_bad(DNS_TYPE_NS, "\1a\0\0");
	ck_assert_bad(DNS_TYPE_MX, "\0\1\1a\0x");
	ck_assert_bad(13, "\1a\1b\1c");
	/* A key that was empty had an empty text, as addresses have. */
	ck_assert_bad(49, "");
	ck_assert_bad(61, "");
	ck_assert_text(61, "f", "Zg==");
}
END_TEST

SUITE_MAIN("dns/content", names_and_numbers, strings_are_quoted_if_they_must,
	   keys_and_signatures, sets_of_types, what_is_only_checked,
	   what_is_unknown_is_in_hexadecimal, what_is_too_long_is_cut,
	   no_name_is_cut, services_of_the_rfc, services_have_other_parameters,
	   services_that_are_malformed, rejects_every_truncation)
