// SPDX-License-Identifier: MIT
#include "options.h"

#include "attribution/attribution.h"
#include "base/log.h"

#include <errno.h>
#include <getopt.h>
#include <math.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>

/* Of some 200 bytes each. */
#define INTERVAL_LEAST_NS 100000000
#define MAX_NAMES_MOST	  100000000

#define CONTAINER_WAIT_MS      50
#define CONTAINER_WAIT_MOST_MS 10000

const char options_help[] =
	"Usage: egrets [options] [-- command [args...]]\n"
	"Print every outgoing connection of this machine with its process and "
	"the\nhostname that process asked for. Needs root, except with -r.\n"
	"\n"
	"  -t, --time SECONDS       stop after SECONDS\n"
	"  -o, --output text|json   form of the events on standard output\n"
	"  -e, --events LIST        only these: event names or prefixes, as "
	"in\n"
	"                           dns,process.tcp\n"
	"  -r, --read FILE          read packets from a pcap or pcapng file\n"
	"  -p, --pid PID            only this process\n"
	"  -n, --comm NAME          only processes of this name\n"
	"  -u, --user USER          only processes of this user\n"
	"  -C, --container GLOB     only containers of this name, id or "
	"image\n"
	"      --engine SOCKET      ask this Docker or Podman, too\n"
	"      --container-wait MS  hold events for what engines say, at most "
	"(50)\n"
	"      --interval SECONDS   with -e flow, tell of open flows that "
	"often\n"
	"      --family LIST        with -e socket, tell of these: inet, "
	"inet6, "
	"unix,\n"
	"                           netlink … or all (inet,inet6)\n"
	"      --dns-port LIST      DNS is spoken at these ports, too: 53, "
	"5353 "
	"and 5355\n"
	"                           are watched anyway\n"
	"      --max-names N        remember up to N names of addresses "
	"(262144)\n"
	"      --attach FORM        auto, kprobe or tracepoint\n"
	"      --kernel-types FROM  auto, btf or headers\n"
	"      --dump-probes        print the C that would be compiled, and "
	"end\n"
	"      --check              say what this machine supports, also as "
	"JSON, and end\n"
	"  -v, --verbose            more fields in text, more messages\n"
	"  -q, --quiet              only warnings and errors on standard "
	"error\n"
	"      --version            print the version, and end\n"
	"      --help               print this, and end\n"
	"\n"
	"With -- command, only it and its descendants are shown, and its exit\n"
	"status is returned. Otherwise the exit status is 0 when egrets ended "
	"as\n"
	"asked, 1 after a failure, 2 for a wrong command line, and 77 if this\n"
	"machine cannot run it.\n"
	"\n"
	"With EGRETS_CACHE=DIRECTORY in the environment, compiled probes are "
	"kept\n"
	"there, and the next start takes them.\n"
	"\n"
	"Events: dns.query dns.answer dns.timeout process.tcp_v4 "
	"process.tcp_v6\n"
	"process.udp_v4 process.udp_v6 process.icmp_v4 process.icmp_v6\n"
	"process.sctp process.raw process.packet egrets.lost, and with -e:\n"
	"process.exec process.exit flow socket.create socket.bind "
	"socket.listen\n"
	"socket.accept socket.connect socket.setsockopt socket.close\n";

enum long_only {
	OPTION_ATTACH = 256,
	OPTION_DNS_PORT,
	OPTION_INTERVAL,
	OPTION_MAX_NAMES,
	OPTION_ENGINE,
	OPTION_FAMILY,
	OPTION_CONTAINER_WAIT,
	OPTION_KERNEL_TYPES,
	OPTION_DUMP_PROBES,
	OPTION_CHECK,
	OPTION_VERSION,
	OPTION_HELP,
};

