/* SPDX-License-Identifier: MIT */
#ifndef TEST_OUTPUT_SAMPLES_H
#define TEST_OUTPUT_SAMPLES_H

#include "output/event.h"

#include <assert.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>

/*
 * Events that say as little as they may, for tests to add to. They happen 1.5 s
 * after SAMPLE_START_NS, at 2023-11-14T22:13:20.5Z with SAMPLE_WALL_OFFSET_NS.
 */
#define SAMPLE_START_NS	      1000000000ULL
#define SAMPLE_TIME_NS	      2500000000ULL
#define SAMPLE_WALL_OFFSET_NS 1699999998000000000LL

static inline struct endpoint sample_endpoint(const char *addr, uint16_t port)
{
	struct endpoint endpoint = {.port = port};
	int error = addr_parse(addr, &endpoint.addr);

	assert(!error);
	(void)error;
	return endpoint;
}

static inline void sample_process(struct event *event)
{
	event->process = (struct event_process){
		.id = {.tgid = 2074, .start_ticks = 12345},
		.tid = 2075,
		.ppid = 1,
		.uid = 1000,
		.comm = "curl",
	};
}

static inline void sample_container(struct event *event)
{
	event->container = (struct event_container){
		.id = "0123456789abcdef",
		.engine = "docker",
		.is_known = true,
		.image = "nginx:1.25",
		.hostname = "web",
		.ip = "172.17.0.2",
	};
}

/* A question of type A; *message is the caller's, and is cleared. */
static inline struct event sample_query(struct dns_message *message)
{
	memset(message, 0, sizeof(*message));
	message->id = 4660;
	message->question_count = 1;
	message->type = DNS_TYPE_A;
	message->class = 1;
	message->text_len = 1;
	strcpy(message->name, "facebook.com");
	return (struct event){
		.kind = EVENT_DNS_QUERY,
		.time_ns = SAMPLE_TIME_NS,
		.dns = {.client = sample_endpoint("10.0.0.2", 40000),
			.server = sample_endpoint("10.0.0.1", 53),
			.message = message},
	};
}

static inline struct dns_record *sample_record(struct dns_message *message,
					       uint16_t type)
{
	struct dns_record *record = &message->record[message->record_count++];

	message->answer_total++;
	message->answer_count++;
	*record = (struct dns_record){.type = type,
				      .class = DNS_CLASS_IN,
				      .ttl_s = 60,
				      .on_chain = true};
	return record;
}

static inline void sample_addr_record(struct dns_message *message,
				      const char *addr)
{
	bool is_v6 = strchr(addr, ':') != NULL;
	struct dns_record *record = sample_record(message, is_v6 ? DNS_TYPE_AAAA
								 : DNS_TYPE_A);

	record->addr = sample_endpoint(addr, 0).addr;
}

static inline void sample_value_record(struct dns_message *message,
				       uint16_t type, const char *value)
{
	struct dns_record *record = sample_record(message, type);
	size_t size = strlen(value) + 1;

	record->value = (uint16_t)message->text_len;
	assert(message->text_len + size <= sizeof(message->text));
	memcpy(message->text + message->text_len, value, size);
	message->text_len += size;
}

/* Its answer, 0.532 ms later, with one address. */
static inline struct event sample_answer(struct dns_message *message)
{
	struct event event = sample_query(message);

	event.kind = EVENT_DNS_ANSWER;
	event.dns.latency_ns = 532999;
	message->is_response = true;
	sample_addr_record(message, "31.13.71.36");
	return event;
}

static inline struct event sample_connection(void)
{
	struct event event = {
		.kind = EVENT_PROCESS_TCP_V4,
		.time_ns = SAMPLE_TIME_NS,
		.connection = {.remote = sample_endpoint("31.13.71.36", 80),
			       .protocol = IPPROTO_TCP},
	};

	sample_process(&event);
	event.connection.choice.via = NAMES_VIA_PROCESS;
	event.connection.choice.name = "facebook.com";
	return event;
}

static inline struct event sample_flow(void)
{
	struct event event = sample_connection();

	event.kind = EVENT_FLOW;
	event.connection.local = sample_endpoint("10.0.0.1", 4000);
	event.connection.result = EVENT_RESULT_CLOSED;
	event.connection.duration_ns = 1500000;
	event.connection.traffic = (struct flow_traffic){
		.bytes_out = 75,
		.bytes_in = 5000000000,
		.packets_out = 7,
		.packets_in = 9,
		.retransmits = 2,
		.rtt_us = 250,
	};
	return event;
}

/* Of a socket with one end, so far. */
static inline struct event sample_socket(enum event_kind kind)
{
	struct event event = {
		.kind = kind,
		.time_ns = SAMPLE_TIME_NS,
		.socket = {.connection = {.local = sample_endpoint("0.0.0.0",
								   8080),
					  .protocol = IPPROTO_TCP,
					  .result = EVENT_RESULT_DONE,
					  .is_old = true},
			   .fd = 3,
			   .family = 2,
			   .type = 1},
	};

	sample_process(&event);
	return event;
}

/* Everything that an event can say. */
static inline struct event sample_full_connection(void)
{
	static const char args[] = "curl\0-s\0http://facebook.com/";
	struct event event = sample_connection();

	sample_container(&event);
	event.netns = 4026531840;
	event.process.executable = "/usr/bin/curl";
	event.process.args = args;
	event.process.args_len = sizeof(args);
	event.process.cgroup_id = 7321;
	event.process.cgroup = "docker-0123.scope";
	event.connection.local = sample_endpoint("10.0.0.2", 51234);
	event.connection.result = EVENT_RESULT_ESTABLISHED;
	event.connection.duration_ns = 12345678;
	return event;
}

#endif
