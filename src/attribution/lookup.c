// SPDX-License-Identifier: MIT
/*
 * The wire's side: questions and answers become events, and what answers say
 * is learned for whoever asked.
 */
#include "attribution/state.h"
#include "dns/multicast.h"
#include "dns/ports.h"

#include <netinet/in.h>
#include <string.h>

/* In every namespace: include/net/net_namespace.h */
#define LOOPBACK_IFINDEX 1

/* server: who was asked, or who has answered. */
static void emit_dns(struct attribution *attribution, enum event_kind kind,
		     uint64_t time_ns, const struct exchange *exchange,
		     const struct endpoint *server)
{
	struct event event;
	const struct process *process = process_find(attribution->processes,
						     exchange->asker.process);

	memset(&event, 0, sizeof(event));
	event.kind = kind;
	event.time_ns = time_ns;
	event.netns = exchange->netns;
	event.dns.client = exchange->client;
	event.dns.server = *server;
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
	struct ancestor ancestors[NAMES_FOREBEARS];
	struct lineage asker = {.party = exchange->asker,
				.ancestors = ancestors};

	asker.party.netns = exchange->netns;
	asker.ancestor_count = process_ancestors(attribution->processes,
						 asker.party.process, ancestors,
						 NAMES_FOREBEARS);
	for (size_t i = 0; i < message->record_count; i++) {
		const struct dns_record *record = &message->record[i];

		if (!record->on_chain || !dns_record_has_addr(record))
			continue;
		/* RFC 6762 10.1: it goes away. */
		if (!record->ttl_s && exchange->server.port == MDNS_PORT)
			continue;
		if (names_learn(attribution->names, &record->addr,
				message->name, &asker, time_ns, record->ttl_s))
			attribution->no_memory++;
	}
}

bool attribution_wants(const struct attribution *attribution,
		       const struct packet *packet)
{
	return assembly_wants(attribution->assembly, packet);
}

/*
 * What came in was asked elsewhere, and what goes out is received elsewhere,
 * although a socket of ours may have that port; only loopback shows a packet of
 * ours on both ways.
 */
static bool is_elsewhere(const struct packet *packet, bool is_response)
{
	uint8_t elsewhere = is_response ? PACKET_OUTGOING : PACKET_INCOMING;

	return packet->ifindex != LOOPBACK_IFINDEX &&
	       (packet->direction == elsewhere ||
		packet->direction == PACKET_PASSING);
}

/*
 * The owner of the socket here from which a question came, or to which a
 * response goes.
 */
static const struct socket_owner *find_owner(struct attribution *attribution,
					     const struct packet *packet,
					     bool is_response)
{
	struct socket_place place = {
		.netns = packet->netns,
		.protocol = packet->protocol,
		.local = is_response ? packet->destination : packet->source,
		.remote = is_response ? packet->source : packet->destination,
	};

	if (is_elsewhere(packet, is_response))
		return NULL;
	return socket_owner(attribution->sockets, &place);
}

static void miss_answers(struct attribution *attribution, uint64_t until_ns)
{
	if (attribution->complete_ns < until_ns)
		attribution->complete_ns = until_ns;
}

void attribution_incomplete(struct attribution *attribution, uint64_t now_ns)
{
	attribution->lost_ns = now_ns;
	miss_answers(attribution, now_ns);
}

static void check_assembly(struct attribution *attribution, uint64_t now_ns)
{
	struct assembly_stats stats;
	uint64_t lost;

	assembly_get_stats(attribution->assembly, &stats);
	lost = assembly_lost(&stats);
	if (lost != attribution->messages_lost)
		attribution_incomplete(attribution, now_ns);
	attribution->messages_lost = lost;
}

void attribution_packet(struct attribution *attribution, uint64_t time_ns,
			uint32_t netns, const struct packet *packet)
{
	struct packet seen = *packet;

	seen.time_ns = time_ns;
	seen.netns = netns;
	assembly_add(attribution->assembly, &seen);
	check_assembly(attribution, time_ns);
}

/* What a sight says, for those that it concerns. */
struct answer {
	struct attribution *attribution;
	const struct exchange_sight *sight;
};

