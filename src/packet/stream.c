// SPDX-License-Identifier: MIT
#include "packet/stream.h"

#include "base/cursor.h"
#include "dns/message.h"

#include <errno.h>
#include <stdlib.h>

#define LENGTH_LEN 2

/* RFC 2136; there is a greater one, but not with a question (RFC 8490). */
#define OPCODE_MAX 5

/* In the second byte of the flags. */
#define RESERVED 0x40
#define RCODE	 0x0f

/* An acknowledgement further ahead is of another connection. */
#define ACKNOWLEDGED_MAX (1 << 20)

void stream_start_over(struct stream *stream, uint32_t number)
{
	stream_deinit(stream);
	stream->in_step = false;
	stream->has_acknowledged = false;
	stream->next = number;
}

void stream_begin(struct stream *stream, uint32_t number)
{
	stream_start_over(stream, number);
	stream->in_step = true;
}

void stream_deinit(struct stream *stream)
{
	free(stream->held);
	stream->held = NULL;
	stream->gap_ns = 0;
}

size_t stream_size(const struct stream *stream)
{
	return patchwork_size(stream->held);
}

static uint32_t length_at(const uint8_t *bytes)
{
	return (uint32_t)(bytes[0] << 8 | bytes[1]);
}

/* Whether a message begins with header and question as programs send them. */
static bool is_message(const uint8_t *bytes, uint32_t len)
{
	struct cursor cursor;
	uint8_t first, second, opcode;
	uint16_t questions, answers, class;

	cursor_init(&cursor, bytes, len);
	cursor_skip(&cursor, 2); /* id */
	first = cursor_u8(&cursor);
	second = cursor_u8(&cursor);
	opcode = first >> 3 & 0x0f;
	questions = cursor_u16(&cursor);
	answers = cursor_u16(&cursor);
	if (opcode > OPCODE_MAX || second & RESERVED || questions != 1)
		return false;
	/* A question has neither answers nor a response code. */
	if (!(first & 0x80) && (answers || second & RCODE))
		return false;
	cursor_skip(&cursor, 4);
	dns_name_skip(&cursor);
	cursor_skip(&cursor, 2); /* type */
	class = cursor_u16(&cursor);
	return class == DNS_CLASS_IN;
}

/*
 * Whether these may be messages from their beginning on: they fill the bytes,
 * or the last one goes on after them.
 */
static bool is_start(const uint8_t *bytes, uint32_t len, uint32_t wire)
{
	uint32_t at = 0;

	while (len - at >= LENGTH_LEN + DNS_HEADER_LEN) {
		uint32_t message_len = length_at(bytes + at);

		at += LENGTH_LEN;
		if (!is_message(bytes + at, message_len < len - at ? message_len
								   : len - at))
			return false;
		at += message_len;
		if (at >= len)
			return true;
	}
	return at > 0 && wire > len;
}

/* A message of which len of its `wire` bytes are there. */
static void hand_on(const struct stream *stream, const uint8_t *bytes,
		    size_t len, size_t wire,
		    const struct stream_delivery *delivery)
{
	struct packet message = delivery->message;

	message.payload = bytes;
	message.payload_len = len;
	message.payload_wire = wire;
	delivery->stats->messages++;
	if (stream->held)
		delivery->stats->copied++;
	delivery->fn(&message, delivery->context);
}

/*
 * Hand on what is whole of the messages that begin here; returns how many bytes
 * that was. With a length that is none the stream is out of step.
 */
static uint32_t hand_on_whole(struct stream *stream, const uint8_t *bytes,
			      uint32_t len,
			      const struct stream_delivery *delivery)
{
	uint32_t at = 0;

	while (len - at >= LENGTH_LEN) {
		uint32_t message_len = length_at(bytes + at);

		if (message_len < DNS_HEADER_LEN) {
			delivery->stats->spoiled++;
			stream->in_step = false;
			return len;
		}
		if (len - at - LENGTH_LEN < message_len)
			break;
		at += LENGTH_LEN;
		hand_on(stream, bytes + at, message_len, message_len, delivery);
		at += message_len;
	}
	return at;
}

static void advance(struct stream *stream, uint32_t len)
{
	stream->next += len;
	patchwork_drop(&stream->held, len);
}

/* Where the first hole ends, as an offset; 0: there is none. */
static uint32_t hole_end(const struct stream *stream)
{
	uint32_t after = patchwork_have(stream->held) ? 1 : 0;

	if (!stream->held || after == stream->held->count)
		return 0;
	return stream->held->run[after].from;
}

/* Whether it is of no use to wait for what is missing up to an offset. */
static bool is_over(const struct stream *stream, uint32_t offset,
		    uint64_t now_ns)
{
	int32_t after = (int32_t)(stream->acknowledged - stream->next - offset);

	if (stream->has_acknowledged && after >= 0 && after < ACKNOWLEDGED_MAX)
		return true;
	return now_ns >= stream->gap_ns + STREAMS_GAP_NS;
}

