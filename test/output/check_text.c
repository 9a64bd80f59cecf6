// SPDX-License-Identifier: MIT
#include "output/text_fixture.h"

#include "base/utf8.h"

#include <errno.h>
#include <netinet/in.h>

#define PROCESS_LINE                                        \
	"INFO[0001] process.tcp_v4 comm=curl pid=2074 "     \
	"connection=31.13.71.36:80 dns.entry=facebook.com " \
	"container.image=none container.hostname=none container.ip=none"

START_TEST(the_three_sample_lines_are_reproduced)
{
	struct event event = sample_query(&message);

	ck_assert_starts(&event,
			 "INFO[0001] dns.query hostname=facebook.com type=A ");
	event = sample_answer(&message);
	ck_assert_starts(&event, "INFO[0001] dns.answer hostname=facebook.com "
				 "response=31.13.71.36 ");
	event = sample_connection();
	ck_assert_starts(&event, PROCESS_LINE " ");
}
END_TEST

START_TEST(seconds_have_four_digits_or_more)
{
	static const struct {
		uint64_t seconds;
		const char *start;
	} cases[] = {
		{0, "INFO[0000] "},	 {9, "INFO[0009] "},
		{10, "INFO[0010] "},	 {999, "INFO[0999] "},
		{1000, "INFO[1000] "},	 {9999, "INFO[9999] "},
		{10000, "INFO[10000] "}, {1234567, "INFO[1234567] "},
	};
	struct event event = sample_query(&message);

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		event.time_ns = SAMPLE_START_NS + 999999999 +
				cases[i].seconds * 1000000000;
		ck_assert_starts(&event, cases[i].start);
	}
	/* What happened before the start, happened at the start. */
	event.time_ns = 0;
	ck_assert_starts(&event, "INFO[0000] ");
}
END_TEST

START_TEST(a_connection_without_a_name_has_an_empty_entry)
{
	struct event event = sample_connection();

	event.connection.choice = (struct names_choice){.stale = true};
	ck_assert_line(&event, "INFO[0001] process.tcp_v4 comm=curl pid=2074 "
			       "connection=31.13.71.36:80 dns.entry= "
			       "container.image=none container.hostname=none "
			       "container.ip=none");
}
END_TEST

START_TEST(every_kind_of_connection_has_its_name)
{
	struct event event = sample_connection();

	event.connection.remote = sample_endpoint("2001:db8::1", 443);
	event.kind = EVENT_PROCESS_TCP_V6;
	ck_assert_starts(&event, "INFO[0001] process.tcp_v6 comm=curl pid=2074 "
				 "connection=[2001:db8::1]:443 ");
	event.kind = EVENT_PROCESS_UDP_V4;
	ck_assert_starts(&event, "INFO[0001] process.udp_v4 ");
	event.kind = EVENT_PROCESS_UDP_V6;
	ck_assert_starts(&event, "INFO[0001] process.udp_v6 ");
	event.connection.remote.port = 0;
	event.kind = EVENT_PROCESS_ICMP_V6;
	ck_assert_starts(&event,
			 "INFO[0001] process.icmp_v6 comm=curl pid=2074 "
			 "connection=2001:db8::1 dns.entry=");
	event.kind = EVENT_PROCESS_SCTP;
	ck_assert_starts(&event, "INFO[0001] process.sctp ");
	event.kind = EVENT_PROCESS_RAW;
	event.connection.protocol = IPPROTO_GRE;
	ck_assert_starts(&event, "INFO[0001] process.raw ");
	ck_assert_in_line(&event, " protocol=47 ");
}
END_TEST

START_TEST(frames_say_to_which_interface_they_go)
{
	struct event event = sample_connection();

	event.kind = EVENT_PROCESS_PACKET;
	event.frame = (struct event_frame){
		.ifindex = 2, .interface = "eth 0", .protocol = 2054};
	ck_assert_starts(&event, "INFO[0001] process.packet comm=curl pid=2074 "
				 "interface=\"eth 0\" ifindex=2 ethertype=2054 "
				 "container.image=none ");
	event.frame = (struct event_frame){.ifindex = 2};
	ck_assert_starts(&event, "INFO[0001] process.packet comm=curl pid=2074 "
				 "ifindex=2 container.image=none ");
}
END_TEST

