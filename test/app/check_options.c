// SPDX-License-Identifier: MIT
#include "options.h"

#include "attribution/attribution.h"

#include "suite.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/*
 * What is logged is read back: a message is part of what is promised. Check
 * runs each test in a process of its own, whose stderr this may take.
 */
static char logged[1024];
static struct options options;

static int parse(const char *const *words)
{
	static char *argv[16];
	int argc = 0, pipe_fds[2], result;
	ssize_t len;

	while (words[argc])
		argc++;
	ck_assert_int_lt(argc, 16);
	/* getopt wants no const, but writes into none of them. */
	memcpy(argv, words, (size_t)(argc + 1) * sizeof(*words));
	ck_assert_int_eq(pipe2(pipe_fds, O_NONBLOCK), 0);
	ck_assert_int_ge(dup2(pipe_fds[1], STDERR_FILENO), 0);
	memset(&options, 0x5a, sizeof(options));
	result = options_parse(argc, argv, &options);
	len = read(pipe_fds[0], logged, sizeof(logged) - 1);
	logged[len > 0 ? len : 0] = '\0';
	close(pipe_fds[0]);
	close(pipe_fds[1]);
	return result;
}

#define WORDS(...) ((const char *const[]){"egrets", __VA_ARGS__, NULL})

#define ACCEPT(...)                                             \
	do {                                                    \
		ck_assert_int_eq(parse(WORDS(__VA_ARGS__)), 0); \
		ck_assert_str_eq(logged, "");                   \
	} while (0)

/* Refused, in one line that has the text in it and leaves options alone. */
#define REJECT(text, ...)                                                  \
	do {                                                               \
		ck_assert_int_eq(parse(WORDS(__VA_ARGS__)), -EINVAL);      \
		ck_assert_msg(strstr(logged, text), "logged: %s", logged); \
		ck_assert_ptr_eq(strchr(logged, '\n') + 1,                 \
				 strchr(logged, '\0'));                    \
		ck_assert_int_eq(((unsigned char *)&options)[0], 0x5a);    \
	} while (0)

START_TEST(watches_everything_when_not_told_otherwise)
{
	static const char *const words[] = {"egrets", NULL};

	ck_assert_int_eq(parse(words), 0);
	ck_assert_int_eq(options.action, ACTION_WATCH);
	ck_assert_uint_eq(options.time_ns, 0);
	ck_assert_int_eq(options.format, SINK_TEXT);
	ck_assert(!options.verbose);
	ck_assert(!options.quiet);
	ck_assert_int_eq(options.attach, ATTACH_AUTO);
	ck_assert_int_eq(options.types, KERNEL_TYPES_AUTO);
	ck_assert_ptr_null(options.read_path);
	ck_assert_ptr_null(options.command);
	ck_assert_uint_eq(options.filter.tgid, 0);
	ck_assert_ptr_null(options.filter.comm);
	ck_assert(!options.filter.has_uid);
	for (int kind = 0; kind < EVENT_KINDS; kind++)
		ck_assert_int_eq(
			options.filter.kind[kind],
			kind != EVENT_FLOW && kind != EVENT_PROCESS_EXEC &&
				kind != EVENT_PROCESS_EXIT &&
				!event_is_of_socket((enum event_kind)kind));
}
END_TEST