/*
 * What is missing up to an offset will not come. The message that it is missing
 * from is shown as cut, if it can be; and if that message goes on behind the
 * hole, it is known where the next one begins.
 */
static void give_up(struct stream *stream, uint32_t to,
		    const struct stream_delivery *delivery)
{
	const struct patchwork *held = stream->held;
	uint32_t have = patchwork_have(held), end = 0;
	bool is_shown = false;

	if (held && have >= LENGTH_LEN)
		end = LENGTH_LEN + length_at(held->bytes);
	if (held && have >= LENGTH_LEN + DNS_HEADER_LEN) {
		hand_on(stream, held->bytes + LENGTH_LEN, have - LENGTH_LEN,
			end - LENGTH_LEN, delivery);
		is_shown = true;
	}
	if (!is_shown || end < to)
		delivery->stats->gaps++;
	if (end < to) {
		stream->in_step = false;
		end = to;
	}
	stream->gap_ns = 0;
	advance(stream, end);
}

/* Out of step: look at what is there, run by run. */
static void find_step(struct stream *stream)
{
	while (stream->held && !stream->in_step) {
		uint32_t have;

		advance(stream, stream->held->run[0].from);
		have = patchwork_have(stream->held);
		stream->in_step = is_start(stream->held->bytes, have, have);
		if (!stream->in_step)
			advance(stream, have);
	}
}

void stream_settle(struct stream *stream,
		   const struct stream_delivery *delivery)
{
	while (stream->held) {
		uint32_t hole;

		find_step(stream);
		if (!stream->held)
			break;
		advance(stream,
			hand_on_whole(stream, stream->held->bytes,
				      patchwork_have(stream->held), delivery));
		hole = hole_end(stream);
		if (!stream->in_step)
			continue;
		if (!hole)
			break;
		if (!stream->gap_ns)
			stream->gap_ns = delivery->now_ns;
		if (!is_over(stream, hole, delivery->now_ns))
			return;
		give_up(stream, hole, delivery);
	}
	stream->gap_ns = 0;
}

static void hold(struct stream *stream, uint32_t offset,
		 const struct stream_segment *segment,
		 struct streams_stats *stats)
{
	int err = patchwork_put(&stream->held, offset, segment->bytes,
				segment->len);

	if (!err)
		return;
	if (err == -EBADMSG)
		stats->spoiled++;
	else
		stats->lost++;
	stream_start_over(stream, segment->number + segment->wire);
}

static void leave_out(struct stream_segment *segment, uint32_t len)
{
	segment->number += len;
	segment->wire -= len;
	if (len > segment->len)
		len = segment->len;
	segment->bytes += len;
	segment->len -= len;
}

/* Whether there is a message to begin with, or bytes to pass over. */
static bool is_in_step(struct stream *stream,
		       const struct stream_segment *segment)
{
	if (stream->in_step)
		return true;
	stream->in_step = is_start(segment->bytes, segment->len, segment->wire);
	stream->next = segment->number;
	if (!stream->in_step)
		stream->next += segment->wire;
	return stream->in_step;
}

void stream_add(struct stream *stream, struct stream_segment segment,
		const struct stream_delivery *delivery)
{
	uint32_t old = stream->next - segment.number;
	uint32_t end = segment.number + segment.wire;
	uint32_t offset = 0;

	if ((int32_t)old > 0) {
		if (old >= segment.wire)
			return;
		leave_out(&segment, old);
	}
	if (stream->in_step)
		offset = segment.number - stream->next;
	if ((offset || stream->held) &&
	    offset + segment.wire > STREAMS_WINDOW) {
		delivery->stats->gaps++;
		stream_start_over(stream, segment.number);
		offset = 0;
	}
	if (!is_in_step(stream, &segment))
		return;
	if (!stream->held && !offset) {
		uint32_t whole = hand_on_whole(stream, segment.bytes,
					       segment.len, delivery);

		stream->next += whole;
		leave_out(&segment, whole);
	}
	if (segment.len)
		hold(stream, offset, &segment, delivery->stats);
	stream_settle(stream, delivery);
	/* What the capture has cut off will not come. */
	if (stream->in_step && segment.len < segment.wire &&
	    stream->next + patchwork_have(stream->held) ==
		    segment.number + segment.len) {
		give_up(stream, end - stream->next, delivery);
		stream_settle(stream, delivery);
	}
}

void stream_acknowledge(struct stream *stream, uint32_t number,
			const struct stream_delivery *delivery)
{
	stream->acknowledged = number;
	stream->has_acknowledged = true;
	stream_settle(stream, delivery);
}

void stream_end(struct stream *stream, uint32_t number)
{
	if (number == stream->next + patchwork_have(stream->held))
		stream_start_over(stream, number);
}
