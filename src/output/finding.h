/* SPDX-License-Identifier: MIT */
#ifndef OUTPUT_FINDING_H
#define OUTPUT_FINDING_H

#include "output/writer.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * What --check has to say: one finding is one thing that egrets builds on,
 * whether it is there, what it costs if it is not, and how to get it.
 */
enum finding_state {
	FINDING_OK,
	FINDING_MISSING, /* egrets does without, or with something else */
	FINDING_FATAL,	 /* egrets cannot run without */
	FINDING_UNTRIED, /* could not be tried, for want of something else */
};

/* "ok", "missing", "fatal", "untried" */
const char *finding_state_text(enum finding_state state);

struct finding {
	const char *name; /* a literal */
	enum finding_state state;
	char found[192];
	char cost[256]; /* of what is missing; empty if that is nothing */
	char cure[256];
};

#define FINDING_FORMAT __attribute__((format(printf, 2, 3)))

/* Each replaces one text. */
FINDING_FORMAT void finding_found(struct finding *finding, const char *format,
				  ...);
FINDING_FORMAT void finding_cost(struct finding *finding, const char *format,
				 ...);
FINDING_FORMAT void finding_cure(struct finding *finding, const char *format,
				 ...);

/* The first without which egrets cannot run, or NULL. */
const struct finding *finding_first_fatal(const struct finding *findings,
					  size_t count);

/* All of what --check found; borrowed. */
struct findings {
	const struct finding *machine;
	size_t machine_count;
	const struct finding *hooks;
	size_t hook_count;
	const char *kernel; /* uname's release and machine */
	const char *architecture;
	uint64_t wall_ns; /* since 1970 */
	bool can_run;
};

/* A table of at most 100 columns, as far as words let it. */
void findings_text(struct writer *writer, const struct findings *findings);

/*
 * One JSON object on a line of its own: ECS's host and event (action
 * "egrets.check", outcome "success" if egrets can run), and under egrets.check
 * can_run and the lists machine and hooks, each of them {name, state, found,
 * cost, cure} with what is empty left out.
 */
void findings_json(struct writer *writer, const struct findings *findings);

#endif
