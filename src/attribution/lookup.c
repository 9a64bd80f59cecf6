// SPDX-License-Identifier: MIT
/*
 * The wire's side: questions and answers become events, and what answers say
 * is learned for whoever asked.
 */
#include "attribution/state.h"

#include <string.h>

/* In every namespace: include/net/net_namespace.h */
#define LOOPBACK_IFINDEX 1

static void emit_dns(struct attribution *attribution, enum event_kind kind,
		     uint64_t time_ns, const struct exchange *exchange)
{
	struct event event;
	const struct process *process = process_find(attribution->processes,
						     exchange->asker.process);

	memset(&event, 0, sizeof(event));
	event.kind = kind;
	event.time_ns = time_ns;
	event.netns = exchange->netns;
	event.dns.client = exchange->client;
	event.dns.server = exchange->server;
	event.dns.protocol = exchange->protocol;
	event.dns.message = &attribution->message;
	event.dns.unsolicited = !exchange->solicited;
	/* The clocks of a capture file's interfaces may be out of step. */
	if (time_ns > exchange->asked_ns)
		event.dns.latency_ns = time_ns - exchange->asked_ns;
	if (process)
		attribution_describe(process, &event.process);
	attribution_emit(attribution, &event);
}

static void learn(struct attribution *attribution, uint64_t time_ns,
		  const struct exchange *exchange)
{
	const struct dns_message *message = &attribution->message;
	struct party asker = exchange->asker;

	asker.netns = exchange->netns;
	for (size_t i = 0; i < message->record_count; i++) {
		const struct dns_record *record = &message->record[i];

		if (!record->on_chain || !dns_record_has_addr(record))
			continue;
		if (names_learn(attribution->names, &record->addr,
				message->name, &asker, time_ns, record->ttl_s))
			attribution->no_memory++;
	}
}

bool attribution_wants(const struct packet *packet)
{
	return assembly_wants(packet);
}

/*
 * The owner of the socket here from which a question came, or to which a
 * response goes. What came in was sent elsewhere, and what goes out is received
 * elsewhere, although a socket of ours may have that port; only loopback shows
 * a packet of ours on both ways.
 */
static const struct socket_owner *find_owner(struct attribution *attribution,
					     const struct packet *packet,
					     bool is_response)
{
	uint8_t elsewhere = is_response ? PACKET_OUTGOING : PACKET_INCOMING;
	struct socket_place place = {
		.netns = packet->netns,
		.protocol = packet->protocol,
		.local = is_response ? packet->destination : packet->source,
		.remote = is_response ? packet->source : packet->destination,
	};

	if (packet->ifindex != LOOPBACK_IFINDEX &&
	    (packet->direction == elsewhere ||
	     packet->direction == PACKET_PASSING))
		return NULL;
	return socket_owner(attribution->sockets, &place);
}

void attribution_packet(struct attribution *attribution, uint64_t time_ns,
			uint32_t netns, const struct packet *packet)
{
	struct packet seen = *packet;

	seen.time_ns = time_ns;
	seen.netns = netns;
	assembly_add(attribution->assembly, &seen);
}

void lookup_message(const struct packet *packet, void *context)
{
	struct attribution *attribution = context;
	struct dns_message *message = &attribution->message;
	struct exchange_sight sight = {
		.time_ns = packet->time_ns,
		.netns = packet->netns,
		.protocol = packet->protocol,
		.source = packet->source,
		.destination = packet->destination,
		.message = message,
	};
	const struct socket_owner *owner;
	struct exchange_asker asker;
	struct exchange *exchange;

	if (dns_message_parse(packet->payload, packet->payload_len,
			      packet->payload_wire, message)) {
		attribution->malformed++;
		return;
	}
	owner = find_owner(attribution, packet, message->is_response);
	if (!message->is_response) {
		if (owner)
			asker = (struct exchange_asker){owner->party,
							owner->claimed_ns};
		exchange = exchange_question(attribution->exchanges, &sight,
					     owner ? &asker : NULL);
		if (exchange)
			emit_dns(attribution, EVENT_DNS_QUERY, packet->time_ns,
				 exchange);
		return;
	}
	exchange = exchange_answer(attribution->exchanges, &sight);
	if (!exchange)
		return;
	/* On the fallback a socket may have become known since. */
	if (!process_id_known(exchange->asker.process) && owner)
		exchange->asker = owner->party;
	if (exchange->solicited)
		learn(attribution, packet->time_ns, exchange);
	emit_dns(attribution, EVENT_DNS_ANSWER, packet->time_ns, exchange);
}

/*
 * The message is long gone: what is to be told of it is made up again. Time
 * went on in between, but this is when it was due.
 */
void lookup_tick(struct attribution *attribution, uint64_t now_ns)
{
	struct dns_message *message = &attribution->message;
	struct exchange *exchange;

	while ((exchange = exchange_overdue(attribution->exchanges, now_ns))) {
		message->id = exchange->id;
		message->flags = 0;
		message->dnssec_ok = false;
		message->is_response = false;
		message->opcode = DNS_OPCODE_QUERY;
		message->rcode = 0;
		message->question_count = 1;
		message->type = exchange->type;
		message->class = exchange->class;
		strcpy(message->name, exchange->name);
		message->answer_total = 0;
		message->answer_count = 0;
		message->record_count = 0;
		message->is_cut = false;
		emit_dns(attribution, EVENT_DNS_TIMEOUT,
			 exchange->asked_ns + EXCHANGE_TIMEOUT_NS, exchange);
	}
}
