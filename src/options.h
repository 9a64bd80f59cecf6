/* SPDX-License-Identifier: MIT */
#ifndef OPTIONS_H
#define OPTIONS_H

#include "dns/ports.h"
#include "output/sink.h"
#include "policy/filter.h"
#include "probe/hooks.h"
#include "probe/source.h"

#include <stdbool.h>
#include <stdint.h>

/* The exit statuses of the program; with a command it is the command's. */
enum exit_status {
	EXIT_AS_ASKED = 0,
	EXIT_RUN_FAILED = 1,
	EXIT_USAGE = 2,
	EXIT_CANNOT_RUN = 77, /* this machine lacks what egrets needs */
};

#define OPTIONS_ENGINES_MAX 16

enum options_action {
	ACTION_WATCH, /* the machine */
	ACTION_READ,  /* a capture file */
	ACTION_CHECK,
	ACTION_DUMP_PROBES,
	ACTION_HELP,
	ACTION_VERSION,
};

/* The command line, understood. Strings are borrowed from argv. */
struct options {
	enum options_action action;
	uint64_t time_ns;     /* 0: until told to stop */
	uint64_t interval_ns; /* between tellings of open flows; 0: none */
	enum sink_format format;
	bool verbose;
	bool quiet;
	const char *read_path;
	enum attach_mode attach;
	enum kernel_types types;
	struct filter filter;
	bool families_given;
	struct dns_ports dns_ports;
	uint32_t max_names; /* bindings remembered */
	uint64_t container_wait_ns;
	const char *engine[OPTIONS_ENGINES_MAX]; /* sockets */
	size_t engine_count;
	char **command; /* argv of the command to run, or NULL */
};

/*
 * Understand the command line. 0, or -EINVAL with what is wrong, and what to
 * do about it, logged in one line.
 */
int options_parse(int argc, char **argv, struct options *ret);

/*
 * What the probes have to do for them, in enum source_part: what costs something
 * is there only for those who ask for it.
 */
unsigned int options_parts(const struct options *options);

/* What --help says. */
extern const char options_help[];

#endif
