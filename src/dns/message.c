// SPDX-License-Identifier: MIT
/*
 * DNS messages (RFC 1035 4.1), read section by section through one cursor.
 * struct dns_message is large and most messages are small: nothing is zeroed
 * beforehand, every field in use is written where it is read.
 */
#include "dns/message.h"
#include "base/decimal.h"
#include "dns/chain.h"

#include <errno.h>
#include <string.h>

#define FLAG_RESPONSE  0x8000
#define FLAG_TRUNCATED 0x0200
#define FLAGS_OPCODE   0x7800
#define FLAGS_RCODE    0x000f
#define OPCODE_SHIFT   11
/* The OPT record's TTL field: extended rcode, version, flags. */
#define OPT_RCODE_SHIFT 24
#define RCODE_BITS	4
/* A compression pointer to offset 0. */
#define POINTER 0xc000

/* A message over TCP is preceded by its length in 16 bits. */
#define MESSAGE_LEN_MAX UINT16_MAX

struct header {
	uint16_t question_count;
	uint16_t answer_count;
	uint16_t authority_count;
	uint16_t additional_count;
};

/* A record but for its owner, with a cursor over nothing but its content. */
struct fixed {
	uint16_t type;
	uint16_t class;
	uint32_t ttl_s;
	struct cursor content;
};

static void header_read(struct cursor *cursor, struct dns_message *message,
			struct header *ret)
{
	uint16_t flags;

	message->id = cursor_u16(cursor);
	flags = cursor_u16(cursor);
	message->is_response = flags & FLAG_RESPONSE;
	message->is_truncated = flags & FLAG_TRUNCATED;
	message->opcode = (uint8_t)((flags & FLAGS_OPCODE) >> OPCODE_SHIFT);
	message->rcode = flags & FLAGS_RCODE;
	ret->question_count = cursor_u16(cursor);
	ret->answer_count = cursor_u16(cursor);
	ret->authority_count = cursor_u16(cursor);
	ret->additional_count = cursor_u16(cursor);

	message->question_count = ret->question_count;
	message->record_total = ret->answer_count;
	message->record_count = 0;
	message->type = 0;
	message->class = 0;
	message->name[0] = '\0';
	message->text[0] = '\0';
	message->text_len = 1;
}

/* A count may claim more than there is: the first failure ends the loop. */
static void questions_skip(struct cursor *cursor, uint16_t count)
{
	while (count-- && !cursor_failed(cursor)) {
		dns_name_skip(cursor);
		cursor_skip(cursor, 4);
	}
}

/* 0, or -EBADMSG if the first question is not there in full. */
static int questions_read(struct cursor *cursor, struct dns_message *message)
{
	if (message->question_count == 0)
		return cursor_failed(cursor) ? -EBADMSG : 0;
	dns_name_read(cursor, message->name);
	message->type = cursor_u16(cursor);
	message->class = cursor_u16(cursor);
	if (cursor_failed(cursor))
		return -EBADMSG;
	questions_skip(cursor, (uint16_t)(message->question_count - 1));
	return 0;
}

/* Whether a name at this offset was read before, here or in the last record. */
static bool origin_is_known(const struct dns_message *message,
			    const struct dns_chain_link *links, size_t origin)
{
	const struct dns_chain_link *last = links + message->record_count - 1;

	if (message->question_count && origin == DNS_HEADER_LEN)
		return true;
	return message->record_count &&
	       (origin == last->owner || origin == last->target);
}

/*
 * The origin of a record's owner. Nearly every owner is a pointer to a known
 * name, which is good without another look.
 */
static uint16_t owner_read(struct cursor *cursor,
			   const struct dns_message *message,
			   const struct dns_chain_link *links)
{
	struct cursor ahead = *cursor;
	uint16_t pointer = cursor_u16(&ahead);
	struct dns_wire_name name;

	if (pointer >= POINTER &&
	    origin_is_known(message, links, pointer - POINTER))
		return (uint16_t)(pointer - POINTER);
	return dns_wire_name_read(cursor, &name) ? 0 : (uint16_t)name.origin;
}

/* From behind the owner; leaves the cursor after the record. */
static void fixed_read(struct cursor *cursor, struct fixed *ret)
{
	uint16_t content_len;

	ret->type = cursor_u16(cursor);
	ret->class = cursor_u16(cursor);
	ret->ttl_s = cursor_u32(cursor);
	content_len = cursor_u16(cursor);
	ret->content = *cursor;
	cursor_limit(&ret->content, content_len);
	cursor_skip(cursor, content_len);
}

/*
 * Content that is some numbers and then a name, as text: 1 if it is kept, 0 if
 * there is no room for it. *target is the origin of the name.
 */
