// SPDX-License-Identifier: MIT
#include "output/json_fixture.h"

#define DNS_ENDPOINTS                                                    \
	"\"source\":{\"ip\":\"10.0.0.2\",\"port\":40000},"               \
	"\"destination\":{\"address\":\"10.0.0.1\",\"ip\":\"10.0.0.1\"," \
	"\"port\":53}"
#define ANSWER	     "{\"name\":\"facebook.com\",\"type\":\""
#define DATA	     "\",\"class\":\"IN\",\"ttl\":60,\"data\":\""
#define ANSWER_ALIAS ANSWER "CNAME" DATA "b.example\"}"
#define ANSWER_V4    ANSWER "A" DATA "31.13.71.36\"}"
#define ANSWER_V6    ANSWER "AAAA" DATA "2001:db8::1\"}"
#define ANSWER_HINT  ANSWER "HTTPS" DATA "1 . ipv4hint=192.0.2.1\"}"
#define DNS_ID	     "\"id\":\"4660\","
#define DNS_QUESTION                               \
	"\"question\":{\"name\":\"facebook.com\"," \
	"\"type\":\"A\",\"class\":\"IN\"}"

START_TEST(a_query_says_what_is_known)
{
	struct event event = sample_query(&message);

	ck_assert_line(
		&event,
		LINE_START("dns.query",
			   DNS_PROTOCOL) "}," DNS_ENDPOINTS
					 ",\"network\":{\"type\":\"ipv4\","
					 "\"protocol\":\"dns\"},"
					 "\"dns\":{\"type\":"
					 "\"query\"," DNS_ID DNS_QUESTION "}}");
}
END_TEST

START_TEST(a_query_says_who_asked)
{
	struct event event = sample_query(&message);

	sample_process(&event);
	sample_container(&event);
	event.dns.protocol = IPPROTO_UDP;
	ck_assert_line(
		&event,
		LINE_START("dns.query",
			   DNS_PROTOCOL) "},"
					 "\"process\":{\"pid\":2074,\"name\":"
					 "\"curl\","
					 "\"parent\":{\"pid\":1},\"thread\":{"
					 "\"id\":2075}},"
					 "\"user\":{\"id\":\"1000\"}"
					 "," DNS_ENDPOINTS
					 ",\"network\":{\"type\":\"ipv4\","
					 "\"transport\":\"udp\","
					 "\"protocol\":\"dns\",\"direction\":"
					 "\"egress\"},"
					 "\"dns\":{\"type\":"
					 "\"query\"," DNS_ID DNS_QUESTION "},"
					 "\"container\":{\"id\":"
					 "\"0123456789abcdef\","
					 "\"runtime\":\"docker\",\"image\":{"
					 "\"name\":\"nginx:1.25\"}},"
					 "\"egrets\":{\"process\":{\"start_"
					 "ticks\":12345},"
					 "\"container\":{\"hostname\":\"web\","
					 "\"ip\":\"172.17.0.2\"}}}");
}
END_TEST

START_TEST(a_timeout_is_a_failed_query)
{
	struct event event = sample_query(&message);

	event.kind = EVENT_DNS_TIMEOUT;
	event.dns.latency_ns = 5000000000;
	ck_assert_line(
		&event,
		LINE_START("dns.timeout",
			   DNS_PROTOCOL) ",\"outcome\":\"failure\","
					 "\"duration\":5000000000}"
					 "," DNS_ENDPOINTS
					 ",\"network\":{\"type\":\"ipv4\","
					 "\"protocol\":\"dns\"},"
					 "\"dns\":{\"type\":"
					 "\"query\"," DNS_ID DNS_QUESTION "}}");
}
END_TEST

START_TEST(an_answer_holds_the_whole_exchange)
{
	struct event event = sample_query(&message);

	event.kind = EVENT_DNS_ANSWER;
	event.dns.latency_ns = 532999;
	event.dns.protocol = IPPROTO_TCP;
	sample_value_record(&message, DNS_TYPE_CNAME, "b.example");
	sample_addr_record(&message, "31.13.71.36");
	sample_addr_record(&message, "2001:db8::1");
	ck_assert_line(
		&event,
		LINE_START("dns.answer",
			   DNS_PROTOCOL) ",\"outcome\":\"success\","
					 "\"duration\":532999}"
					 "," DNS_ENDPOINTS
					 ",\"network\":{\"type\":\"ipv4\","
					 "\"transport\":\"tcp\","
					 "\"protocol\":\"dns\"},"
					 "\"dns\":{\"type\":"
					 "\"answer\"," DNS_ID DNS_QUESTION
					 ",\"response_code\":\"NOERROR\","
					 "\"answers\":[" ANSWER_ALIAS
					 "," ANSWER_V4 "," ANSWER_V6 "],"
					 "\"resolved_ip\":[\"31.13.71.36\","
					 "\"2001:db8::1\"]}}");
}
END_TEST

