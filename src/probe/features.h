/* SPDX-License-Identifier: MIT */
#ifndef PROBE_FEATURES_H
#define PROBE_FEATURES_H

#include <stdbool.h>
#include <stddef.h>

/*
 * What of the machine egrets builds on, and whether it is there.
 */
enum feature_state {
	FEATURE_THERE,
	FEATURE_MISSING, /* egrets does without, or with something else */
	FEATURE_FATAL,	 /* egrets cannot run without */
};

struct feature {
	const char *name;
	enum feature_state state;
	char found[160];  /* what there is */
	const char *cost; /* if missing: what that costs, and the cure */
};

#define FEATURES_MAX 16

/* Look at the machine. Returns how many features were written. */
size_t features_probe(struct feature features[FEATURES_MAX]);

/*
 * The first thing without which egrets cannot run, or NULL; features is what
 * features_probe() wrote.
 */
const struct feature *features_fatal(const struct feature *features,
				     size_t count);

#endif
