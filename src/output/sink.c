// SPDX-License-Identifier: MIT
#include "output/sink.h"
#include "output/json.h"
#include "output/text.h"
#include "output/writer.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <unistd.h>

/* Gathered before it is written: a pipe's usual capacity. */
#define SINK_BUFFER 65536

struct sink {
	struct sink_options options;
	struct writer writer;
	int error; /* the first, for good */
};

int sink_create(const struct sink_options *options, struct sink **ret)
{
	struct sink *sink = calloc(1, sizeof(*sink));

	if (!sink)
		return -ENOMEM;
	sink->options = *options;
	writer_init(&sink->writer);
	/* Twice: an event that begins below the mark seldom ends beyond. */
	if (!writer_reserve(&sink->writer, 2 * SINK_BUFFER)) {
		sink_destroy(sink);
		return -ENOMEM;
	}
	*ret = sink;
	return 0;
}

void sink_destroy(struct sink *sink)
{
	if (!sink)
		return;
	writer_deinit(&sink->writer);
	free(sink);
}

int sink_write(struct sink *sink, const struct event *event)
{
	const struct sink_options *options = &sink->options;
	struct writer *writer = &sink->writer;

	if (sink->error)
		return sink->error;
	if (options->format == SINK_JSON)
		json_format(writer, event, options->wall_offset_ns);
	else
		text_format(writer, event, options->start_ns, options->verbose);
	if (writer_failed(writer)) {
		sink->error = -ENOMEM;
		return sink->error;
	}
	return writer->len < SINK_BUFFER ? 0 : sink_flush(sink);
}

/*
 * A terminal or pipe is shared with others, and one of them may have made it
 * non-blocking.
 */
static void wait_writable(int fd)
{
	struct pollfd ready = {.fd = fd, .events = POLLOUT};

	poll(&ready, 1, -1);
}

int sink_flush(struct sink *sink)
{
	struct writer *writer = &sink->writer;
	size_t done = 0;

	while (!sink->error && done < writer->len) {
		ssize_t written = write(sink->options.fd, writer->text + done,
					writer->len - done);

		if (written > 0)
			done += (size_t)written;
		else if (written == 0)
			sink->error = -EIO;
		else if (errno == EAGAIN)
			wait_writable(sink->options.fd);
		else if (errno != EINTR)
			sink->error = -errno;
	}
	writer->len = 0;
	return sink->error;
}
