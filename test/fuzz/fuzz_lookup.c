// SPDX-License-Identifier: MIT
/*
 * From packets to events: questions, answers and what others make up, by any
 * transport, between few places, in any order. What is told is checked against
 * what was told before: an answer is believed only if its question was told of
 * in the same namespace, between the same places; every question that is told
 * to have timed out was told of; and an address that only unsolicited answers
 * have brought names nothing.
 */
#include "attribution/attribution.h"
#include "base/cursor.h"
#include "dns/multicast.h"
#include "fuzz.h"

#include <netinet/in.h>
#include <string.h>

#define TOLD_MAX  256
#define ADDRS_MAX 64
#define TICK_NS	  100000000ull

/* What an input's bytes ask for, one after the other. */
enum {
	OVER_TCP = 0x01,
	IS_RESPONSE = 0x02, /* goes from the server to the client */
	ECHO = 0x04,	    /* the last question, answered with the bytes */
	WAIT = 0x08,
	SEND = 0x10, /* the client's socket becomes known */
};

struct told {
	uint32_t netns;
	uint16_t id, type;
	uint8_t protocol;
	struct endpoint client, server;
	char name[DNS_NAME_TEXT_MAX];
};

struct addrs {
	size_t count; /* may be more than are kept */
	struct addr addr[ADDRS_MAX];
};

static struct fuzz {
	struct attribution *attribution;
	uint64_t now_ns;
	uint32_t netns; /* where the packet is seen */
	size_t told_count;
	struct told told[TOLD_MAX];
	uint64_t queries, solicited, unsolicited, timeouts;
	struct addrs learned, made_up;
	bool is_named; /* the last connection */
	uint8_t question[512];
	size_t question_len;
} fuzz;

static void note_addrs(struct addrs *addrs, const struct dns_message *message)
{
	for (size_t i = 0; i < message->record_count; i++)
		if (dns_record_has_addr(&message->record[i]))
			addrs->addr[addrs->count++ % ADDRS_MAX] =
				message->record[i].addr;
}

static bool has_addr(const struct addrs *addrs, const struct addr *addr)
{
	if (addrs->count > ADDRS_MAX)
		return true; /* perhaps */
	for (size_t i = 0; i < addrs->count; i++)
		if (addr_equal(&addrs->addr[i], addr))
			return true;
	return false;
}

static bool is_told(const struct event *event, bool is_answer)
{
	bool is_link = event->dns.client.port == 5353 ||
		       event->dns.server.port == 5353 ||
		       event->dns.server.port == 5355;

	for (size_t i = 0; i < fuzz.told_count; i++) {
		const struct told *told = &fuzz.told[i];

		if (told->netns == event->netns &&
		    told->protocol == event->dns.protocol &&
		    told->type == event->dns.message->type &&
		    (told->id == event->dns.message->id || is_link) &&
		    dns_name_equal(told->name, event->dns.message->name) &&
		    endpoint_equal(&told->client, &event->dns.client) &&
		    (endpoint_equal(&told->server, &event->dns.server) ||
		     (is_answer && is_link)))
			return true;
	}
	return false;
}

static void on_query(const struct event *event)
{
	struct told *told = &fuzz.told[fuzz.told_count];

	must(!event->dns.message->is_response);
	must(event->netns == fuzz.netns);
	fuzz.queries++;
	if (fuzz.told_count == TOLD_MAX)
		return;
	fuzz.told_count++;
	told->netns = event->netns;
	told->protocol = event->dns.protocol;
	told->id = event->dns.message->id;
	told->type = event->dns.message->type;
	told->client = event->dns.client;
	told->server = event->dns.server;
	strcpy(told->name, event->dns.message->name);
}

static void on_answer(const struct event *event)
{
	must(event->dns.message->is_response);
	must(event->netns == fuzz.netns);
	if (event->dns.unsolicited) {
		fuzz.unsolicited++;
		note_addrs(&fuzz.made_up, event->dns.message);
		return;
	}
	fuzz.solicited++;
	note_addrs(&fuzz.learned, event->dns.message);
	must(fuzz.told_count == TOLD_MAX || is_told(event, true));
}

static void on_event(struct event *event, void *context)
{
	must(context == &fuzz);
	switch (event->kind) {
	case EVENT_DNS_QUERY:
		on_query(event);
		break;
	case EVENT_DNS_ANSWER:
		on_answer(event);
		break;
	case EVENT_DNS_TIMEOUT:
		fuzz.timeouts++;
		must(fuzz.told_count == TOLD_MAX || is_told(event, false));
		break;
	default:
		fuzz.is_named = event->connection.choice.name;
		break;
	}
}

/* Few places, so that they meet: two clients and the usual servers. */
static struct endpoint client_of(uint8_t where)
{
	static const uint16_t ports[] = {4000, 5353};
	uint8_t bytes[] = {10, 0, 0, (uint8_t)(1 + (where & 1))};

	return (struct endpoint){addr_from_v4(bytes), ports[where >> 1 & 1]};
}

static struct endpoint server_of(uint8_t where)
{
	static const struct {
		uint8_t bytes[4];
		uint16_t port;
	} servers[] = {
		{{192, 0, 2, 53}, 53},	  {{192, 0, 2, 54}, 53},
		{{224, 0, 0, 251}, 5353}, {{10, 0, 0, 9}, 5353},
		{{224, 0, 0, 252}, 5355}, {{10, 0, 0, 9}, 5355},
		{{10, 0, 0, 1}, 5353},	  {{127, 0, 0, 1}, 53},
	};
	size_t i = where >> 2 & 7;

