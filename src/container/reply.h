/* SPDX-License-Identifier: MIT */
#ifndef CONTAINER_REPLY_H
#define CONTAINER_REPLY_H

#include <stdbool.h>
#include <stddef.h>

/*
 * What Docker's and Podman's API replies, read strictly: it is not what was
 * asked for unless it is well-formed and each member of the type it should have.
 * Members that we do not use may be anything.
 */

/* Longer ones are not believed. */
#define REPLY_TEXT_MAX 1024

/* Of a container. Strings are its own; NULL or "": it has none. */
struct container_facts {
	char *name;
	char *image;
	char *hostname;
	char *addresses; /* "172.17.0.2,fd00::2": on all its networks */
	char *shares;	 /* the container whose network it uses */
	char *labels;	 /* "key=value,…" */
	char *project;	 /* of compose */
	char *service;
	bool is_placed; /* it has the addresses that it is to have */
};

void container_facts_deinit(struct container_facts *facts);
/* Those of one network, if the first is not among them. 0, or -ENOMEM. */
int container_facts_add_addresses(struct container_facts *facts,
				  const char *text);

/*
 * The reply to /containers/<id>/json, which must be about that id. 0, -EBADMSG,
 * or -ENOMEM.
 */
int reply_container(const char *text, size_t len, const char *id,
		    struct container_facts *ret);

#define REPLY_ID_LEN 64

/* The reply to /containers/json: call fn with each id. 0, or -EBADMSG. */
int reply_list(const char *text, size_t len,
	       void (*fn)(const char *id, void *context), void *context);

enum reply_event {
	REPLY_EVENT_OTHER,
	REPLY_EVENT_NEWS,    /* a container has come, or changed */
	REPLY_EVENT_CONNECT, /* it was put into a network */
};

/* Which it is about. */
struct reply_subject {
	char id[REPLY_ID_LEN + 1];
	char network[REPLY_ID_LEN + 1]; /* of REPLY_EVENT_CONNECT */
};

/*
 * A line of /events: enum reply_event, -EBADMSG, or -ENOMEM. Of a container that
 * is news, its name and image are told as well: Podman says no more of it before
 * it has started.
 */
int reply_event(const char *text, size_t len, struct reply_subject *ret,
		struct container_facts *facts_ret);

/*
 * The reply to /networks/<network>: the addresses that the container has there,
 * "" if none, to be freed. Docker tells them here while it is being started, when
 * all that is asked of the container itself waits. 0, -EBADMSG, -ENOENT if it is
 * not there, or -ENOMEM.
 */
int reply_network(const char *text, size_t len,
		  const struct reply_subject *subject, char **ret);

/* Whether a text is an id as engines make them: 64 hexadecimal digits. */
bool reply_is_id(const char *text);

#endif
