// SPDX-License-Identifier: MIT
#include "output/json.h"

#include "output/json_members.h"
#include "output/socket_names.h"

#include <netinet/in.h>
#include <stdio.h>
#include <sys/socket.h>

static bool is_dns(const struct event *event)
{
	return event->kind == EVENT_DNS_QUERY ||
	       event->kind == EVENT_DNS_ANSWER ||
	       event->kind == EVENT_DNS_TIMEOUT;
}

/* Of a process itself, not of what it sends. */
static bool is_of_process(const struct event *event)
{
	return event->kind == EVENT_PROCESS_EXEC ||
	       event->kind == EVENT_PROCESS_EXIT;
}

static bool is_connection(const struct event *event)
{
	return !is_dns(event) && event->kind != EVENT_PROCESS_PACKET &&
	       !is_of_process(event) && event->kind != EVENT_EGRETS_LOST;
}

static void add_connection_outcome(struct writer *writer,
				   const struct event_connection *connection)
{
	switch (connection->result) {
	case EVENT_RESULT_NONE:
		return;
	case EVENT_RESULT_PENDING:
		writer_string(writer, "\"outcome\":\"unknown\",");
		return;
	case EVENT_RESULT_ESTABLISHED:
	case EVENT_RESULT_CLOSED:
	case EVENT_RESULT_DONE:
		writer_string(writer, "\"outcome\":\"success\",");
		break;
	case EVENT_RESULT_FAILED:
		writer_string(writer, "\"outcome\":\"failure\",");
		break;
	case EVENT_RESULT_ABORTED:
	case EVENT_RESULT_OPEN:
		writer_string(writer, "\"outcome\":\"unknown\",");
		break;
	}
	if (event_has_duration(connection))
		add_u64(writer, "\"duration\":", connection->duration_ns);
}

static void add_event(struct writer *writer, const struct event *event)
{
	writer_string(writer, "\"event\":{\"kind\":\"event\",\"category\":[\"");
	writer_string(writer, is_of_process(event) ? "process" : "network");
	writer_string(writer, "\"],\"dataset\":\"egrets\",\"action\":\"");
	writer_string(writer, event_name(event->kind));
	writer_string(writer, "\",");
	switch (event->kind) {
	case EVENT_DNS_QUERY:
		writer_string(writer,
			      "\"type\":[\"connection\",\"protocol\"],");
		break;
	case EVENT_DNS_ANSWER:
		writer_string(writer,
			      "\"type\":[\"connection\",\"protocol\"],");
		if (event->dns.message->rcode)
			writer_string(writer, "\"outcome\":\"failure\",");
		else
			writer_string(writer, "\"outcome\":\"success\",");
		if (!event->dns.unsolicited)
			add_u64(writer, "\"duration\":", event->dns.latency_ns);
		break;
	case EVENT_DNS_TIMEOUT:
		writer_string(writer, "\"type\":[\"connection\",\"protocol\"],"
				      "\"outcome\":\"failure\",");
		add_u64(writer, "\"duration\":", event->dns.latency_ns);
		break;
	case EVENT_EGRETS_LOST:
	case EVENT_PROCESS_PACKET:
		writer_string(writer, "\"type\":[\"info\"],");
		break;
	case EVENT_PROCESS_EXEC:
		writer_string(writer, "\"type\":[\"start\"],");
		break;
	case EVENT_PROCESS_EXIT:
		writer_string(writer, "\"type\":[\"end\"],");
		add_u64(writer, "\"duration\":", event->exit.lived_ns);
		break;
	case EVENT_FLOW:
		if (event->connection.result == EVENT_RESULT_OPEN)
			writer_string(writer,
				      "\"type\":[\"connection\",\"info\"],");
		else
			writer_string(writer,
				      "\"type\":[\"connection\",\"end\"],");
		add_connection_outcome(writer, &event->connection);
		break;
	case EVENT_SOCKET_CREATE:
	case EVENT_SOCKET_BIND:
	case EVENT_SOCKET_LISTEN:
	case EVENT_SOCKET_SETSOCKOPT:
		writer_string(writer, "\"type\":[\"info\"],");
		add_connection_outcome(writer, &event->connection);
		break;
	case EVENT_SOCKET_CLOSE:
		writer_string(writer, "\"type\":[\"connection\",\"end\"],");
		add_connection_outcome(writer, &event->connection);
		break;
	default:
		writer_string(writer, "\"type\":[\"connection\",\"start\"],");
		add_connection_outcome(writer, &event->connection);
	}
	json_close(writer, '}');
}

