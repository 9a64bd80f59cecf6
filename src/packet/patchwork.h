/* SPDX-License-Identifier: MIT */
#ifndef PACKET_PATCHWORK_H
#define PACKET_PATCHWORK_H

#include <stddef.h>
#include <stdint.h>

/*
 * Bytes that come in pieces, in any order: a buffer from offset 0 on, and which
 * runs of it are there (RFC 815, the other way round). What both fragments and
 * TCP segments are put together in.
 */

/* Runs with holes between them; pieces in order make one. */
#define PATCHWORK_RUNS_MAX 64

struct patchwork_run {
	uint32_t from, to;
};

struct patchwork {
	uint32_t room;
	uint32_t count;				      /* of runs */
	struct patchwork_run run[PATCHWORK_RUNS_MAX]; /* disjoint, in order */
	uint8_t bytes[];
};

/* What is there of [from, to). */
enum patchwork_cover {
	PATCHWORK_FREE,
	PATCHWORK_PARTLY,
	PATCHWORK_COVERED, /* by one run */
};

enum patchwork_cover patchwork_cover(const struct patchwork *patchwork,
				     uint32_t from, uint32_t to);

/*
 * Put len bytes at an offset. What is there already stays. *patchwork may be
 * NULL, and may move; it is freed with free(). 0, or, and then nothing has
 * changed, -ENOMEM, -ENOSPC (too many runs), or -EBADMSG (what is there says
 * otherwise).
 */
int patchwork_put(struct patchwork **patchwork, uint32_t offset,
		  const uint8_t *bytes, uint32_t len);

/* How many bytes there are from offset 0 to the first hole. */
uint32_t patchwork_have(const struct patchwork *patchwork);

/*
 * Forget what is before an offset, which becomes 0. A patchwork of which
 * nothing is left is freed and becomes NULL.
 */
void patchwork_drop(struct patchwork **patchwork, uint32_t len);

/* Memory that it takes. */
size_t patchwork_size(const struct patchwork *patchwork);

#endif
