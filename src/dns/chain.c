// SPDX-License-Identifier: MIT
/*
 * Servers compress: the owner of nearly every answer is a pointer to the
 * question's name or to the alias that led there. So records are first matched
 * by where their names are, which costs next to nothing, and only what is left
 * after that is compared as names, by a hash of them first.
 */
#include "dns/chain.h"
#include "base/hash.h"
#include "dns/name.h"

/* A name reached. Those with len 0 have not been read yet. */
struct reached {
	uint64_t hash;
	struct dns_wire_name name;
};

struct chain {
	const void *bytes;
	size_t len;
	const struct dns_chain_link *link;
	struct dns_message *message;
	size_t name_count;
	struct reached name[DNS_CHAIN_NAMES_MAX];
	size_t dname_count;
	uint16_t dname[DNS_CHAIN_DNAMES_MAX]; /* records */
	uint64_t owner_hash[DNS_RECORDS_MAX];
};

bool dns_chain_leads_on(uint16_t type)
{
	switch (type) {
	case DNS_TYPE_MX:
	case DNS_TYPE_SRV:
	case DNS_TYPE_SVCB:
	case DNS_TYPE_HTTPS:
		return true;
	default:
		return false;
	}
}

/* Records of another class than asked for are about something else. */
static bool has_class(const struct dns_message *message,
		      const struct dns_record *record)
{
	return record->class == message->class ||
	       message->class == DNS_CLASS_ANY;
}

static uint64_t hash_of(const struct dns_wire_name *name)
{
	return hash_bytes(name->bytes, name->len);
}

/* Names at origins were read once before: this does not fail. */
static uint64_t name_at(const struct chain *chain, size_t origin,
			struct dns_wire_name *ret)
{
	struct cursor cursor;

	cursor_init(&cursor, chain->bytes, chain->len);
	cursor_seek(&cursor, origin);
	dns_wire_name_read(&cursor, ret);
	dns_wire_name_fold(ret);
	return hash_of(ret);
}

/* The i-th name reached, with its bytes. */
static const struct reached *reached_get(struct chain *chain, size_t i)
{
	struct reached *reached = &chain->name[i];

	if (reached->name.len == 0)
		reached->hash = name_at(chain, reached->name.origin,
					&reached->name);
	return reached;
}

static void reach_origin(struct chain *chain, size_t origin)
{
	for (size_t i = 0; i < chain->name_count; i++)
		if (chain->name[i].name.origin == origin)
			return;
	if (chain->name_count == DNS_CHAIN_NAMES_MAX)
		return;
	chain->name[chain->name_count].name.origin = origin;
	chain->name[chain->name_count].name.len = 0;
	chain->name_count++;
}

/* The server usually adds the CNAME that a DNAME stands for: once is enough. */
static void reach_name(struct chain *chain, const struct dns_wire_name *name,
		       uint64_t hash)
{
	if (chain->name_count == DNS_CHAIN_NAMES_MAX)
		return;
	for (size_t i = 0; i < chain->name_count; i++) {
		const struct reached *reached = reached_get(chain, i);

		if (reached->hash == hash &&
		    dns_wire_name_equal(&reached->name, name))
			return;
	}
	chain->name[chain->name_count].name = *name;
	chain->name[chain->name_count].hash = hash;
	chain->name_count++;
}

/* The name that a record on the chain leads to: its origin, or 0. */
static uint16_t next_of(const struct chain *chain, size_t i)
{
	uint16_t type = chain->message->record[i].type;

	if (type != DNS_TYPE_CNAME && !dns_chain_leads_on(type))
		return 0;
	return chain->link[i].target;
}

/* Marks what is to be had by origins; returns how many records are left. */
static size_t follow_origins(struct chain *chain)
{
	struct dns_message *message = chain->message;
	size_t left = message->record_count;

	for (size_t n = 0; n < chain->name_count; n++) {
		size_t origin = chain->name[n].name.origin;

		left = 0;
		for (size_t i = 0; i < message->record_count; i++) {
			struct dns_record *record = &message->record[i];

			if (record->on_chain)
				continue;
			if (chain->link[i].owner != origin ||
			    !has_class(message, record)) {
				left++;
				continue;
			}
			record->on_chain = true;
			if (next_of(chain, i))
				reach_origin(chain, next_of(chain, i));
		}
	}
	return left;
}

/* Hash the owners of what is left, and look up the DNAMEs. */
static void prepare(struct chain *chain)
{
	const struct dns_message *message = chain->message;
	struct dns_wire_name owner;

	chain->dname_count = 0;
	for (size_t i = 0; i < message->record_count; i++) {
		const struct dns_record *record = &message->record[i];

		if (!record->on_chain)
			chain->owner_hash[i] = name_at(
				chain, chain->link[i].owner, &owner);
		if (record->type == DNS_TYPE_DNAME &&
		    has_class(message, record) && chain->link[i].target &&
		    chain->dname_count < DNS_CHAIN_DNAMES_MAX)
			chain->dname[chain->dname_count++] = (uint16_t)i;
	}
}

/* The records of a name. */
static void follow_name(struct chain *chain, const struct reached *reached)
{
	struct dns_message *message = chain->message;
	struct dns_wire_name name;
	uint64_t hash;

	for (size_t i = 0; i < message->record_count; i++) {
		struct dns_record *record = &message->record[i];

		if (record->on_chain || !has_class(message, record) ||
		    chain->owner_hash[i] != reached->hash)
			continue;
		name_at(chain, chain->link[i].owner, &name);
		if (!dns_wire_name_equal(&name, &reached->name))
			continue;
		record->on_chain = true;
		if (!next_of(chain, i))
			continue;
		hash = name_at(chain, next_of(chain, i), &name);
		reach_name(chain, &name, hash);
	}
}

/* What DNAMEs make of a name. */
static void follow_dnames(struct chain *chain, const struct reached *reached)
{
	struct dns_wire_name owner, target, rewritten;

	for (size_t d = 0; d < chain->dname_count; d++) {
		size_t i = chain->dname[d];

		name_at(chain, chain->link[i].owner, &owner);
		name_at(chain, chain->link[i].target, &target);
		if (dns_wire_name_rewrite(&reached->name, &owner, &target,
					  &rewritten))
			continue;
		chain->message->record[i].on_chain = true;
		reach_name(chain, &rewritten, hash_of(&rewritten));
	}
}

void dns_chain_mark(const void *bytes, size_t len, uint16_t asked,
		    const struct dns_chain_link *link,
		    struct dns_message *message)
{
	struct chain chain;

	chain.bytes = bytes;
	chain.len = len;
	chain.link = link;
	chain.message = message;
	chain.name_count = 0;
	reach_origin(&chain, asked);
	if (follow_origins(&chain) == 0)
		return;
	prepare(&chain);
	for (size_t n = 0; n < chain.name_count; n++) {
		const struct reached *reached = reached_get(&chain, n);

		follow_name(&chain, reached);
		follow_dnames(&chain, reached);
	}
}
