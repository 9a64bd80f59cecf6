// SPDX-License-Identifier: MIT
#include "reader.h"

#include "attribution/attribution.h"
#include "base/log.h"
#include "capture/capture.h"
#include "packet/packet.h"
#include "report.h"

#include <errno.h>

/* Packets between two writes. */
#define READ_PACKETS 1024

/* A file is in order already: what is read is handed on at once. */
struct reader {
	const struct options *options;
	struct attribution *attribution;
	struct report *report;
	uint64_t first_ns, last_ns;
	bool begun;
};

static void on_reader_event(struct event *event, void *context)
{
	struct reader *reader = context;

	report_event(event, reader->report);
}

static void on_file_frame(const struct capture_frame *frame, void *context)
{
	struct reader *reader = context;
	struct packet packet;

	if (!reader->begun) {
		reader->begun = true;
		reader->first_ns = frame->time_ns;
		if (report_create(reader->options, frame->time_ns, 0,
				  &reader->report))
			reader->report = NULL;
	}
	reader->last_ns = frame->time_ns;
	attribution_tick(reader->attribution, frame->time_ns);
	if (reader->report &&
	    packet_decode(frame->link, frame->bytes, frame->len, &packet) ==
		    PACKET_OK &&
	    attribution_wants(reader->attribution, &packet))
		attribution_packet(reader->attribution, frame->time_ns, 0,
				   &packet);
}

/* What waited for more, and what was lost. */
static void finish(struct reader *reader)
{
	struct attribution_stats stats;
	uint64_t counts[LOSSES] = {0};

	attribution_finish(reader->attribution);
	attribution_get_stats(reader->attribution, &stats);
	counts[LOSS_QUESTIONS] = stats.questions_forgotten;
	counts[LOSS_NAMES] = stats.names.evicted;
	counts[LOSS_MESSAGES] = assembly_lost(&stats.assembly);
	counts[LOSS_MEMORY] = stats.no_memory;
	report_losses(reader->report, reader->last_ns, counts);
}

/* 0: go on, 1: the end, or a negative errno. */
static int read_some(struct reader *reader, struct capture *capture)
{
	int count = capture_read(capture, READ_PACKETS, 0, on_file_frame,
				 reader);
	int err;

	if (reader->begun && !reader->report)
		return -ENOMEM;
	if (reader->report && count <= 0)
		finish(reader);
	err = reader->report ? report_flush(reader->report) : 0;
	if (err)
		return err;
	return count < 0 ? count : count == 0;
}

int reader_run(const struct options *options)
{
	struct reader reader = {.options = options};
	struct attribution_options attribution = {
		.max_names = options->max_names,
		.ports = options->dns_ports,
		.fn = on_reader_event,
		.context = &reader,
	};
	struct attribution_stats stats;
	struct capture *capture;
	int err = capture_open_file(options->read_path, &capture);

	if (err)
		return EXIT_RUN_FAILED;
	err = attribution_create(&attribution, &reader.attribution);
	while (!err)
		err = read_some(&reader, capture);
	if (err == -ENOMEM)
		log_error("out of memory; free some and try again");
	if (reader.report) {
		attribution_get_stats(reader.attribution, &stats);
		report_summary(reader.report, reader.last_ns - reader.first_ns,
			       &stats);
	}
	attribution_destroy(reader.attribution);
	report_destroy(reader.report);
	capture_close(capture);
	return err == 1 || err == -EPIPE ? 0 : EXIT_RUN_FAILED;
}
