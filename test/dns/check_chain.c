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
	char bytes[512] = ID RESPONSE "\0\1\0\0\0\0\0\0"
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

START_TEST(follows_a_bounded_number_of_aliases)
{
	ck_assert_int_eq(parse_aliases(DNS_CHAIN_NAMES_MAX - 1), 0);
	ck_assert_str_eq(chain(), "+++++++++++++++++");
	ck_assert_int_eq(parse_aliases(DNS_CHAIN_NAMES_MAX), 0);
	ck_assert_str_eq(chain(), "+++++++++++++++++-");
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

SUITE_MAIN("dns/chain", follows_aliases,
	   follows_aliases_in_any_order_and_spelling,
	   other_names_are_not_on_the_chain, alias_loops_end,
	   follows_a_bounded_number_of_aliases, follows_dnames,
	   a_dname_says_nothing_about_its_own_name,
	   one_dname_serves_several_times,
	   questions_and_other_opcodes_have_no_chain)
