// SPDX-License-Identifier: MIT
#include "output/text.h"

#include <netinet/in.h>
#include <string.h>

/* Text of the arguments that a line shows, unless it is to be verbose. */
#define TEXT_ARGS_MAX 256

#define NS_PER_SECOND 1000000000ULL

/* Keys are literals with their leading space and '='. */
static void add_string(struct writer *writer, const char *key,
		       const char *value)
{
	writer_string(writer, key);
	if (value)
		writer_text_value(writer, value, strlen(value));
}

/* Not at all, if it is not known. */
static void add_known(struct writer *writer, const char *key, const char *value)
{
	if (value)
		add_string(writer, key, value);
}

static void add_u64(struct writer *writer, const char *key, uint64_t value)
{
	writer_string(writer, key);
	writer_u64(writer, value);
}

static void add_endpoint(struct writer *writer, const char *key,
			 const struct endpoint *endpoint)
{
	writer_string(writer, key);
	writer_endpoint(writer, endpoint);
}

/* Not all protocols have ports. */
static void add_place(struct writer *writer, const char *key,
		      const struct endpoint *place)
{
	writer_string(writer, key);
	if (place->port)
		writer_endpoint(writer, place);
	else
		writer_addr(writer, &place->addr);
}

static void add_milliseconds(struct writer *writer, const char *key,
			     uint64_t ns)
{
	writer_string(writer, key);
	writer_milliseconds(writer, ns);
}

/* The comma before an item of a list that began at mark. */
static void list_next(struct writer *writer, size_t mark)
{
	if (writer->len > mark)
		writer_char(writer, ',');
}

static void list_word(struct writer *writer, const char *word)
{
	const char *comma;

	while ((comma = strchr(word, ','))) {
		writer_bytes(writer, word, (size_t)(comma - word));
		writer_string(writer, "\\044");
		word = comma + 1;
	}
	writer_string(writer, word);
}

static void list_item(struct writer *writer, size_t mark, const char *item)
{
	list_next(writer, mark);
	list_word(writer, item);
}

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

static void add_container(struct writer *writer,
			  const struct event_container *container)
{
	const char *missing = container->id && !container->is_known ? "unknown"
								    : "none";

	add_string(writer, " container.image=",
		   container->image ? container->image : missing);
	add_string(writer, " container.hostname=",
		   container->hostname ? container->hostname : missing);
	add_string(writer,
		   " container.ip=", container->ip ? container->ip : missing);
	if (!container->id)
		return;
	add_string(writer, " container.id=", container->id);
	if (!container->image)
		add_known(writer, " container.engine=", container->engine);
}

static void add_container_details(struct writer *writer,
				  const struct event_container *container)
{
	if (container->image)
		add_known(writer, " container.engine=", container->engine);
	add_known(writer, " container.name=", container->name);
	add_known(writer, " container.parent=", container->parent);
	add_known(writer, " container.pod=", container->pod);
	add_known(writer, " container.qos=", container->qos);
	add_known(writer, " container.project=", container->project);
	add_known(writer, " container.service=", container->service);
	add_known(writer, " container.labels=", container->labels);
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
	if (event->netns)
		add_u64(writer, " netns=", event->netns);
	if (event->process.cgroup)
		add_string(writer, " cgroup=", event->process.cgroup);
	add_known(writer, " unit=", event->process.unit);
	add_container_details(writer, &event->container);
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
		add_container(writer, &event->container);
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
		add_container(writer, &event->container);
	if (verbose)
		add_dns_details(writer, event);
}

static void add_choice(struct writer *writer, const struct names_choice *choice)
{
	unsigned int listed = names_listed(choice);
	size_t mark;

	if (!choice->name)
		return;
	add_string(writer, " dns.via=", names_via_text(choice->via));
	if (choice->stale)
		writer_string(writer, " dns.stale=true");
	if (choice->unsure)
		writer_string(writer, " dns.unsure=true");
	if (listed) {
		writer_string(writer, " dns.candidates=");
		mark = writer->len;
		for (unsigned int i = 0; i < listed; i++)
			list_item(writer, mark, choice->candidate[i]);
		writer_text_value_since(writer, mark);
	}
	if (choice->candidates > listed)
		add_u64(writer, " dns.candidates_total=", choice->candidates);
}

