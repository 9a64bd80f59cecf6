// SPDX-License-Identifier: MIT
#include "attribution/pending.h"

#include <stdlib.h>
#include <string.h>

static size_t string_size(const char *string)
{
	return string ? strlen(string) + 1 : 0;
}

static const char *copy_string(char **to, const char *string)
{
	char *copy = *to;

	if (!string)
		return NULL;
	strcpy(copy, string);
	*to += strlen(string) + 1;
	return copy;
}

static struct pending *make(const struct record_connect *connect,
			    const struct names_choice *choice)
{
	unsigned int listed = names_listed(choice);
	size_t size = sizeof(struct pending) + string_size(choice->name);
	struct pending *pending;
	char *text;

	for (unsigned int i = 0; i < listed; i++)
		size += string_size(choice->candidate[i]);
	pending = calloc(1, size);
	if (!pending)
		return NULL;
	pending->key.socket_id = connect->socket.id;
	pending->key.begun_ns = connect->begun_ns;
	pending->connect = *connect;
	pending->choice = *choice;
	text = pending->text;
	pending->choice.name = copy_string(&text, choice->name);
	for (unsigned int i = 0; i < listed; i++)
		pending->choice.candidate[i] = copy_string(
			&text, choice->candidate[i]);
	return pending;
}

/* Its place is at the end, or near to it: records come in order of time. */
static void link_untold(struct pendings *pendings, struct pending *pending)
{
	struct pending *previous = pendings->last;

	while (previous && previous->key.begun_ns > pending->key.begun_ns)
		previous = previous->previous;
	pending->previous = previous;
	pending->next = previous ? previous->next : pendings->first;
	if (previous)
		previous->next = pending;
	else
		pendings->first = pending;
	if (pending->next)
		pending->next->previous = pending;
	else
		pendings->last = pending;
}

struct pending *pending_add(struct pendings *pendings,
			    const struct record_connect *connect,
			    const struct names_choice *choice,
			    struct pending **evicted)
{
	struct pending *pending = make(connect, choice);

	*evicted = NULL;
	if (!pending)
		return NULL;
	if (HASH_COUNT(pendings->all) >= pendings->most) {
		*evicted = pendings->all;
		pending_remove(pendings, *evicted);
	}
	HASH_ADD(hh, pendings->all, key, sizeof(pending->key), pending);
	if (!pending->hh.tbl) {
		free(pending);
		return NULL;
	}
	link_untold(pendings, pending);
	return pending;
}

struct pending *pending_find(struct pendings *pendings,
			     const struct record_result *result)
{
	struct pending_key key = {result->socket.id, result->begun_ns};
	struct pending *pending;

	HASH_FIND(hh, pendings->all, &key, sizeof(key), pending);
	return pending;
}

static void unlink_untold(struct pendings *pendings, struct pending *pending)
{
	if (pending->previous)
		pending->previous->next = pending->next;
	else
		pendings->first = pending->next;
	if (pending->next)
		pending->next->previous = pending->previous;
	else
		pendings->last = pending->previous;
	pending->previous = NULL;
	pending->next = NULL;
}

void pending_mark_told(struct pendings *pendings, struct pending *pending)
{
	if (pending->told)
		return;
	unlink_untold(pendings, pending);
	pending->told = true;
}

void pending_remove(struct pendings *pendings, struct pending *pending)
{
	if (!pending->told)
		unlink_untold(pendings, pending);
	HASH_DEL(pendings->all, pending);
}