START_TEST(programs_say_how_they_ended)
{
	struct event event = sample_full_connection();

	event.kind = EVENT_PROCESS_EXEC;
	ck_assert_starts(&event, "INFO[0001] process.exec comm=curl pid=2074 "
				 "ppid=");
	ck_assert_in_line(&event, " exe=/usr/bin/curl args=\"curl -s ");
	ck_assert_not_in_line(&event, "connection=");
	ck_assert_not_in_line(&event, "code=");
	event.kind = EVENT_PROCESS_EXIT;
	event.exit = (struct event_exit){.code = 3, .lived_ns = 1500000};
	ck_assert_in_line(&event, " code=3 time_ms=1.500 ");
	event.exit.code = 0;
	ck_assert_in_line(&event, " code=0 ");
	event.exit.signal = 11;
	ck_assert_in_line(&event, " signal=11 ");
	ck_assert_not_in_line(&event, "code=");
}
END_TEST

START_TEST(flows_say_what_went_over_them)
{
	struct event event = sample_flow();

	ck_assert_starts(&event, "INFO[0001] flow comm=curl pid=2074 "
				 "connection=31.13.71.36:80 "
				 "dns.entry=facebook.com ");
	ck_assert_in_line(&event, " result=closed time_ms=1.500 bytes_out=75 "
				  "bytes_in=5000000000 packets_out=7 "
				  "packets_in=9 retransmits=2 rtt_ms=0.250");
	event.connection.is_old = true;
	event.connection.is_inbound = true;
	event.connection.traffic.retransmits = 0;
	event.connection.traffic.rtt_us = 0;
	event.connection.result = EVENT_RESULT_OPEN;
	ck_assert_in_line(&event, " result=open inbound=true bytes_out=75 ");
	ck_assert_not_in_line(&event, "retransmits");
	ck_assert_not_in_line(&event, "rtt_ms");
	ck_assert_not_in_line(&event, "transport");
	event.connection.protocol = IPPROTO_UDP;
	ck_assert_in_line(&event, " result=open transport=udp inbound=true ");
}
END_TEST

START_TEST(calls_of_sockets_say_what_was_asked)
{
	struct event event = sample_socket(EVENT_SOCKET_CREATE);

	event.socket.connection.local = (struct endpoint){0};
	ck_assert_starts(&event, "INFO[0001] socket.create comm=curl pid=2074 "
				 "fd=3 container.image=none ");
	ck_assert_in_line(&event, " container.ip=none family=inet type=stream "
				  "protocol=tcp result=ok");
	ck_assert_not_in_line(&event, "local=");
	event.socket.fd = -1;
	event.socket.connection.result = EVENT_RESULT_FAILED;
	event.socket.connection.error = EPROTONOSUPPORT;
	ck_assert_not_in_line(&event, "fd=");
	ck_assert_in_line(&event, " result=EPROTONOSUPPORT");

	event = sample_socket(EVENT_SOCKET_LISTEN);
	event.socket.backlog = 7;
	ck_assert_starts(&event, "INFO[0001] socket.listen comm=curl pid=2074 "
				 "fd=3 local=0.0.0.0:8080 container.image=");
	ck_assert_in_line(&event, " type=stream backlog=7 result=ok");
	ck_assert_not_in_line(&event, "connection=");
	ck_assert_not_in_line(&event, "time_ms=");

	event = sample_socket(EVENT_SOCKET_BIND);
	event.socket.connection.local = (struct endpoint){0};
	event.socket.family = 1;
	event.socket.path = "/run/a b\n";
	ck_assert_in_line(&event, " fd=3 path=\"/run/a b\\n\" container.");
	ck_assert_in_line(&event, " family=unix type=stream result=ok");

	event = sample_socket(EVENT_SOCKET_CONNECT);
	event.socket.connection.remote = sample_endpoint("31.13.71.36", 80);
	event.socket.connection.choice.via = NAMES_VIA_PROCESS;
	event.socket.connection.choice.name = "facebook.com";
	ck_assert_starts(&event, "INFO[0001] socket.connect comm=curl pid=2074 "
				 "fd=3 connection=31.13.71.36:80 "
				 "dns.entry=facebook.com local=0.0.0.0:8080 ");
	ck_assert_in_line(&event, " dns.via=process family=inet ");
}
END_TEST