static const struct option long_options[] = {
	{"time", required_argument, NULL, 't'},
	{"output", required_argument, NULL, 'o'},
	{"events", required_argument, NULL, 'e'},
	{"read", required_argument, NULL, 'r'},
	{"pid", required_argument, NULL, 'p'},
	{"comm", required_argument, NULL, 'n'},
	{"user", required_argument, NULL, 'u'},
	{"verbose", no_argument, NULL, 'v'},
	{"container", required_argument, NULL, 'C'},
	{"engine", required_argument, NULL, OPTION_ENGINE},
	{"container-wait", required_argument, NULL, OPTION_CONTAINER_WAIT},
	{"quiet", no_argument, NULL, 'q'},
	{"family", required_argument, NULL, OPTION_FAMILY},
	{"dns-port", required_argument, NULL, OPTION_DNS_PORT},
	{"interval", required_argument, NULL, OPTION_INTERVAL},
	{"max-names", required_argument, NULL, OPTION_MAX_NAMES},
	{"attach", required_argument, NULL, OPTION_ATTACH},
	{"kernel-types", required_argument, NULL, OPTION_KERNEL_TYPES},
	{"dump-probes", no_argument, NULL, OPTION_DUMP_PROBES},
	{"check", no_argument, NULL, OPTION_CHECK},
	{"version", no_argument, NULL, OPTION_VERSION},
	{"help", no_argument, NULL, OPTION_HELP},
	{NULL, 0, NULL, 0},
};

unsigned int options_parts(const struct options *options)
{
	const struct filter *filter = &options->filter;
	unsigned int parts = 0;

	if (filter->kind[EVENT_FLOW])
		parts |= SOURCE_FLOWS;
	if (filter->kind[EVENT_PROCESS_EXIT])
		parts |= SOURCE_EXITS;
	for (int kind = 0; kind < EVENT_KINDS; kind++)
		if (filter->kind[kind] &&
		    event_is_of_socket((enum event_kind)kind))
			parts |= SOURCE_CALLS;
	if (filter->kind[EVENT_SOCKET_CLOSE])
		parts |= SOURCE_CLOSES | SOURCE_FLOWS;
	if (filter->is_list && filter->kind[EVENT_PROCESS_PACKET])
		parts |= SOURCE_FRAMES;
	return parts;
}

static int bad_value(const char *option, const char *value, const char *wanted)
{
	log_error("%s %s: give %s; see egrets --help", option, value, wanted);
	return -EINVAL;
}

/* The index of value among texts (the last is NULL), or -EINVAL. */
static int choose(const char *option, const char *value,
		  const char *const *texts, const char *wanted)
{
	for (int i = 0; texts[i]; i++)
		if (strcmp(texts[i], value) == 0)
			return i;
	return bad_value(option, value, wanted);
}

static int parse_time(const char *option, const char *value, uint64_t *ret)
{
	char *end;
	double seconds = strtod(value, &end);

	/* A year is more than anybody waits, and fits. */
	if (end == value || *end || !isfinite(seconds) || seconds <= 0 ||
	    seconds > 366 * 86400.0)
		return bad_value(option, value, "a number of seconds above 0");
	*ret = (uint64_t)(seconds * 1e9);
	if (!*ret)
		*ret = 1; /* 0 would be no end */
	return 0;
}

/* To ask the kernel for all connections takes a while. */
static int parse_interval(const char *value, uint64_t *ret)
{
	int err = parse_time("--interval", value, ret);

	if (!err && *ret < INTERVAL_LEAST_NS)
		return bad_value("--interval", value, "0.1 seconds or more");
	return err;
}

static int parse_number(const char *option, const char *value,
			const char *wanted, uint32_t *ret)
{
	char *end;
	unsigned long number;

	errno = 0;
	number = strtoul(value, &end, 10);
	if (value[0] < '0' || value[0] > '9' || *end || errno ||
	    number > UINT32_MAX)
		return bad_value(option, value, wanted);
	*ret = (uint32_t)number;
	return 0;
}

static int parse_user(const char *value, struct filter *filter)
{
	const struct passwd *user = getpwnam(value);
	int err = 0;

	if (user)
		filter->uid = user->pw_uid;
	else
		err = parse_number("-u", value,
				   "the name or number of a user that exists",
				   &filter->uid);
	filter->has_uid = !err;
	return err;
}

static int parse_events(const char *value, struct filter *filter)
{
	const char *bad;
	size_t len;

	if (filter_set_kinds(filter, value, &bad, &len) == 0)
		return 0;
	log_error("-e: no event is called \"%.*s\"; egrets --help lists them",
		  (int)len, bad);
	return -EINVAL;
}

static int parse_families(const char *value, struct filter *filter)
{
	const char *bad;
	size_t len;

	if (filter_set_families(filter, value, &bad, &len) == 0)
		return 0;
	log_error("--family: no family is called \"%.*s\"; give all, or names "
		  "as in inet,inet6,unix,netlink,packet,vsock",
		  (int)len, bad);
	return -EINVAL;
}

