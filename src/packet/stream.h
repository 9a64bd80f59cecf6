/* SPDX-License-Identifier: MIT */
#ifndef PACKET_STREAM_H
#define PACKET_STREAM_H

#include "packet/packet.h"
#include "packet/patchwork.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * One direction of one TCP connection: the part of streams.h that puts bytes
 * together and finds messages in them.
 *
 * Numbers are TCP sequence numbers, which wrap. While a stream is in step, the
 * number that it has come to is that of a message's length; only then are bytes
 * held. Otherwise messages are looked for where segments begin.
 */
struct stream {
	uint32_t next;	       /* the number that it has come to */
	uint32_t acknowledged; /* the other side has what is before this */
	bool has_acknowledged;
	bool in_step;
	uint64_t gap_ns; /* since when there is a hole; 0: there is none */
	struct patchwork *held; /* from next on; freed with stream_deinit() */
};

/* Bounds: see streams.h. */
#define STREAMS_WINDOW (128u << 10)
#define STREAMS_GAP_NS (5ull * 1000000000)

struct streams_stats {
	uint64_t messages;
	uint64_t copied;  /* of those, put together in a buffer */
	uint64_t gaps;	  /* bytes that did not come, given up */
	uint64_t spoiled; /* bytes that contradict each other, or are no DNS */
	uint64_t lost;	  /* streams with bytes, given up to stay in bounds */
	size_t bytes;	  /* held now, of all streams */
};

/* Where messages go. */
struct stream_delivery {
	struct packet message; /* all of it but the payload */
	uint64_t now_ns;
	struct streams_stats *stats;
	packet_fn fn;
	void *context;
};

struct stream_segment {
	uint32_t number;
	uint32_t len;  /* captured */
	uint32_t wire; /* sent */
	const uint8_t *bytes;
};

/* A message begins at a number, or (out of step) it is not known where. */
void stream_begin(struct stream *stream, uint32_t number);
void stream_start_over(struct stream *stream, uint32_t number);
void stream_deinit(struct stream *stream);

/* Memory that is held. */
size_t stream_size(const struct stream *stream);

/* Bytes near to what the stream has come to. */
void stream_add(struct stream *stream, struct stream_segment segment,
		const struct stream_delivery *delivery);

/* The other side has what is before a number: what is not here is lost. */
void stream_acknowledge(struct stream *stream, uint32_t number,
			const struct stream_delivery *delivery);

/* Time has gone on: bytes that have not come by now may be given up. */
void stream_settle(struct stream *stream,
		   const struct stream_delivery *delivery);

/* The sender ends at a number. */
void stream_end(struct stream *stream, uint32_t number);

#endif
