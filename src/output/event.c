// SPDX-License-Identifier: MIT
#include "output/event.h"

#include <errno.h>
#include <stdio.h>

const char *event_name(enum event_kind kind)
{
	static const char *const names[EVENT_KINDS] = {
		[EVENT_DNS_QUERY] = "dns.query",
		[EVENT_DNS_ANSWER] = "dns.answer",
		[EVENT_DNS_TIMEOUT] = "dns.timeout",
		[EVENT_PROCESS_TCP_V4] = "process.tcp_v4",
		[EVENT_PROCESS_TCP_V6] = "process.tcp_v6",
		[EVENT_PROCESS_UDP_V4] = "process.udp_v4",
		[EVENT_PROCESS_UDP_V6] = "process.udp_v6",
		[EVENT_PROCESS_ICMP_V4] = "process.icmp_v4",
		[EVENT_PROCESS_ICMP_V6] = "process.icmp_v6",
		[EVENT_PROCESS_SCTP] = "process.sctp",
		[EVENT_PROCESS_RAW] = "process.raw",
		[EVENT_PROCESS_PACKET] = "process.packet",
		[EVENT_PROCESS_EXEC] = "process.exec",
		[EVENT_PROCESS_EXIT] = "process.exit",
		[EVENT_SOCKET_CREATE] = "socket.create",
		[EVENT_SOCKET_BIND] = "socket.bind",
		[EVENT_SOCKET_LISTEN] = "socket.listen",
		[EVENT_SOCKET_ACCEPT] = "socket.accept",
		[EVENT_SOCKET_CONNECT] = "socket.connect",
		[EVENT_SOCKET_SETSOCKOPT] = "socket.setsockopt",
		[EVENT_SOCKET_CLOSE] = "socket.close",
		[EVENT_FLOW] = "flow",
		[EVENT_EGRETS_LOST] = "egrets.lost",
	};

	return names[kind];
}

/*
 * The symbols of what a socket can fail with. (strerrorname_np() knows all,
 * where there is glibc 2.32.)
 */
#define SYMBOL(name) [name] = #name
static const char *const symbols[] = {
	SYMBOL(EPERM),		 SYMBOL(ENOENT),       SYMBOL(ESRCH),
	SYMBOL(EINTR),		 SYMBOL(EIO),	       SYMBOL(ENXIO),
	SYMBOL(EBADF),		 SYMBOL(EAGAIN),       SYMBOL(ENOMEM),
	SYMBOL(EACCES),		 SYMBOL(EFAULT),       SYMBOL(EBUSY),
	SYMBOL(EEXIST),		 SYMBOL(ENODEV),       SYMBOL(EINVAL),
	SYMBOL(ENFILE),		 SYMBOL(EMFILE),       SYMBOL(ENOSPC),
	SYMBOL(EPIPE),		 SYMBOL(ENOSYS),       SYMBOL(ELOOP),
	SYMBOL(ENODATA),	 SYMBOL(ENONET),       SYMBOL(ENOLINK),
	SYMBOL(ECOMM),		 SYMBOL(EPROTO),       SYMBOL(EBADMSG),
	SYMBOL(EOVERFLOW),	 SYMBOL(EDESTADDRREQ), SYMBOL(EMSGSIZE),
	SYMBOL(EPROTOTYPE),	 SYMBOL(ENOPROTOOPT),  SYMBOL(EPROTONOSUPPORT),
	SYMBOL(ESOCKTNOSUPPORT), SYMBOL(EOPNOTSUPP),   SYMBOL(EPFNOSUPPORT),
	SYMBOL(EAFNOSUPPORT),	 SYMBOL(EADDRINUSE),   SYMBOL(EADDRNOTAVAIL),
	SYMBOL(ENETDOWN),	 SYMBOL(ENETUNREACH),  SYMBOL(ENETRESET),
	SYMBOL(ECONNABORTED),	 SYMBOL(ECONNRESET),   SYMBOL(ENOBUFS),
	SYMBOL(EISCONN),	 SYMBOL(ENOTCONN),     SYMBOL(ESHUTDOWN),
	SYMBOL(ETIMEDOUT),	 SYMBOL(ECONNREFUSED), SYMBOL(EHOSTDOWN),
	SYMBOL(EHOSTUNREACH),	 SYMBOL(EALREADY),     SYMBOL(EINPROGRESS),
	SYMBOL(ECANCELED),	 SYMBOL(ENOKEY),
};
#undef SYMBOL

static const char *error_symbol(int error)
{
	return error >= 0 && (size_t)error <
				       sizeof(symbols) / sizeof(symbols[0])
		       ? symbols[error]
		       : NULL;
}

const char *event_result_text(const struct event_connection *connection,
			      char *buf)
{
	const char *symbol;

	switch (connection->result) {
	case EVENT_RESULT_NONE:
		return NULL;
	case EVENT_RESULT_PENDING:
		return "pending";
	case EVENT_RESULT_ESTABLISHED:
		return "established";
	case EVENT_RESULT_ABORTED:
		return "aborted";
	case EVENT_RESULT_OPEN:
		return "open";
	case EVENT_RESULT_CLOSED:
		return "closed";
	case EVENT_RESULT_DONE:
		return "ok";
	case EVENT_RESULT_FAILED:
		break;
	}
	symbol = error_symbol(connection->error);
	if (symbol)
		return symbol;
	snprintf(buf, EVENT_RESULT_TEXT, "ERRNO%d", connection->error);
	return buf;
}