static int parse_pid(const char *value, struct filter *filter)
{
	int err = parse_number("-p", value, "a process id", &filter->tgid);

	if (!err && !filter->tgid)
		return bad_value("-p", value, "a process id");
	return err;
}

static int parse_dns_ports(const char *value, struct dns_ports *ports)
{
	char *end;

	do {
		unsigned long port = strtoul(value, &end, 10);

		if (*value < '0' || *value > '9' || (*end && *end != ',') ||
		    !port || port > UINT16_MAX)
			return bad_value("--dns-port", value,
					 "port numbers from 1 to 65535, as in "
					 "5300,5301");
		if (!dns_ports_add(ports, (uint16_t)port)) {
			log_error("--dns-port: no more than %d ports can be "
				  "watched; leave out some",
				  DNS_PORTS_MAX);
			return -EINVAL;
		}
		value = end + 1;
	} while (*end);
	return 0;
}

static int parse_max_names(const char *value, uint32_t *ret)
{
	static const char wanted[] = "a number of names from 1 to 100000000";
	int err = parse_number("--max-names", value, wanted, ret);

	if (!err && (!*ret || *ret > MAX_NAMES_MOST))
		return bad_value("--max-names", value, wanted);
	return err;
}

static int parse_engine(const char *value, struct options *options)
{
	static const char prefix[] = "unix://";

	if (!strncmp(value, prefix, sizeof(prefix) - 1))
		value += sizeof(prefix) - 1;
	if (*value != '/')
		return bad_value("--engine", value,
				 "the path of a socket, as in "
				 "/run/docker.sock");
	if (options->engine_count == OPTIONS_ENGINES_MAX) {
		log_error("--engine: no more than %d can be asked; leave out "
			  "some",
			  OPTIONS_ENGINES_MAX);
		return -EINVAL;
	}
	options->engine[options->engine_count++] = value;
	return 0;
}

static int parse_container_wait(const char *value, uint64_t *ret_ns)
{
	static const char wanted[] = "milliseconds from 0 to 10000";
	uint32_t ms;
	int err = parse_number("--container-wait", value, wanted, &ms);

	if (!err && ms > CONTAINER_WAIT_MOST_MS)
		return bad_value("--container-wait", value, wanted);
	if (!err)
		*ret_ns = ms * 1000000ull;
	return err;
}

static int set_option(int option, const char *value, struct options *options)
{
	static const char *const formats[] = {"text", "json", NULL};
	static const char *const modes[] = {"auto", "kprobe", "tracepoint",
					    NULL};
	static const char *const types[] = {"auto", "btf", "headers", NULL};
	int index = 0;

	switch (option) {
	case 't':
		return parse_time("-t", value, &options->time_ns);
	case 'o':
		index = choose("-o", value, formats, "text or json");
		options->format = (enum sink_format)index;
		break;
	case 'e':
		return parse_events(value, &options->filter);
	case 'r':
		options->action = ACTION_READ;
		options->read_path = value;
		break;
	case OPTION_FAMILY:
		options->families_given = true;
		return parse_families(value, &options->filter);
	case 'p':
		return parse_pid(value, &options->filter);
	case 'n':
		options->filter.comm = value;
		break;
	case 'u':
		return parse_user(value, &options->filter);
	case 'C':
		options->filter.container = value;
		break;
	case 'v':
		options->verbose = true;
		break;
	case 'q':
		options->quiet = true;
		break;
	case OPTION_DNS_PORT:
		return parse_dns_ports(value, &options->dns_ports);
	case OPTION_INTERVAL:
		return parse_interval(value, &options->interval_ns);
	case OPTION_MAX_NAMES:
		return parse_max_names(value, &options->max_names);
	case OPTION_ENGINE:
		return parse_engine(value, options);
	case OPTION_CONTAINER_WAIT:
		return parse_container_wait(value, &options->container_wait_ns);
	case OPTION_ATTACH:
		index = choose("--attach", value, modes,
			       "auto, kprobe or tracepoint");
		options->attach = (enum attach_mode)index;
		break;
	case OPTION_KERNEL_TYPES:
		index = choose("--kernel-types", value, types,
			       "auto, btf or headers");
		options->types = (enum kernel_types)index;
		break;
	case OPTION_DUMP_PROBES:
		options->action = ACTION_DUMP_PROBES;
		break;
	case OPTION_CHECK:
		options->action = ACTION_CHECK;
		break;
	case OPTION_VERSION:
		options->action = ACTION_VERSION;
		break;
	case OPTION_HELP:
		options->action = ACTION_HELP;
		break;
	default:
		break;
	}
	return index < 0 ? index : 0;
}