START_TEST(reads_every_option_in_both_forms)
{
	ACCEPT("-t", "60", "-o", "json", "-e", "dns", "-p", "7", "-n", "curl",
	       "-u", "12345", "-v");
	ck_assert_uint_eq(options.time_ns, 60000000000);
	ck_assert_int_eq(options.format, SINK_JSON);
	ck_assert(options.filter.kind[EVENT_DNS_QUERY]);
	ck_assert(!options.filter.kind[EVENT_PROCESS_TCP_V4]);
	ck_assert_uint_eq(options.filter.tgid, 7);
	ck_assert_str_eq(options.filter.comm, "curl");
	ck_assert(options.filter.has_uid);
	ck_assert_uint_eq(options.filter.uid, 12345);
	ck_assert(options.verbose);
	ck_assert(!options.quiet);

	ACCEPT("--time=1.5", "--output", "text", "--events=process",
	       "--pid=4294967295", "--comm", "x", "--user=0", "--quiet",
	       "--attach=tracepoint", "--kernel-types=headers");
	ck_assert_uint_eq(options.time_ns, 1500000000);
	ck_assert_int_eq(options.format, SINK_TEXT);
	ck_assert(!options.filter.kind[EVENT_DNS_QUERY]);
	ck_assert_uint_eq(options.filter.tgid, 4294967295);
	ck_assert_str_eq(options.filter.comm, "x");
	ck_assert(options.filter.has_uid);
	ck_assert_uint_eq(options.filter.uid, 0);
	ck_assert_int_eq(options.attach, ATTACH_TRACEPOINT);
	ck_assert_int_eq(options.types, KERNEL_TYPES_HEADERS);

	ACCEPT("-q");
	ck_assert(options.quiet);
	ck_assert(!options.verbose);
	ACCEPT("--verbose");
	ck_assert(options.verbose);
	ACCEPT("--attach=kprobe", "--kernel-types=btf");
	ck_assert_int_eq(options.attach, ATTACH_KPROBE);
	ck_assert_int_eq(options.types, KERNEL_TYPES_BTF);
	ACCEPT("--attach=auto", "--kernel-types=auto");
	ck_assert_int_eq(options.attach, ATTACH_AUTO);
	ck_assert_int_eq(options.types, KERNEL_TYPES_AUTO);
}
END_TEST

START_TEST(knows_what_to_do_instead_of_watching)
{
	ACCEPT("-r", "x.pcap");
	ck_assert_int_eq(options.action, ACTION_READ);
	ck_assert_str_eq(options.read_path, "x.pcap");
	ACCEPT("--read=y.pcap");
	ck_assert_str_eq(options.read_path, "y.pcap");
	ACCEPT("--check");
	ck_assert_int_eq(options.action, ACTION_CHECK);
	ACCEPT("--dump-probes");
	ck_assert_int_eq(options.action, ACTION_DUMP_PROBES);
	ACCEPT("--version");
	ck_assert_int_eq(options.action, ACTION_VERSION);
	ACCEPT("--help");
	ck_assert_int_eq(options.action, ACTION_HELP);
	ACCEPT("--help", "--");
	ck_assert_int_eq(options.action, ACTION_HELP);
}
END_TEST

START_TEST(takes_the_command_after_the_dashes)
{
	ACCEPT("-v", "--", "curl", "-o", "x", "--", "y");
	ck_assert_ptr_nonnull(options.command);
	ck_assert_str_eq(options.command[0], "curl");
	ck_assert_str_eq(options.command[1], "-o");
	ck_assert_str_eq(options.command[3], "--");
	ck_assert_str_eq(options.command[4], "y");
	ck_assert_ptr_null(options.command[5]);
	ck_assert_int_eq(options.format, SINK_TEXT);
	/* Without dashes a mistyped option would run something. */
	REJECT("egrets -- curl", "curl");
	REJECT("egrets -- curl", "-v", "curl", "--", "x");
	REJECT("no command after --", "--");
	REJECT("no command after --", "-v", "--");
}
END_TEST

/* "--" was the name to look for, and then taken for the end of the options. */
START_TEST(dashes_may_be_a_value)
{
	ACCEPT("-n", "--");
	ck_assert_str_eq(options.filter.comm, "--");
	ck_assert_ptr_null(options.command);
	REJECT("egrets -- curl", "-n", "--", "curl");
	ACCEPT("-n", "--", "--", "curl");
	ck_assert_str_eq(options.command[0], "curl");
}
END_TEST

START_TEST(times_are_above_zero_and_finite)
{
	static const char *const bad[] = {
		"",    "0",   "-1",  "x", "1x",	       "nan",
		"inf", "1e9", "0x ", " ", "-0.000001", "1e999",
	};

	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		REJECT("seconds", "-t", bad[i]);
	ACCEPT("-t", "0.001");
	ck_assert_uint_eq(options.time_ns, 1000000);
	ACCEPT("-t", "31622400");
	ck_assert_uint_eq(options.time_ns, 31622400000000000);
	/* Less than a nanosecond was no time at all: until told to stop. */
	ACCEPT("-t", "1e-10");
	ck_assert_uint_eq(options.time_ns, 1);
}
END_TEST

