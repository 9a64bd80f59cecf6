// SPDX-License-Identifier: MIT
/*
 * Questions and answers.
 */
#include "output/text_members.h"

#include <netinet/in.h>

static void add_asker(struct writer *writer, const struct event *event)
{
	if (!process_id_known(event->process.id))
		return;
	add_string(writer, " comm=", event->process.comm);
	add_u64(writer, " pid=", event->process.id.tgid);
}

/* What is asked for, but for the name. */
static void add_question(struct writer *writer,
			 const struct dns_message *message)
{
	char buf[DNS_CODE_TEXT];

	add_string(writer, " type=", dns_type_text(message->type, buf));
	if (message->question_count && message->class != DNS_CLASS_IN)
		add_string(writer,
			   " class=", dns_class_text(message->class, buf));
	if (message->opcode != DNS_OPCODE_QUERY)
		add_string(writer,
			   " opcode=", dns_opcode_text(message->opcode, buf));
}

static void add_flags(struct writer *writer, const struct dns_message *message)
{
	size_t before = writer->len, mark;

	writer_string(writer, " flags=");
	mark = writer->len;
	for (size_t i = 0; i < DNS_FLAG_NAMES; i++)
		if (message->flags & dns_flag_names[i].flag)
			list_item(writer, mark, dns_flag_names[i].text);
	if (message->dnssec_ok)
		list_item(writer, mark, "DO");
	if (writer->len == mark)
		writer->len = before;
}

static void add_dns_details(struct writer *writer, const struct event *event)
{
	if (event->unicode)
		add_string(writer, " unicode=", event->unicode);
	add_endpoint(writer, " client=", &event->dns.client);
	add_u64(writer, " id=", event->dns.message->id);
	add_flags(writer, event->dns.message);
	if (process_id_known(event->process.id))
		add_u64(writer, " uid=", event->process.uid);
	text_add_whereabouts(writer, event);
}

/* Said only where it is not UDP. */
static void add_transport(struct writer *writer, const struct event *event)
{
	if (event->dns.protocol == IPPROTO_TCP)
		writer_string(writer, " transport=tcp");
}

static void add_dns_query(struct writer *writer, const struct event *event,
			  bool verbose)
{
	const struct dns_message *message = event->dns.message;

	add_string(writer, " hostname=", message->name);
	add_question(writer, message);
	add_asker(writer, event);
	add_endpoint(writer, " server=", &event->dns.server);
	add_transport(writer, event);
	if (event->container.id)
		text_add_container(writer, &event->container);
	if (verbose)
		add_dns_details(writer, event);
}

/* A record that leads from one name to the next, and was not asked for. */
static bool is_link(const struct dns_message *message,
		    const struct dns_record *record)
{
	return (record->type == DNS_TYPE_CNAME ||
		record->type == DNS_TYPE_DNAME) &&
	       message->type != record->type && message->type != DNS_TYPE_ANY;
}

/* Signatures come along with everything, if wanted (RFC 4035 3.1). */
static bool is_signature(const struct dns_message *message,
			 const struct dns_record *record)
{
	return record->type == DNS_TYPE_RRSIG &&
	       message->type != record->type && message->type != DNS_TYPE_ANY;
}

static bool is_address(uint16_t type)
{
	return type == DNS_TYPE_A || type == DNS_TYPE_AAAA;
}

/* Types whose values are single names. */
static bool is_name(uint16_t type)
{
	return type == DNS_TYPE_NS || type == DNS_TYPE_CNAME ||
	       type == DNS_TYPE_PTR || type == DNS_TYPE_DNAME;
}

/*
 * What the question asked for: the addresses, or for other types the values
 * of the records. Records that are not about the name asked for say nothing.
 */
static void add_answers(struct writer *writer,
			const struct dns_message *message)
{
	bool are_words = is_address(message->type) || is_name(message->type);
	size_t mark = writer->len;

	for (size_t i = 0; i < message->record_count; i++) {
		const struct dns_record *record = &message->record[i];
		bool has_addr = dns_record_has_addr(record);

		if (!record->on_chain ||
		    record->section != DNS_SECTION_ANSWER ||
		    is_link(message, record) || is_signature(message, record))
			continue;
		if (is_address(message->type) && !has_addr)
			continue;
		if (!are_words && writer->len > mark)
			writer_string(writer, "; ");
		else
			list_next(writer, mark);
		if (has_addr)
			writer_addr(writer, &record->addr);
		else if (are_words)
			list_word(writer, dns_record_value(message, record));
		else
			writer_string(writer,
				      dns_record_value(message, record));
	}
}

static void add_response(struct writer *writer,
			 const struct dns_message *message)
{
	char buf[DNS_CODE_TEXT];
	size_t mark;

	writer_string(writer, " response=");
	mark = writer->len;
	add_answers(writer, message);
	if (writer->len == mark)
		writer_string(writer,
			      message->rcode
				      ? dns_rcode_text(message->rcode, buf)
				      : "none");
	writer_text_value_since(writer, mark);
}

static void add_aliases(struct writer *writer,
			const struct dns_message *message)
{
	size_t mark = 0;

	for (size_t i = 0; i < message->record_count; i++) {
		const struct dns_record *record = &message->record[i];

		if (!record->on_chain || !is_link(message, record) ||
		    record->type != DNS_TYPE_CNAME ||
		    record->section != DNS_SECTION_ANSWER)
			continue;
		if (!mark) {
			writer_string(writer, " cname=");
			mark = writer->len;
		}
		list_item(writer, mark, dns_record_value(message, record));
	}
	if (mark)
		writer_text_value_since(writer, mark);
}

/* Addresses of the targets, which came along with them. */
static void add_additional(struct writer *writer,
			   const struct dns_message *message)
{
	size_t mark = 0;

	for (size_t i = message->answer_count; i < message->record_count; i++) {
		const struct dns_record *record = &message->record[i];

		if (!record->on_chain || !dns_record_has_addr(record) ||
		    record->section != DNS_SECTION_ADDITIONAL)
			continue;
		if (!mark) {
			writer_string(writer, " additional=");
			mark = writer->len;
		}
		list_next(writer, mark);
		writer_addr(writer, &record->addr);
	}
}

static void add_dns_answer(struct writer *writer, const struct event *event,
			   bool verbose)
{
	const struct dns_message *message = event->dns.message;
	char buf[DNS_CODE_TEXT];

	add_string(writer, " hostname=", message->name);
	add_response(writer, message);
	add_question(writer, message);
	add_aliases(writer, message);
	add_additional(writer, message);
	if (message->rcode)
		add_string(writer,
			   " rcode=", dns_rcode_text(message->rcode, buf));
	add_asker(writer, event);
	add_endpoint(writer, " server=", &event->dns.server);
	add_transport(writer, event);
	if (!event->dns.unsolicited)
		add_milliseconds(writer, " time_ms=", event->dns.latency_ns);
	if (message->flags & DNS_FLAG_TC)
		writer_string(writer, " truncated=true");
	if (message->is_cut)
		writer_string(writer, " cut=true");
	/* Said by the message, but not all of them kept. */
	if (message->answer_total > message->answer_count)
		add_u64(writer, " records_total=", message->answer_total);
	if (event->dns.unsolicited)
		writer_string(writer, " unsolicited=true");
	if (event->container.id)
		text_add_container(writer, &event->container);
	if (verbose)
		add_dns_details(writer, event);
}

void text_add_dns(struct writer *writer, const struct event *event,
		  bool verbose)
{
	if (event->kind == EVENT_DNS_ANSWER)
		add_dns_answer(writer, event, verbose);
	else
		add_dns_query(writer, event, verbose);
}
