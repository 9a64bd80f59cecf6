/* SPDX-License-Identifier: MIT */
#ifndef REPORT_H
#define REPORT_H

#include "attribution/attribution.h"
#include "container/containers.h"
#include "options.h"

/*
 * What the user gets to see: each event is completed with its container, put
 * through the filters, written and counted; at the end comes a summary.
 */
struct report;

/*
 * start_ns is the zero of the lines' time, wall_offset_ns as in sink.h.
 * options are borrowed. 0, or -ENOMEM.
 */
int report_create(const struct options *options, uint64_t start_ns,
		  int64_t wall_offset_ns, struct report **ret);
/* Who knows about containers; NULL: nobody. Borrowed. */
void report_ask(struct report *report, struct containers *containers);
void report_destroy(struct report *report);

/* What to call with a cgroup of which something was not shown, for -C. */
void report_leave_out(struct report *report,
		      void (*fn)(uint64_t cgroup_id, void *context),
		      void *context);

/* Show only what this attribution says is followed. */
void report_follow(struct report *report, struct attribution *attribution);

/* An attribution_event_fn; context is the report. */
void report_event(struct event *event, void *context);

/*
 * Write out what is buffered. 0, or the first error since the start: -EPIPE
 * if nobody reads any more (not logged), else logged.
 */
int report_flush(struct report *report);

/*
 * A descriptor that becomes readable when nobody reads standard output any
 * more, owned by the report; -1 if that cannot be told (a file, a terminal).
 */
int report_reader_fd(struct report *report);

/* The kinds of loss: each source counts from the start. */
enum loss {
	LOSS_PROBES,	/* records, for want of room in the kernel */
	LOSS_PACKETS,	/* packets, likewise */
	LOSS_QUESTIONS, /* unanswered, forgotten to stay in bounds */
	LOSS_CONNECTS,	/* outcomes, likewise */
	LOSS_FLOWS,	/* connections, likewise */
	LOSS_NAMES,	/* bindings, likewise */
	LOSS_MESSAGES,	/* parts of DNS messages, likewise or never seen */
	LOSS_MEMORY,	/* things not kept because memory was short */
	LOSSES,
};

/* Tell by an event if a count has grown since the last call. */
void report_losses(struct report *report, uint64_t time_ns,
		   const uint64_t counts[LOSSES]);

/* The summary, on standard error. */
void report_summary(const struct report *report, uint64_t lasted_ns,
		    const struct attribution_stats *stats);

#endif
