// SPDX-License-Identifier: MIT
/* Lines about questions and answers. */
#include "output/text_fixture.h"

START_TEST(a_query_says_who_asked_whom)
{
	struct event event = sample_query(&message);

	ck_assert_line(&event, "INFO[0001] dns.query hostname=facebook.com "
			       "type=A server=10.0.0.1:53");
	sample_process(&event);
	sample_container(&event);
	event.netns = 4026531840;
	event.process.cgroup = "a.scope";
	event.dns.protocol = IPPROTO_TCP;
	ck_assert_line(&event, "INFO[0001] dns.query hostname=facebook.com "
			       "type=A comm=curl pid=2074 server=10.0.0.1:53 "
			       "transport=tcp container.image=nginx:1.25 "
			       "container.hostname=web container.ip=172.17.0.2 "
			       "container.id=0123456789abcdef");
	event.dns.protocol = IPPROTO_UDP;
	ck_assert_verbose(&event, "INFO[0001] dns.query hostname=facebook.com "
				  "type=A comm=curl pid=2074 "
				  "server=10.0.0.1:53 "
				  "container.image=nginx:1.25 "
				  "container.hostname=web "
				  "container.ip=172.17.0.2 "
				  "container.id=0123456789abcdef "
				  "client=10.0.0.2:40000 id=4660 uid=1000 "
				  "netns=4026531840 cgroup=a.scope "
				  "container.engine=docker");
}
END_TEST

START_TEST(a_message_without_a_name_has_an_empty_hostname)
{
	struct event event = sample_query(&message);

	message.name[0] = '\0';
	message.type = 0;
	ck_assert_starts(&event, "INFO[0001] dns.query hostname= type=TYPE0 ");
	strcpy(message.name, ".");
	message.type = DNS_TYPE_NS;
	ck_assert_starts(&event, "INFO[0001] dns.query hostname=. type=NS ");
}
END_TEST

START_TEST(an_answer_says_what_came_back_and_when)
{
	struct event event = sample_answer(&message);

	ck_assert_line(&event, "INFO[0001] dns.answer hostname=facebook.com "
			       "response=31.13.71.36 type=A "
			       "server=10.0.0.1:53 time_ms=0.532");
	sample_process(&event);
	sample_container(&event);
	event.dns.protocol = IPPROTO_TCP;
	message.flags |= DNS_FLAG_TC;
	message.is_cut = true;
	message.rcode = 2;
	message.answer_total = 9;
	ck_assert_line(&event,
		       "INFO[0001] dns.answer hostname=facebook.com "
		       "response=31.13.71.36 type=A rcode=SERVFAIL "
		       "comm=curl pid=2074 server=10.0.0.1:53 "
		       "transport=tcp time_ms=0.532 truncated=true cut=true "
		       "records_total=9 container.image=nginx:1.25 "
		       "container.hostname=web container.ip=172.17.0.2 "
		       "container.id=0123456789abcdef");
}
END_TEST

START_TEST(a_timeout_is_a_warning_with_the_question)
{
	struct event event = sample_query(&message);

	event.kind = EVENT_DNS_TIMEOUT;
	event.dns.latency_ns = 5000000000;
	sample_process(&event);
	ck_assert_line(&event, "WARN[0001] dns.timeout hostname=facebook.com "
			       "type=A comm=curl pid=2074 server=10.0.0.1:53");
}
END_TEST

START_TEST(an_unsolicited_answer_is_a_warning_without_a_time)
{
	struct event event = sample_answer(&message);

	event.dns.unsolicited = true;
	ck_assert_line(&event, "WARN[0001] dns.answer hostname=facebook.com "
			       "response=31.13.71.36 type=A "
			       "server=10.0.0.1:53 unsolicited=true");
}
END_TEST

START_TEST(addresses_and_aliases_are_listed_in_order)
{
	struct event event = sample_query(&message);

	event.kind = EVENT_DNS_ANSWER;
	sample_value_record(&message, DNS_TYPE_CNAME, "b.example");
	sample_value_record(&message, DNS_TYPE_CNAME, "c.example");
	sample_addr_record(&message, "192.0.2.2");
	sample_addr_record(&message, "192.0.2.1");
	sample_addr_record(&message, "2001:db8::1");
	ck_assert_in_line(&event,
			  " response=192.0.2.2,192.0.2.1,2001:db8::1 type=A "
			  "cname=b.example,c.example server=");
}
END_TEST

START_TEST(records_about_other_names_are_not_the_response)
{
	struct event event = sample_answer(&message);

	message.record[0].on_chain = false;
	sample_value_record(&message, DNS_TYPE_CNAME, "evil.example");
	message.record[1].on_chain = false;
	ck_assert_in_line(&event, " response=none type=A server=");
}
END_TEST