/* argv as an array, and joined by spaces. */
static void add_arguments(struct writer *writer, const char *args, size_t len)
{
	const char *end = args + len;

	if (!args || !len)
		return;
	writer_string(writer, "\"args\":[");
	for (const char *arg = args; arg < end;) {
		size_t left = (size_t)(end - arg);
		size_t arg_len = strnlen(arg, left);

		add_bytes(writer, "", arg, arg_len);
		arg += arg_len + (arg_len < left);
	}
	json_close(writer, ']');

	writer_string(writer, "\"command_line\":\"");
	for (const char *arg = args; arg < end;) {
		size_t left = (size_t)(end - arg);
		size_t arg_len = strnlen(arg, left);

		if (arg > args)
			writer_char(writer, ' ');
		writer_json_escaped(writer, arg, arg_len);
		arg += arg_len + (arg_len < left);
	}
	writer_string(writer, "\",");
}

static void add_process(struct writer *writer, const struct event *event)
{
	const struct event_process *process = &event->process;

	if (!process_id_known(process->id))
		return;
	writer_string(writer, "\"process\":{");
	add_u64(writer, "\"pid\":", process->id.tgid);
	add_string(writer, "\"name\":", process->comm);
	add_string(writer, "\"executable\":", process->executable);
	add_arguments(writer, process->args, process->args_len);
	if (process->ppid) {
		add_u64(writer, "\"parent\":{\"pid\":", process->ppid);
		json_close(writer, '}');
	}
	if (process->tid) {
		add_u64(writer, "\"thread\":{\"id\":", process->tid);
		json_close(writer, '}');
	}
	if (event->kind == EVENT_PROCESS_EXIT && !event->exit.signal)
		add_u64(writer, "\"exit_code\":", event->exit.code);
	json_close(writer, '}');

	writer_string(writer, "\"user\":{\"id\":\"");
	writer_u64(writer, process->uid);
	writer_string(writer, "\",");
	json_close(writer, '}');
}

/* What one side of a flow has sent. */
struct sent {
	uint64_t bytes, packets;
};

/* NULL: not told. */
static void add_sent(struct writer *writer, const struct sent *sent)
{
	if (!sent)
		return;
	add_u64(writer, "\"bytes\":", sent->bytes);
	add_u64(writer, "\"packets\":", sent->packets);
}

static void add_source_at(struct writer *writer, const struct endpoint *end,
			  const struct sent *sent, bool has_addr)
{
	if (!has_addr && !end->port)
		return;
	writer_string(writer, "\"source\":{");
	if (has_addr)
		add_addr(writer, "\"ip\":", &end->addr);
	if (end->port)
		add_u64(writer, "\"port\":", end->port);
	add_sent(writer, sent);
	json_close(writer, '}');
}

/* Where a socket at all addresses sends from is not known. */
static void add_source(struct writer *writer, const struct endpoint *source,
		       const struct sent *sent)
{
	add_source_at(writer, source, sent,
		      !addr_is_unspecified(&source->addr));
}

/* domain: NULL if no name led there. */
static void add_destination(struct writer *writer,
			    const struct endpoint *destination,
			    const char *domain, const struct sent *sent)
{
	char text[ADDR_TEXT];

	addr_format(&destination->addr, text);
	writer_string(writer, "\"destination\":{");
	add_word(writer, "\"address\":", text);
	add_word(writer, "\"ip\":", text);
	if (destination->port)
		add_u64(writer, "\"port\":", destination->port);
	add_string(writer, "\"domain\":", domain);
	add_sent(writer, sent);
	json_close(writer, '}');
}

/* As the schema writes them: the keywords of IANA, in lower case. */
static const char *transport_text(int protocol)
{
	switch (protocol) {
	case IPPROTO_TCP:
		return "tcp";
	case IPPROTO_UDP:
		return "udp";
	case IPPROTO_ICMP:
		return "icmp";
	case IPPROTO_ICMPV6:
		return "ipv6-icmp";
	case IPPROTO_SCTP:
		return "sctp";
	default:
		return NULL;
	}
}

/* direction: "egress" is what this machine's own processes send. */
static void add_network(struct writer *writer, bool is_v4, int protocol,
			bool is_dns, const char *direction)
{
	const char *transport = transport_text(protocol);

	writer_string(writer, "\"network\":{");
	if (is_v4)
		writer_string(writer, "\"type\":\"ipv4\",");
	else
		writer_string(writer, "\"type\":\"ipv6\",");
	if (transport) {
		add_word(writer, "\"transport\":", transport);
	} else if (protocol && protocol <= UINT8_MAX) {
		writer_string(writer, "\"iana_number\":\"");
		writer_u64(writer, (uint64_t)protocol);
		writer_string(writer, "\",");
	}
	if (is_dns)
		writer_string(writer, "\"protocol\":\"dns\",");
	if (direction)
		add_word(writer, "\"direction\":", direction);
	json_close(writer, '}');
}

/* What nobody saw begin may have been made by either side. */
static const char *direction_of(const struct event_connection *connection)
{
	if (connection->is_inbound)
		return "ingress";
	return connection->is_old ? NULL : "egress";
}