static bool is_option(int value)
{
	for (const struct option *option = long_options; option->name; option++)
		if (option->val == value)
			return true;
	return false;
}

/*
 * What getopt did not like. optopt is the short option, or what stands for the
 * long one, if there is such an option; a long one is the word before optind.
 */
static int bad_option(char **argv, bool value_missing)
{
	const char *word = argv[optind - 1];

	if (value_missing && strncmp(word, "--", 2) != 0)
		log_error("-%c needs a value; see egrets --help", optopt);
	else if (value_missing)
		log_error("%s needs a value; see egrets --help", word);
	else if (is_option(optopt))
		log_error("%s takes no value; see egrets --help", word);
	else if (optopt)
		log_error("there is no option -%c; see egrets --help", optopt);
	else
		log_error("there is no option %s; see egrets --help", word);
	return -EINVAL;
}

/* What only makes sense together, or not together. */
static int check_combination(const struct options *options, bool dashes)
{
	const struct filter *filter = &options->filter;

	if (dashes && !options->command) {
		log_error("no command after --; give one, or leave out --");
		return -EINVAL;
	}
	if (options->interval_ns && !filter->kind[EVENT_FLOW]) {
		log_error("--interval tells of open flows: add -e flow");
		return -EINVAL;
	}
	if (options->families_given &&
	    !(options_parts(options) & SOURCE_CALLS)) {
		log_error("--family is about socket events: add -e socket");
		return -EINVAL;
	}
	if (options->action != ACTION_READ)
		return 0;
	if (filter->kind[EVENT_FLOW] || options_parts(options) & SOURCE_CALLS) {
		log_error("-r: flows and calls of sockets are not told from a "
			  "file; leave out -e flow and socket");
		return -EINVAL;
	}
	if (options->command) {
		log_error("-r reads a file: it cannot run a command; "
			  "give one of the two");
		return -EINVAL;
	}
	if (options->time_ns) {
		log_error("-r reads a file to its end: leave out -t");
		return -EINVAL;
	}
	if (filter->tgid || filter->comm || filter->has_uid ||
	    filter->container) {
		log_error("-r: packets in a file have no process; "
			  "leave out -p, -n, -u and -C");
		return -EINVAL;
	}
	return 0;
}

int options_parse(int argc, char **argv, struct options *ret)
{
	struct options options = {
		.action = ACTION_WATCH,
		.dns_ports = DNS_PORTS_USUAL,
		.max_names = ATTRIBUTION_NAMES_MAX,
		.container_wait_ns = CONTAINER_WAIT_MS * 1000000ull,
	};
	int values_end = 0;
	bool dashes;
	int option;

	filter_init(&options.filter);
	opterr = 0;
	optind = 0; /* from the start, also the second time */
	/* '+': the first word that is no option ends them, as -- does. */
	while ((option = getopt_long(argc, argv, "+:t:o:e:r:p:n:u:C:vq",
				     long_options, NULL)) != -1) {
		int err;

		if (option == '?' || option == ':')
			return bad_option(argv, option == ':');
		if (optarg == argv[optind - 1])
			values_end = optind;
		err = set_option(option, optarg, &options);
		if (err)
			return err;
	}
	/* Not those of "-n --". */
	dashes = optind > 1 && optind > values_end &&
		 strcmp(argv[optind - 1], "--") == 0;
	if (optind < argc) {
		if (!dashes) {
			log_error("%s: put -- before a command to run: "
				  "egrets -- %s",
				  argv[optind], argv[optind]);
			return -EINVAL;
		}
		options.command = argv + optind;
	}
	if (options.action == ACTION_HELP || options.action == ACTION_VERSION) {
		*ret = options;
		return 0;
	}
	if (check_combination(&options, dashes))
		return -EINVAL;
	*ret = options;
	return 0;
}
