// SPDX-License-Identifier: MIT
/*
 * DNS messages (RFC 1035 4.1), read section by section through one cursor.
 * struct dns_message is large and most messages are small: nothing is zeroed
 * beforehand, every field in use is written where it is read.
 */
#include "dns/message.h"
#include "dns/chain.h"
#include "dns/content.h"

#include <errno.h>
#include <string.h>

#define FLAGS_OPCODE 0x7800
#define FLAGS_RCODE  0x000f
#define OPCODE_SHIFT 11
/* The OPT record's TTL field: extended rcode, version, flags (RFC 6891). */
#define OPT_RCODE_SHIFT 24
#define OPT_DO		0x8000
#define RCODE_BITS	4
/* RFC 6762 18.12, 18.13: the other one flushes caches, or asks for unicast. */
#define MDNS_CLASS_BITS 0x7fff
/* A compression pointer to offset 0. */
#define POINTER 0xc000

/* A message over TCP is preceded by its length in 16 bits. */
#define MESSAGE_LEN_MAX UINT16_MAX

/* Records looked back at for an owner's text: it is nearly always the last. */
#define LOOK_BACK_MAX 16

/* The text of a name that has not been written yet. */
#define TEXT_NONE UINT16_MAX

struct parser {
	struct cursor cursor;
	struct dns_message *message;
	uint16_t authority_count, additional_count;
	const struct dns_subject *subject; /* in place of the questions */
	uint16_t asked;			   /* where the question's name is */
	uint16_t class_bits; /* of a record's, that are the class */
	bool leads_on; /* an answer has a target; its addresses may follow */
	bool has_edns;
	struct dns_chain_link link[DNS_RECORDS_MAX];
};

/* A record with a cursor over nothing but its content. */
struct raw {
	uint16_t owner;
	uint16_t owner_text; /* or TEXT_NONE: it is in name */
	struct dns_wire_name name;
	uint16_t type;
	uint16_t class;
	uint32_t ttl_s;
	struct cursor content;
};

_Static_assert(DNS_TEXT_MAX < TEXT_NONE, "offsets into text have 16 bits");

static void header_read(struct parser *parser)
{
	struct cursor *cursor = &parser->cursor;
	struct dns_message *message = parser->message;

	message->id = cursor_u16(cursor);
	message->flags = cursor_u16(cursor);
	message->is_response = message->flags & DNS_FLAG_RESPONSE;
	message->opcode = (uint8_t)((message->flags & FLAGS_OPCODE) >>
				    OPCODE_SHIFT);
	message->rcode = message->flags & FLAGS_RCODE;
	message->question_count = cursor_u16(cursor);
	message->answer_total = cursor_u16(cursor);
	parser->authority_count = cursor_u16(cursor);
	parser->additional_count = cursor_u16(cursor);

	message->dnssec_ok = false;
	message->answer_count = 0;
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
	struct dns_wire_name name;

	while (count-- && !cursor_failed(cursor)) {
		dns_wire_name_read(cursor, &name);
		cursor_skip(cursor, 4);
	}
}

/* Over the questions; it is another name that the message is to be about. */
static int subject_read(struct parser *parser)
{
	struct dns_message *message = parser->message;
	struct cursor name;

	questions_skip(&parser->cursor, message->question_count);
	name = parser->cursor;
	cursor_seek(&name, parser->asked);
	dns_name_read(&name, message->name);
	message->question_count = 1;
	message->type = parser->subject->type;
	message->class = DNS_CLASS_IN;
	return cursor_failed(&name) ? -EBADMSG : 0;
}

