// SPDX-License-Identifier: MIT
#include "output/text.h"

#include "output/socket_names.h"
#include "output/text_members.h"

#include <netinet/in.h>
#include <string.h>

/* Text of the arguments that a line shows, unless it is to be verbose. */
#define TEXT_ARGS_MAX 256

#define NS_PER_SECOND 1000000000ULL

void text_add_container(struct writer *writer,
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

void text_add_whereabouts(struct writer *writer, const struct event *event)
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
	if (event_has_place(local) && !event_is_of_socket(event->kind))
		add_place(writer, " source=", local);
	text_add_whereabouts(writer, event);
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
	text_add_container(writer, &event->container);
	add_program(writer, event, verbose);
	if (!verbose)
		return;
	add_ids(writer, &event->process);
	text_add_whereabouts(writer, event);
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
	text_add_container(writer, &event->container);
	add_program(writer, event, verbose);
	if (!verbose)
		return;
	add_u64(writer, " uid=", event->process.uid);
	text_add_whereabouts(writer, event);
}

static void add_connection(struct writer *writer, const struct event *event,
			   bool verbose)
{
	const struct event_connection *connection = &event->connection;

	add_who(writer, event);
	add_place(writer, " connection=", &connection->remote);
	add_string(writer, " dns.entry=", connection->choice.name);
	text_add_container(writer, &event->container);
	if (event->kind == EVENT_PROCESS_RAW)
		add_u64(writer, " protocol=", connection->protocol);
	add_choice(writer, &connection->choice);
	add_outcome(writer, connection);
	if (event_has_traffic(event))
		add_traffic(writer, connection);
	add_program(writer, event, verbose);
	if (verbose)
		add_connection_details(writer, event);
}

/* Which one, and what was asked of it. */
static void add_call(struct writer *writer, const struct event_socket *socket,
		     enum event_kind kind)
{
	char buf[SOCKET_NAME_TEXT];

	add_string(writer, " family=", socket_family_text(socket->family, buf));
	add_string(writer, " type=", socket_type_text(socket->type, buf));
	if (kind == EVENT_SOCKET_CREATE && socket->connection.protocol)
		add_string(writer, " protocol=",
			   socket_protocol_text(socket->family,
						socket->connection.protocol,
						buf));
	if (kind == EVENT_SOCKET_LISTEN)
		add_u64(writer, " backlog=", socket->backlog);
	if (kind != EVENT_SOCKET_SETSOCKOPT)
		return;
	add_string(writer, " level=",
		   socket_level_text(socket->family, socket->level, buf));
	add_string(writer, " option=",
		   socket_option_text(socket->family, socket->level,
				      socket->option, buf));
	if (socket->has_number)
		add_i64(writer, " value=", socket->number);
	else
		add_known(writer, " value=", socket->text);
}

static void add_socket(struct writer *writer, const struct event *event,
		       bool verbose)
{
	const struct event_socket *socket = &event->socket;
	const struct event_connection *connection = &socket->connection;

	add_who(writer, event);
	if (socket->fd >= 0)
		add_u64(writer, " fd=", (uint64_t)socket->fd);
	if (event_has_place(&connection->remote)) {
		add_place(writer, " connection=", &connection->remote);
		add_string(writer, " dns.entry=", connection->choice.name);
	}
	if (event_has_place(&connection->local))
		add_place(writer, " local=", &connection->local);
	add_known(writer, " path=", socket->path);
	text_add_container(writer, &event->container);
	add_choice(writer, &connection->choice);
	add_call(writer, socket, event->kind);
	add_outcome(writer, connection);
	if (event_has_traffic(event))
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
	case EVENT_DNS_ANSWER:
		text_add_dns(writer, event, verbose);
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
		if (event_is_of_socket(event->kind))
			add_socket(writer, event, verbose);
		else
			add_connection(writer, event, verbose);
	}
	writer_char(writer, '\n');
}
