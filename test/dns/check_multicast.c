// SPDX-License-Identifier: MIT
#include "dns/multicast.h"

#include "dns/ports.h"
#include "suite.h"

#include <stdlib.h>
#include <string.h>

static struct endpoint endpoint(const char *addr, uint16_t port)
{
	struct endpoint endpoint = {.port = port};

	ck_assert_int_eq(addr_parse(addr, &endpoint.addr), 0);
	return endpoint;
}

static bool is_group(const char *addr, uint16_t port)
{
	struct endpoint of = endpoint(addr, port);

	return dns_multicast_is_group(&of);
}

/* RFC 6762 3, RFC 4795 2 */
START_TEST(knows_the_groups)
{
	ck_assert(is_group("224.0.0.251", MDNS_PORT));
	ck_assert(is_group("ff02::fb", MDNS_PORT));
	ck_assert(is_group("224.0.0.252", LLMNR_PORT));
	ck_assert(is_group("ff02::1:3", LLMNR_PORT));
	ck_assert(!is_group("224.0.0.251", LLMNR_PORT));
	ck_assert(!is_group("224.0.0.251", DNS_PORT));
	ck_assert(!is_group("224.0.0.250", MDNS_PORT));
	ck_assert(!is_group("192.0.2.1", MDNS_PORT));
}
END_TEST

START_TEST(a_member_answers_for_its_group)
{
	static const struct {
		const char *from, *group;
		uint16_t port;
	} members[] = {
		{"192.0.2.1", "224.0.0.251", MDNS_PORT},
		{"fe80::1", "ff02::fb", MDNS_PORT},
		{"192.0.2.1", "224.0.0.252", LLMNR_PORT},
		{"fe80::1", "ff02::1:3", LLMNR_PORT},
	};
	struct endpoint from = endpoint("192.0.2.1", DNS_PORT), group, expected;

	ck_assert(!dns_multicast_group_of(&from, &group));
	for (size_t i = 0; i < sizeof(members) / sizeof(members[0]); i++) {
		from = endpoint(members[i].from, members[i].port);
		expected = endpoint(members[i].group, members[i].port);
		ck_assert(dns_multicast_group_of(&from, &group));
		ck_assert(endpoint_equal(&group, &expected));
	}
}
END_TEST

/* As avahi sends it: two questions, and an answer that it knows already. */
#define ASKED                                                      \
	"\0\0\0\0\0\2\0\1\0\0\0\0"                                 \
	"\4host\5local\0\0\1\0\1" /* host.local A, at 12 */        \
	"\300\14\0\34\200\1"	  /* AAAA, answered to us alone */ \
	"\300\14\0\1\200\1\0\0\0\170\0\4\300\0\2\1"

/* An announcement: one name, both families, and a service at that host. */
#define ANNOUNCED                                                       \
	"\0\0\204\0\0\0\0\3\0\0\0\1"                                    \
	"\4host\5local\0\0\1\200\1\0\0\0\170\0\4\300\0\2\1" /* at 12 */ \
	"\300\14\0\34\200\1\0\0\0\170\0\20"                             \
	"\376\200\0\0\0\0\0\0\0\0\0\0\0\0\0\1"                          \
	"\4_web\4_tcp\300\21\0\14\0\1\0\0\0\170\0\7\4site\300\102"      \
	"\300\14\0\1\200\1\0\0\0\170\0\4\300\0\2\2"

static void expect_subject(const struct dns_subject *subject, unsigned int at,
			   unsigned int type)
{
	ck_assert_uint_eq(subject->origin, at);
	ck_assert_uint_eq(subject->type, type);
}

START_TEST(a_query_is_about_its_questions)
{
	struct dns_subjects subjects;

	dns_subjects_read(ASKED, sizeof(ASKED) - 1, &subjects);
	ck_assert_uint_eq(subjects.count, 2);
	expect_subject(&subjects.subject[0], 12, DNS_TYPE_A);
	expect_subject(&subjects.subject[1], 12, DNS_TYPE_AAAA);
}
END_TEST

