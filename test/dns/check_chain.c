// SPDX-License-Identifier: MIT
#include "dns/chain.h"
#include "dns/literal.h"

START_TEST(follows_aliases)
{
	ck_assert_int_eq(
		PARSE(ID RESPONSE
		      "\0\1\0\4\0\0\0\0" QUESTION CNAME_TO_CDN TO_CDN CNAME TTL
		      "\0\4\1e" TO_CDN "\300\76" A ADDR_1 TO_CDN A ADDR_2),
		0);
	ck_assert_str_eq(value(0), "cdn");
	ck_assert_str_eq(value(1), "e.cdn");
	ck_assert_str_eq(chain(), "++++");
}
END_TEST

START_TEST(follows_aliases_in_any_order_and_spelling)
{
	/* The address first, every name in full and in a case of its own. */
	ck_assert_int_eq(PARSE(ID RESPONSE
			       "\0\1\0\4\0\0\0\0" QUESTION "\1C\0" A ADDR_1
			       "\1b\0" CNAME TTL "\0\3\1c\0"
			       "\1a\0" CNAME TTL "\0\3\1B\0"
			       "\3WWW\7eXample\3cOm\0" CNAME TTL "\0\3\1A\0"),
			 0);
	ck_assert_str_eq(chain(), "++++");
}
END_TEST

START_TEST(other_names_are_not_on_the_chain)
{
	/* Above, below, beside; an alias that leads here; and what it has. */
	ck_assert_int_eq(PARSE(ID RESPONSE
			       "\0\1\0\6\0\0\0\0" QUESTION TO_EXAMPLE A ADDR_1
			       "\1a" TO_NAME A ADDR_1
			       "\3ftp" TO_EXAMPLE A ADDR_1
			       "\3foo" TO_EXAMPLE CNAME TTL "\0\2" TO_NAME
			       "\3foo" TO_EXAMPLE A ADDR_1 TO_NAME A ADDR_2),
			 0);
	ck_assert_str_eq(chain(), "-----+");
}
END_TEST

START_TEST(alias_loops_end)
{
	ck_assert_int_eq(
		PARSE(ID RESPONSE
		      "\0\1\0\3\0\0\0\0" QUESTION CNAME_TO_CDN TO_CDN CNAME TTL
		      "\0\2" TO_NAME "\1x\0" A ADDR_1),
		0);
	ck_assert_str_eq(chain(), "++-");
	/* To itself. */
	ck_assert_int_eq(PARSE(ID RESPONSE
			       "\0\1\0\2\0\0\0\0" QUESTION TO_NAME CNAME TTL
			       "\0\2" TO_NAME "\1x\0" A ADDR_1),
			 0);
	ck_assert_str_eq(chain(), "+-");
	/* A DNAME that makes the name longer each time it is applied. */
	ck_assert_int_eq(PARSE(ID RESPONSE
			       "\0\1\0\2\0\0\0\0" QUESTION TO_COM DNAME TTL
			       "\0\4\1a" TO_COM "\1x\0" A ADDR_1),
			 0);
	ck_assert_str_eq(chain(), "+-");
}
END_TEST

/* 1.test to 2.test to … with an address at the last name. */
static int parse_aliases(char aliases)
{
	char bytes[2048] = ID RESPONSE "\0\1\0\0\0\0\0\0"
				       "\1\1\0" A;
	size_t len = 12 + 7;

	bytes[7] = (char)(aliases + 1);
	for (char i = 1; i <= aliases; i++) {
		memcpy(bytes + len, "\1_\0" CNAME TTL "\0\3\1_\0", 16);
		bytes[len + 1] = i;
		bytes[len + 14] = (char)(i + 1);
		len += 16;
	}
	memcpy(bytes + len, "\1_\0" A ADDR_1, 17);
	bytes[len + 1] = (char)(aliases + 1);
	return parse(bytes, len + 17);
}

/* The first so many records are on the chain, of as many as there are. */
static bool chain_is_of(size_t count)
{
	size_t len = strlen(chain());

	return strspn(chain(), "+") == count &&
	       strspn(chain() + count, "-") == len - count;
}

START_TEST(follows_a_bounded_number_of_aliases)
{
	ck_assert_int_eq(parse_aliases(DNS_CHAIN_NAMES_MAX - 1), 0);
	ck_assert_uint_eq(message.record_count, DNS_CHAIN_NAMES_MAX);
	ck_assert(chain_is_of(DNS_CHAIN_NAMES_MAX));
	ck_assert_int_eq(parse_aliases(DNS_CHAIN_NAMES_MAX), 0);
	ck_assert_uint_eq(message.record_count, DNS_CHAIN_NAMES_MAX + 1);
	ck_assert(chain_is_of(DNS_CHAIN_NAMES_MAX));
}
END_TEST

