// SPDX-License-Identifier: MIT
#include "output/json.h"

#include "output/json_checker.h"
#include "output/samples.h"
#include "suite.h"

#include <errno.h>

/* Storage of the one message that a test needs. */
static struct dns_message message;
static struct writer writer;

/* The event's line, checked; NUL-terminated. */
static const char *line_of(const struct event *event)
{
	writer_deinit(&writer);
	json_format(&writer, event, SAMPLE_WALL_OFFSET_NS);
	ck_assert(!writer_failed(&writer));
	ck_assert_msg(json_is_line(writer.text, writer.len), "%.*s",
		      (int)writer.len, writer.text);
	writer_char(&writer, '\0');
	return writer.text;
}

#define ck_assert_line(event, want) ck_assert_str_eq(line_of(event), want "\n")
#define ck_assert_in_line(event, part) \
	ck_assert_ptr_nonnull(strstr(line_of(event), part))
#define ck_assert_not_in_line(event, part) \
	ck_assert_ptr_null(strstr(line_of(event), part))

#define LINE_START(action, type)                                    \
	"{\"@timestamp\":\"2023-11-14T22:13:20.500000000Z\","       \
	"\"ecs\":{\"version\":\"8.11.0\"},"                         \
	"\"event\":{\"kind\":\"event\",\"category\":[\"network\"]," \
	"\"dataset\":\"egrets\",\"action\":\"" action "\",\"type\":[" type "]"
#define DNS_PROTOCOL "\"connection\",\"protocol\""
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

START_TEST(the_checker_rejects_what_is_not_strict)
{
	static const char good[] = "{\"a\":[1,0,\"\\ud83d\\udc26\\n\",true]}";
	static const char *const bad[] = {
		"",
		"{",
		"{}",
		"[]",
		"{\"a\":1,}",
		"{\"a\":1,\"a\":2}",
		"{\"a\":01}",
		"{\"a\":null}",
		"{\"a\":\"\x1b\"}",
		"{\"a\":\"\xff\"}",
		"{\"a\":\"\xc2\x9b\"}",
		"{\"a\":\"\\ud800\"}",
		"{\"a\":\"\\x41\"}",
		"{\"a\":1}x",
		"{\"a\" :1}",
		"{a:1}",
		"{\"a\":\"",
		"[1,]",
	};

	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		ck_assert_msg(!json_is_valid(bad[i], strlen(bad[i])), "%s",
			      bad[i]);
	ck_assert(json_is_valid(good, strlen(good)));
	ck_assert(!json_is_line("{\"a\":1}", 7));
	ck_assert(!json_is_line("{\"a\":1}\n\n", 9));
}
END_TEST

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

START_TEST(a_bare_connection_leaves_out_what_is_not_known)
{
	struct event event = sample_connection();

	event.process = (struct event_process){0};
	event.connection.choice = (struct names_choice){.stale = true};
	ck_assert_line(
		&event,
		LINE_START("process.tcp_v4",
			   "\"connection\",\"start\"") "},"
						       "\"destination\":{"
						       "\"address\":\"31.13.71."
						       "36\","
						       "\"ip\":\"31.13.71.36\","
						       "\"port\":80},"
						       "\"network\":{\"type\":"
						       "\"ipv4\",\"transport\":"
						       "\"tcp\","
						       "\"direction\":"
						       "\"egress\"}}");
}
END_TEST

START_TEST(a_full_connection_has_all_its_fields)
{
	struct event event = sample_full_connection();

	ck_assert_line(
		&event,
		LINE_START(
			"process.tcp_v4",
			"\"connection\",\"start\"") ",\"outcome\":\"success\","
						    "\"duration\":12345678},"
						    "\"process\":{\"pid\":2074,"
						    "\"name\":\"curl\","
						    "\"executable\":\"/usr/bin/"
						    "curl\",\"args\":[\"curl\","
						    "\"-s\","
						    "\"http://facebook.com/\"],"
						    "\"command_line\":\"curl "
						    "-s http://facebook.com/\","
						    "\"parent\":{\"pid\":1},"
						    "\"thread\":{\"id\":2075}},"
						    "\"user\":{\"id\":\"1000\"}"
						    ","
						    "\"source\":{\"ip\":\"10.0."
						    "0.2\",\"port\":51234},"
						    "\"destination\":{"
						    "\"address\":\"31.13.71."
						    "36\","
						    "\"ip\":\"31.13.71.36\","
						    "\"port\":80,"
						    "\"domain\":\"facebook."
						    "com\"},"
						    "\"network\":{\"type\":"
						    "\"ipv4\",\"transport\":"
						    "\"tcp\","
						    "\"direction\":\"egress\"},"
						    "\"container\":{\"id\":"
						    "\"0123456789abcdef\","
						    "\"runtime\":\"docker\","
						    "\"image\":{\"name\":"
						    "\"nginx:1.25\"}},"
						    "\"egrets\":{\"result\":"
						    "\"established\","
						    "\"dns\":{\"via\":"
						    "\"process\"},\"netns\":"
						    "4026531840,"
						    "\"process\":{\"start_"
						    "ticks\":12345},"
						    "\"cgroup\":{\"id\":7321,"
						    "\"name\":\"docker-0123."
						    "scope\"},"
						    "\"container\":{"
						    "\"hostname\":\"web\","
						    "\"ip\":\"172.17.0.2\"}}}");
}
END_TEST

