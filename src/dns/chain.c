// SPDX-License-Identifier: MIT
/*
 * Servers compress: the owner of nearly every answer is a pointer to the
 * question's name or to the alias that led there. So records are first matched
 * by where their names are, which costs next to nothing, and only what is left
 * after that is compared as names.
 */
#include "dns/chain.h"
#include "dns/name.h"

#include <stdbool.h>

struct chain {
	const void *bytes;
	size_t len;
	const struct dns_chain_link *link;
	struct dns_message *message;
	size_t name_count;
	/* Names reached, and owners; those with len 0 have not been read yet. */
	struct dns_wire_name name[DNS_CHAIN_NAMES_MAX];
	struct dns_wire_name owner[DNS_RECORDS_MAX];
};

/* Names at origins were read once before: this does not fail. */
static void name_at(const struct chain *chain, size_t origin,
		    struct dns_wire_name *ret)
{
	struct cursor cursor;

	cursor_init(&cursor, chain->bytes, chain->len);
	cursor_seek(&cursor, origin);
	dns_wire_name_read(&cursor, ret);
	dns_wire_name_fold(ret);
}

/* The i-th name reached, with its bytes. */
static const struct dns_wire_name *name_get(struct chain *chain, size_t i)
{
	struct dns_wire_name *name = &chain->name[i];

	if (name->len == 0)
		name_at(chain, name->origin, name);
	return name;
}

static void reach_origin(struct chain *chain, size_t origin)
{
	if (chain->name_count == DNS_CHAIN_NAMES_MAX)
		return;
	chain->name[chain->name_count].origin = origin;
	chain->name[chain->name_count].len = 0;
	chain->name_count++;
}

/* The server usually adds the CNAME that a DNAME stands for: once is enough. */
static void reach_name(struct chain *chain, const struct dns_wire_name *name)
{
	if (chain->name_count == DNS_CHAIN_NAMES_MAX)
		return;
	for (size_t i = 0; i < chain->name_count; i++) {
		if (dns_wire_name_equal(name_get(chain, i), name))
			return;
	}
	chain->name[chain->name_count++] = *name;
}

/* Marks what is to be had by origins; returns how many records are left. */
static size_t follow_origins(struct chain *chain)
{
	size_t left = chain->message->record_count;

	for (size_t n = 0; n < chain->name_count; n++) {
		size_t origin = chain->name[n].origin;

		left = 0;
		for (size_t i = 0; i < chain->message->record_count; i++) {
			struct dns_record *record = &chain->message->record[i];

			if (record->on_chain)
				continue;
			if (chain->link[i].owner != origin) {
				left++;
				continue;
			}
			record->on_chain = true;
			if (record->type == DNS_TYPE_CNAME)
				reach_origin(chain, chain->link[i].target);
		}
	}
	return left;
}

/* One record against one name reached. */
static void record_follow(struct chain *chain, size_t i, size_t n)
{
	struct dns_record *record = &chain->message->record[i];
	const struct dns_wire_name *name = name_get(chain, n);
	struct dns_wire_name *owner = &chain->owner[i];
	struct dns_wire_name target, rewritten;

	/* A DNAME holds for every name below it, so it is never done with. */
	if (record->on_chain && record->type != DNS_TYPE_DNAME)
		return;
	if (owner->len == 0)
		name_at(chain, chain->link[i].owner, owner);
	if (dns_wire_name_equal(owner, name)) {
		record->on_chain = true;
		if (record->type != DNS_TYPE_CNAME)
			return;
		name_at(chain, chain->link[i].target, &target);
		reach_name(chain, &target);
		return;
	}
	if (record->type != DNS_TYPE_DNAME)
		return;
	name_at(chain, chain->link[i].target, &target);
	if (dns_wire_name_rewrite(name, owner, &target, &rewritten) == 0) {
		record->on_chain = true;
		reach_name(chain, &rewritten);
	}
}

void dns_chain_mark(const void *bytes, size_t len,
		    const struct dns_chain_link *link,
		    struct dns_message *message)
{
	struct chain chain;

	chain.bytes = bytes;
	chain.len = len;
	chain.link = link;
	chain.message = message;
	chain.name_count = 0;
	reach_origin(&chain, DNS_HEADER_LEN);
	if (follow_origins(&chain) == 0)
		return;
	for (size_t i = 0; i < message->record_count; i++)
		chain.owner[i].len = 0;
	for (size_t n = 0; n < chain.name_count; n++) {
		for (size_t i = 0; i < message->record_count; i++)
			record_follow(&chain, i, n);
	}
}