static void add_outcome(struct writer *writer,
			const struct event_connection *connection)
{
	char buf[EVENT_RESULT_TEXT];
	const char *result = event_result_text(connection, buf);

	if (!result)
		return;
	add_string(writer, " result=", result);
	if (event_has_duration(connection))
		add_milliseconds(writer, " time_ms=", connection->duration_ns);
}

/* How much of text to keep so that no character is cut in two. */
static size_t whole_characters(const char *text, size_t len)
{
	size_t lead = len;

	while (lead && len - lead < 3 && (text[lead] & 0xc0) == 0x80)
		lead--;
	return (text[lead] & 0xc0) == 0xc0 ? lead : len;
}

static void add_arguments(struct writer *writer,
			  const struct event_process *process, bool verbose)
{
	size_t len = process->args_len;
	bool cut = process->args_cut;
	size_t mark;

	if (!process->args)
		return;
	if (len && !process->args[len - 1])
		len--;
	if (!verbose && len > TEXT_ARGS_MAX) {
		len = whole_characters(process->args, TEXT_ARGS_MAX);
		cut = true;
	}
	writer_string(writer, " args=");
	mark = writer->len;
	writer_bytes(writer, process->args, len);
	for (size_t i = mark; i < writer->len; i++) {
		if (!writer->text[i])
			writer->text[i] = ' ';
	}
	if (cut)
		writer_string(writer, "...");
	writer_text_value_since(writer, mark);
}

static void add_ids(struct writer *writer, const struct event_process *process)
{
	add_u64(writer, " ppid=", process->ppid);
	add_u64(writer, " uid=", process->uid);
	add_u64(writer, " tid=", process->tid);
}

static void add_whereabouts(struct writer *writer, const struct event *event)
{
	if (event->netns)
		add_u64(writer, " netns=", event->netns);
	if (event->process.cgroup)
		add_string(writer, " cgroup=", event->process.cgroup);
	add_known(writer, " unit=", event->process.unit);
	add_container_details(writer, &event->container);
}

static void add_connection_details(struct writer *writer,
				   const struct event *event)
{
	const struct endpoint *local = &event->connection.local;

	if (event->unicode)
		add_string(writer, " dns.unicode=", event->unicode);
	add_ids(writer, &event->process);
	if (local->port || !addr_is_unspecified(&local->addr))
		add_place(writer, " source=", local);
	add_whereabouts(writer, event);
}

static void add_traffic(struct writer *writer,
			const struct event_connection *connection)
{
	const struct flow_traffic *traffic = &connection->traffic;

	if (connection->protocol == IPPROTO_UDP)
		writer_string(writer, " transport=udp");
	if (connection->is_inbound)
		writer_string(writer, " inbound=true");
	add_u64(writer, " bytes_out=", traffic->bytes_out);
	add_u64(writer, " bytes_in=", traffic->bytes_in);
	add_u64(writer, " packets_out=", traffic->packets_out);
	add_u64(writer, " packets_in=", traffic->packets_in);
	if (traffic->retransmits)
		add_u64(writer, " retransmits=", traffic->retransmits);
	if (traffic->rtt_us)
		add_milliseconds(writer, " rtt_ms=", traffic->rtt_us * 1000ull);
}

/* Who it was, and what it runs. */
static void add_who(struct writer *writer, const struct event *event)
{
	add_string(writer, " comm=", event->process.comm);
	add_u64(writer, " pid=", event->process.id.tgid);
}