START_TEST(a_response_is_about_what_it_answers)
{
	struct dns_subjects subjects;

	dns_subjects_read(ANNOUNCED, sizeof(ANNOUNCED) - 1, &subjects);
	ck_assert_uint_eq(subjects.count, 3);
	expect_subject(&subjects.subject[0], 12, DNS_TYPE_A);
	expect_subject(&subjects.subject[1], 12, DNS_TYPE_AAAA);
	expect_subject(&subjects.subject[2], 66, DNS_TYPE_PTR);
}
END_TEST

START_TEST(of_a_message_cut_short_there_is_what_is_whole)
{
	struct dns_subjects subjects;
	size_t last = 0;

	for (size_t len = 0; len < sizeof(ANNOUNCED); len++) {
		char *bytes = malloc(len + 1);

		/* Of its very size: what is read behind it is found. */
		memcpy(bytes + 1, ANNOUNCED, len);
		dns_subjects_read(bytes + 1, len, &subjects);
		free(bytes);
		ck_assert_uint_ge(subjects.count, last);
		last = subjects.count;
	}
	ck_assert_uint_eq(last, 3);
}
END_TEST

START_TEST(no_more_subjects_than_there_is_room_for)
{
	static uint8_t bytes[12 + 5 * (DNS_SUBJECTS_MAX + 1)];
	struct dns_subjects subjects;

	bytes[5] = DNS_SUBJECTS_MAX + 1;
	dns_subjects_read(bytes, sizeof(bytes), &subjects);
	ck_assert_uint_eq(subjects.count, DNS_SUBJECTS_MAX);
}
END_TEST

static struct dns_message message;

static void parse_about(unsigned int subject)
{
	struct dns_subjects subjects;

	dns_subjects_read(ANNOUNCED, sizeof(ANNOUNCED) - 1, &subjects);
	ck_assert_uint_lt(subject, subjects.count);
	ck_assert_int_eq(
		dns_message_parse_about(ANNOUNCED, sizeof(ANNOUNCED) - 1,
					sizeof(ANNOUNCED) - 1,
					&subjects.subject[subject], &message),
		0);
	ck_assert_uint_eq(message.question_count, 1);
	ck_assert_uint_eq(message.class, DNS_CLASS_IN);
}

START_TEST(what_is_said_about_a_subject_is_on_its_chain)
{
	parse_about(0);
	ck_assert_str_eq(message.name, "host.local");
	ck_assert_uint_eq(message.type, DNS_TYPE_A);
	ck_assert_uint_eq(message.record_count, 3);
	ck_assert_uint_eq(message.record[0].class, DNS_CLASS_IN);
	ck_assert(message.record[0].on_chain);
	ck_assert(dns_record_has_addr(&message.record[0]));
	ck_assert(message.record[1].on_chain);
	ck_assert(!message.record[2].on_chain);
	ck_assert_str_eq(dns_record_owner(&message, &message.record[0]),
			 "host.local");
	ck_assert_str_eq(dns_record_owner(&message, &message.record[2]),
			 "_web._tcp.local");

	parse_about(2);
	ck_assert_str_eq(message.name, "_web._tcp.local");
	ck_assert_uint_eq(message.type, DNS_TYPE_PTR);
	ck_assert(!message.record[0].on_chain);
	ck_assert(!message.record[1].on_chain);
	ck_assert(message.record[2].on_chain);
}
END_TEST

START_TEST(a_query_about_its_second_question)
{
	struct dns_subject subject = {12, DNS_TYPE_AAAA};

	ck_assert_int_eq(dns_message_parse_about(ASKED, sizeof(ASKED) - 1,
						 sizeof(ASKED) - 1, &subject,
						 &message),
			 0);
	ck_assert(!message.is_response);
	ck_assert_str_eq(message.name, "host.local");
	ck_assert_uint_eq(message.type, DNS_TYPE_AAAA);
	ck_assert_uint_eq(message.class, DNS_CLASS_IN);
	ck_assert(!message.record[0].on_chain);
}
END_TEST

SUITE_MAIN("dns/multicast", knows_the_groups, a_member_answers_for_its_group,
	   a_query_is_about_its_questions, a_response_is_about_what_it_answers,
	   of_a_message_cut_short_there_is_what_is_whole,
	   no_more_subjects_than_there_is_room_for,
	   what_is_said_about_a_subject_is_on_its_chain,
	   a_query_about_its_second_question)