	return (struct endpoint){addr_from_v4(servers[i].bytes),
				 servers[i].port};
}

static void send_to(struct endpoint from, struct endpoint to, uint32_t netns)
{
	struct record_connect record = {
		.header = {RECORD_SEND, sizeof(record), fuzz.now_ns},
		.task = {.tgid = 7, .tid = 7, .start_ns = 7000000000},
		.socket = {.id = 1,
			   .netns = netns,
			   .local_port = from.port,
			   .remote_port = to.port,
			   .protocol = IPPROTO_UDP},
		.begun_ns = fuzz.now_ns,
	};

	memcpy(record.socket.local, from.addr.bytes, 16);
	memcpy(record.socket.remote, to.addr.bytes, 16);
	attribution_record(fuzz.attribution, &record.header);
}

/* The bytes as they are, or behind the last question as its answer section. */
static size_t make_payload(uint8_t *to, size_t room, uint8_t what,
			   const uint8_t *bytes, size_t len)
{
	size_t before = what & ECHO ? fuzz.question_len : 0;

	if (before + len > room)
		len = room - before;
	memcpy(to, fuzz.question, before);
	memcpy(to + before, bytes, len);
	if (before >= 12) {
		to[2] |= 0x80;
		to[7] = 1;
	} else if (!(what & IS_RESPONSE)) {
		memcpy(fuzz.question, to, len);
		fuzz.question_len = len;
	}
	return before + len;
}

/* A group does not answer: one of its members does, to the group itself. */
static void answer_for_group(struct packet *packet, struct endpoint group)
{
	static const uint8_t neighbour[] = {10, 0, 0, 9};

	packet->source.addr = addr_from_v4(neighbour);
	packet->destination = group;
}

static void pass(uint8_t what, uint8_t where, const uint8_t *bytes, size_t len)
{
	struct endpoint client = client_of(where), server = server_of(where);
	bool to_client = what & (IS_RESPONSE | ECHO);
	uint32_t netns = 1 + (where >> 5 & 1);
	uint8_t payload[1024];
	struct packet packet = {
		.source = to_client ? server : client,
		.destination = to_client ? client : server,
		.protocol = IPPROTO_UDP,
		.direction = where >> 6,
		.ttl = DNS_MULTICAST_TTL,
		.payload = payload,
	};

	if (what & IS_RESPONSE && dns_multicast_is_group(&server))
		answer_for_group(&packet, server);
	fuzz.netns = netns;
	if (what & SEND)
		send_to(client, server, netns);
	packet.payload_len = make_payload(payload, sizeof(payload), what, bytes,
					  len);
	packet.payload_wire = packet.payload_len;
	if (what & OVER_TCP)
		packet.protocol = IPPROTO_TCP;
	attribution_packet(fuzz.attribution, fuzz.now_ns, netns, &packet);
}

static void expect_nothing_made_up(void)
{
	size_t count = fuzz.made_up.count < ADDRS_MAX ? fuzz.made_up.count
						      : ADDRS_MAX;

	for (size_t i = 0; i < count; i++) {
		const struct addr *addr = &fuzz.made_up.addr[i];

		if (has_addr(&fuzz.learned, addr))
			continue;
		send_to(client_of(0), (struct endpoint){*addr, 80}, 1);
		must(!fuzz.is_named);
	}
}

static void expect_sums(void)
{
	struct attribution_stats stats;

	attribution_get_stats(fuzz.attribution, &stats);
	must(stats.asked == fuzz.queries);
	must(stats.unsolicited == fuzz.unsolicited);
	must(stats.unanswered == fuzz.timeouts);
	must(stats.answered <= stats.asked);
	must(stats.answered <= fuzz.solicited);
	must(stats.open <= stats.asked);
	must(fuzz.solicited || !stats.names.learned);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct attribution_options options = {
		.max_names = 64,
		.ports = DNS_PORTS_USUAL,
		.fn = on_event,
		.context = &fuzz,
	};
	struct cursor cursor;

	memset(&fuzz, 0, offsetof(struct fuzz, told));
	fuzz.queries = fuzz.solicited = fuzz.unsolicited = fuzz.timeouts = 0;
	fuzz.learned.count = fuzz.made_up.count = fuzz.question_len = 0;
	fuzz.now_ns = 100 * TICK_NS;
	must(!attribution_create(&options, &fuzz.attribution));
	cursor_init(&cursor, data, size);
	while (cursor_left(&cursor) >= 3) {
		uint8_t what = cursor_u8(&cursor), where = cursor_u8(&cursor);
		size_t len = cursor_u8(&cursor);

		if (len > cursor_left(&cursor))
			len = cursor_left(&cursor);
		fuzz.now_ns += what & WAIT ? 20 * TICK_NS : 1;
		attribution_tick(fuzz.attribution, fuzz.now_ns);
		pass(what, where, cursor_take(&cursor, len), len);
	}
	attribution_finish(fuzz.attribution);
	expect_sums();
	expect_nothing_made_up();
	attribution_destroy(fuzz.attribution);
	return 0;
}