static void add_program(struct writer *writer, const struct event *event,
			bool verbose)
{
	if (event->process.executable)
		add_string(writer, " exe=", event->process.executable);
	add_arguments(writer, &event->process, verbose);
}

static void add_frame(struct writer *writer, const struct event *event,
		      bool verbose)
{
	const struct event_frame *frame = &event->frame;

	add_who(writer, event);
	if (frame->interface)
		add_string(writer, " interface=", frame->interface);
	if (frame->ifindex)
		add_u64(writer, " ifindex=", frame->ifindex);
	if (frame->protocol)
		add_u64(writer, " ethertype=", frame->protocol);
	add_container(writer, &event->container);
	add_program(writer, event, verbose);
	if (!verbose)
		return;
	add_ids(writer, &event->process);
	add_whereabouts(writer, event);
}

static void add_exit(struct writer *writer, const struct event_exit *exit)
{
	if (exit->signal)
		add_u64(writer, " signal=", exit->signal);
	else
		add_u64(writer, " code=", exit->code);
	add_milliseconds(writer, " time_ms=", exit->lived_ns);
}

static void add_process(struct writer *writer, const struct event *event,
			bool verbose)
{
	add_who(writer, event);
	add_u64(writer, " ppid=", event->process.ppid);
	if (event->kind == EVENT_PROCESS_EXIT)
		add_exit(writer, &event->exit);
	add_container(writer, &event->container);
	add_program(writer, event, verbose);
	if (!verbose)
		return;
	add_u64(writer, " uid=", event->process.uid);
	add_whereabouts(writer, event);
}

static void add_connection(struct writer *writer, const struct event *event,
			   bool verbose)
{
	const struct event_connection *connection = &event->connection;

	add_who(writer, event);
	add_place(writer, " connection=", &connection->remote);
	add_string(writer, " dns.entry=", connection->choice.name);
	add_container(writer, &event->container);
	if (event->kind == EVENT_PROCESS_RAW)
		add_u64(writer, " protocol=", connection->protocol);
	add_choice(writer, &connection->choice);
	add_outcome(writer, connection);
	if (event->kind == EVENT_FLOW)
		add_traffic(writer, connection);
	add_program(writer, event, verbose);
	if (verbose)
		add_connection_details(writer, event);
}

static void add_heading(struct writer *writer, const struct event *event,
			uint64_t start_ns)
{
	uint64_t seconds = 0;
	bool is_warning = event->kind == EVENT_EGRETS_LOST ||
			  event->kind == EVENT_DNS_TIMEOUT ||
			  (event->kind == EVENT_DNS_ANSWER &&
			   event->dns.unsolicited);

	if (event->time_ns > start_ns)
		seconds = (event->time_ns - start_ns) / NS_PER_SECOND;
	writer_string(writer, is_warning ? "WARN[" : "INFO[");
	for (uint64_t limit = 1000; limit > 1 && seconds < limit; limit /= 10)
		writer_char(writer, '0');
	writer_u64(writer, seconds);
	writer_string(writer, "] ");
	writer_string(writer, event_name(event->kind));
}

void text_format(struct writer *writer, const struct event *event,
		 uint64_t start_ns, bool verbose)
{
	add_heading(writer, event, start_ns);
	switch (event->kind) {
	case EVENT_DNS_QUERY:
	case EVENT_DNS_TIMEOUT:
		add_dns_query(writer, event, verbose);
		break;
	case EVENT_DNS_ANSWER:
		add_dns_answer(writer, event, verbose);
		break;
	case EVENT_EGRETS_LOST:
		add_string(writer, " source=", event->lost.source);
		add_u64(writer, " count=", event->lost.count);
		break;
	case EVENT_PROCESS_PACKET:
		add_frame(writer, event, verbose);
		break;
	case EVENT_PROCESS_EXEC:
	case EVENT_PROCESS_EXIT:
		add_process(writer, event, verbose);
		break;
	default:
		add_connection(writer, event, verbose);
	}
	writer_char(writer, '\n');
}
