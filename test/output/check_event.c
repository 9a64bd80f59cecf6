// SPDX-License-Identifier: MIT
#include "output/event.h"

#include "suite.h"

#include <errno.h>
#include <limits.h>

START_TEST(every_kind_has_a_name_of_its_own)
{
	for (int i = 0; i < EVENT_KINDS; i++) {
		const char *name = event_name((enum event_kind)i);

		ck_assert_ptr_nonnull(name);
		for (int j = 0; j < i; j++)
			ck_assert_str_ne(name, event_name((enum event_kind)j));
	}
	ck_assert_str_eq(event_name(EVENT_DNS_QUERY), "dns.query");
	ck_assert_str_eq(event_name(EVENT_PROCESS_UDP_V6), "process.udp_v6");
	ck_assert_str_eq(event_name(EVENT_EGRETS_LOST), "egrets.lost");
}
END_TEST

START_TEST(results_are_words_and_errors_are_symbols)
{
	static const struct {
		enum event_result result;
		int error;
		const char *text;
	} cases[] = {
		{EVENT_RESULT_PENDING, 0, "pending"},
		{EVENT_RESULT_ESTABLISHED, 0, "established"},
		{EVENT_RESULT_ABORTED, 0, "aborted"},
		{EVENT_RESULT_FAILED, ECONNREFUSED, "ECONNREFUSED"},
		{EVENT_RESULT_FAILED, ETIMEDOUT, "ETIMEDOUT"},
		{EVENT_RESULT_FAILED, EHOSTUNREACH, "EHOSTUNREACH"},
		{EVENT_RESULT_FAILED, EPERM, "EPERM"},
		{EVENT_RESULT_FAILED, ENETUNREACH, "ENETUNREACH"},
		{EVENT_RESULT_FAILED, EADDRNOTAVAIL, "EADDRNOTAVAIL"},
		{EVENT_RESULT_FAILED, 41, "ERRNO41"},
		{EVENT_RESULT_FAILED, -1, "ERRNO-1"},
		{EVENT_RESULT_FAILED, 524, "ERRNO524"},
		{EVENT_RESULT_FAILED, 0, "ERRNO0"},
		{EVENT_RESULT_FAILED, INT_MIN, "ERRNO-2147483648"},
	};
	struct event_connection connection = {.result = EVENT_RESULT_NONE};
	char buf[EVENT_RESULT_TEXT];

	ck_assert_ptr_null(event_result_text(&connection, buf));
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		connection.result = cases[i].result;
		connection.error = cases[i].error;
		ck_assert_str_eq(event_result_text(&connection, buf),
				 cases[i].text);
	}
}
END_TEST

SUITE_MAIN("output/event", every_kind_has_a_name_of_its_own,
	   results_are_words_and_errors_are_symbols)