START_TEST(other_types_give_their_values_or_their_type)
{
	struct event event = sample_query(&message);

	event.kind = EVENT_DNS_ANSWER;
	message.type = DNS_TYPE_MX;
	sample_value_record(&message, DNS_TYPE_CNAME, "b.example");
	sample_value_record(&message, DNS_TYPE_MX, "10 mail.example");
	sample_value_record(&message, DNS_TYPE_MX, "20 b,c.example");
	sample_value_record(&message, DNS_TYPE_RRSIG, "MX 13 2");
	ck_assert_in_line(
		&event, " response=\"10 mail.example; 20 b,c.example\" type=MX "
			"cname=b.example ");

	/* An alias that was asked for is the response. */
	message.type = DNS_TYPE_CNAME;
	message.record_count = message.answer_count = 1;
	message.answer_total = 1;
	ck_assert_in_line(&event, " response=b.example type=CNAME server=");
	message.type = DNS_TYPE_ANY;
	ck_assert_in_line(&event, " response=b.example type=ANY server=");
}
END_TEST

START_TEST(a_failure_is_the_response)
{
	struct event event = sample_query(&message);

	event.kind = EVENT_DNS_ANSWER;
	message.rcode = 3;
	ck_assert_in_line(&event, " response=NXDOMAIN type=A rcode=NXDOMAIN ");
	sample_value_record(&message, DNS_TYPE_CNAME, "b.example");
	ck_assert_in_line(&event, " response=NXDOMAIN type=A cname=b.example "
				  "rcode=NXDOMAIN ");
	message.rcode = 12;
	ck_assert_in_line(&event, " response=RCODE12 ");
}
END_TEST

START_TEST(other_classes_and_opcodes_are_told)
{
	struct event event = sample_query(&message);

	message.type = 65280;
	message.class = 65281;
	message.opcode = 7;
	ck_assert_in_line(&event, " hostname=facebook.com type=TYPE65280 "
				  "class=CLASS65281 opcode=OPCODE7 server=");
	message.class = DNS_CLASS_CH;
	message.opcode = 5;
	ck_assert_in_line(&event, " class=CH opcode=UPDATE server=");
}
END_TEST

START_TEST(addresses_that_come_along_are_told)
{
	struct event event = sample_query(&message);

	event.kind = EVENT_DNS_ANSWER;
	message.type = DNS_TYPE_SRV;
	sample_value_record(&message, DNS_TYPE_SRV, "0 5 80 a.example");
	sample_value_record(&message, DNS_TYPE_SRV, "1 5 80 b.example");
	sample_addr_record(&message, "192.0.2.1");
	sample_addr_record(&message, "2001:db8::1");
	sample_addr_record(&message, "192.0.2.9");
	message.answer_count = message.answer_total = 2;
	for (size_t i = 2; i < 5; i++)
		message.record[i].section = DNS_SECTION_ADDITIONAL;
	message.record[4].on_chain = false;
	ck_assert_in_line(&event,
			  " response=\"0 5 80 a.example; 1 5 80 b.example\" "
			  "type=SRV additional=192.0.2.1,2001:db8::1 server=");
	/* Hints are within the value. */
	message.record[2].section = DNS_SECTION_HINT;
	ck_assert_in_line(&event, " additional=2001:db8::1 server=");
}
END_TEST

START_TEST(u_labels_are_a_detail)
{
	struct event event = sample_query(&message);

	event.unicode = "b\xc3\xbc"
			"cher\xe2\x80\xae.example";
	ck_assert_not_in_line(&event, "unicode");
	ck_assert_ptr_nonnull(strstr(line_of(&event, true),
				     " unicode=\"b\xc3\xbc"
				     "cher\\xe2\\x80\\xae.example\" client="));
	event = sample_connection();
	event.unicode = "b\xc3\xbc"
			"cher.example";
	ck_assert_not_in_line(&event, "unicode");
	ck_assert_ptr_nonnull(strstr(line_of(&event, true),
				     " dns.unicode=b\xc3\xbc"
				     "cher.example "));
}
END_TEST

START_TEST(flags_are_a_detail)
{
	struct event event = sample_query(&message);

	message.flags = DNS_FLAG_RD | DNS_FLAG_AD;
	message.dnssec_ok = true;
	ck_assert_ptr_null(strstr(line_of(&event, false), "flags="));
	ck_assert_ptr_nonnull(
		strstr(line_of(&event, true), " id=4660 flags=RD,AD,DO"));
}
END_TEST

START_TEST(a_comma_within_a_list_does_not_part_it)
{
	struct event event = sample_query(&message);

	event.kind = EVENT_DNS_ANSWER;
	message.type = DNS_TYPE_PTR;
	sample_value_record(&message, DNS_TYPE_PTR, "a,b.example");
	sample_value_record(&message, DNS_TYPE_PTR, ",");
	ck_assert_in_line(&event, " response=a\\044b.example,\\044 type=PTR ");
	strcpy(message.name, "a,b");
	ck_assert_in_line(&event, " hostname=a,b ");
}
END_TEST

SUITE_MAIN("output/text_dns", a_query_says_who_asked_whom,
	   a_message_without_a_name_has_an_empty_hostname,
	   an_answer_says_what_came_back_and_when,
	   a_timeout_is_a_warning_with_the_question,
	   an_unsolicited_answer_is_a_warning_without_a_time,
	   addresses_and_aliases_are_listed_in_order,
	   records_about_other_names_are_not_the_response,
	   other_types_give_their_values_or_their_type,
	   a_failure_is_the_response, other_classes_and_opcodes_are_told,
	   addresses_that_come_along_are_told, u_labels_are_a_detail,
	   flags_are_a_detail, a_comma_within_a_list_does_not_part_it)