START_TEST(options_of_sockets_have_names_and_values)
{
	struct event event = sample_socket(EVENT_SOCKET_SETSOCKOPT);

	event.socket.level = 1;
	event.socket.option = 2;
	event.socket.has_number = true;
	event.socket.number = -7;
	ck_assert_in_line(&event, " level=SOL_SOCKET option=SO_REUSEADDR "
				  "value=-7 result=ok");
	event.socket.has_number = false;
	event.socket.text = "a b";
	ck_assert_in_line(&event, " option=SO_REUSEADDR value=\"a b\" ");
	event.socket.text = NULL;
	ck_assert_in_line(&event, " option=SO_REUSEADDR result=ok");
	event.socket.option = 9999;
	ck_assert_in_line(&event, " level=SOL_SOCKET option=9999 ");
}
END_TEST

START_TEST(an_end_of_a_socket_says_what_went_over_it)
{
	struct event event = sample_socket(EVENT_SOCKET_CLOSE);

	event.socket.fd = -1;
	event.socket.connection.traffic = sample_flow().connection.traffic;
	event.socket.connection.result = EVENT_RESULT_CLOSED;
	event.socket.connection.is_old = false;
	event.socket.connection.duration_ns = 1500000;
	ck_assert_starts(&event, "INFO[0001] socket.close comm=curl pid=2074 "
				 "local=0.0.0.0:8080 container.image=none ");
	ck_assert_in_line(&event, " result=closed time_ms=1.500 bytes_out=75 "
				  "bytes_in=5000000000 packets_out=7 "
				  "packets_in=9 retransmits=2 rtt_ms=0.250");
	event.socket.connection.is_old = true;
	ck_assert_not_in_line(&event, "time_ms=");
}
END_TEST

START_TEST(a_container_is_unknown_until_its_details_are)
{
	struct event event = sample_connection();

	event.container.id = "0123";
	ck_assert_in_line(&event,
			  " container.image=unknown container.hostname=unknown "
			  "container.ip=unknown container.id=0123 dns.via=");
	sample_container(&event);
	ck_assert_in_line(&event,
			  " container.image=nginx:1.25 container.hostname=web "
			  "container.ip=172.17.0.2 "
			  "container.id=0123456789abcdef dns.via=");
	/* With nothing else to say of it, whose it is. */
	event.container.image = NULL;
	event.container.is_known = false;
	ck_assert_in_line(&event,
			  " container.image=unknown container.hostname=web "
			  "container.ip=172.17.0.2 "
			  "container.id=0123456789abcdef "
			  "container.engine=docker dns.via=");
	/* Its engine says that it has none: it uses the host's network. */
	sample_container(&event);
	event.container.ip = NULL;
	ck_assert_in_line(&event, " container.hostname=web container.ip=none ");
}
END_TEST

START_TEST(how_a_name_was_found_is_said)
{
	struct event event = sample_connection();
	struct names_choice *choice = &event.connection.choice;

	ck_assert_line(&event, PROCESS_LINE " dns.via=process");
	choice->via = NAMES_VIA_MACHINE;
	choice->stale = true;
	choice->unsure = true;
	choice->candidates = 2;
	choice->candidate[0] = "facebook.com";
	choice->candidate[1] = "a,b.example";
	ck_assert_line(&event, PROCESS_LINE
		       " dns.via=machine dns.stale=true dns.unsure=true "
		       "dns.candidates=facebook.com,a\\044b.example");
	for (int i = 0; i < NAMES_CANDIDATES; i++)
		choice->candidate[i] = "x";
	choice->candidates = NAMES_CANDIDATES;
	ck_assert_not_in_line(&event, "dns.candidates_total");
	choice->candidates = NAMES_CANDIDATES + 1;
	ck_assert_in_line(&event, " dns.candidates=x,x,x,x,x,x,x,x "
				  "dns.candidates_total=9\n");
}
END_TEST

START_TEST(an_outcome_is_said_once_there_is_one)
{
	struct event event = sample_connection();

	event.connection.duration_ns = 12345678;
	ck_assert_not_in_line(&event, "result=");
	ck_assert_not_in_line(&event, "time_ms=");
	event.connection.result = EVENT_RESULT_PENDING;
	ck_assert_line(&event, PROCESS_LINE " dns.via=process result=pending");
	event.connection.result = EVENT_RESULT_ESTABLISHED;
	ck_assert_line(&event, PROCESS_LINE
		       " dns.via=process result=established time_ms=12.345");
	event.connection.result = EVENT_RESULT_ABORTED;
	ck_assert_in_line(&event, " result=aborted time_ms=12.345\n");
	event.connection.result = EVENT_RESULT_FAILED;
	event.connection.error = ECONNREFUSED;
	ck_assert_in_line(&event, " result=ECONNREFUSED time_ms=12.345\n");
	event.connection.error = 5000;
	ck_assert_in_line(&event, " result=ERRNO5000 time_ms=12.345\n");
}
END_TEST

