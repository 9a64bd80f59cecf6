/* SPDX-License-Identifier: MIT */
#ifndef PACKET_RECORD_H
#define PACKET_RECORD_H

#include "event.h"
#include "packet/packet.h"

/*
 * From a packet that the probes saw at its socket, as packet_decode(). The
 * addresses and ports are those that the program knows, where its socket
 * tells: on the wire they may have been rewritten (a container's resolver at
 * 127.0.0.11:53 is another port there).
 */
enum packet_result packet_from_record(const struct record_packet *record,
				      struct packet *ret);

#endif
