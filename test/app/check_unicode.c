// SPDX-License-Identifier: MIT
#include "unicode.h"
#include "suite.h"

#include <string.h>

static char buf[UNICODE_NAME_MAX];

static const char *unicode_of(const char *name)
{
	return unicode_name(name, buf);
}

START_TEST(a_labels_become_u_labels)
{
	ck_assert_str_eq(unicode_of("xn--bcher-kva.example"), "bücher.example");
	ck_assert_str_eq(unicode_of("www.XN--Bcher-KVA.Example"),
			 "www.Bücher.Example");
	ck_assert_str_eq(unicode_of("xn--fsqu00a.xn--0zwm56d"), "例子.测试");
	ck_assert_str_eq(unicode_of("_http._tcp.xn--bcher-kva.example"),
			 "_http._tcp.bücher.example");
	/* Not what IDNA2003 would make of it: a sharp s is no ss. */
	ck_assert_str_eq(unicode_of("xn--strae-oqa.example"), "straße.example");
}
END_TEST

START_TEST(other_names_stay_as_they_are)
{
	ck_assert_ptr_null(unicode_of("example.com"));
	ck_assert_ptr_null(unicode_of("."));
	ck_assert_ptr_null(unicode_of(""));
	ck_assert_ptr_null(unicode_of("axn--bcher-kva.example"));
	ck_assert_ptr_null(unicode_of("xn-.example"));
	ck_assert_ptr_null(unicode_of("a\\.xn--bcher-kva.example"));
	ck_assert_ptr_null(unicode_of("a\\.b.xn--bcher-kva.example"));
}
END_TEST

START_TEST(invalid_a_labels_stay_as_they_are)
{
	/* Nothing, no punycode, ASCII, and a character that IDNA forbids. */
	ck_assert_ptr_null(unicode_of("xn--.example"));
	ck_assert_ptr_null(unicode_of("xn--\x80.example"));
	ck_assert_ptr_null(unicode_of("xn--a.example"));
	ck_assert_ptr_null(unicode_of("xn--abc-.example"));
	ck_assert_ptr_null(unicode_of("xn--99999999.example"));
	ck_assert_ptr_null(unicode_of("xn--n3h--.example"));
	/* A capital, a mark of direction, and digits out of their script. */
	ck_assert_ptr_null(unicode_of("xn--Bcher-kva9.example"));
	ck_assert_ptr_null(unicode_of("xn--a-ecp.example"));
	/* One of two: neither. */
	ck_assert_ptr_null(unicode_of("xn--bcher-kva.xn--a.example"));
}
END_TEST

/* No label is longer than 63 bytes, no name longer than 253. */
START_TEST(the_longest_names_fit)
{
	char name[1200] = "";

	for (int i = 0; i < 17; i++)
		strcat(name, "xn--bcher-kva.");
	strcat(name, "example");
	ck_assert_ptr_nonnull(unicode_of(name));
	for (int i = 0; i < 60; i++)
		strcat(name, ".xn--bcher-kva");
	ck_assert_ptr_null(unicode_of(name));
}
END_TEST

SUITE_MAIN("app/unicode", a_labels_become_u_labels,
	   other_names_stay_as_they_are, invalid_a_labels_stay_as_they_are,
	   the_longest_names_fit)
