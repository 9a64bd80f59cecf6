// SPDX-License-Identifier: MIT
#include "intake.h"

#include "clocks.h"
#include "flow/timeline.h"
#include "packet/record.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* How an entry of the timeline begins. */
enum entry_kind {
	ENTRY_RECORD,
	ENTRY_PACKET,
};

struct entry {
	uint64_t time_ns;
	enum entry_kind kind;
	uint32_t netns;
	struct packet packet; /* its payload follows; a record also does */
	max_align_t bytes[];
};

struct intake {
	struct intake_options options;
	struct timeline *timeline;
	uint64_t no_memory;
};

int intake_create(const struct intake_options *options, struct intake **ret)
{
	struct intake *intake = calloc(1, sizeof(*intake));

	if (!intake)
		return -ENOMEM;
	intake->options = *options;
	intake->timeline = timeline_create();
	if (!intake->timeline) {
		intake_destroy(intake);
		return -ENOMEM;
	}
	*ret = intake;
	return 0;
}

void intake_destroy(struct intake *intake)
{
	if (!intake)
		return;
	timeline_destroy(intake->timeline);
	free(intake);
}

static struct entry *add_entry(struct intake *intake, uint64_t time_ns,
			       size_t len)
{
	struct entry *entry = timeline_add(
		intake->timeline, intake->options.unordered ? 0 : time_ns,
		sizeof(*entry) + len);

	if (entry)
		entry->time_ns = time_ns;
	else
		intake->no_memory++;
	return entry;
}

static void add_packet(struct intake *intake, uint64_t time_ns, uint32_t netns,
		       const struct packet *packet)
{
	struct entry *entry;

	if (!attribution_wants(intake->options.attribution, packet))
		return;
	entry = add_entry(intake, time_ns, packet->payload_len);
	if (!entry)
		return;
	entry->kind = ENTRY_PACKET;
	entry->netns = netns;
	entry->packet = *packet;
	memcpy(entry->bytes, packet->payload, packet->payload_len);
}

void intake_frame(const struct capture_frame *frame, void *context)
{
	struct packet packet;

	if (packet_decode(frame->link, frame->bytes, frame->len, &packet) ==
	    PACKET_OK)
		add_packet(context, frame->time_ns, frame->netns, &packet);
}

static void add_record(struct intake *intake,
		       const struct record_header *record)
{
	struct entry *entry = add_entry(intake, record->time_ns, record->size);

	if (!entry)
		return;
	entry->kind = ENTRY_RECORD;
	memcpy(entry->bytes, record, record->size);
}

void intake_record(const struct record_header *record, void *context)
{
	struct intake *intake = context;
	const struct record_packet *seen = (const void *)record;
	const struct record_connect *connect = (const void *)record;
	struct packet packet;

	switch (record->kind) {
	case RECORD_PACKET:
		if (packet_from_record(seen, &packet) == PACKET_OK)
			add_packet(intake, record->time_ns, seen->socket.netns,
				   &packet);
		return;
	case RECORD_CGROUP:
		containers_learn(intake->options.containers,
				 (const void *)record, clocks_now());
		return;
	case RECORD_TCP_CONNECT:
	case RECORD_SEND:
	case RECORD_SOCKET_CALL: /* these two begin alike */
	case RECORD_SOCKET_CLOSE:
		containers_need(intake->options.containers,
				connect->task.cgroup_id, record->time_ns);
		break;
	default:
		break;
	}
	add_record(intake, record);
}

static void on_entry(uint64_t time_ns, const void *bytes, void *context)
{
	const struct intake *intake = context;
	const struct entry *entry = bytes;
	struct packet packet;

	(void)time_ns;
	if (entry->kind == ENTRY_RECORD) {
		datagrams_record(intake->options.datagrams,
				 (const void *)entry->bytes);
		return;
	}
	packet = entry->packet;
	packet.payload = (const void *)entry->bytes;
	attribution_packet(intake->options.attribution, entry->time_ns,
			   entry->netns, &packet);
}

uint64_t intake_hand_on(struct intake *intake, uint64_t until_ns,
			bool everything)
{
	uint64_t from_ns, again_ns = 0;

	if (intake->options.unordered)
		until_ns = UINT64_MAX;
	else if (!everything &&
		 containers_hold(intake->options.containers, clocks_now(),
				 &from_ns, &again_ns) &&
		 from_ns <= until_ns)
		until_ns = from_ns - 1;
	timeline_take(intake->timeline, until_ns, on_entry, intake);
	attribution_tick(intake->options.attribution, until_ns);
	return again_ns;
}

size_t intake_count(const struct intake *intake)
{
	return timeline_count(intake->timeline);
}

uint64_t intake_no_memory(const struct intake *intake)
{
	return intake->no_memory;
}
