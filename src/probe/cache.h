/* SPDX-License-Identifier: MIT */
#ifndef PROBE_CACHE_H
#define PROBE_CACHE_H

#include "probe/programs.h"

/*
 * Compiled programs, kept in a directory for the next start, which then needs
 * neither libbcc nor kernel headers: a file for each text and kernel, mode
 * 0600. It is found by a hash of those and used if it holds the very same ones
 * and nobody else may write to it. Nothing is ever removed.
 *
 * The directory's descriptor is borrowed. On error cause says what went wrong.
 */
#define CACHE_CAUSE 128

/*
 * 0, -ENOENT if there is none, or another negative errno: the programs have
 * to be compiled all the same.
 */
int cache_find(int dir, const char *text, struct programs **ret,
	       char cause[CACHE_CAUSE]);

/* In place of what was there. 0, or a negative errno. */
int cache_keep(int dir, const char *text, const struct programs *programs,
	       char cause[CACHE_CAUSE]);

#endif
