// SPDX-License-Identifier: MIT
#include "datagrams.h"

#include "clocks.h"
#include "flow/peers.h"

#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>

struct datagrams {
	const struct probe *probe;
	struct attribution *attribution;
	struct peers *peers;
	uint64_t left_out;
};

int datagrams_create(const struct probe *probe, struct attribution *attribution,
		     struct datagrams **ret)
{
	struct datagrams *datagrams = calloc(1, sizeof(*datagrams));

	if (!datagrams)
		return -ENOMEM;
	datagrams->probe = probe;
	datagrams->attribution = attribution;
	datagrams->peers = peers_create(DATAGRAM_FLOWS_MAX);
	if (!datagrams->peers) {
		free(datagrams);
		return -ENOMEM;
	}
	*ret = datagrams;
	return 0;
}

void datagrams_destroy(struct datagrams *datagrams)
{
	if (!datagrams)
		return;
	peers_destroy(datagrams->peers);
	free(datagrams);
}

static void note_peer(struct datagrams *datagrams,
		      const struct record_socket *socket)
{
	if (socket->protocol == IPPROTO_UDP &&
	    peers_add(datagrams->peers, socket))
		datagrams->left_out++;
}

/*
 * kind: RECORD_FLOW_TRAFFIC or RECORD_FLOW_END. What is told is added to the
 * sums.
 */
static void tell_traffic(struct datagrams *datagrams, uint32_t kind,
			 uint64_t time_ns, const struct record_socket *socket,
			 struct record_counts *sums)
{
	struct datagram_key key = peer_key(socket);
	struct datagram_count count;
	struct record_traffic record = {
		.header = {kind, sizeof(record), time_ns},
		.socket = *socket,
	};

	if (!probe_count(datagrams->probe, &key, kind == RECORD_FLOW_END,
			 &count))
		return;
	record.counts.bytes_out = count.bytes_out;
	record.counts.bytes_in = count.bytes_in;
	record.counts.packets_out = count.packets_out;
	record.counts.packets_in = count.packets_in;
	sums->bytes_out += count.bytes_out;
	sums->bytes_in += count.bytes_in;
	sums->packets_out += count.packets_out;
	sums->packets_in += count.packets_in;
	attribution_record(datagrams->attribution, &record.header);
}

/* Who closes the socket is whose flows they were if nobody else had them. */
static void close_socket(struct datagrams *datagrams,
			 const struct record_close *record)
{
	struct record_close whole = *record;
	struct record_connect owner = record->closed;

	owner.header.kind = RECORD_FLOW_OWNER;
	while (peers_take(datagrams->peers, record->closed.socket.id,
			  &owner.socket)) {
		attribution_record(datagrams->attribution, &owner.header);
		tell_traffic(datagrams, RECORD_FLOW_END, owner.header.time_ns,
			     &owner.socket, &whole.counts);
	}
	attribution_record(datagrams->attribution, &whole.closed.header);
}

void datagrams_record(struct datagrams *datagrams,
		      const struct record_header *record)
{
	const void *bytes = record;

	switch (record->kind) {
	case RECORD_SOCKET_CLOSE:
		close_socket(datagrams, bytes);
		return;
	case RECORD_FLOW_BEGIN:
		note_peer(datagrams,
			  &((const struct record_arrival *)bytes)->socket);
		break;
	case RECORD_FLOW_OWNER:
		note_peer(datagrams,
			  &((const struct record_connect *)bytes)->socket);
		break;
	default:
		break;
	}
	attribution_record(datagrams->attribution, record);
}

static void tell_open(const struct record_socket *socket, void *context)
{
	struct record_counts sums = {0};

	tell_traffic(context, RECORD_FLOW_TRAFFIC, clocks_now(), socket, &sums);
}

void datagrams_tell(struct datagrams *datagrams)
{
	peers_visit(datagrams->peers, tell_open, datagrams);
}

uint64_t datagrams_left_out(const struct datagrams *datagrams)
{
	return datagrams->left_out;
}
