/* SPDX-License-Identifier: MIT */
#ifndef PROBE_PROBE_TEXT_H
#define PROBE_PROBE_TEXT_H

/*
 * The files of probes/, embedded by cmake/EmbedProbes.cmake: names without a
 * directory, texts with a NUL; the last entry has a NULL name.
 */
struct probe_text {
	const char *name;
	const char *text;
};

extern const struct probe_text probe_texts[];

#endif