START_TEST(bounds_compressed_aliases_alike)
{
	char bytes[2048] = ID RESPONSE "\0\1\0\0\0\0\0\0" QUESTION;
	size_t owner = DNS_HEADER_LEN;
	size_t len = QUESTION_END;

	bytes[7] = DNS_CHAIN_NAMES_MAX + 3;
	/* Each owner points to the target of the alias before. */
	for (char i = 1; i <= DNS_CHAIN_NAMES_MAX + 3; i++) {
		memcpy(bytes + len, TO_NAME CNAME TTL "\0\3\1_\0", 15);
		bytes[len] = (char)(0xc0 | owner >> 8);
		bytes[len + 1] = (char)owner;
		bytes[len + 13] = i;
		owner = len + 12;
		len += 15;
	}
	ck_assert_int_eq(parse(bytes, len), 0);
	ck_assert(chain_is_of(DNS_CHAIN_NAMES_MAX));
}
END_TEST

START_TEST(follows_dnames)
{
	/* With the CNAME that stands for it, as RFC 6672 3.1 wants it. */
	ck_assert_int_eq(PARSE(ID RESPONSE
			       "\0\1\0\3\0\0\0\0" QUESTION TO_EXAMPLE DNAME TTL
			       "\0\5\3net\0" TO_NAME CNAME TTL
			       "\0\6\3www\300\55"
			       "\300\76" A ADDR_1),
			 0);
	ck_assert_str_eq(value(0), "net");
	ck_assert_str_eq(value(1), "www.net");
	ck_assert_str_eq(chain(), "+++");
	/* Without it, the owner in full; and the DNAME behind the address. */
	ck_assert_int_eq(
		PARSE(ID RESPONSE
		      "\0\1\0\3\0\0\0\0" QUESTION "\3www\3net\0" A ADDR_1
		      "\3net\0" A ADDR_2 TO_EXAMPLE DNAME TTL "\0\5\3net\0"),
		0);
	ck_assert_str_eq(chain(), "+-+");
}
END_TEST

START_TEST(a_dname_says_nothing_about_its_own_name)
{
	ck_assert_int_eq(PARSE(ID RESPONSE
			       "\0\1\0\2\0\0\0\0" QUESTION TO_NAME DNAME TTL
			       "\0\5\3net\0"
			       "\3net\0" A ADDR_1),
			 0);
	ck_assert_str_eq(chain(), "+-");
	/* Nor about names that merely end in the same letters. */
	ck_assert_int_eq(PARSE(ID RESPONSE "\0\1\0\2\0\0\0\0" QUESTION
					   "\6xample\3com\0" DNAME TTL
					   "\0\5\3net\0"
					   "\3www\3net\0" A ADDR_1),
			 0);
	ck_assert_str_eq(chain(), "--");
}
END_TEST

START_TEST(a_dname_and_its_cname_count_once)
{
	char bytes[512] = ID RESPONSE "\0\1\0\31\0\0\0\0"
				      "\1w\1\0\0" A;
	size_t len = DNS_HEADER_LEN + 9;

	/* 12 times: \001 > \002, w.\001 > w.\002, nothing compressed. */
	bytes[DNS_HEADER_LEN + 3] = 1;
	for (char i = 1; i <= 12; i++) {
		memcpy(bytes + len, "\1_\0" DNAME TTL "\0\3\1_\0", 16);
		bytes[len + 1] = i;
		bytes[len + 14] = (char)(i + 1);
		len += 16;
		memcpy(bytes + len, "\1w\1_\0" CNAME TTL "\0\5\1w\1_\0", 20);
		bytes[len + 3] = i;
		bytes[len + 18] = (char)(i + 1);
		len += 20;
	}
	memcpy(bytes + len, "\1w\1\15\0" A ADDR_1, 19);
	ck_assert_int_eq(parse(bytes, len + 19), 0);
	ck_assert_str_eq(chain(), "+++++++++++++++++++++++++");
}
END_TEST

START_TEST(one_dname_serves_several_times)
{
	/* www.example.com > www.net > a.example.com > a.net */
	ck_assert_int_eq(PARSE(ID RESPONSE
			       "\0\1\0\3\0\0\0\0" QUESTION
			       "\1a\3net\0" A ADDR_1 TO_EXAMPLE DNAME TTL
			       "\0\5\3net\0"
			       "\3www\3net\0" CNAME TTL "\0\4\1a" TO_EXAMPLE),
			 0);
	ck_assert_str_eq(chain(), "+++");
}
END_TEST

