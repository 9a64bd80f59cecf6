// SPDX-License-Identifier: MIT
#include "output/json_fixture.h"

#include <errno.h>

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

START_TEST(frames_have_an_interface_and_no_network)
{
	struct event event = sample_connection();

	event.kind = EVENT_PROCESS_PACKET;
	event.frame = (struct event_frame){
		.ifindex = 2, .interface = "eth0", .protocol = 2054};
	ck_assert_in_line(&event, "\"action\":\"process.packet\",\"type\":["
				  "\"info\"]");
	ck_assert_in_line(&event, "\"frame\":{\"interface\":\"eth0\","
				  "\"ifindex\":2,\"ethertype\":2054}");
	ck_assert_in_line(&event, "\"name\":\"curl\"");
	ck_assert_not_in_line(&event, "\"destination\"");
	ck_assert_not_in_line(&event, "\"result\"");
	event.frame = (struct event_frame){.ifindex = 2};
	ck_assert_in_line(&event, "\"frame\":{\"ifindex\":2}");
}
END_TEST

START_TEST(programs_are_of_another_category)
{
	struct event event = sample_full_connection();

	ck_assert_in_line(&event, "\"category\":[\"network\"]");
	event.kind = EVENT_PROCESS_EXEC;
	ck_assert_in_line(&event, "\"category\":[\"process\"]");
	ck_assert_in_line(&event, "\"action\":\"process.exec\",\"type\":["
				  "\"start\"]");
	ck_assert_not_in_line(&event, "\"destination\"");
	ck_assert_not_in_line(&event, "exit_code");
	event.kind = EVENT_PROCESS_EXIT;
	event.exit = (struct event_exit){.code = 3, .lived_ns = 1500000};
	ck_assert_in_line(&event, "\"action\":\"process.exit\",\"type\":["
				  "\"end\"],\"duration\":1500000");
	ck_assert_in_line(&event, "\"exit_code\":3");
	ck_assert_not_in_line(&event, "\"signal\"");
	event.exit.signal = 9;
	ck_assert_in_line(&event, "\"signal\":9");
	ck_assert_not_in_line(&event, "exit_code");
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
	event.connection.protocol = IPPROTO_UDP;
	ck_assert_in_line(&event, "\"transport\":\"udp\"");
	ck_assert_not_in_line(&event, "retransmits");
}
END_TEST

START_TEST(calls_of_sockets_are_of_one_end_or_two)
{
	struct event event = sample_socket(EVENT_SOCKET_LISTEN);

	event.socket.backlog = 7;
	ck_assert_in_line(&event, "\"action\":\"socket.listen\",\"type\":["
				  "\"info\"],\"outcome\":\"success\"}");
	ck_assert_in_line(&event, "\"source\":{\"ip\":\"0.0.0.0\"");
	ck_assert_in_line(&event, "\"network\":{\"type\":\"ipv4\","
				  "\"transport\":\"tcp\"}");
	ck_assert_in_line(&event, "\"result\":\"ok\",\"socket\":{\"fd\":3,"
				  "\"family\":\"inet\",\"type\":\"stream\","
				  "\"backlog\":7}");
	ck_assert_not_in_line(&event, "destination");
	ck_assert_not_in_line(&event, "duration");

	event = sample_socket(EVENT_SOCKET_CONNECT);
	event.socket.connection.remote = sample_endpoint("31.13.71.36", 80);
	event.socket.connection.choice.name = "facebook.com";
	event.socket.connection.result = EVENT_RESULT_FAILED;
	event.socket.connection.error = EINPROGRESS;
	ck_assert_in_line(&event, "\"type\":[\"connection\",\"start\"]");
	ck_assert_in_line(&event, "\"port\":80,\"domain\":\"facebook.com\"}");
	ck_assert_in_line(&event, "\"result\":\"EINPROGRESS\"");

	event = sample_socket(EVENT_SOCKET_BIND);
	event.socket.connection.local = (struct endpoint){0};
	event.socket.family = 1;
	event.socket.path = "/run/\"a";
	ck_assert_in_line(&event, "\"path\":\"/run/\\\"a\"");
	ck_assert_not_in_line(&event, "\"network\":{");
	ck_assert_not_in_line(&event, "source");

	event = sample_socket(EVENT_SOCKET_SETSOCKOPT);
	event.socket.level = 1;
	event.socket.option = 2;
	event.socket.has_number = true;
	event.socket.number = INT32_MIN;
	ck_assert_in_line(&event, "\"level\":\"SOL_SOCKET\",\"option\":"
				  "\"SO_REUSEADDR\",\"value\":-2147483648}");
	event.socket.has_number = false;
	event.socket.text = "reno";
	ck_assert_in_line(&event, "\"text\":\"reno\"}");
}
END_TEST

START_TEST(an_end_of_a_socket_has_its_bytes)
{
	struct event event = sample_socket(EVENT_SOCKET_CLOSE);

	event.socket.fd = -1;
	event.socket.connection.traffic = sample_flow().connection.traffic;
	event.socket.connection.result = EVENT_RESULT_CLOSED;
	ck_assert_in_line(&event, "\"type\":[\"connection\",\"end\"]");
	/* Datagrams come from many, who may all be somebody else. */
	ck_assert_in_line(&event, "\"port\":8080,\"bytes\":75,\"packets\":7},"
				  "\"destination\":{\"bytes\":5000000000,"
				  "\"packets\":9}");
	ck_assert_not_in_line(&event, "\"fd\"");
	event.socket.connection.remote = sample_endpoint("31.13.71.36", 80);
	ck_assert_in_line(&event, "\"port\":80,\"bytes\":5000000000,"
				  "\"packets\":9}");
	ck_assert_in_line(&event, "\"retransmits\":2,\"rtt_us\":250");
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
	choice->unsure = true;
	choice->candidates = 2;
	choice->candidate[0] = "a";
	choice->candidate[1] = "b,c";
	ck_assert_in_line(&event,
			  "\"dns\":{\"via\":\"netns\",\"stale\":true,"
			  "\"unsure\":true,\"candidates\":[\"a\",\"b,c\"],"
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
	event->container.name = value;
	event->container.parent = value;
	event->container.project = value;
	event->container.service = value;
	event->process.unit = value;
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
	   a_bare_connection_leaves_out_what_is_not_known,
	   a_full_connection_has_all_its_fields,
	   protocols_have_family_and_transport,
	   frames_have_an_interface_and_no_network,
	   programs_are_of_another_category,
	   flows_have_their_bytes_on_the_side_that_sent_them,
	   calls_of_sockets_are_of_one_end_or_two,
	   an_end_of_a_socket_has_its_bytes,
	   outcomes_are_those_that_the_schema_allows,
	   candidates_are_listed_and_counted, arguments_keep_their_bounds,
	   a_loss_is_counted, hostile_bytes_stay_in_their_string,
	   every_byte_as_a_value_gives_a_valid_line)
