// SPDX-License-Identifier: MIT
#include "dns/multicast.h"

#include "base/cursor.h"
#include "dns/name.h"
#include "dns/ports.h"

/* Of a record behind its class: the time to live, and the content's length. */
#define TTL_LEN 4

struct group {
	uint16_t port;
	struct addr v4, v6;
};

/* RFC 6762 3, RFC 4795 2. */
static const struct group groups[] = {
	{
		MDNS_PORT,
		{{[10] = 0xff, 0xff, 224, 0, 0, 251}},
		{{0xff, 0x02, [15] = 0xfb}},
	},
	{
		LLMNR_PORT,
		{{[10] = 0xff, 0xff, 224, 0, 0, 252}},
		{{0xff, 0x02, [13] = 1, 0, 3}},
	},
};

static const struct group *group_at(uint16_t port)
{
	for (size_t i = 0; i < sizeof(groups) / sizeof(groups[0]); i++)
		if (groups[i].port == port)
			return &groups[i];
	return NULL;
}

bool dns_multicast_is_port(uint16_t port)
{
	return group_at(port);
}

bool dns_multicast_is_group(const struct endpoint *endpoint)
{
	const struct group *group = group_at(endpoint->port);

	return group && (addr_equal(&endpoint->addr, &group->v4) ||
			 addr_equal(&endpoint->addr, &group->v6));
}

bool dns_multicast_group_of(const struct endpoint *source, struct endpoint *ret)
{
	const struct group *group = group_at(source->port);

	if (!group)
		return false;
	ret->addr = addr_is_v4(&source->addr) ? group->v4 : group->v6;
	ret->port = group->port;
	return true;
}

/* The name at the cursor and the type behind it. */
static void subject_read(struct cursor *cursor, struct dns_subjects *subjects)
{
	struct dns_wire_name name;
	struct dns_subject subject;

	if (dns_wire_name_read(cursor, &name))
		return;
	subject.origin = (uint16_t)name.origin;
	subject.type = cursor_u16(cursor);
	cursor_skip(cursor, sizeof(uint16_t)); /* class */
	if (cursor_failed(cursor))
		return;
	for (size_t i = 0; i < subjects->count; i++)
		if (subjects->subject[i].origin == subject.origin &&
		    subjects->subject[i].type == subject.type)
			return;
	if (subjects->count < DNS_SUBJECTS_MAX)
		subjects->subject[subjects->count++] = subject;
}

void dns_subjects_read(const void *bytes, size_t len, struct dns_subjects *ret)
{
	struct cursor cursor;
	uint16_t flags, questions, answers, i;

	ret->count = 0;
	cursor_init(&cursor, bytes, len);
	cursor_skip(&cursor, sizeof(uint16_t)); /* id */
	flags = cursor_u16(&cursor);
	questions = cursor_u16(&cursor);
	answers = cursor_u16(&cursor);
	cursor_seek(&cursor, DNS_HEADER_LEN);
	/* Known ones, or those to the questions. */
	if (questions || !(flags & DNS_FLAG_RESPONSE))
		answers = 0;
	for (i = 0; i < questions && !cursor_failed(&cursor); i++)
		subject_read(&cursor, ret);
	for (i = 0; i < answers && !cursor_failed(&cursor); i++) {
		subject_read(&cursor, ret);
		cursor_skip(&cursor, TTL_LEN);
		cursor_skip(&cursor, cursor_u16(&cursor));
	}
}
