/* SPDX-License-Identifier: MIT */
#ifndef PACKET_STREAMS_H
#define PACKET_STREAMS_H

#include "packet/packet.h"
#include "packet/stream.h"

/*
 * DNS messages out of TCP segments: each is sent with its length before it, in
 * two bytes (RFC 7766 8). The two directions of a connection are two streams.
 *
 * A message that lies whole in a segment that comes in order is handed on where
 * it is; what does not is kept until it is whole. Segments may come late, more
 * than once, overlap, and hold several messages. Where bytes overlap, those
 * that came first stay; if the later ones say otherwise, all of them go.
 *
 * Bytes that do not come are given up when the other side has acknowledged
 * them (it has them: we have not), or after STREAMS_GAP_NS. Then, and in a
 * connection whose beginning was not seen, messages are looked for at the start
 * of segments, where most programs put them.
 *
 * Bounded; what was not heard of for the longest time goes first. Of one stream
 * STREAMS_WINDOW bytes are kept, which is more than the longest message.
 */

#define STREAMS_MAX	  4096
#define STREAMS_BYTES_MAX (4u << 20)

/* A stream not heard of for so long is forgotten. */
#define STREAMS_IDLE_NS (60ull * 1000000000)

struct streams;

/* NULL if memory is short. */
struct streams *streams_create(void);
void streams_destroy(struct streams *streams);

/*
 * A segment was seen: hand on what messages it completes, as TCP packets whose
 * payload is one message, without its length. The time is the segment's. A
 * message with less captured than sent is one that was cut.
 */
void streams_add(struct streams *streams, const struct packet *segment,
		 packet_fn fn, void *context);

/* No more segments come: hand on what waits for bytes before it. */
void streams_flush(struct streams *streams, packet_fn fn, void *context);

void streams_get_stats(const struct streams *streams,
		       struct streams_stats *ret);

#endif