static void on_answer(const struct exchange *exchange, void *context)
{
	const struct answer *answer = context;
	uint64_t time_ns = answer->sight->time_ns;

	if (exchange->solicited && !exchange->missed)
		learn(answer->attribution, time_ns, exchange);
	emit_dns(answer->attribution, EVENT_DNS_ANSWER, time_ns, exchange,
		 &answer->sight->source);
}

static void take_question(struct attribution *attribution,
			  const struct exchange_sight *sight,
			  const struct socket_owner *owner)
{
	struct exchange_asker asker;
	struct exchange *exchange;

	if (owner)
		asker = (struct exchange_asker){owner->party,
						owner->claimed_ns};
	exchange = exchange_question(attribution->exchanges, sight,
				     owner ? &asker : NULL);
	if (exchange)
		emit_dns(attribution, EVENT_DNS_QUERY, sight->time_ns, exchange,
			 &exchange->server);
}

static void take_response(struct attribution *attribution,
			  const struct exchange_sight *sight,
			  const struct socket_owner *owner)
{
	struct answer answer = {attribution, sight};
	struct exchange *exchange;

	if (dns_multicast_is_group(&sight->destination)) {
		exchange_answer_group(attribution->exchanges, sight, on_answer,
				      &answer);
		return;
	}
	exchange = exchange_answer(attribution->exchanges, sight);
	if (!exchange)
		return;
	if (!exchange->solicited && attribution->lost_ns &&
	    sight->time_ns < attribution->lost_ns + EXCHANGE_TIMEOUT_NS)
		miss_answers(attribution, sight->time_ns);
	/* On the fallback a socket may have become known since. */
	if (!process_id_known(exchange->asker.process) && owner)
		exchange->asker = owner->party;
	on_answer(exchange, &answer);
}

/* The attribution's message is what was read of the packet. */
static void take_message(struct attribution *attribution,
			 const struct packet *packet)
{
	const struct dns_message *message = &attribution->message;
	uint8_t at_asker = message->is_response ? PACKET_INCOMING
						: PACKET_OUTGOING;
	struct exchange_sight sight = {
		.time_ns = packet->time_ns,
		.netns = packet->netns,
		.protocol = packet->protocol,
		.source = packet->source,
		.destination = packet->destination,
		.is_of_link = packet->ttl == DNS_MULTICAST_TTL,
		.message = message,
		.socket_id = packet->direction == at_asker ? packet->socket_id
							   : 0,
	};
	const struct socket_owner *owner = find_owner(attribution, packet,
						      message->is_response);

	if (message->is_response)
		take_response(attribution, &sight, owner);
	else
		take_question(attribution, &sight, owner);
}

/* Neighbours on a link ask each other, and are answered from here, too. */
static bool is_of_neighbours(const struct packet *packet, bool is_response)
{
	uint16_t server = is_response ? packet->source.port
				      : packet->destination.port;

	return dns_multicast_is_port(server) &&
	       is_elsewhere(packet, is_response);
}

/* One multicast DNS message may be many questions, or answers to many. */
static bool is_about_many(const struct packet *packet)
{
	return packet->protocol == IPPROTO_UDP &&
	       (packet->source.port == MDNS_PORT ||
		packet->destination.port == MDNS_PORT);
}

void lookup_message(const struct packet *packet, void *context)
{
	struct attribution *attribution = context;
	struct dns_subjects subjects = {0};
	bool is_response = packet->payload_len > 2 && packet->payload[2] & 0x80;
	bool is_many = is_about_many(packet);
	size_t i = 0;

	if (is_of_neighbours(packet, is_response))
		return;
	if (is_many)
		dns_subjects_read(packet->payload, packet->payload_len,
				  &subjects);
	do {
		if (dns_message_parse_about(
			    packet->payload, packet->payload_len,
			    packet->payload_wire,
			    subjects.count ? &subjects.subject[i] : NULL,
			    &attribution->message)) {
			attribution->malformed++;
			return;
		}
		if (subjects.count || !is_many)
			take_message(attribution, packet);
	} while (++i < subjects.count);
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
			 exchange->asked_ns + EXCHANGE_TIMEOUT_NS, exchange,
			 &exchange->server);
	}
}