static int named_read(struct cursor *content, int numbers,
		      struct dns_message *message, struct dns_record *record,
		      uint16_t *target)
{
	struct dns_wire_name name;
	char text[DNS_VALUE_MAX];
	size_t len = 0;

	while (numbers--) {
		len += decimal_u16(cursor_u16(content), text + len);
		text[len++] = ' ';
	}
	if (dns_wire_name_read(content, &name))
		return 0;
	*target = (uint16_t)name.origin;
	len += dns_wire_name_format(&name, text + len) + 1;
	if (len > sizeof(message->text) - message->text_len)
		return 0;
	memcpy(message->text + message->text_len, text, len);
	record->value = (uint16_t)message->text_len;
	message->text_len += len;
	return 1;
}

static void v4_read(struct cursor *content, struct dns_record *record)
{
	const uint8_t *bytes = cursor_take(content, 4);

	if (bytes)
		record->addr = addr_from_v4(bytes);
}

static void v6_read(struct cursor *content, struct dns_record *record)
{
	const uint8_t *bytes = cursor_take(content, 16);

	if (bytes)
		record->addr = addr_from_v6(bytes);
}

/* Whether the record is kept, or -EBADMSG if its content is not of its type. */
static int content_read(struct fixed *fixed, struct dns_message *message,
			struct dns_record *record, uint16_t *target)
{
	struct cursor *content = &fixed->content;
	int kept = 1;

	switch (fixed->type) {
	case DNS_TYPE_A:
		v4_read(content, record);
		break;
	case DNS_TYPE_AAAA:
		v6_read(content, record);
		break;
	case DNS_TYPE_CNAME:
	case DNS_TYPE_DNAME:
	case DNS_TYPE_NS:
	case DNS_TYPE_PTR:
		kept = named_read(content, 0, message, record, target);
		break;
	case DNS_TYPE_MX:
		kept = named_read(content, 1, message, record, target);
		break;
	case DNS_TYPE_SRV:
		kept = named_read(content, 3, message, record, target);
		break;
	default:
		return 1;
	}
	if (cursor_failed(content) || cursor_left(content))
		return -EBADMSG;
	return kept;
}

/* One answer, kept if there is room. 0 or -EBADMSG. */
static int answer_read(struct cursor *cursor, struct dns_message *message,
		       struct dns_chain_link *links)
{
	struct dns_record *record = &message->record[message->record_count];
	struct dns_chain_link *link = &links[message->record_count];
	struct cursor owner = *cursor;
	struct fixed fixed;
	int kept;

	dns_name_skip(cursor);
	fixed_read(cursor, &fixed);
	if (cursor_failed(cursor))
		return -EBADMSG;
	if (fixed.class != DNS_CLASS_IN ||
	    message->record_count == DNS_RECORDS_MAX)
		return 0;

	record->type = fixed.type;
	/* RFC 2181 8: a TTL with its top bit set is taken for zero. */
	record->ttl_s = fixed.ttl_s > INT32_MAX ? 0 : fixed.ttl_s;
	record->on_chain = false;
	record->value = 0;
	memset(&record->addr, 0, sizeof(record->addr));
	link->owner = owner_read(&owner, message, links);
	link->target = link->owner;
	if (cursor_failed(&owner))
		return -EBADMSG;
	kept = content_read(&fixed, message, record, &link->target);
	if (kept < 0)
		return kept;
	message->record_count = (uint16_t)(message->record_count + kept);
	return 0;
}

/* The upper bits of the rcode, from the OPT record if it can be reached. */
static void extended_rcode_read(struct cursor *cursor,
				const struct header *header,
				struct dns_message *message)
{
	uint32_t count = header->authority_count;
	struct fixed fixed;
	size_t start;
	bool is_root;

	for (uint32_t i = 0; i < count + header->additional_count; i++) {
		start = cursor_offset(cursor);
		dns_name_skip(cursor);
		is_root = cursor_offset(cursor) == start + 1;
		fixed_read(cursor, &fixed);
		if (cursor_failed(cursor))
			return;
		if (i < count || !is_root || fixed.type != DNS_TYPE_OPT)
			continue;
		message->rcode |= (uint16_t)(fixed.ttl_s >>
					     OPT_RCODE_SHIFT << RCODE_BITS);
		return;
	}
}

int dns_message_parse(const void *bytes, size_t len, size_t wire_len,
		      struct dns_message *ret)
{
	struct dns_chain_link link[DNS_RECORDS_MAX];
	struct header header;
	struct cursor cursor;
	int error;

	if (wire_len > MESSAGE_LEN_MAX)
		return -EBADMSG;
	ret->is_cut = len < wire_len;
	cursor_init(&cursor, bytes, ret->is_cut ? len : wire_len);
	header_read(&cursor, ret, &header);
	error = questions_read(&cursor, ret);
	if (error)
		return error;

	for (uint16_t i = 0; i < header.answer_count && !error; i++)
		error = answer_read(&cursor, ret, link);
	if (cursor_failed(&cursor))
		error = -EBADMSG;
	if (error && !ret->is_cut)
		return error;

	if (ret->record_count && ret->question_count && ret->is_response &&
	    ret->opcode == DNS_OPCODE_QUERY)
		dns_chain_mark(bytes, cursor_offset(&cursor), link, ret);
	if (ret->is_response && !error)
		extended_rcode_read(&cursor, &header, ret);
	return 0;
}
