// SPDX-License-Identifier: MIT
#include "report.h"

#include "base/log.h"
#include "unicode.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/stat.h>
#include <unistd.h>

static const char *const loss_names[LOSSES] = {
	[LOSS_PROBES] = "probes",	[LOSS_PACKETS] = "packets",
	[LOSS_QUESTIONS] = "questions", [LOSS_CONNECTS] = "connects",
	[LOSS_FLOWS] = "flows",		[LOSS_NAMES] = "names",
	[LOSS_MESSAGES] = "messages",	[LOSS_MEMORY] = "memory",
};

struct report {
	const struct options *options;
	struct attribution *followed; /* NULL: no command is followed */
	struct containers *containers;
	void (*leave_out)(uint64_t cgroup_id, void *context);
	void *leave_out_context;
	struct sink *sink;
	int error;  /* the first of the sink */
	int reader; /* epoll descriptor, or -1 */
	uint64_t shown[EVENT_KINDS];
	uint64_t lost[LOSSES];
};

int report_create(const struct options *options, uint64_t start_ns,
		  int64_t wall_offset_ns, struct report **ret)
{
	struct sink_options sink = {
		.fd = STDOUT_FILENO,
		.format = options->format,
		.verbose = options->verbose,
		.start_ns = start_ns,
		.wall_offset_ns = wall_offset_ns,
	};
	struct report *report = calloc(1, sizeof(*report));

	if (!report)
		return -ENOMEM;
	report->options = options;
	report->reader = -1;
	if (sink_create(&sink, &report->sink)) {
		free(report);
		return -ENOMEM;
	}
	*ret = report;
	return 0;
}

void report_destroy(struct report *report)
{
	if (!report)
		return;
	if (report->reader >= 0)
		close(report->reader);
	sink_destroy(report->sink);
	free(report);
}

/*
 * Polling standard output itself would have the loop make it non-blocking,
 * also for a command and for others that have it open. An epoll descriptor
 * reports errors without being asked.
 */
int report_reader_fd(struct report *report)
{
	struct epoll_event closed = {.events = 0};
	struct stat output;

	if (fstat(STDOUT_FILENO, &output) ||
	    !(S_ISFIFO(output.st_mode) || S_ISSOCK(output.st_mode)))
		return -1;
	report->reader = epoll_create1(EPOLL_CLOEXEC);
	if (report->reader >= 0 &&
	    epoll_ctl(report->reader, EPOLL_CTL_ADD, STDOUT_FILENO, &closed)) {
		close(report->reader);
		report->reader = -1;
	}
	return report->reader;
}

void report_ask(struct report *report, struct containers *containers)
{
	report->containers = containers;
}

void report_leave_out(struct report *report,
		      void (*fn)(uint64_t cgroup_id, void *context),
		      void *context)
{
	report->leave_out = fn;
	report->leave_out_context = context;
}

void report_follow(struct report *report, struct attribution *attribution)
{
	report->followed = attribution;
}

static void note_error(struct report *report, int err)
{
	if (!err || report->error)
		return;
	report->error = err;
	if (err != -EPIPE)
		log_error("cannot write events to standard output: %s; "
			  "free some room or send them elsewhere",
			  strerror(-err));
}

static bool is_shown(struct report *report, const struct event *event)
{
	if (!filter_shows(&report->options->filter, event))
		return false;
	return !report->followed || event->kind == EVENT_EGRETS_LOST ||
	       attribution_follows(report->followed, event->process.id);
}

/* The name that an event is about, or NULL. */
static const char *name_of(const struct event *event)
{
	switch (event->kind) {
	case EVENT_DNS_QUERY:
	case EVENT_DNS_ANSWER:
	case EVENT_DNS_TIMEOUT:
		return event->dns.message->name;
	case EVENT_PROCESS_PACKET:
	case EVENT_PROCESS_EXEC:
	case EVENT_PROCESS_EXIT:
	case EVENT_EGRETS_LOST:
		return NULL;
	default:
		return event->connection.choice.name;
	}
}

