// SPDX-License-Identifier: MIT
#include "packet/record.h"

#include <netinet/in.h>
#include <stdbool.h>
#include <string.h>

/* An unbound address is all zero, an unconnected socket's port is 0. */
static void prefer(struct endpoint *endpoint, const uint8_t *bytes,
		   uint16_t port)
{
	static const uint8_t any_v6[16];
	static const uint8_t any_v4[16] = {[10] = 0xff, [11] = 0xff};

	if (!port)
		return;
	endpoint->port = port;
	if (memcmp(bytes, any_v6, 16) != 0 && memcmp(bytes, any_v4, 16) != 0)
		endpoint->addr = addr_from_v6(bytes);
}

enum packet_result packet_from_record(const struct record_packet *record,
				      struct packet *ret)
{
	const struct record_socket *socket = &record->socket;
	enum packet_result result = packet_decode(
		PACKET_LINK_RAW, record + 1,
		record->header.size - sizeof(*record), ret);

	if (result != PACKET_OK)
		return result;
	if (ret->protocol == IPPROTO_UDP)
		ret->socket_id = socket->id;
	ret->direction = record->leaves ? PACKET_OUTGOING : PACKET_INCOMING;
	prefer(record->leaves ? &ret->source : &ret->destination, socket->local,
	       socket->local_port);
	prefer(record->leaves ? &ret->destination : &ret->source,
	       socket->remote, socket->remote_port);
	return PACKET_OK;
}
