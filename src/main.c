// SPDX-License-Identifier: MIT
#include "base/log.h"
#include "checkup.h"
#include "monitor.h"
#include "options.h"
#include "probe/source.h"
#include "reader.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Text for people on standard output, which may be closed or full. */
static int print(const char *text)
{
	if (fputs(text, stdout) == EOF || fflush(stdout) == EOF) {
		log_error("cannot write to standard output");
		return EXIT_RUN_FAILED;
	}
	return EXIT_AS_ASKED;
}

static int dump_probes(const struct options *options)
{
	enum kernel_types types = options->types;
	char *text;
	int err = source_assemble(&types, SOURCE_ALL, &options->dns_ports,
				  &options->filter, &text);
	int status;

	if (err) {
		log_error("cannot read the kernel's types: %s; try "
			  "--kernel-types=headers",
			  strerror(-err));
		return EXIT_CANNOT_RUN;
	}
	status = print(text);
	free(text);
	return status;
}

/* Were one of them closed, a file of ours would be taken for it. */
static void open_standard_files(void)
{
	int fd;

	do
		fd = open("/dev/null", O_RDWR);
	while (fd >= 0 && fd <= STDERR_FILENO);
	if (fd >= 0)
		close(fd);
}

int main(int argc, char **argv)
{
	struct options options;

	open_standard_files();
	/* A closed pipe is an error of write(), not the end of us. */
	signal(SIGPIPE, SIG_IGN);
	if (options_parse(argc, argv, &options))
		return EXIT_USAGE;
	if (options.verbose)
		log_set_level(LOG_LEVEL_DEBUG);
	if (options.quiet)
		log_set_level(LOG_LEVEL_WARN);

	switch (options.action) {
	case ACTION_HELP:
		return print(options_help);
	case ACTION_VERSION:
		return print("egrets " EGRETS_VERSION "\n");
	case ACTION_DUMP_PROBES:
		return dump_probes(&options);
	case ACTION_READ:
		return reader_run(&options);
	case ACTION_CHECK:
		return checkup_run(&options);
	default:
		if (!checkup_can_run(&options))
			return EXIT_CANNOT_RUN;
		return monitor_run(&options);
	}
}
