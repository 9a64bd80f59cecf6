/* SPDX-License-Identifier: MIT */
#ifndef TEST_FUZZ_MESSAGE_TWIN_H
#define TEST_FUZZ_MESSAGE_TWIN_H

#include "dns/chain.h"
#include "dns/message.h"
#include "dns/presentation.h"
#include "fuzz.h"

#include <stdlib.h>
#include <string.h>

/*
 * A deliberately dumb twin of dns/chain.c: every owner as text, every owner
 * compared with every name. It has no idea of origins, compression or order.
 */
#define TWIN_NAMES_MAX (DNS_CHAIN_NAMES_MAX + 1)

struct twin {
	const struct dns_message *message;
	size_t record_count;
	size_t lead_count;
	size_t dname_count;
	char owner[DNS_RECORDS_MAX][DNS_NAME_TEXT_MAX];
	bool on_chain[DNS_RECORDS_MAX];
	size_t name_count;
	char name[TWIN_NAMES_MAX][DNS_NAME_TEXT_MAX];
};

/*
 * One record, with the hints that were made of it, if it was kept: then it is
 * the next one. Leaves the cursor after the record.
 */
static inline bool twin_record(struct twin *twin, struct cursor *cursor,
			       enum dns_section section)
{
	const struct dns_message *message = twin->message;
	const struct dns_record *record = &message->record[twin->record_count];
	const struct dns_record *end = message->record + message->record_count;
	char text[DNS_NAME_TEXT_MAX];
	uint16_t type, class;

	must(dns_name_read(cursor, text) > 0);
	type = cursor_u16(cursor);
	class = cursor_u16(cursor);
	cursor_skip(cursor, 4);
	cursor_skip(cursor, cursor_u16(cursor));
	must(!cursor_failed(cursor));
	if (record == end || record->section != section ||
	    record->type != type || record->class != class)
		return false;
	must(strcmp(dns_record_owner(message, record), text) == 0 ||
	     section == DNS_SECTION_ADDITIONAL);
	if (strcmp(dns_record_owner(message, record), text) != 0)
		return false;
	if (type == DNS_TYPE_CNAME || dns_chain_leads_on(type))
		twin->lead_count++;
	if (type == DNS_TYPE_DNAME)
		twin->dname_count++;
	do {
		twin->on_chain[twin->record_count] = false;
		strcpy(twin->owner[twin->record_count++], text);
		record++;
	} while (record < end && record->section == DNS_SECTION_HINT);
	return true;
}

/* Read the owners; false if records were left out, for want of room. */
static inline bool twin_init(struct twin *twin, const uint8_t *bytes,
			     size_t len, const struct dns_message *message)
{
	struct cursor cursor;
	uint16_t authority, additional;

	twin->message = message;
	twin->record_count = 0;
	twin->lead_count = 0;
	twin->dname_count = 0;
	twin->name_count = 0;
	if (message->answer_count != message->answer_total)
		return false;
	cursor_init(&cursor, bytes, len);
	cursor_seek(&cursor, 8);
	authority = cursor_u16(&cursor);
	additional = cursor_u16(&cursor);
	for (size_t i = 0; i < message->question_count; i++) {
		dns_name_skip(&cursor);
		cursor_skip(&cursor, 4);
	}
	for (size_t i = 0; i < message->answer_total; i++)
		must(twin_record(twin, &cursor, DNS_SECTION_ANSWER));
	for (size_t i = 0; i < authority; i++) {
		dns_name_skip(&cursor);
		cursor_skip(&cursor, 8);
		cursor_skip(&cursor, cursor_u16(&cursor));
	}
	for (size_t i = 0; i < additional; i++)
		twin_record(twin, &cursor, DNS_SECTION_ADDITIONAL);
	return twin->record_count == message->record_count;
}

/* The name in a value: its last word, but for parameters its second. */
static inline void target_text(const struct dns_record *record,
			       const char *value, char *target)
{
	bool is_service = record->type == DNS_TYPE_SVCB ||
			  record->type == DNS_TYPE_HTTPS;
	const char *space = is_service ? strchr(value, ' ')
				       : strrchr(value, ' ');

	value = space ? space + 1 : value;
	strcpy(target, value);
	target[strcspn(target, " ")] = '\0';
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

/* As RFC 3597 has it: no name is in there. */
static inline bool is_unknown(const char *value)
{
	return strncmp(value, "\\# ", 3) == 0;
}

static inline void twin_follow(struct twin *twin, const char *name)
{
	for (size_t i = 0; i < twin->record_count; i++) {
		const struct dns_record *record = &twin->message->record[i];
		const char *value = dns_record_value(twin->message, record);
		bool hit = dns_name_equal(twin->owner[i], name);
		char to[PRESENTATION_MAX];

		if (twin->message->class != DNS_CLASS_ANY &&
		    twin->message->class != record->class)
			continue;
		target_text(record, value, to);
		if (hit && !is_unknown(value) &&
		    (record->type == DNS_TYPE_CNAME ||
		     dns_chain_leads_on(record->type)))
			twin_reach(twin, to);
		if (!hit && record->type == DNS_TYPE_DNAME &&
		    !is_unknown(value))
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
	all = twin.lead_count + twin.name_count <= DNS_CHAIN_NAMES_MAX &&
	      twin.dname_count <= DNS_CHAIN_DNAMES_MAX;
	for (size_t i = 0; i < message->record_count; i++) {
		if (message->record[i].on_chain)
			must(twin.on_chain[i]);
		else
			must(!twin.on_chain[i] || !all);
	}
}

#endif
