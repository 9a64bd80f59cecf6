// SPDX-License-Identifier: MIT
/*
 * Thousand process.tcp_v4 events a second through the sink to /dev/null, as
 * JSON and as text, beside fprintf() writing the same JSON fields without any
 * escaping; and the same for an event with everything in it. Exit status 1:
 * the goal is missed.
 */
#include "output/sink.h"

#include "../output/samples.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#define ROUNDS		11
#define EVENTS		200000
#define GOAL_TO_FPRINTF 2.0

typedef void *start_fn(int fd);
typedef void write_fn(void *to, const struct event *event);
typedef void end_fn(void *to);

static void die(const char *what)
{
	perror(what);
	exit(EXIT_FAILURE);
}

static void *sink_start(int fd, enum sink_format format)
{
	struct sink_options options = {
		.fd = fd,
		.format = format,
		.start_ns = SAMPLE_START_NS,
		.wall_offset_ns = SAMPLE_WALL_OFFSET_NS,
	};
	struct sink *sink;

	if (sink_create(&options, &sink))
		die("sink_create");
	return sink;
}

static void *json_start(int fd)
{
	return sink_start(fd, SINK_JSON);
}

static void *text_start(int fd)
{
	return sink_start(fd, SINK_TEXT);
}

static void sink_put(void *to, const struct event *event)
{
	if (sink_write(to, event))
		die("sink_write");
}

static void sink_end(void *to)
{
	if (sink_flush(to))
		die("sink_flush");
	sink_destroy(to);
}

static void *stdio_start(int fd)
{
	FILE *file = fdopen(dup(fd), "w");

	if (!file)
		die("fdopen");
	setvbuf(file, NULL, _IOFBF, 65536);
	return file;
}

/* The fields of a bare event, in the order of json.c. */
static void stdio_put(void *to, const struct event *event)
{
	const struct event_process *process = &event->process;
	const struct endpoint *remote = &event->connection.remote;
	uint64_t ns = event->time_ns + (uint64_t)SAMPLE_WALL_OFFSET_NS;
	time_t second = (time_t)(ns / 1000000000);
	char date[32], addr[ADDR_TEXT];
	struct tm tm;

	gmtime_r(&second, &tm);
	strftime(date, sizeof(date), "%Y-%m-%dT%H:%M:%S", &tm);
	addr_format(&remote->addr, addr);
	fprintf(to,
		"{\"@timestamp\":\"%s.%09" PRIu64 "Z\","
		"\"ecs\":{\"version\":\"8.11.0\"},"
		"\"event\":{\"kind\":\"event\",\"category\":[\"network\"],"
		"\"dataset\":\"egrets\",\"action\":\"%s\","
		"\"type\":[\"connection\",\"start\"]},"
		"\"process\":{\"pid\":%u,\"name\":\"%s\","
		"\"parent\":{\"pid\":%u},\"thread\":{\"id\":%u}},"
		"\"user\":{\"id\":\"%u\"},"
		"\"destination\":{\"address\":\"%s\",\"ip\":\"%s\","
		"\"port\":%u,\"domain\":\"%s\"},"
		"\"network\":{\"type\":\"ipv4\",\"transport\":\"tcp\","
		"\"direction\":\"egress\"},"
		"\"egrets\":{\"dns\":{\"via\":\"%s\"},"
		"\"process\":{\"start_ticks\":%u}}}\n",
		date, ns % 1000000000, event_name(event->kind),
		process->id.tgid, process->comm, process->ppid, process->tid,
		process->uid, addr, addr, remote->port,
		event->connection.choice.name,
		names_via_text(event->connection.choice.via),
		process->id.start_ticks);
}

static void stdio_end(void *to)
{
	fclose(to);
}

static double seconds_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

struct contest {
	const char *name;
	bool is_full;
	start_fn *start;
	write_fn *put;
	end_fn *end;
	double best;
};

/* One round: events a second. */
static double measure(const struct contest *contest, int fd)
{
	struct event event = contest->is_full ? sample_full_connection()
					      : sample_connection();
	double before = seconds_now();
	void *to = contest->start(fd);

	for (uint32_t i = 0; i < EVENTS; i++) {
		/* 20,000 events a second, each a process of its own. */
		event.time_ns += 50000;
		event.process.id.tgid = 2074 + i % 30000;
		contest->put(to, &event);
	}
	contest->end(to);
	return EVENTS / (seconds_now() - before);
}

int main(void)
{
	struct contest contests[] = {
		{"json", false, json_start, sink_put, sink_end, 0},
		{"fprintf, the same as json", false, stdio_start, stdio_put,
		 stdio_end, 0},
		{"text", false, text_start, sink_put, sink_end, 0},
		{"json, everything known", true, json_start, sink_put, sink_end,
		 0},
		{"text, everything known", true, text_start, sink_put, sink_end,
		 0},
	};
	const size_t count = sizeof(contests) / sizeof(*contests);
	int fd = open("/dev/null", O_WRONLY | O_CLOEXEC);

	if (fd < 0)
		die("/dev/null");
	/* In turns, so that a noisy moment is everyone's. */
	for (size_t i = 0; i < ROUNDS * count; i++) {
		struct contest *contest = &contests[i % count];
		double rate = measure(contest, fd);

		if (rate > contest->best)
			contest->best = rate;
	}
	printf("process.tcp_v4, thousand events a second\n");
	for (size_t i = 0; i < count; i++)
		printf("%-32s %8.0f\n", contests[i].name,
		       contests[i].best / 1e3);
	close(fd);
	return contests[0].best < contests[1].best * GOAL_TO_FPRINTF;
}