START_TEST(numbers_are_decimal_and_fit)
{
	static const char *const bad[] = {
		"",
		"-1",
		"+1",
		"0x1",
		"1x",
		" 1",
		"1 ",
		"4294967296",
		"4294967297",
		"1e3",
		"99999999999999999999999999",
	};

	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		REJECT("a process id", "-p", bad[i]);
		REJECT("user that exists", "-u", bad[i]);
	}
	REJECT("a process id", "-p", "0");
}
END_TEST

static const char *const bad_ports[] = {
	"", "0", "65536", "http", "53,", ",53", "53,,54", "53 ", "-1",
};

START_TEST(ports_are_added_to_the_usual_ones)
{
	static const char many[] = "1,2,3,4,5,6,7,8,9,10,11,12,13";

	ACCEPT("-v");
	ck_assert_uint_eq(options.dns_ports.count, 3);
	ck_assert(dns_ports_have(&options.dns_ports, 53));
	ck_assert(dns_ports_have(&options.dns_ports, 5353));
	ck_assert(dns_ports_have(&options.dns_ports, 5355));
	ACCEPT("--dns-port", "5300,53,65535", "--dns-port=1");
	ck_assert_uint_eq(options.dns_ports.count, 6);
	ck_assert(dns_ports_have(&options.dns_ports, 5300));
	ck_assert(dns_ports_have(&options.dns_ports, 65535));
	ck_assert(dns_ports_have(&options.dns_ports, 1));
	ck_assert(!dns_ports_have(&options.dns_ports, 2));
	ACCEPT("--dns-port", many);
	REJECT("no more than 16", "--dns-port", many, "--dns-port", "14");
	for (size_t i = 0; i < sizeof(bad_ports) / sizeof(*bad_ports); i++)
		REJECT("1 to 65535", "--dns-port", bad_ports[i]);
}
END_TEST

START_TEST(memory_for_names_has_a_bound)
{
	ACCEPT("-v");
	ck_assert_uint_eq(options.max_names, ATTRIBUTION_NAMES_MAX);
	ACCEPT("--max-names", "1");
	ck_assert_uint_eq(options.max_names, 1);
	ACCEPT("--max-names", "100000000");
	REJECT("from 1 to", "--max-names", "0");
	REJECT("from 1 to", "--max-names", "100000001");
	REJECT("from 1 to", "--max-names", "many");
}
END_TEST

START_TEST(knows_users_by_name)
{
	ACCEPT("-u", "root");
	ck_assert(options.filter.has_uid);
	ck_assert_uint_eq(options.filter.uid, 0);
	REJECT("no-such-user", "-u", "no-such-user");
}
END_TEST

START_TEST(takes_engines_and_how_long_to_wait_for_them)
{
	ACCEPT("-C", "web-*", "--engine", "/run/a.sock", "--engine",
	       "unix:///run/b.sock", "--container-wait", "0");
	ck_assert_str_eq(options.filter.container, "web-*");
	ck_assert_uint_eq(options.engine_count, 2);
	ck_assert_str_eq(options.engine[0], "/run/a.sock");
	ck_assert_str_eq(options.engine[1], "/run/b.sock");
	ck_assert_uint_eq(options.container_wait_ns, 0);
	ACCEPT("-v");
	ck_assert_uint_eq(options.container_wait_ns, 50000000);
	ACCEPT("--container-wait", "10000");
	ck_assert_uint_eq(options.container_wait_ns, 10000000000);
	REJECT("from 0 to", "--container-wait", "10001");
	REJECT("from 0 to", "--container-wait", "-1");
	REJECT("path of a socket", "--engine", "tcp://10.0.0.1:2375");
	REJECT("path of a socket", "--engine", "");
	REJECT("no process", "-r", "x.pcap", "-C", "web");
}
END_TEST

START_TEST(says_what_is_wrong_with_a_value)
{
	REJECT("text or json", "-o", "xml");
	REJECT("auto, kprobe or tracepoint", "--attach=fentry");
	REJECT("auto, btf or headers", "--kernel-types", "");
	REJECT("\"dsn\"", "-e", "dns,dsn,process");
	REJECT("\"\"", "-e", "");
	REJECT("no family is called \"ipv4\"", "-e", "socket", "--family",
	       "inet6,ipv4");
}
END_TEST