START_TEST(a_full_connection_has_its_fields_in_order)
{
	struct event event = sample_full_connection();

#define FULL_LINE                                                \
	"INFO[0001] process.tcp_v4 comm=curl pid=2074 "          \
	"connection=31.13.71.36:80 dns.entry=facebook.com "      \
	"container.image=nginx:1.25 container.hostname=web "     \
	"container.ip=172.17.0.2 container.id=0123456789abcdef " \
	"dns.via=process result=established time_ms=12.345 "     \
	"exe=/usr/bin/curl args=\"curl -s http://facebook.com/\""
	ck_assert_line(&event, FULL_LINE);
	ck_assert_verbose(&event, FULL_LINE
			  " ppid=1 uid=1000 tid=2075 source=10.0.0.2:51234 "
			  "netns=4026531840 cgroup=docker-0123.scope "
			  "container.engine=docker");
	event.connection.local = (struct endpoint){0};
	event.process.cgroup = "";
	event.netns = 0;
	ck_assert_verbose(&event, FULL_LINE " ppid=1 uid=1000 tid=2075 cgroup= "
					    "container.engine=docker");
	event.process.unit = "a.service";
	event.container.name = "front";
	event.container.parent = "outer";
	event.container.pod = "uid";
	event.container.qos = "burstable";
	event.container.project = "shop";
	event.container.service = "web";
	event.container.labels = "a=b,c=d";
	ck_assert_verbose(&event,
			  FULL_LINE " ppid=1 uid=1000 tid=2075 cgroup= "
				    "unit=a.service container.engine=docker "
				    "container.name=front "
				    "container.parent=outer container.pod=uid "
				    "container.qos=burstable "
				    "container.project=shop "
				    "container.service=web "
				    "container.labels=\"a=b,c=d\"");
}
END_TEST

static void set_args(struct event *event, const char *args, size_t len)
{
	event->process.args = args;
	event->process.args_len = len;
}

START_TEST(arguments_are_joined_and_cut_at_their_bound)
{
	struct event event = sample_connection();
	char args[400];
	char want[400];

	memset(args, 'a', sizeof(args));
	set_args(&event, "true", 5);
	ck_assert_in_line(&event, " args=true\n");
	set_args(&event, "", 0);
	ck_assert_in_line(&event, " args=\n");
	set_args(&event, "", 1);
	ck_assert_in_line(&event, " args=\n");
	set_args(&event, "a\0\0b", 5);
	ck_assert_in_line(&event, " args=\"a  b\"\n");

	set_args(&event, args, 256);
	snprintf(want, sizeof(want), " args=%.256s\n", args);
	ck_assert_in_line(&event, want);
	set_args(&event, args, 257);
	snprintf(want, sizeof(want), " args=%.256s...\n", args);
	ck_assert_in_line(&event, want);
	snprintf(want, sizeof(want), " args=%.257s ", args);
	ck_assert_ptr_nonnull(strstr(line_of(&event, true), want));

	set_args(&event, "a", 2);
	event.process.args_cut = true;
	ck_assert_in_line(&event, " args=a...\n");
}
END_TEST

START_TEST(arguments_are_not_cut_within_a_character)
{
	static const char *const wide[] = {"\xc3\xa9", "\xe2\x82\xac",
					   "\xf0\x9f\x90\xa6"};
	struct event event = sample_connection();

	for (size_t i = 0; i < 3; i++) {
		for (size_t before = 250; before <= 257; before++) {
			char args[300], want[400];
			size_t len = strlen(wide[i]);
			size_t keep = before < 256 ? before : 256;

			memset(args, 'a', sizeof(args));
			memcpy(args + before, wide[i], len);
			set_args(&event, args, sizeof(args));
			if (before + len <= 256)
				keep = 256;
			snprintf(want, sizeof(want), " args=%.*s...\n",
				 (int)keep, args);
			ck_assert_in_line(&event, want);
		}
	}
}
END_TEST

