// SPDX-License-Identifier: MIT
#include "output/event.h"

#include <stdio.h>
#include <string.h>

const char *event_name(enum event_kind kind)
{
	static const char *const names[EVENT_KINDS] = {
		[EVENT_DNS_QUERY] = "dns.query",
		[EVENT_DNS_ANSWER] = "dns.answer",
		[EVENT_PROCESS_TCP_V4] = "process.tcp_v4",
		[EVENT_PROCESS_TCP_V6] = "process.tcp_v6",
		[EVENT_PROCESS_UDP_V4] = "process.udp_v4",
		[EVENT_PROCESS_UDP_V6] = "process.udp_v6",
		[EVENT_EGRETS_LOST] = "egrets.lost",
	};

	return names[kind];
}

const char *event_result_text(const struct event_connection *connection,
			      char *buf)
{
	const char *symbol = NULL;

	switch (connection->result) {
	case EVENT_RESULT_NONE:
		return NULL;
	case EVENT_RESULT_PENDING:
		return "pending";
	case EVENT_RESULT_ESTABLISHED:
		return "established";
	case EVENT_RESULT_ABORTED:
		return "aborted";
	case EVENT_RESULT_FAILED:
		break;
	}
	/* For 0 glibc gives "0". */
	if (connection->error)
		symbol = strerrorname_np(connection->error);
	if (symbol)
		return symbol;
	snprintf(buf, EVENT_RESULT_TEXT, "ERRNO%d", connection->error);
	return buf;
}