START_TEST(questions_and_other_opcodes_have_no_chain)
{
	ck_assert_int_eq(
		PARSE(ID QUERY "\0\1\0\1\0\0\0\0" QUESTION TO_NAME A ADDR_1),
		0);
	ck_assert_str_eq(chain(), "-");
	ck_assert_int_eq(
		PARSE(ID "\xa8\0\0\1\0\1\0\0\0\0" QUESTION TO_NAME A ADDR_1),
		0);
	ck_assert_str_eq(chain(), "-");
}
END_TEST

#define SRV   "\0\x21" IN
#define MX    "\0\x0f" IN
#define HTTPS "\0\x41" IN

/* sections of all records: answer, hint, additional. */
static const char *sections(void)
{
	static char text[DNS_RECORDS_MAX + 1];

	for (size_t i = 0; i < message.record_count; i++)
		text[i] = "ahx"[message.record[i].section];
	text[message.record_count] = '\0';
	return text;
}

START_TEST(targets_have_additional_addresses)
{
	/* As dnsmasq and unbound answer, but for the third and what is last. */
	ck_assert_int_eq(
		PARSE(ID RESPONSE
		      "\0\1\0\2\0\1\0\5" QUESTION TO_NAME SRV TTL
		      "\0\12\0\0\0\5\0\120\1a" TO_EXAMPLE TO_NAME SRV TTL
		      "\0\12\0\1\0\5\0\120\1b" TO_EXAMPLE TO_EXAMPLE
		      "\0\2" IN TTL "\0\4\1n" TO_EXAMPLE "\300\63" A ADDR_1
		      "\1B" TO_EXAMPLE A ADDR_2 "\1n" TO_EXAMPLE A ADDR_1
		      "\300\63\0\20" IN TTL "\0\2\1t"
		      "\0\0\x29\4\xd0\1\0\0\0\0\0"),
		0);
	ck_assert_uint_eq(message.answer_count, 2);
	ck_assert_str_eq(sections(), "aaxxx");
	ck_assert_str_eq(chain(), "++++-");
	ck_assert_str_eq(owner(2), "a.example.com");
	ck_assert_str_eq(addr(3), "192.0.2.2");
	ck_assert_uint_eq(message.rcode, 16);
}
END_TEST

START_TEST(no_other_answer_has_additional_addresses)
{
	ck_assert_int_eq(PARSE(ID RESPONSE "\0\1\0\1\0\0\0\1" QUESTION TO_NAME
					   "\0\2" IN TTL "\0\4\1n" TO_EXAMPLE
					   "\300\55" A ADDR_1),
			 0);
	ck_assert_str_eq(sections(), "a");
	/* Whatever it leads to. */
	ck_assert_int_eq(
		PARSE(ID RESPONSE
		      "\0\1\0\1\0\0\0\1" QUESTION CNAME_TO_CDN TO_CDN A ADDR_1),
		0);
	ck_assert_str_eq(sections(), "a");
}
END_TEST

START_TEST(mail_servers_may_have_aliases)
{
	/* RFC 2181 10.3 forbids it, but people do it. */
	ck_assert_int_eq(PARSE(ID RESPONSE
			       "\0\1\0\1\0\0\0\2" QUESTION TO_NAME MX TTL
			       "\0\6\0\12\1m" TO_EXAMPLE
			       "\1a" TO_EXAMPLE A ADDR_1 "\300\57\0\5" IN TTL
			       "\0\4\1a" TO_EXAMPLE),
			 0);
	ck_assert_str_eq(sections(), "axx");
	ck_assert_str_eq(chain(), "+++");
}
END_TEST

START_TEST(hints_are_addresses_of_the_name)
{
	ck_assert_int_eq(
		PARSE(ID RESPONSE
		      "\0\1\0\2\0\0\0\0" QUESTION TO_NAME HTTPS TTL
		      "\0\43\0\1\0\0\4\0\10\300\0\2\1\300\0\2\2"
		      "\0\6\0\20\40\1\15\270\0\0\0\0\0\0\0\0\0\0\0\1" TO_EXAMPLE
			      HTTPS TTL "\0\13\0\1\0\0\4\0\4\300\0\2\3"),
		0);
	ck_assert_uint_eq(message.answer_count, 2);
	ck_assert_str_eq(sections(), "ahhhah");
	ck_assert_str_eq(chain(), "++++--");
	ck_assert_str_eq(value(0), "1 . ipv4hint=192.0.2.1,192.0.2.2 "
				   "ipv6hint=2001:db8::1");
	ck_assert_str_eq(addr(0), "::");
	ck_assert_str_eq(addr(1), "192.0.2.1");
	ck_assert_str_eq(addr(2), "192.0.2.2");
	ck_assert_uint_eq(message.record[3].type, DNS_TYPE_AAAA);
	ck_assert_uint_eq(message.record[3].ttl_s, 300);
	ck_assert_str_eq(addr(3), "2001:db8::1");
	ck_assert_str_eq(value(3), "");
	ck_assert_str_eq(owner(3), "www.example.com");
}
END_TEST

