/* SPDX-License-Identifier: MIT */
#ifndef TEST_DNS_EXCHANGE_FIXTURE_H
#define TEST_DNS_EXCHANGE_FIXTURE_H

#include "dns/exchange.h"

#include "suite.h"

#include <netinet/in.h>
#include <string.h>

/* What the suites over exchange.h share: one table, and sights to show it. */

#define SECOND UINT64_C(1000000000)
#define CLIENT "10.0.0.2"
#define SERVER "192.0.2.53"
#define PORT   40000

static struct exchanges *exchanges;
static uint64_t now_ns;

/* What is asked next, and how; tests change a part of it. */
static struct dns_message message;
static uint8_t protocol;

static inline void setup(size_t most)
{
	exchanges = exchanges_create(most);
	ck_assert_ptr_nonnull(exchanges);
	now_ns = SECOND;
	protocol = IPPROTO_UDP;
	message.id = 7;
	message.type = DNS_TYPE_A;
	strcpy(message.name, "www.example.com");
}

static inline struct endpoint endpoint(const char *text, uint16_t port)
{
	struct endpoint endpoint = {.port = port};

	ck_assert_int_eq(addr_parse(text, &endpoint.addr), 0);
	return endpoint;
}

static inline struct exchange *ask_from(uint32_t netns, struct endpoint client,
					const struct exchange_asker *asker)
{
	struct exchange_sight sight = {
		.time_ns = now_ns,
		.netns = netns,
		.protocol = protocol,
		.source = client,
		.destination = endpoint(SERVER, 53),
		.message = &message,
	};

	message.is_response = false;
	return exchange_question(exchanges, &sight, asker);
}

static inline struct exchange *answer_to(uint32_t netns, struct endpoint client)
{
	struct exchange_sight sight = {
		.time_ns = now_ns,
		.netns = netns,
		.protocol = protocol,
		.source = endpoint(SERVER, 53),
		.destination = client,
		.message = &message,
	};

	message.is_response = true;
	return exchange_answer(exchanges, &sight);
}

/* The usual client in a namespace, of which nobody knows the process. */
static inline struct exchange *ask(uint32_t netns)
{
	return ask_from(netns, endpoint(CLIENT, PORT), NULL);
}

static inline struct exchange *answer(uint32_t netns)
{
	return answer_to(netns, endpoint(CLIENT, PORT));
}

/* The same, where the socket is. */
static inline struct exchange *ask_by(uint64_t socket_id)
{
	struct exchange_sight sight = {
		.time_ns = now_ns,
		.netns = 1,
		.protocol = protocol,
		.source = endpoint(CLIENT, PORT),
		.destination = endpoint(SERVER, 53),
		.message = &message,
		.socket_id = socket_id,
	};

	message.is_response = false;
	return exchange_question(exchanges, &sight, NULL);
}

static inline struct exchange *answer_at(uint64_t socket_id)
{
	struct exchange_sight sight = {
		.time_ns = now_ns,
		.netns = 1,
		.protocol = protocol,
		.source = endpoint(SERVER, 53),
		.destination = endpoint(CLIENT, PORT),
		.message = &message,
		.socket_id = socket_id,
	};

	message.is_response = true;
	return exchange_answer(exchanges, &sight);
}

static inline struct exchange_asker asker(uint32_t tgid, uint64_t since_ns)
{
	return (struct exchange_asker){
		.party.process = {tgid, tgid + 1000},
		.since_ns = since_ns,
	};
}

static inline struct exchange_stats stats(void)
{
	struct exchange_stats stats;

	exchanges_get_stats(exchanges, &stats);
	return stats;
}

#endif
