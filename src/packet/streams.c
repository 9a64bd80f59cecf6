// SPDX-License-Identifier: MIT
#include "packet/streams.h"

#include "base/hash.h"

#include <netinet/in.h>
#include <stdlib.h>

/* What is further away belongs to another connection, or to nobody. */
#define NEAR (1 << 20)

/* How long a stream has to be silent for another one to take its place. */
#define QUIET_NS 1000000000ull

/* Hashed as bytes: no gaps. */
struct key {
	uint32_t netns;
	struct endpoint source;
	struct endpoint destination;
};

_Static_assert(sizeof(struct key) == 40, "struct key has gaps");

struct entry {
	struct key key;
	struct stream stream;
	uint32_t initial; /* number of its SYN, if that was seen */
	bool has_initial;
	uint8_t direction; /* as of the last segment */
	uint32_t ifindex;
	uint64_t heard_ns;
	UT_hash_handle hh;
};

struct streams {
	struct entry *entries; /* the head was heard of longest ago */
	size_t bytes;	       /* held by all */
	struct streams_stats stats;
};

struct streams *streams_create(void)
{
	return calloc(1, sizeof(struct streams));
}

static void drop(struct streams *streams, struct entry *entry)
{
	streams->bytes -= stream_size(&entry->stream);
	stream_deinit(&entry->stream);
	HASH_DEL(streams->entries, entry);
	free(entry);
}

void streams_destroy(struct streams *streams)
{
	if (!streams)
		return;
	while (streams->entries)
		drop(streams, streams->entries);
	free(streams);
}

static void evict(struct streams *streams)
{
	if (stream_size(&streams->entries->stream))
		streams->stats.lost++;
	drop(streams, streams->entries);
}

static struct entry *find(struct streams *streams, const struct key *key)
{
	struct entry *entry;

	HASH_FIND(hh, streams->entries, key, sizeof(*key), entry);
	return entry;
}

/* Put at the end. If memory is short the entry is gone: NULL. */
static struct entry *append(struct streams *streams, struct entry *entry)
{
	HASH_ADD(hh, streams->entries, key, sizeof(entry->key), entry);
	if (entry->hh.tbl)
		return entry;
	streams->stats.lost++;
	streams->bytes -= stream_size(&entry->stream);
	stream_deinit(&entry->stream);
	free(entry);
	return NULL;
}

static struct entry *add(struct streams *streams, const struct key *key,
			 uint32_t number)
{
	struct entry *entry = calloc(1, sizeof(*entry));

	if (!entry) {
		streams->stats.lost++;
		return NULL;
	}
	if (HASH_COUNT(streams->entries) == STREAMS_MAX)
		evict(streams);
	entry->key = *key;
	stream_start_over(&entry->stream, number);
	return append(streams, entry);
}

static struct stream_delivery deliver(struct streams *streams,
				      const struct entry *entry,
				      uint64_t time_ns, packet_fn fn,
				      void *context)
{
	return (struct stream_delivery){
		.message =
			{
				.time_ns = time_ns,
				.netns = entry->key.netns,
				.source = entry->key.source,
				.destination = entry->key.destination,
				.protocol = IPPROTO_TCP,
				.direction = entry->direction,
				.ifindex = entry->ifindex,
			},
		.now_ns = time_ns,
		.stats = &streams->stats,
		.fn = fn,
		.context = context,
	};
}

/* What is not heard of any more is as complete as it will be. */
static void expire(struct streams *streams, uint64_t now_ns, packet_fn fn,
		   void *context)
{
	struct entry *oldest;

	while ((oldest = streams->entries) &&
	       oldest->heard_ns + STREAMS_IDLE_NS < now_ns) {
		struct stream_delivery delivery = deliver(
			streams, oldest, oldest->heard_ns, fn, context);

		streams->bytes -= stream_size(&oldest->stream);
		delivery.now_ns = UINT64_MAX;
		stream_settle(&oldest->stream, &delivery);
		streams->bytes += stream_size(&oldest->stream);
		drop(streams, oldest);
	}
}

