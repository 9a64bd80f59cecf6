// SPDX-License-Identifier: MIT
#include "dns/message.h"
#include "suite.h"

#include <string.h>

START_TEST(names_types)
{
	char buf[DNS_CODE_TEXT];

	ck_assert_str_eq(dns_type_text(DNS_TYPE_A, buf), "A");
	ck_assert_str_eq(dns_type_text(DNS_TYPE_AAAA, buf), "AAAA");
	ck_assert_str_eq(dns_type_text(DNS_TYPE_PTR, buf), "PTR");
	ck_assert_str_eq(dns_type_text(DNS_TYPE_DNAME, buf), "DNAME");
	ck_assert_str_eq(dns_type_text(DNS_TYPE_HTTPS, buf), "HTTPS");
	ck_assert_str_eq(dns_type_text(46, buf), "RRSIG");
	ck_assert_str_eq(dns_type_text(DNS_TYPE_ANY, buf), "ANY");
	ck_assert_str_eq(dns_type_text(257, buf), "CAA");
	ck_assert_str_eq(dns_type_text(32769, buf), "DLV");
}
END_TEST

START_TEST(numbers_types_without_a_name)
{
	char buf[DNS_CODE_TEXT];

	ck_assert_str_eq(dns_type_text(0, buf), "TYPE0");
	ck_assert_str_eq(dns_type_text(54, buf), "TYPE54");
	ck_assert_str_eq(dns_type_text(248, buf), "TYPE248");
	ck_assert_str_eq(dns_type_text(65535, buf), "TYPE65535");
}
END_TEST

START_TEST(names_response_codes)
{
	char buf[DNS_CODE_TEXT];

	ck_assert_str_eq(dns_rcode_text(0, buf), "NOERROR");
	ck_assert_str_eq(dns_rcode_text(2, buf), "SERVFAIL");
	ck_assert_str_eq(dns_rcode_text(3, buf), "NXDOMAIN");
	ck_assert_str_eq(dns_rcode_text(5, buf), "REFUSED");
	ck_assert_str_eq(dns_rcode_text(16, buf), "BADVERS");
	ck_assert_str_eq(dns_rcode_text(23, buf), "BADCOOKIE");
	ck_assert_str_eq(dns_rcode_text(12, buf), "RCODE12");
	ck_assert_str_eq(dns_rcode_text(24, buf), "RCODE24");
	ck_assert_str_eq(dns_rcode_text(4095, buf), "RCODE4095");
}
END_TEST

START_TEST(every_code_fits_its_buffer)
{
	char buf[DNS_CODE_TEXT];

	for (uint32_t code = 0; code <= UINT16_MAX; code++) {
		ck_assert_uint_lt(strlen(dns_type_text((uint16_t)code, buf)),
				  DNS_CODE_TEXT);
		ck_assert_uint_lt(strlen(dns_rcode_text((uint16_t)code, buf)),
				  DNS_CODE_TEXT);
	}
}
END_TEST

SUITE_MAIN("dns/code", names_types, numbers_types_without_a_name,
	   names_response_codes, every_code_fits_its_buffer)
