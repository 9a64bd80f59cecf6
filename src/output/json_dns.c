// SPDX-License-Identifier: MIT
/*
 * Questions and answers.
 */
#include "output/json_members.h"

#include <stdio.h>

/* Records among which an address is looked for that may be there twice. */
#define REPEAT_LOOK_BACK 64

/* Every record as it came: answers says what was said, not what is believed. */
static void add_dns_records(struct writer *writer,
			    const struct dns_message *message)
{
	char buf[DNS_CODE_TEXT];

	if (!message->answer_count)
		return;
	writer_string(writer, "\"answers\":[");
	for (size_t i = 0; i < message->record_count; i++) {
		const struct dns_record *record = &message->record[i];

		if (record->section != DNS_SECTION_ANSWER)
			continue;
		add_string(writer,
			   "{\"name\":", dns_record_owner(message, record));
		add_word(writer, "\"type\":", dns_type_text(record->type, buf));
		add_word(writer,
			 "\"class\":", dns_class_text(record->class, buf));
		add_u64(writer, "\"ttl\":", record->ttl_s);
		if (dns_record_has_addr(record))
			add_addr(writer, "\"data\":", &record->addr);
		else
			add_string(writer, "\"data\":",
				   dns_record_value(message, record));
		json_close(writer, '}');
	}
	json_close(writer, ']');
}

/* Hints and additional addresses often say what was just said. */
static bool is_repeated(const struct dns_message *message, size_t i)
{
	const struct dns_record *record = &message->record[i];
	size_t end = i > REPEAT_LOOK_BACK ? i - REPEAT_LOOK_BACK : 0;

	if (record->section == DNS_SECTION_ANSWER)
		return false;
	while (i-- > end) {
		const struct dns_record *before = &message->record[i];

		if (before->on_chain && dns_record_has_addr(before) &&
		    addr_equal(&before->addr, &record->addr))
			return true;
	}
	return false;
}

/* The addresses of the name asked for, and no stranger's. */
static void add_resolved(struct writer *writer,
			 const struct dns_message *message)
{
	bool any = false;

	for (size_t i = 0; i < message->record_count; i++) {
		const struct dns_record *record = &message->record[i];

		if (!record->on_chain || !dns_record_has_addr(record) ||
		    is_repeated(message, i))
			continue;
		if (!any)
			writer_string(writer, "\"resolved_ip\":[");
		any = true;
		add_addr(writer, "", &record->addr);
	}
	if (any)
		json_close(writer, ']');
}

static void add_flags(struct writer *writer, const struct dns_message *message)
{
	size_t before = writer->len, inside;

	writer_string(writer, "\"header_flags\":[");
	inside = writer->len;
	for (size_t i = 0; i < DNS_FLAG_NAMES; i++)
		if (message->flags & dns_flag_names[i].flag)
			add_word(writer, "", dns_flag_names[i].text);
	if (message->dnssec_ok)
		writer_string(writer, "\"DO\",");
	if (writer->len == inside)
		writer->len = before;
	else
		json_close(writer, ']');
}

void json_add_dns(struct writer *writer, const struct event *event)
{
	const struct dns_message *message = event->dns.message;
	char buf[DNS_CODE_TEXT];

	if (event->kind == EVENT_DNS_ANSWER)
		writer_string(writer, "\"dns\":{\"type\":\"answer\",\"id\":\"");
	else
		writer_string(writer, "\"dns\":{\"type\":\"query\",\"id\":\"");
	writer_u64(writer, message->id);
	writer_string(writer, "\",");
	if (message->opcode != DNS_OPCODE_QUERY)
		add_word(writer,
			 "\"op_code\":", dns_opcode_text(message->opcode, buf));
	add_flags(writer, message);
	if (message->question_count) {
		writer_string(writer, "\"question\":{");
		add_string(writer, "\"name\":", message->name);
		add_word(writer,
			 "\"type\":", dns_type_text(message->type, buf));
		add_word(writer,
			 "\"class\":", dns_class_text(message->class, buf));
		json_close(writer, '}');
	}
	if (event->kind == EVENT_DNS_ANSWER) {
		add_word(writer, "\"response_code\":",
			 dns_rcode_text(message->rcode, buf));
		add_dns_records(writer, message);
		add_resolved(writer, message);
	}
	json_close(writer, '}');
}

/* What the schema has no name for. */
void json_add_own_dns(struct writer *writer, const struct event *event)
{
	const struct dns_message *message = event->dns.message;
	size_t before, inside;

	if (event->dns.unsolicited)
		writer_string(writer, "\"unsolicited\":true,");
	before = writer->len;
	writer_string(writer, "\"dns\":{");
	inside = writer->len;
	add_string(writer, "\"unicode\":", event->unicode);
	if (message->flags & DNS_FLAG_TC)
		writer_string(writer, "\"truncated\":true,");
	if (message->is_cut)
		writer_string(writer, "\"cut\":true,");
	if (message->answer_total > message->answer_count)
		add_u64(writer, "\"records_total\":", message->answer_total);
	if (writer->len == inside)
		writer->len = before;
	else
		json_close(writer, '}');
}