START_TEST(services_are_followed_through_aliases)
{
	/*
	 * RFC 9460 4.2: an alias of the apex, the service it leads to, with
	 * the addresses of that one's target, all but the first additional.
	 */
	ck_assert_int_eq(PARSE(ID RESPONSE
			       "\0\1\0\1\0\0\0\3" QUESTION TO_NAME HTTPS TTL
			       "\0\6\0\0\1s" TO_EXAMPLE
			       "\1p" TO_EXAMPLE A ADDR_2
			       "\1s" TO_EXAMPLE HTTPS TTL
			       "\0\16\0\1\1p" TO_EXAMPLE "\0\4\0\4\300\0\2\1"
			       "\1x" TO_EXAMPLE A ADDR_1),
			 0);
	ck_assert_str_eq(sections(), "axxhx");
	ck_assert_str_eq(chain(), "++++-");
	ck_assert_str_eq(addr(3), "192.0.2.1");
}
END_TEST

START_TEST(other_classes_are_not_on_the_chain)
{
	ck_assert_int_eq(PARSE(ID RESPONSE
			       "\0\1\0\3\0\0\0\0" QUESTION "\300\14\0\5\0\3" TTL
			       "\0\5\3cdn\0" TO_CDN A ADDR_1 "\3WWW" TO_EXAMPLE
			       "\0\20\0\3" TTL "\0\2\1a"),
			 0);
	ck_assert_str_eq(chain(), "---");
}
END_TEST

START_TEST(applies_a_bounded_number_of_dnames)
{
	static char bytes[2048] = ID RESPONSE "\0\1\0\0\0\0\0\0"
					      "\1w\1\101\0" A;
	size_t len = DNS_HEADER_LEN + 9;

	/* Strangers first, then the one that matters, and its address. */
	for (char i = 1; i < DNS_CHAIN_DNAMES_MAX + 1; i++, len += 16) {
		memcpy(bytes + len, "\1_\0" DNAME TTL "\0\3\1x\0", 16);
		bytes[len + 1] = i;
	}
	memcpy(bytes + len, "\1w\1x\0" A ADDR_1, 19);
	bytes[7] = DNS_CHAIN_DNAMES_MAX + 1;
	bytes[len - 15] = 'A';
	ck_assert_int_eq(parse(bytes, len + 19), 0);
	ck_assert(message.record[DNS_CHAIN_DNAMES_MAX - 1].on_chain);
	ck_assert(message.record[DNS_CHAIN_DNAMES_MAX].on_chain);
	/* One stranger more. */
	memmove(bytes + len, bytes + len - 16, 16);
	bytes[len - 15] = 'B';
	len += 16;
	memcpy(bytes + len, "\1w\1x\0" A ADDR_1, 19);
	bytes[7]++;
	ck_assert_int_eq(parse(bytes, len + 19), 0);
	ck_assert(!message.record[DNS_CHAIN_DNAMES_MAX].on_chain);
	ck_assert(!message.record[DNS_CHAIN_DNAMES_MAX + 1].on_chain);
}
END_TEST

SUITE_MAIN("dns/chain", follows_aliases,
	   follows_aliases_in_any_order_and_spelling,
	   other_names_are_not_on_the_chain, alias_loops_end,
	   follows_a_bounded_number_of_aliases, bounds_compressed_aliases_alike,
	   follows_dnames, a_dname_says_nothing_about_its_own_name,
	   a_dname_and_its_cname_count_once, one_dname_serves_several_times,
	   questions_and_other_opcodes_have_no_chain,
	   targets_have_additional_addresses,
	   no_other_answer_has_additional_addresses,
	   mail_servers_may_have_aliases, hints_are_addresses_of_the_name,
	   services_are_followed_through_aliases,
	   other_classes_are_not_on_the_chain,
	   applies_a_bounded_number_of_dnames)