START_TEST(an_answer_says_what_is_wrong_with_it)
{
	struct event event = sample_answer(&message);

	message.record[0].on_chain = false;
	message.answer_total = 9;
	message.rcode = 3;
	message.flags |= DNS_FLAG_TC;
	message.is_cut = true;
	event.dns.unsolicited = true;
	ck_assert_line(
		&event,
		LINE_START(
			"dns.answer",
			DNS_PROTOCOL) ",\"outcome\":\"failure\"}," DNS_ENDPOINTS
				      ",\"network\":{\"type\":\"ipv4\","
				      "\"protocol\":\"dns\"},"
				      "\"dns\":{\"type\":"
				      "\"answer\"," DNS_ID
				      "\"header_flags\":[\"TC\"]," DNS_QUESTION
				      ",\"response_code\":\"NXDOMAIN\","
				      "\"answers\":[" ANSWER_V4 "]},"
				      "\"egrets\":{\"unsolicited\":true,"
				      "\"dns\":{\"truncated\":true,\"cut\":"
				      "true,"
				      "\"records_total\":9}}}");
}
END_TEST

START_TEST(u_labels_are_told_if_they_are_known)
{
	struct event event = sample_query(&message);

	ck_assert_not_in_line(&event, "unicode");
	event.unicode = "b\xc3\xbc"
			"cher.example";
	ck_assert_in_line(&event, "\"egrets\":{\"dns\":{\"unicode\":"
				  "\"b\xc3\xbc"
				  "cher.example\"}}");
	event = sample_connection();
	event.unicode = "b\xc3\xbc"
			"cher.example";
	ck_assert_in_line(&event, "\"dns\":{\"via\":\"process\",\"unicode\":"
				  "\"b\xc3\xbc"
				  "cher.example\"}");
}
END_TEST

START_TEST(flags_and_opcodes_have_names)
{
	struct event event = sample_query(&message);

	message.flags = DNS_FLAG_RD | DNS_FLAG_CD | DNS_FLAG_AD | DNS_FLAG_RA |
			DNS_FLAG_AA | DNS_FLAG_RESPONSE | 0xf;
	message.dnssec_ok = true;
	message.opcode = 4;
	ck_assert_in_line(&event,
			  "\"id\":\"4660\",\"op_code\":\"NOTIFY\","
			  "\"header_flags\":[\"AA\",\"RD\",\"RA\",\"AD\","
			  "\"CD\",\"DO\"],\"question\":");
}
END_TEST

START_TEST(answers_have_their_owners_and_classes)
{
	struct event event = sample_query(&message);

	event.kind = EVENT_DNS_ANSWER;
	sample_value_record(&message, DNS_TYPE_CNAME, "b.example");
	sample_value_record(&message, DNS_TYPE_A, "\\# 4 c0000201");
	message.record[1].owner = message.record[0].value;
	message.record[1].class = 65280;
	ck_assert_in_line(&event, "{\"name\":\"b.example\",\"type\":\"A\","
				  "\"class\":\"CLASS65280\",\"ttl\":60,"
				  "\"data\":\"\\\\# 4 c0000201\"}]");
	ck_assert_not_in_line(&event, "resolved_ip");
}
END_TEST

/* What comes along names addresses, but is no answer; each is told once. */
START_TEST(addresses_that_come_along_are_resolved_ones)
{
	struct event event = sample_query(&message);

	event.kind = EVENT_DNS_ANSWER;
	message.type = DNS_TYPE_HTTPS;
	sample_value_record(&message, DNS_TYPE_HTTPS, "1 . ipv4hint=192.0.2.1");
	sample_addr_record(&message, "192.0.2.1");
	message.record[1].section = DNS_SECTION_HINT;
	sample_addr_record(&message, "192.0.2.1");
	message.record[2].section = DNS_SECTION_ADDITIONAL;
	sample_addr_record(&message, "192.0.2.2");
	message.record[3].section = DNS_SECTION_ADDITIONAL;
	sample_addr_record(&message, "192.0.2.3");
	message.record[4].section = DNS_SECTION_ADDITIONAL;
	message.record[4].on_chain = false;
	message.answer_count = message.answer_total = 1;
	ck_assert_in_line(&event, "\"answers\":[" ANSWER_HINT "],"
				  "\"resolved_ip\":["
				  "\"192.0.2.1\","
				  "\"192.0.2.2\"]}");
}
END_TEST

START_TEST(a_message_without_a_question_has_none)
{
	struct event event = sample_query(&message);

	message.question_count = 0;
	ck_assert_in_line(&event,
			  "\"dns\":{\"type\":\"query\",\"id\":\"4660\"}");
}
END_TEST

START_TEST(classes_are_words_or_numbers)
{
	static const struct {
		uint16_t class;
		const char *text;
	} cases[] = {
		{1, "\"class\":\"IN\"}"},
		{3, "\"class\":\"CH\"}"},
		{4, "\"class\":\"HS\"}"},
		{254, "\"class\":\"NONE\"}"},
		{255, "\"class\":\"ANY\"}"},
		{0, "\"class\":\"CLASS0\"}"},
		{65535, "\"class\":\"CLASS65535\"}"},
	};
	struct event event = sample_query(&message);

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		message.class = cases[i].class;
		ck_assert_in_line(&event, cases[i].text);
	}
}
END_TEST

SUITE_MAIN("output/json_dns", a_query_says_what_is_known,
	   a_query_says_who_asked, a_timeout_is_a_failed_query,
	   an_answer_holds_the_whole_exchange,
	   an_answer_says_what_is_wrong_with_it,
	   u_labels_are_told_if_they_are_known, flags_and_opcodes_have_names,
	   answers_have_their_owners_and_classes,
	   addresses_that_come_along_are_resolved_ones,
	   a_message_without_a_question_has_none, classes_are_words_or_numbers)
