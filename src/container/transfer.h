/* SPDX-License-Identifier: MIT */
#ifndef CONTAINER_TRANSFER_H
#define CONTAINER_TRANSFER_H

#include "container/curl_library.h"
#include "container/reply.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A request to an engine, and what has come of its reply. */
enum transfer_kind {
	TRANSFER_EVENTS, /* has no end */
	TRANSFER_LIST,	 /* of all containers */
	TRANSFER_CONTAINER,
	TRANSFER_NETWORK,
};

struct transfer {
	enum transfer_kind kind;
	struct reply_subject subject;
	void *engine; /* the caller's */
	uint64_t begun_ns;
	const struct curl_library *curl;
	CURLM *multi;
	CURL *handle;
	bool is_answered; /* with status 200, if not yet with anything else */
	char *text;	  /* NULL: nothing yet */
	size_t len;
	size_t head_len;
	const char *trouble;   /* "does not ...": what is wrong, or NULL */
	struct transfer *next; /* the caller's */
};

/*
 * NULL if memory is short. Its handle has it for its private pointer. The
 * library and multi are borrowed.
 */
struct transfer *transfer_begin(const struct curl_library *curl, CURLM *multi,
				const char *socket, enum transfer_kind kind,
				const struct reply_subject *subject);
void transfer_end(struct transfer *transfer);

/* Drop what was taken of its text, from the start. */
void transfer_take(struct transfer *transfer, size_t len);

/* What is wrong with one that has ended. */
const char *transfer_trouble(const struct transfer *transfer, CURLcode result);

#endif
