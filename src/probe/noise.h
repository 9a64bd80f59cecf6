/* SPDX-License-Identifier: MIT */
#ifndef PROBE_NOISE_H
#define PROBE_NOISE_H

#include <stdbool.h>
#include <stddef.h>

/*
 * What libraries write to standard error: the compiler's messages, the
 * verifier's log. It is caught in a file that nobody else sees, and told when
 * something went wrong and somebody wants to know.
 */

/* Of more than this the end is kept: there the verifier says what is wrong. */
#define NOISE_BYTES 4096
#define NOISE_LINE  512

/* Catch from now on. A descriptor to be kept open, or a negative errno. */
int noise_catch(void);

/* Hand over each line of it, and forget it all. */
void noise_tell(int noise, void (*fn)(const char *line, void *context),
		void *context);

/* The first line kept with this text in it. */
bool noise_find(int noise, const char *text, char line[NOISE_LINE]);

#endif