static void add_connection_network(struct writer *writer,
				   const struct event *event)
{
	const struct event_connection *connection = &event->connection;
	const struct flow_traffic *traffic = &connection->traffic;
	struct sent out = {traffic->bytes_out, traffic->packets_out};
	struct sent in = {traffic->bytes_in, traffic->packets_in};
	bool is_flow = event_has_traffic(event);
	bool is_v4 = addr_is_v4(&connection->remote.addr);

	if (connection->is_inbound) {
		add_source(writer, &connection->remote, is_flow ? &in : NULL);
		add_destination(writer, &connection->local, NULL,
				is_flow ? &out : NULL);
	} else {
		add_source(writer, &connection->local, is_flow ? &out : NULL);
		add_destination(writer, &connection->remote,
				connection->choice.name, is_flow ? &in : NULL);
	}
	add_network(writer, is_v4, connection->protocol, false,
		    direction_of(connection));
}

/* One that is not connected has one end; of other families there is none. */
static void add_socket_network(struct writer *writer, const struct event *event)
{
	const struct event_socket *socket = &event->socket;
	const struct event_connection *connection = &socket->connection;
	const struct flow_traffic *traffic = &connection->traffic;
	struct sent out = {traffic->bytes_out, traffic->packets_out};
	struct sent in = {traffic->bytes_in, traffic->packets_in};
	bool is_counted = event_has_traffic(event);

	if (socket->family != AF_INET && socket->family != AF_INET6)
		return;
	if (event_has_place(&connection->remote)) {
		add_connection_network(writer, event);
		return;
	}
	/* Where it listens is. */
	add_source_at(writer, &connection->local, is_counted ? &out : NULL,
		      event_has_place(&connection->local));
	if (is_counted) {
		writer_string(writer, "\"destination\":{");
		add_sent(writer, &in);
		json_close(writer, '}');
	}
	add_network(writer, socket->family == AF_INET, connection->protocol,
		    false, NULL);
}

static void add_dns_network(struct writer *writer, const struct event *event)
{
	const struct event_dns *dns = &event->dns;

	add_source(writer, &dns->client, NULL);
	add_destination(writer, &dns->server, NULL, NULL);
	add_network(writer, addr_is_v4(&dns->server.addr), dns->protocol, true,
		    process_id_known(event->process.id) ? "egress" : NULL);
}

static void add_container(struct writer *writer,
			  const struct event_container *container)
{
	if (!container->id)
		return;
	writer_string(writer, "\"container\":{");
	add_string(writer, "\"id\":", container->id);
	add_string(writer, "\"name\":", container->name);
	add_string(writer, "\"runtime\":", container->engine);
	if (container->image) {
		add_string(writer, "\"image\":{\"name\":", container->image);
		json_close(writer, '}');
	}
	json_close(writer, '}');
}

static void add_choice(struct writer *writer, const struct event *event)
{
	const struct names_choice *choice = &event->connection.choice;
	unsigned int listed = names_listed(choice);

	if (!choice->name)
		return;
	writer_string(writer, "\"dns\":{");
	add_string(writer, "\"via\":", names_via_text(choice->via));
	add_string(writer, "\"unicode\":", event->unicode);
	if (choice->stale)
		writer_string(writer, "\"stale\":true,");
	if (choice->unsure)
		writer_string(writer, "\"unsure\":true,");
	if (listed) {
		writer_string(writer, "\"candidates\":[");
		for (unsigned int i = 0; i < listed; i++)
			add_string(writer, "", choice->candidate[i]);
		json_close(writer, ']');
	}
	if (choice->candidates)
		add_u64(writer, "\"candidates_total\":", choice->candidates);
	json_close(writer, '}');
}

/* start_ticks tells apart processes that had the same number. */
static void add_own_process(struct writer *writer, const struct event *event)
{
	const struct event_process *process = &event->process;

	if (!process_id_known(process->id))
		return;
	writer_string(writer, "\"process\":{");
	add_u64(writer, "\"start_ticks\":", process->id.start_ticks);
	if (process->args_cut)
		writer_string(writer, "\"args_cut\":true,");
	if (event->kind == EVENT_PROCESS_EXIT && event->exit.signal)
		add_u64(writer, "\"signal\":", event->exit.signal);
	json_close(writer, '}');

	if (!process->cgroup_id && !process->cgroup)
		return;
	writer_string(writer, "\"cgroup\":{");
	if (process->cgroup_id)
		add_u64(writer, "\"id\":", process->cgroup_id);
	add_string(writer, "\"name\":", process->cgroup);
	add_string(writer, "\"unit\":", process->unit);
	json_close(writer, '}');
}