START_TEST(says_which_option_is_wrong)
{
	REJECT("no option -x", "-x");
	REJECT("no option -x", "-vx");
	REJECT("no option --nonsense", "--nonsense");
	REJECT("no option --nonsense=1", "--nonsense=1");
	REJECT("-t needs a value", "-t");
	REJECT("--time needs a value", "--time");
	/* It could be --verbose and --version. */
	REJECT("--ver", "--ver");
	/* Was: "there is no option -v". */
	REJECT("--verbose=1 takes no value", "--verbose=1");
	REJECT("--check=1 takes no value", "--check=1");
	/* Was: "-vt needs a value". */
	REJECT("-t needs a value", "-vt");
}
END_TEST

START_TEST(refuses_what_cannot_go_together)
{
	REJECT("cannot run a command", "-r", "x.pcap", "--", "curl");
	REJECT("leave out -t", "-r", "x.pcap", "-t", "1");
	REJECT("leave out -e flow", "-r", "x.pcap", "-e", "flow");
	REJECT("leave out -e flow and socket", "-r", "x.pcap", "-e", "socket");
	REJECT("add -e socket", "--family", "unix");
	REJECT("add -e socket", "-e", "dns,flow", "--family=all");
	REJECT("add -e flow", "--interval", "1");
	REJECT("--interval 0: give a number of seconds", "-e", "flow",
	       "--interval", "0");
	REJECT("0.1 seconds or more", "-e", "flow", "--interval", "0.01");
	ACCEPT("-e", "flow", "--interval", "0.5");
	ck_assert_uint_eq(options.interval_ns, 500000000);
	REJECT("no process", "-r", "x.pcap", "-p", "1");
	REJECT("no process", "-r", "x.pcap", "-n", "curl");
	REJECT("no process", "-u", "root", "-r", "x.pcap");
	ACCEPT("-r", "x.pcap", "-e", "dns", "-o", "json");
}
END_TEST

START_TEST(the_probes_do_what_is_asked_for)
{
	ACCEPT("-v");
	ck_assert_uint_eq(options_parts(&options), 0);
	ACCEPT("-e", "socket.bind", "--family", "unix,inet");
	ck_assert_uint_eq(options_parts(&options), SOURCE_CALLS);
	ck_assert_uint_eq(options.filter.families,
			  UINT64_C(1) << AF_UNIX | UINT64_C(1) << AF_INET);
	ACCEPT("-e", "socket.close");
	ck_assert_uint_eq(options_parts(&options),
			  SOURCE_CALLS | SOURCE_CLOSES | SOURCE_FLOWS);
	ACCEPT("-e", "flow,process.exit,process.packet");
	ck_assert_uint_eq(options_parts(&options),
			  SOURCE_FLOWS | SOURCE_EXITS | SOURCE_FRAMES);
}
END_TEST

START_TEST(help_names_every_option_and_event)
{
	static const char *const names[] = {
		"-t, --time",  "-o, --output",	 "-e, --events",
		"-r, --read",  "-p, --pid",	 "-n, --comm",
		"-u, --user",  "--attach",	 "-v, --verbose",
		"-q, --quiet", "--kernel-types", "--dump-probes",
		"--check",     "--version",	 "--help",
		"--interval",  "--family",
	};
	size_t width = 0;

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		ck_assert_msg(strstr(options_help, names[i]), "%s", names[i]);
	for (int kind = 0; kind < EVENT_KINDS; kind++)
		ck_assert_ptr_nonnull(strstr(
			options_help, event_name((enum event_kind)kind)));
	for (const char *at = options_help; *at; at++) {
		width = *at == '\n' ? 0 : width + 1;
		ck_assert_uint_le(width, 80);
	}
}
END_TEST

SUITE_MAIN("app/options", watches_everything_when_not_told_otherwise,
	   reads_every_option_in_both_forms,
	   knows_what_to_do_instead_of_watching,
	   takes_the_command_after_the_dashes, dashes_may_be_a_value,
	   times_are_above_zero_and_finite, numbers_are_decimal_and_fit,
	   ports_are_added_to_the_usual_ones, memory_for_names_has_a_bound,
	   knows_users_by_name, takes_engines_and_how_long_to_wait_for_them,
	   says_what_is_wrong_with_a_value, says_which_option_is_wrong,
	   refuses_what_cannot_go_together, the_probes_do_what_is_asked_for,
	   help_names_every_option_and_event)
