/* SPDX-License-Identifier: MIT */
#ifndef POLICY_FILTER_H
#define POLICY_FILTER_H

#include "output/event.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Which events are shown: -e, -p, -n, -u, -C and --family. Given several, all
 * must hold.
 * Losses are always shown.
 */
struct filter {
	bool kind[EVENT_KINDS];
	bool is_list;	  /* -e was given: these are asked for by name */
	uint32_t tgid;	  /* 0: any */
	const char *comm; /* NULL: any; borrowed. The first 15 bytes count. */
	bool has_uid;
	uint32_t uid;
	const char *container; /* a glob; NULL: any; borrowed */
	uint64_t families;     /* of socket.*: bit 1 << AF_…, or all: ~0 */
};

/* Shows what is usual: all but flows, and what processes and sockets do besides. */
void filter_init(struct filter *filter);

/*
 * Show only the kinds in a comma-separated list of event names and their
 * prefixes ("dns", "process.tcp"), which stand for what is usual of them, if
 * anything is. 0, or -EINVAL with *bad_ret and *bad_len_ret
 * telling the item that names nothing.
 */
int filter_set_kinds(struct filter *filter, const char *list,
		     const char **bad_ret, size_t *bad_len_ret);

/*
 * Show of socket.* only these families: a comma-separated list as in the output
 * ("inet", "unix"), or "all". 0, or -EINVAL as above.
 */
int filter_set_families(struct filter *filter, const char *list,
			const char **bad_ret, size_t *bad_len_ret);

bool filter_shows(const struct filter *filter, const struct event *event);

/*
 * The same as to -C, once the container is filled in: its name, its id or the
 * first 12 digits of that, or its image, with or without the tag and what stands
 * before the last slash.
 */
bool filter_shows_container(const struct filter *filter,
			    const struct event *event);

#endif