void report_event(struct event *event, void *context)
{
	struct report *report = context;
	char unicode[UNICODE_NAME_MAX];

	if (!is_shown(report, event))
		return;
	if (report->containers)
		containers_describe(report->containers, event);
	if (!filter_shows_container(&report->options->filter, event)) {
		if (report->leave_out && event->process.cgroup_id)
			report->leave_out(event->process.cgroup_id,
					  report->leave_out_context);
		return;
	}
	if (report->options->verbose && name_of(event))
		event->unicode = unicode_name(name_of(event), unicode);
	report->shown[event->kind]++;
	note_error(report, sink_write(report->sink, event));
}

int report_flush(struct report *report)
{
	note_error(report, sink_flush(report->sink));
	return report->error;
}

void report_losses(struct report *report, uint64_t time_ns,
		   const uint64_t counts[LOSSES])
{
	for (int loss = 0; loss < LOSSES; loss++) {
		struct event event = {
			.kind = EVENT_EGRETS_LOST,
			.time_ns = time_ns,
			.lost.source = loss_names[loss],
			.lost.count = counts[loss] - report->lost[loss],
		};

		if (!event.lost.count)
			continue;
		report->lost[loss] = counts[loss];
		report_event(&event, report);
	}
}

/* " 3 dns.query, 2 dns.answer", or " none" */
static void list_counts(FILE *out, const uint64_t *counts, int kinds,
			const char *(*name)(int kind))
{
	const char *separator = " ";

	for (int kind = 0; kind < kinds; kind++) {
		if (!counts[kind])
			continue;
		fprintf(out, "%s%" PRIu64 " %s", separator, counts[kind],
			name(kind));
		separator = ", ";
	}
	if (separator[0] == ' ')
		fprintf(out, " none");
}

static const char *kind_name(int kind)
{
	return event_name((enum event_kind)kind);
}

static const char *loss_name(int loss)
{
	return loss_names[loss];
}

void report_summary(const struct report *report, uint64_t lasted_ns,
		    const struct attribution_stats *stats)
{
	const struct fragments_stats *fragments = &stats->assembly.fragments;
	const struct streams_stats *streams = &stats->assembly.streams;
	char text[512];
	FILE *out = fmemopen(text, sizeof(text), "w");

	if (!out)
		return;
	fprintf(out, "%.1f s, events:", (double)lasted_ns / 1e9);
	list_counts(out, report->shown, EVENT_KINDS, kind_name);
	fprintf(out, "; lost:");
	list_counts(out, report->lost, LOSSES, loss_name);
	fclose(out);
	log_info("%s", text);
	log_info("questions: %" PRIu64 " asked, %" PRIu64 " answered, %" PRIu64
		 " not in time, %" PRIu64 " open; %" PRIu64
		 " unsolicited answers, %" PRIu64 " malformed messages; "
		 "names: %" PRIu64 " learned, %zu held for %zu addresses",
		 stats->asked, stats->answered, stats->unanswered, stats->open,
		 stats->unsolicited, stats->malformed, stats->names.learned,
		 stats->names.bindings, stats->names.addrs);
	log_debug("forgotten to stay in bounds: %" PRIu64 " processes, %" PRIu64
		  " sockets",
		  stats->processes_forgotten, stats->sockets_forgotten);
	log_debug("from fragments: %" PRIu64 " datagrams, %" PRIu64
		  " incomplete, %" PRIu64 " spoiled; from TCP: %" PRIu64
		  " messages, %" PRIu64 " of them in pieces, %" PRIu64
		  " gaps, %" PRIu64 " spoiled",
		  fragments->whole, fragments->cut, fragments->spoiled,
		  streams->messages, streams->copied, streams->gaps,
		  streams->spoiled);
}