static void add_own_traffic(struct writer *writer,
			    const struct event_connection *connection)
{
	const struct flow_traffic *traffic = &connection->traffic;

	if (connection->protocol == IPPROTO_TCP)
		add_u64(writer, "\"retransmits\":", traffic->retransmits);
	if (traffic->rtt_us)
		add_u64(writer, "\"rtt_us\":", traffic->rtt_us);
}

/* The schema's interfaces are those of an observer: a firewall, a probe. */
static void add_frame(struct writer *writer, const struct event_frame *frame)
{
	writer_string(writer, "\"frame\":{");
	add_string(writer, "\"interface\":", frame->interface);
	add_u64(writer, "\"ifindex\":", frame->ifindex);
	if (frame->protocol)
		add_u64(writer, "\"ethertype\":", frame->protocol);
	json_close(writer, '}');
}

static void add_own_socket(struct writer *writer, const struct event *event)
{
	const struct event_socket *socket = &event->socket;
	char buf[SOCKET_NAME_TEXT];

	writer_string(writer, "\"socket\":{");
	if (socket->fd >= 0)
		add_u64(writer, "\"fd\":", (uint64_t)socket->fd);
	add_word(writer,
		 "\"family\":", socket_family_text(socket->family, buf));
	add_word(writer, "\"type\":", socket_type_text(socket->type, buf));
	add_string(writer, "\"path\":", socket->path);
	if (event->kind == EVENT_SOCKET_LISTEN)
		add_u64(writer, "\"backlog\":", socket->backlog);
	if (event->kind == EVENT_SOCKET_SETSOCKOPT) {
		add_word(writer, "\"level\":",
			 socket_level_text(socket->family, socket->level, buf));
		add_word(writer, "\"option\":",
			 socket_option_text(socket->family, socket->level,
					    socket->option, buf));
		if (socket->has_number)
			add_i64(writer, "\"value\":", socket->number);
		else
			add_string(writer, "\"text\":", socket->text);
	}
	json_close(writer, '}');
}

/* What the schema has no names for; nothing that is not known. */
static void add_own_container(struct writer *writer,
			      const struct event_container *container)
{
	size_t before = writer->len, inside;

	writer_string(writer, "\"container\":{");
	inside = writer->len;
	add_string(writer, "\"hostname\":", container->hostname);
	add_string(writer, "\"ip\":", container->ip);
	add_string(writer, "\"parent\":", container->parent);
	add_string(writer, "\"pod\":", container->pod);
	add_string(writer, "\"qos\":", container->qos);
	add_string(writer, "\"project\":", container->project);
	add_string(writer, "\"service\":", container->service);
	if (writer->len == inside)
		writer->len = before;
	else
		json_close(writer, '}');
}

static void add_own(struct writer *writer, const struct event *event)
{
	size_t before = writer->len, inside;
	char buf[EVENT_RESULT_TEXT];

	writer_string(writer, "\"egrets\":{");
	inside = writer->len;
	if (is_connection(event)) {
		add_string(writer, "\"result\":",
			   event_result_text(&event->connection, buf));
		add_choice(writer, event);
		if (event_has_traffic(event))
			add_own_traffic(writer, &event->connection);
		if (event_is_of_socket(event->kind))
			add_own_socket(writer, event);
	} else if (is_dns(event)) {
		json_add_own_dns(writer, event);
	} else if (event->kind == EVENT_PROCESS_PACKET) {
		add_frame(writer, &event->frame);
	} else if (event->kind == EVENT_EGRETS_LOST) {
		writer_string(writer, "\"lost\":{");
		add_string(writer, "\"source\":", event->lost.source);
		add_u64(writer, "\"count\":", event->lost.count);
		json_close(writer, '}');
	}
	if (event->netns)
		add_u64(writer, "\"netns\":", event->netns);
	add_own_process(writer, event);
	add_own_container(writer, &event->container);
	if (writer->len == inside)
		writer->len = before;
	else
		json_close(writer, '}');
}

void json_format(struct writer *writer, const struct event *event,
		 int64_t wall_offset_ns)
{
	writer_string(writer, "{\"@timestamp\":\"");
	writer_timestamp(writer, event->time_ns + (uint64_t)wall_offset_ns);
	writer_string(writer,
		      "\",\"ecs\":{\"version\":\"" JSON_ECS_VERSION "\"},");
	add_event(writer, event);
	add_process(writer, event);
	if (is_dns(event)) {
		add_dns_network(writer, event);
		json_add_dns(writer, event);
	} else if (event_is_of_socket(event->kind)) {
		add_socket_network(writer, event);
	} else if (is_connection(event)) {
		add_connection_network(writer, event);
	}
	add_container(writer, &event->container);
	add_own(writer, event);
	if (writer_failed(writer))
		return;
	writer->text[writer->len - 1] = '}';
	writer_char(writer, '\n');
}