START_TEST(nobody_known_is_no_name_and_no_number)
{
	struct event event = sample_connection();

	event.process = (struct event_process){0};
	ck_assert_starts(&event, "INFO[0001] process.tcp_v4 comm= pid=0 "
				 "connection=");
}
END_TEST

START_TEST(a_loss_is_a_warning)
{
	struct event event = {.kind = EVENT_EGRETS_LOST,
			      .time_ns = SAMPLE_TIME_NS,
			      .lost = {.source = "perf", .count = 17}};

	ck_assert_line(&event, "WARN[0001] egrets.lost source=perf count=17");
}
END_TEST

/* Every character of the line is one that a terminal can be given. */
static void check_printable(const char *line, const char *what)
{
	size_t len = strlen(line);

	ck_assert_int_eq(line[len - 1], '\n');
	for (size_t i = 0; i < len - 1;) {
		size_t safe = utf8_safe_length(line + i, len - 1 - i);

		ck_assert_msg(safe, "%s: byte %02x at %zu", what,
			      (unsigned char)line[i], i);
		i += safe;
	}
}

START_TEST(hostile_bytes_stay_in_their_field)
{
	static const char *const hostile[] = {
		"\x1b]0;owned\a",
		"a\nINFO[0001] dns.query",
		"\" pid=1 x=\"",
		"\xff\xfe",
		"\xc2\x9b"
		"31m",
		"\xe2\x80\xae"
		"gpj.exe",
		"\r\t\v",
		"\\",
		"a pid=1",
	};

	for (size_t i = 0; i < sizeof(hostile) / sizeof(*hostile); i++) {
		struct event event = sample_full_connection();
		const char *bad = hostile[i];
		unsigned int equals = 0, quotes = 0;

		event.process.comm = bad;
		event.process.executable = bad;
		event.process.cgroup = bad;
		set_args(&event, bad, strlen(bad) + 1);
		event.container.id = bad;
		event.container.image = bad;
		event.container.hostname = bad;
		event.container.ip = bad;
		event.container.name = bad;
		event.container.parent = bad;
		event.container.labels = bad;
		event.container.project = bad;
		event.container.service = bad;
		event.process.unit = bad;
		event.connection.choice.name = bad;
		event.connection.choice.candidates = 1;
		event.connection.choice.candidate[0] = bad;
		check_printable(line_of(&event, true), bad);
		/* Outside of quotes there are as many '=' as fields. */
		for (const char *c = writer.text; *c; c++) {
			if (*c == '\\' && quotes % 2)
				c++;
			else if (*c == '"')
				quotes++;
			else if (*c == '=' && quotes % 2 == 0)
				equals++;
		}
		ck_assert_uint_eq(quotes % 2, 0);
		ck_assert_uint_eq(equals, 27);

		event = sample_answer(&message);
		strcpy(message.name, bad);
		message.type = DNS_TYPE_PTR;
		sample_value_record(&message, DNS_TYPE_PTR, bad);
		sample_value_record(&message, DNS_TYPE_CNAME, bad);
		check_printable(line_of(&event, true), bad);
	}
}
END_TEST

START_TEST(every_byte_as_a_value_is_printable)
{
	for (unsigned int byte = 1; byte < 256; byte++) {
		struct event event = sample_full_connection();
		char value[2] = {(char)byte, '\0'};

		event.process.comm = value;
		event.connection.choice.name = value;
		event.process.cgroup = value;
		set_args(&event, value, 2);
		check_printable(line_of(&event, true), value);
	}
}
END_TEST

SUITE_MAIN("output/text", the_three_sample_lines_are_reproduced,
	   seconds_have_four_digits_or_more,
	   a_connection_without_a_name_has_an_empty_entry,
	   every_kind_of_connection_has_its_name,
	   frames_say_to_which_interface_they_go, programs_say_how_they_ended,
	   flows_say_what_went_over_them, calls_of_sockets_say_what_was_asked,
	   options_of_sockets_have_names_and_values,
	   an_end_of_a_socket_says_what_went_over_it,
	   a_container_is_unknown_until_its_details_are,
	   how_a_name_was_found_is_said, an_outcome_is_said_once_there_is_one,
	   a_full_connection_has_its_fields_in_order,
	   arguments_are_joined_and_cut_at_their_bound,
	   arguments_are_not_cut_within_a_character,
	   nobody_known_is_no_name_and_no_number, a_loss_is_a_warning,
	   hostile_bytes_stay_in_their_field,
	   every_byte_as_a_value_is_printable)