#define V4 "192.0.2.1"
#define V6 "2001:db8::1"

START_TEST(protocols_have_family_and_transport)
{
	static const struct {
		const char *remote;
		uint8_t protocol;
		const char *network;
	} cases[] = {
		{V4, IPPROTO_TCP, "\"ipv4\",\"transport\":\"tcp\""},
		{V6, IPPROTO_TCP, "\"ipv6\",\"transport\":\"tcp\""},
		{V4, IPPROTO_UDP, "\"ipv4\",\"transport\":\"udp\""},
		{V6, IPPROTO_UDP, "\"ipv6\",\"transport\":\"udp\""},
		{V4, IPPROTO_ICMP, "\"ipv4\",\"transport\":\"icmp\""},
		{V6, IPPROTO_ICMPV6, "\"ipv6\",\"transport\":\"ipv6-icmp\""},
		{V4, IPPROTO_SCTP, "\"ipv4\",\"transport\":\"sctp\""},
		{V6, IPPROTO_GRE, "\"ipv6\",\"iana_number\":\"47\""},
	};
	struct event event = sample_connection();

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		event.connection.remote = sample_endpoint(cases[i].remote, 0);
		event.connection.protocol = cases[i].protocol;
		ck_assert_in_line(&event, cases[i].network);
	}
}
END_TEST

START_TEST(flows_have_their_bytes_on_the_side_that_sent_them)
{
	struct event event = sample_flow();

	ck_assert_in_line(&event,
			  "\"action\":\"flow\",\"type\":[\"connection\","
			  "\"end\"],\"outcome\":\"success\","
			  "\"duration\":1500000");
	ck_assert_in_line(&event, "\"source\":{\"ip\":\"10.0.0.1\","
				  "\"port\":4000,\"bytes\":75,\"packets\":7}");
	ck_assert_in_line(&event, "\"domain\":\"facebook.com\","
				  "\"bytes\":5000000000,\"packets\":9}");
	ck_assert_in_line(&event, "\"direction\":\"egress\"");
	ck_assert_in_line(&event, "\"result\":\"closed\"");
	ck_assert_in_line(&event, "\"retransmits\":2,\"rtt_us\":250");
	event.connection.is_inbound = true;
	event.connection.is_old = true;
	ck_assert_in_line(&event, "\"source\":{\"ip\":\"31.13.71.36\","
				  "\"port\":80,\"bytes\":5000000000,"
				  "\"packets\":9}");
	ck_assert_in_line(&event, "\"port\":4000,\"bytes\":75,\"packets\":7}");
	ck_assert_in_line(&event, "\"direction\":\"ingress\"");
	ck_assert_not_in_line(&event, "duration");
	event.connection.result = EVENT_RESULT_OPEN;
	ck_assert_in_line(&event, "\"type\":[\"connection\",\"info\"]");
	event.connection.result = EVENT_RESULT_FAILED;
	event.connection.error = ECONNRESET;
	ck_assert_in_line(&event, "\"outcome\":\"failure\"");
	ck_assert_in_line(&event, "\"result\":\"ECONNRESET\"");
}
END_TEST

START_TEST(outcomes_are_those_that_the_schema_allows)
{
	struct event event = sample_connection();

	event.connection.duration_ns = 5;
	ck_assert_not_in_line(&event, "outcome");
	ck_assert_not_in_line(&event, "duration");
	ck_assert_not_in_line(&event, "result");
	event.connection.result = EVENT_RESULT_PENDING;
	ck_assert_in_line(&event, "\"outcome\":\"unknown\"}");
	ck_assert_in_line(&event, "\"result\":\"pending\"");
	event.connection.result = EVENT_RESULT_ABORTED;
	ck_assert_in_line(&event, "\"outcome\":\"unknown\",\"duration\":5}");
	ck_assert_in_line(&event, "\"result\":\"aborted\"");
	event.connection.result = EVENT_RESULT_FAILED;
	event.connection.error = ETIMEDOUT;
	ck_assert_in_line(&event, "\"outcome\":\"failure\",\"duration\":5}");
	ck_assert_in_line(&event, "\"result\":\"ETIMEDOUT\"");
}
END_TEST