/* 0, or -EBADMSG if the first question is not there in full. */
static int questions_read(struct parser *parser)
{
	struct cursor *cursor = &parser->cursor;
	struct dns_message *message = parser->message;

	if (parser->subject)
		return subject_read(parser);
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

/* The text of a name that was read before, here or in one of the last records. */
static uint16_t text_of(const struct parser *parser, size_t origin)
{
	const struct dns_message *message = parser->message;
	size_t left = message->record_count;
	size_t end = left > LOOK_BACK_MAX ? left - LOOK_BACK_MAX : 0;

	if (message->question_count && origin == parser->asked)
		return 0;
	while (left-- > end) {
		if (parser->link[left].owner == origin)
			return message->record[left].owner;
		if (parser->link[left].target == origin &&
		    parser->link[left].target_text)
			return parser->link[left].target_text;
	}
	return TEXT_NONE;
}

/*
 * Nearly every owner is a pointer to a known name, which is good without
 * another look.
 */
static void owner_read(struct parser *parser, struct raw *raw)
{
	struct cursor ahead = parser->cursor;
	uint16_t pointer = cursor_u16(&ahead);

	raw->owner_text = TEXT_NONE;
	if (pointer >= POINTER) {
		raw->owner = (uint16_t)(pointer - POINTER);
		raw->owner_text = text_of(parser, raw->owner);
	}
	if (raw->owner_text != TEXT_NONE)
		parser->cursor = ahead;
	else if (!dns_wire_name_read(&parser->cursor, &raw->name))
		raw->owner = (uint16_t)raw->name.origin;
}

/* Leaves the cursor after the record. 0 or -EBADMSG. */
static int raw_read(struct parser *parser, struct raw *raw)
{
	struct cursor *cursor = &parser->cursor;
	uint16_t content_len;

	owner_read(parser, raw);
	raw->type = cursor_u16(cursor);
	raw->class = cursor_u16(cursor) & parser->class_bits;
	raw->ttl_s = cursor_u32(cursor);
	content_len = cursor_u16(cursor);
	raw->content = *cursor;
	cursor_limit(&raw->content, content_len);
	cursor_skip(cursor, content_len);
	return cursor_failed(cursor) ? -EBADMSG : 0;
}

/* Keep a text with its NUL: where, or TEXT_NONE if there is no room for it. */
static uint16_t text_add(struct dns_message *message, const char *text,
			 size_t len)
{
	size_t at = message->text_len;

	if (len + 1 > sizeof(message->text) - at)
		return TEXT_NONE;
	memcpy(message->text + at, text, len + 1);
	message->text_len += len + 1;
	return (uint16_t)at;
}

/* Servers that do not compress write the same owner again and again. */
static uint16_t owner_text_add(struct dns_message *message,
			       const struct raw *raw)
{
	char text[DNS_NAME_TEXT_MAX];
	size_t len;

	len = dns_wire_name_format(&raw->name, text);
	if (message->question_count && strcmp(text, message->name) == 0)
		return 0;
	if (message->record_count) {
		uint16_t last =
			message->record[message->record_count - 1].owner;

		if (last && strcmp(text, message->text + last) == 0)
			return last;
	}
	return text_add(message, text, len);
}

/* A record but for its content; not counted yet. NULL if there is no room. */
static struct dns_record *record_begin(struct parser *parser,
				       const struct raw *raw,
				       enum dns_section section)
{
	struct dns_message *message = parser->message;
	struct dns_record *record = &message->record[message->record_count];
	struct dns_chain_link *link = &parser->link[message->record_count];

	if (message->record_count == DNS_RECORDS_MAX)
		return NULL;
	record->owner = raw->owner_text;
	if (record->owner == TEXT_NONE)
		record->owner = owner_text_add(message, raw);
	if (record->owner == TEXT_NONE)
		return NULL;
	record->type = raw->type;
	record->class = raw->class;
	record->section = (uint8_t)section;
	record->on_chain = false;
	/* RFC 2181 8: a TTL with its top bit set is taken for zero. */
	record->ttl_s = raw->ttl_s > INT32_MAX ? 0 : raw->ttl_s;
	record->value = 0;
	memset(&record->addr, 0, sizeof(record->addr));
	link->owner = raw->owner;
	link->target = 0;
	link->target_text = 0;
	return record;
}

/* An address within the record before. */
static void hint_add(struct parser *parser, enum dns_type type,
		     const struct addr *addr)
{
	struct dns_message *message = parser->message;
	struct dns_record *record = &message->record[message->record_count];

	parser->link[message->record_count] = (struct dns_chain_link){
		.owner = parser->link[message->record_count - 1].owner,
	};
	*record = record[-1];
	record->type = (uint16_t)type;
	record->section = DNS_SECTION_HINT;
	record->addr = *addr;
	record->value = 0;
	message->record_count++;
}

static void hints_add(struct parser *parser, const struct dns_content *content)
{
	struct addr addr;

	for (size_t i = 0; i < content->hint4_count; i++) {
		addr = addr_from_v4(content->hint4 + i * 4);
		hint_add(parser, DNS_TYPE_A, &addr);
	}
	for (size_t i = 0; i < content->hint6_count; i++) {
		addr = addr_from_v6(content->hint6 + i * 16);
		hint_add(parser, DNS_TYPE_AAAA, &addr);
	}
}

/* Content that is text. Whether it is kept, or -EBADMSG. */
static int value_read(struct parser *parser, struct raw *raw,
		      struct dns_record *record)
{
	struct dns_message *message = parser->message;
	struct dns_chain_link *link = &parser->link[message->record_count];
	struct dns_content content;
	size_t len;

	if (dns_content_read(raw->type, raw->class, &raw->content, &content))
		return -EBADMSG;
	if (!record ||
	    message->record_count + content.hint4_count + content.hint6_count >=
		    DNS_RECORDS_MAX)
		return 0;
	len = content.line.len;
	record->value = text_add(message, content.line.text, len);
	if (record->value == TEXT_NONE)
		return 0;
	if (content.target) {
		link->target = content.target;
		if (content.ends_with_target)
			link->target_text = (uint16_t)(record->value + len -
						       content.target_len);
	}
	message->record_count++;
	hints_add(parser, &content);
	return 1;
}

/* Content that is an address; record may be NULL. Whether it is kept. */
static int addr_read(struct parser *parser, struct raw *raw,
		     struct dns_record *record)
{
	size_t size = raw->type == DNS_TYPE_A ? 4 : 16;
	const uint8_t *bytes = cursor_take(&raw->content, size);

	if (!bytes || cursor_left(&raw->content))
		return -EBADMSG;
	if (!record)
		return 0;
	record->addr = size == 4 ? addr_from_v4(bytes) : addr_from_v6(bytes);
	parser->message->record_count++;
	return 1;
}

/*
 * Read a record's content into record, which record_begin() made, or NULL.
 * Whether it is kept, or -EBADMSG if it is not of its type.
 */
static int content_read(struct parser *parser, struct raw *raw,
			struct dns_record *record)
{
	if (raw->class == DNS_CLASS_IN &&
	    (raw->type == DNS_TYPE_A || raw->type == DNS_TYPE_AAAA))
		return addr_read(parser, raw, record);
	return value_read(parser, raw, record);
}

static int answers_read(struct parser *parser)
{
	struct dns_message *message = parser->message;
	struct raw raw;
	int kept;

	for (uint16_t i = 0; i < message->answer_total; i++) {
		if (raw_read(parser, &raw))
			return -EBADMSG;
		kept = content_read(
			parser, &raw,
			record_begin(parser, &raw, DNS_SECTION_ANSWER));
		if (kept < 0)
			return kept;
		message->answer_count = (uint16_t)(message->answer_count +
						   kept);
		if (dns_chain_leads_on(raw.type))
			parser->leads_on = true;
	}
	return 0;
}

static int authority_read(struct parser *parser)
{
	struct raw raw;

	for (uint16_t i = 0; i < parser->authority_count; i++)
		if (raw_read(parser, &raw) ||
		    content_read(parser, &raw, NULL) < 0)
			return -EBADMSG;
	return 0;
}

/* RFC 6891 6.1.2 */
static int edns_read(struct parser *parser, struct raw *raw)
{
	struct dns_message *message = parser->message;

	while (cursor_left(&raw->content)) {
		cursor_skip(&raw->content, 2);
		cursor_skip(&raw->content, cursor_u16(&raw->content));
	}
	if (cursor_failed(&raw->content))
		return -EBADMSG;
	if (parser->has_edns)
		return 0;
	parser->has_edns = true;
	message->dnssec_ok = raw->ttl_s & OPT_DO;
	if (message->is_response)
		message->rcode |= (uint16_t)(raw->ttl_s >>
					     OPT_RCODE_SHIFT << RCODE_BITS);
	return 0;
}

/* What may have to do with the target of an answer. */
static bool may_be_lead(const struct raw *raw)
{
	switch (raw->type) {
	case DNS_TYPE_A:
	case DNS_TYPE_AAAA:
	case DNS_TYPE_CNAME:
	case DNS_TYPE_SVCB:
	case DNS_TYPE_HTTPS:
		return true;
	default:
		return false;
	}
}

static int additional_read(struct parser *parser)
{
	struct dns_record *record;
	struct raw raw;
	bool is_root;
	int kept;

	for (uint16_t i = 0; i < parser->additional_count; i++) {
		if (raw_read(parser, &raw))
			return -EBADMSG;
		is_root = raw.owner_text == TEXT_NONE && raw.name.len == 1;
		if (raw.type == DNS_TYPE_OPT && is_root) {
			kept = edns_read(parser, &raw);
		} else {
			record = NULL;
			if (parser->leads_on && may_be_lead(&raw))
				record = record_begin(parser, &raw,
						      DNS_SECTION_ADDITIONAL);
			kept = content_read(parser, &raw, record);
		}
		if (kept < 0)
			return kept;
	}
	return 0;
}

int dns_message_parse_about(const void *bytes, size_t len, size_t wire_len,
			    const struct dns_subject *subject,
			    struct dns_message *ret)
{
	struct parser parser;
	int error;

	if (wire_len > MESSAGE_LEN_MAX)
		return -EBADMSG;
	ret->is_cut = len < wire_len;
	if (!ret->is_cut)
		len = wire_len;
	cursor_init(&parser.cursor, bytes, len);
	parser.message = ret;
	parser.subject = subject;
	parser.asked = subject ? subject->origin : DNS_HEADER_LEN;
	parser.class_bits = subject ? MDNS_CLASS_BITS : UINT16_MAX;
	parser.leads_on = false;
	parser.has_edns = false;
	header_read(&parser);
	error = questions_read(&parser);
	if (error)
		return error;

	error = answers_read(&parser);
	if (!error)
		error = authority_read(&parser);
	if (!error)
		error = additional_read(&parser);
	if (cursor_failed(&parser.cursor))
		error = -EBADMSG;
	if (error && !ret->is_cut)
		return error;

	if (ret->record_count && ret->question_count && ret->is_response &&
	    ret->opcode == DNS_OPCODE_QUERY)
		dns_chain_mark(bytes, len, parser.asked, parser.link, ret);
	return 0;
}

int dns_message_parse(const void *bytes, size_t len, size_t wire_len,
		      struct dns_message *ret)
{
	return dns_message_parse_about(bytes, len, wire_len, NULL, ret);
}
