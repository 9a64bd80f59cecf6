/* SPDX-License-Identifier: MIT */
#ifndef TEST_FUZZ_MESSAGE_INVARIANTS_H
#define TEST_FUZZ_MESSAGE_INVARIANTS_H

#include "dns/message.h"
#include "dns/presentation.h"
#include "fuzz.h"

#include <string.h>

/* NUL-terminated printable ASCII within size bytes; returns its length. */
static inline size_t must_be_text(const char *text, size_t size)
{
	size_t len = strnlen(text, size);

	must(len < size);
	for (size_t i = 0; i < len; i++)
		must(text[i] >= ' ' && text[i] <= '~');
	return len;
}

static inline void must_be_record(const struct dns_message *message,
				  const struct dns_record *record)
{
	static const struct addr zero;
	char buf[DNS_CODE_TEXT];
	size_t len;

	must(record->value < message->text_len);
	len = must_be_text(dns_record_value(message, record),
			   message->text_len - record->value);
	must(len < PRESENTATION_MAX);
	must((len == 0) == dns_record_has_addr(record));
	must(record->owner < message->text_len);
	must(record->owner || message->question_count);
	must(must_be_text(dns_record_owner(message, record),
			  DNS_NAME_TEXT_MAX) > 0);
	must_be_text(dns_class_text(record->class, buf), DNS_CODE_TEXT);
	must_be_text(dns_type_text(record->type, buf), DNS_CODE_TEXT);
	must(record->ttl_s <= INT32_MAX);
	if (!dns_record_has_addr(record))
		must(addr_equal(&record->addr, &zero));
	else if (record->type == DNS_TYPE_A)
		must(addr_is_v4(&record->addr));
	if (record->on_chain)
		must(message->is_response && message->question_count &&
		     message->opcode == DNS_OPCODE_QUERY);
	if (record->on_chain && message->class != DNS_CLASS_ANY)
		must(record->class == message->class);
}

/* Answers, hints after services, and at the end what came along. */
static inline void must_be_in_order(const struct dns_message *message)
{
	const struct dns_record *record = message->record;
	size_t answers = 0;
	bool has_service = false;

	for (size_t i = 0; i < message->record_count; i++, record++) {
		if (record->section == DNS_SECTION_HINT) {
			must(has_service && dns_record_has_addr(record));
			must(record->owner == record[-1].owner);
			continue;
		}
		has_service = record->type == DNS_TYPE_SVCB ||
			      record->type == DNS_TYPE_HTTPS;
		answers += record->section == DNS_SECTION_ANSWER;
		if (record->section == DNS_SECTION_ANSWER)
			must(answers <= message->answer_count);
		else
			must(answers == message->answer_count);
	}
	must(answers == message->answer_count);
}

/* What holds for every message that was parsed without error. */
static inline void must_be_message(const struct dns_message *message)
{
	char buf[DNS_CODE_TEXT];
	size_t name_len = must_be_text(message->name, DNS_NAME_TEXT_MAX);

	must((name_len == 0) == (message->question_count == 0));
	must(name_len || (message->type == 0 && message->class == 0));
	must(message->opcode < 16);
	must(message->rcode < 1 << 12);
	must_be_text(dns_opcode_text(message->opcode, buf), DNS_CODE_TEXT);
	must_be_text(dns_rcode_text(message->rcode, buf), DNS_CODE_TEXT);
	must(message->answer_count <= message->answer_total);
	must(message->answer_count <= message->record_count);
	must(message->record_count <= DNS_RECORDS_MAX);
	must(message->text_len >= 1 && message->text_len <= DNS_TEXT_MAX);
	must(message->text[0] == '\0');
	must(message->text[message->text_len - 1] == '\0');
	must_be_in_order(message);
	for (size_t i = 0; i < message->record_count; i++)
		must_be_record(message, &message->record[i]);
}

#endif