START_TEST(candidates_are_listed_and_counted)
{
	struct event event = sample_connection();
	struct names_choice *choice = &event.connection.choice;

	choice->via = NAMES_VIA_NETNS;
	choice->stale = true;
	choice->candidates = 2;
	choice->candidate[0] = "a";
	choice->candidate[1] = "b,c";
	ck_assert_in_line(&event, "\"dns\":{\"via\":\"netns\",\"stale\":true,"
				  "\"candidates\":[\"a\",\"b,c\"],"
				  "\"candidates_total\":2}");
	choice->candidates = 1000;
	for (int i = 0; i < NAMES_CANDIDATES; i++)
		choice->candidate[i] = "x";
	ck_assert_in_line(&event, "\"x\",\"x\"],\"candidates_total\":1000}");
}
END_TEST

START_TEST(arguments_keep_their_bounds)
{
	struct event event = sample_connection();

	event.process.args = "a b\0\0\"c\"\0";
	event.process.args_len = 10;
	ck_assert_in_line(&event, "\"args\":[\"a b\",\"\",\"\\\"c\\\"\",\"\"],"
				  "\"command_line\":\"a b  \\\"c\\\" \"");
	/* Cut: the last has no NUL. */
	event.process.args = "abcdef";
	event.process.args_len = 3;
	event.process.args_cut = true;
	ck_assert_in_line(&event,
			  "\"args\":[\"abc\"],\"command_line\":\"abc\"");
	ck_assert_in_line(&event, "\"args_cut\":true");
	event.process.args_len = 0;
	ck_assert_not_in_line(&event, "\"args\"");
}
END_TEST

START_TEST(a_loss_is_counted)
{
	struct event event = {.kind = EVENT_EGRETS_LOST,
			      .time_ns = SAMPLE_TIME_NS,
			      .lost = {.source = "perf", .count = UINT64_MAX}};

	ck_assert_line(
		&event,
		LINE_START("egrets.lost",
			   "\"info\"") "},\"egrets\":{\"lost\":{\"source\":"
				       "\"perf\","
				       "\"count\":18446744073709551615}}}");
}
END_TEST

static void set_strings(struct event *event, const char *value, size_t len)
{
	event->process.comm = value;
	event->process.executable = value;
	event->process.cgroup = value;
	event->process.args = value;
	event->process.args_len = len + 1;
	event->container.id = value;
	event->container.engine = value;
	event->container.image = value;
	event->container.hostname = value;
	event->container.ip = value;
}

START_TEST(hostile_bytes_stay_in_their_string)
{
	static const char *const hostile[] = {
		"\x1b]0;owned\a",
		"a\n{\"event\":1}",
		"\",\"pid\":1,\"x\":\"",
		"\\",
		"\\\"",
		"\xff\xfe",
		"\xc2\x9b",
		"\xe2\x80\xae"
		"gpj.exe",
		"\xf0\x9f\x90",
		"\xed\xa0\x80",
		"\r\t\v\x7f",
	};

	for (size_t i = 0; i < sizeof(hostile) / sizeof(*hostile); i++) {
		const char *bad = hostile[i];
		struct event event = sample_full_connection();

		set_strings(&event, bad, strlen(bad));
		event.connection.choice.name = bad;
		event.connection.choice.candidates = 1;
		event.connection.choice.candidate[0] = bad;
		line_of(&event);

		event = sample_answer(&message);
		sample_process(&event);
		set_strings(&event, bad, strlen(bad));
		strcpy(message.name, bad);
		sample_value_record(&message, DNS_TYPE_CNAME, bad);
		line_of(&event);
	}
}
END_TEST

START_TEST(every_byte_as_a_value_gives_a_valid_line)
{
	for (unsigned int byte = 0; byte < 256; byte++) {
		struct event event = sample_full_connection();
		char value[2] = {(char)byte, '\0'};

		set_strings(&event, value, 1);
		event.connection.choice.name = value;
		line_of(&event);
	}
}
END_TEST

SUITE_MAIN("output/json", the_checker_rejects_what_is_not_strict,
	   a_query_says_what_is_known, a_query_says_who_asked,
	   a_timeout_is_a_failed_query, an_answer_holds_the_whole_exchange,
	   an_answer_says_what_is_wrong_with_it,
	   u_labels_are_told_if_they_are_known, flags_and_opcodes_have_names,
	   answers_have_their_owners_and_classes,
	   addresses_that_come_along_are_resolved_ones,
	   a_message_without_a_question_has_none, classes_are_words_or_numbers,
	   a_bare_connection_leaves_out_what_is_not_known,
	   a_full_connection_has_all_its_fields,
	   protocols_have_family_and_transport,
	   flows_have_their_bytes_on_the_side_that_sent_them,
	   outcomes_are_those_that_the_schema_allows,
	   candidates_are_listed_and_counted, arguments_keep_their_bounds,
	   a_loss_is_counted, hostile_bytes_stay_in_their_string,
	   every_byte_as_a_value_gives_a_valid_line)