void streams_flush(struct streams *streams, packet_fn fn, void *context)
{
	expire(streams, UINT64_MAX, fn, context);
}

/* The other direction has arrived as far as this segment says. */
static void acknowledge(struct streams *streams, const struct packet *segment,
			packet_fn fn, void *context)
{
	struct key key = {
		.netns = segment->netns,
		.source = segment->destination,
		.destination = segment->source,
	};
	struct entry *entry = find(streams, &key);
	struct stream_delivery delivery;

	if (!entry)
		return;
	delivery = deliver(streams, entry, segment->time_ns, fn, context);
	streams->bytes -= stream_size(&entry->stream);
	stream_acknowledge(&entry->stream, segment->tcp.acknowledged,
			   &delivery);
	streams->bytes += stream_size(&entry->stream);
}

/* The stream of a segment, brought to its place in the table. */
static struct entry *entry_of(struct streams *streams,
			      const struct packet *segment)
{
	struct key key = {
		.netns = segment->netns,
		.source = segment->source,
		.destination = segment->destination,
	};
	struct entry *entry = find(streams, &key);

	if (entry) {
		HASH_DEL(streams->entries, entry);
		return append(streams, entry);
	}
	if (!(segment->tcp.flags & PACKET_TCP_SYN) && !segment->payload_wire)
		return NULL;
	return add(streams, &key, segment->tcp.sequence);
}

/*
 * Whether a segment is of the stream's connection; if not, it is of the next
 * one, or is nobody's. A SYN may be seen more than once.
 */
static bool belongs(struct entry *entry, const struct packet *segment)
{
	uint32_t number = segment->tcp.sequence;
	int32_t away = (int32_t)(number - entry->stream.next);

	if (segment->tcp.flags & PACKET_TCP_SYN) {
		if (!entry->has_initial || entry->initial != number)
			stream_begin(&entry->stream, number + 1);
		entry->has_initial = true;
		entry->initial = number;
		return true;
	}
	if (away > -NEAR && away < NEAR)
		return true;
	if (segment->time_ns < entry->heard_ns + QUIET_NS)
		return false;
	entry->has_initial = false;
	stream_start_over(&entry->stream, number);
	return true;
}

static void add_segment(struct entry *entry, const struct packet *packet,
			const struct stream_delivery *delivery)
{
	struct stream_segment segment = {
		.number = packet->tcp.sequence,
		.len = (uint32_t)packet->payload_len,
		.wire = (uint32_t)packet->payload_wire,
		.bytes = packet->payload,
	};

	/* It has a number of its own. */
	if (packet->tcp.flags & PACKET_TCP_SYN)
		segment.number++;
	if (segment.wire)
		stream_add(&entry->stream, segment, delivery);
	if (packet->tcp.flags & (PACKET_TCP_FIN | PACKET_TCP_RST))
		stream_end(&entry->stream, segment.number + segment.wire);
}

void streams_add(struct streams *streams, const struct packet *segment,
		 packet_fn fn, void *context)
{
	struct stream_delivery delivery;
	struct entry *entry;

	expire(streams, segment->time_ns, fn, context);
	if (segment->tcp.flags & PACKET_TCP_ACK)
		acknowledge(streams, segment, fn, context);
	entry = entry_of(streams, segment);
	if (!entry)
		return;
	streams->bytes -= stream_size(&entry->stream);
	if (belongs(entry, segment)) {
		entry->heard_ns = segment->time_ns;
		entry->direction = segment->direction;
		entry->ifindex = segment->ifindex;
		delivery = deliver(streams, entry, segment->time_ns, fn,
				   context);
		add_segment(entry, segment, &delivery);
	}
	streams->bytes += stream_size(&entry->stream);
	while (streams->bytes > STREAMS_BYTES_MAX)
		evict(streams);
}

void streams_get_stats(const struct streams *streams, struct streams_stats *ret)
{
	*ret = streams->stats;
	ret->bytes = streams->bytes;
}
