/* SPDX-License-Identifier: MIT */
#ifndef TEST_FUZZ_MESSAGE_TWIN_H
#define TEST_FUZZ_MESSAGE_TWIN_H

#include "dns/chain.h"
#include "dns/message.h"
#include "fuzz.h"

#include <stdlib.h>
#include <string.h>

/*
 * A deliberately dumb twin of dns/chain.c: every owner as text, every owner
 * compared with every name. It has no idea of origins, compression or order.
 */
#define TWIN_NAMES_MAX (2 * DNS_CHAIN_NAMES_MAX)

struct twin {
	const struct dns_message *message;
	size_t record_count;
	size_t alias_count;
	char owner[DNS_RECORDS_MAX][DNS_NAME_TEXT_MAX];
	bool on_chain[DNS_RECORDS_MAX];
	size_t name_count;
	char name[TWIN_NAMES_MAX][DNS_NAME_TEXT_MAX];
};

/* Read the owners; false if the message does not lend itself to comparison. */
static inline bool twin_init(struct twin *twin, const uint8_t *bytes,
			     size_t len, const struct dns_message *message)
{
	struct cursor cursor, owner;

	twin->message = message;
	twin->record_count = 0;
	twin->alias_count = 0;
	twin->name_count = 0;
	cursor_init(&cursor, bytes, len);
	cursor_seek(&cursor, DNS_HEADER_LEN);
	for (size_t i = 0; i < message->question_count; i++) {
		dns_name_skip(&cursor);
		cursor_skip(&cursor, 4);
	}
	for (size_t i = 0; i < message->record_total; i++) {
		uint16_t type, class;

		owner = cursor;
		dns_name_skip(&cursor);
		type = cursor_u16(&cursor);
		class = cursor_u16(&cursor);
		cursor_skip(&cursor, 4);
		cursor_skip(&cursor, cursor_u16(&cursor));
		must(!cursor_failed(&cursor));
		if (class != DNS_CLASS_IN)
			continue;
		/* A record that was left out, for want of room. */
		if (twin->record_count == message->record_count)
			return false;
		if (message->record[twin->record_count].type != type)
			return false;
		if (type == DNS_TYPE_CNAME || type == DNS_TYPE_DNAME)
			twin->alias_count++;
		twin->on_chain[twin->record_count] = false;
		must(dns_name_read(&owner, twin->owner[twin->record_count]) >
		     0);
		twin->record_count++;
	}
	return twin->record_count == message->record_count;
}

static inline void twin_reach(struct twin *twin, const char *name)
{
	for (size_t i = 0; i < twin->name_count; i++) {
		if (dns_name_equal(twin->name[i], name))
			return;
	}
	if (twin->name_count < TWIN_NAMES_MAX)
		strcpy(twin->name[twin->name_count++], name);
}

static inline size_t text_wire_len(const char *text)
{
	size_t len = 1;

	if (strcmp(text, ".") == 0)
		return 1;
	for (const char *c = text; *c; c++, len++) {
		if (*c == '\\')
			c += c[1] >= '0' && c[1] <= '9' ? 3 : 1;
	}
	return len + 1;
}

/* The rest of the name after its first label, or NULL after the last. */
static inline const char *text_parent(const char *text)
{
	if (strcmp(text, ".") == 0)
		return NULL;
	for (; *text; text++) {
		if (*text == '\\')
			text++;
		else if (*text == '.')
			return text + 1;
	}
	return ".";
}

static inline bool twin_rewrite(struct twin *twin, const char *name,
				const char *from, const char *to)
{
	char rewritten[2 * DNS_NAME_TEXT_MAX];
	const char *suffix = text_parent(name);
	size_t kept;

	while (suffix && !dns_name_equal(suffix, from))
		suffix = text_parent(suffix);
	if (!suffix)
		return false;
	/* The labels kept, with the dot after them but for the root's. */
	kept = suffix[0] == '.' && suffix[1] == '\0'
		       ? strlen(name)
		       : (size_t)(suffix - name) - 1;
	memcpy(rewritten, name, kept);
	rewritten[kept] = '\0';
	if (strcmp(to, ".") != 0) {
		rewritten[kept] = '.';
		strcpy(rewritten + kept + 1, to);
	}
	if (text_wire_len(rewritten) > DNS_NAME_WIRE_MAX)
		return false;
	twin_reach(twin, rewritten);
	return true;
}

static inline void twin_follow(struct twin *twin, const char *name)
{
	for (size_t i = 0; i < twin->record_count; i++) {
		const struct dns_record *record = &twin->message->record[i];
		const char *to = dns_record_value(twin->message, record);
		bool hit = dns_name_equal(twin->owner[i], name);

		if (hit && record->type == DNS_TYPE_CNAME)
			twin_reach(twin, to);
		if (!hit && record->type == DNS_TYPE_DNAME)
			hit = twin_rewrite(twin, name, twin->owner[i], to);
		if (hit)
			twin->on_chain[i] = true;
	}
}

/*
 * The same records must be on the chain. Where there are so many aliases that
 * the bound on names may have been met, none too many must be.
 */
static inline void must_be_like_twin(const uint8_t *bytes, size_t len,
				     const struct dns_message *message)
{
	static struct twin twin;
	bool all;

	if (!twin_init(&twin, bytes, len, message))
		return;
	if (message->question_count && message->is_response &&
	    message->opcode == DNS_OPCODE_QUERY)
		twin_reach(&twin, message->name);
	for (size_t n = 0; n < twin.name_count; n++)
		twin_follow(&twin, twin.name[n]);
	/* Aliases that grow without end: the twin knows no better either. */
	if (twin.name_count == TWIN_NAMES_MAX)
		return;
	all = twin.alias_count + twin.name_count <= DNS_CHAIN_NAMES_MAX;
	for (size_t i = 0; i < message->record_count; i++) {
		if (message->record[i].on_chain)
			must(twin.on_chain[i]);
		else
			must(!twin.on_chain[i] || !all);
	}
}

#endif
