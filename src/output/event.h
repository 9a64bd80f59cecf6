/* SPDX-License-Identifier: MIT */
#ifndef OUTPUT_EVENT_H
#define OUTPUT_EVENT_H

#include "base/addr.h"
#include "dns/message.h"
#include "flow/process_id.h"
#include "flow/traffic.h"
#include "names/names.h"

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

/*
 * What egrets has to say: one struct event is one line of output. All pointers
 * are borrowed for the length of the call that hands the event over. Times are
 * CLOCK_MONOTONIC nanoseconds, or, when packets are read from a file, the
 * capture's own clock.
 */

enum event_kind {
	EVENT_DNS_QUERY,
	EVENT_DNS_ANSWER,
	EVENT_DNS_TIMEOUT,
	EVENT_PROCESS_TCP_V4,
	EVENT_PROCESS_TCP_V6,
	EVENT_PROCESS_UDP_V4,
	EVENT_PROCESS_UDP_V6,
	EVENT_PROCESS_ICMP_V4,
	EVENT_PROCESS_ICMP_V6,
	EVENT_PROCESS_SCTP,
	EVENT_PROCESS_RAW, /* other protocols of IP */
	EVENT_PROCESS_PACKET,
	EVENT_PROCESS_EXEC,
	EVENT_PROCESS_EXIT,
	EVENT_SOCKET_CREATE,
	EVENT_SOCKET_BIND,
	EVENT_SOCKET_LISTEN,
	EVENT_SOCKET_ACCEPT,
	EVENT_SOCKET_CONNECT,
	EVENT_SOCKET_SETSOCKOPT,
	EVENT_SOCKET_CLOSE,
	EVENT_FLOW,
	EVENT_EGRETS_LOST,
	EVENT_KINDS,
};

/* What a program asks of a socket by name. */
static inline bool event_is_of_socket(enum event_kind kind)
{
	return kind >= EVENT_SOCKET_CREATE && kind <= EVENT_SOCKET_CLOSE;
}

/* "dns.query", …: as in the output and in -e. */
const char *event_name(enum event_kind kind);

/* The process an event belongs to. tgid 0: nobody knows who it was. */
struct event_process {
	struct process_id id;
	uint32_t tid;
	uint32_t ppid;
	uint32_t uid;
	const char *comm;	/* the group leader's */
	const char *executable; /* path, or NULL */
	/* argv: args_len bytes, each argument with its NUL; NULL if unknown. */
	const char *args;
	size_t args_len;
	bool args_cut; /* there was more than we keep */
	uint64_t cgroup_id;
	const char *cgroup; /* leaf name; "" for the root; NULL: not known */
	const char *unit;   /* of systemd, that it belongs to; or NULL */
};

/* The container of that process; id NULL: not in one. */
struct event_container {
	const char *id;
	const char *engine; /* NULL: its cgroup does not say */
	const char *parent; /* the container it is in, or NULL */
	const char *pod;    /* uid of its Kubernetes pod, or NULL */
	const char *qos;    /* of that */
	bool is_known;	    /* its engine has said all that it will */
	/* NULL: not known, or it has none */
	const char *name;
	const char *image;
	const char *hostname;
	const char *ip; /* on all its networks, with commas */
	const char *labels;
	const char *project; /* of compose */
	const char *service;
};

enum event_result {
	EVENT_RESULT_NONE,    /* has no outcome: a datagram was sent */
	EVENT_RESULT_PENDING, /* not decided when the line was printed */
	EVENT_RESULT_ESTABLISHED,
	EVENT_RESULT_FAILED,  /* with error */
	EVENT_RESULT_ABORTED, /* closed by the program before an outcome */
	EVENT_RESULT_OPEN,    /* so far; with EVENT_FLOW, as is the next */
	EVENT_RESULT_CLOSED,  /* not by an error from elsewhere */
	EVENT_RESULT_DONE,    /* what was asked of a socket */
};

struct event_connection {
	struct endpoint local;	/* port 0: not known */
	struct endpoint remote; /* port 0: its protocol has none */
	uint16_t protocol;	/* IPPROTO_… */
	enum event_result result;
	int error;	      /* errno, positive, with EVENT_RESULT_FAILED */
	uint64_t duration_ns; /* since connect(), or arrival; see below */
	bool is_inbound;      /* somebody connected to us, or listens */
	bool is_old;	      /* its beginning was not seen */
	struct names_choice choice;
	struct flow_traffic traffic; /* of EVENT_FLOW, EVENT_SOCKET_CLOSE */
};

/* Whether an end of a connection, or of what may become one, is known. */
static inline bool event_has_place(const struct endpoint *place)
{
	return place->port || !addr_is_unspecified(&place->addr);
}

static inline bool event_has_duration(const struct event_connection *connection)
{
	return connection->result != EVENT_RESULT_NONE &&
	       connection->result != EVENT_RESULT_PENDING &&
	       !connection->is_old;
}

/* Longest text of a result, with its NUL: "established", "ERRNO4095", … */
#define EVENT_RESULT_TEXT 24

/*
 * "established", "pending", "aborted", "ok", or the symbol of the error
 * ("ECONNREFUSED"; "ERRNO<n>" for a number without one). NULL if there is no
 * outcome to speak of. The result is either a constant or buf, which holds
 * EVENT_RESULT_TEXT bytes.
 */
const char *event_result_text(const struct event_connection *connection,
			      char *buf);

struct event_dns {
	struct endpoint client;
	struct endpoint server;
	const struct dns_message *message;
	bool unsolicited;    /* dns.answer: no question was seen */
	uint64_t latency_ns; /* from the question */
	uint8_t protocol;    /* IPPROTO_UDP or IPPROTO_TCP; 0: not known */
};

/* A frame that a program has made itself. */
struct event_frame {
	uint32_t ifindex;      /* 0: not known to which interface */
	const char *interface; /* its name, or NULL */
	uint16_t protocol;     /* in Ethernet's terms; 0: not known */
};

struct event_socket {
	/* First, so that an event of a socket is one of a connection, too. */
	struct event_connection connection;
	int fd;		 /* -1: not known */
	uint16_t family; /* AF_… */
	uint16_t type;	 /* SOCK_… */
	const char *path; /* of a unix socket; "@…": an abstract one; or NULL */
	uint32_t backlog; /* of EVENT_SOCKET_LISTEN */
	/* Of EVENT_SOCKET_SETSOCKOPT; a value may be neither. */
	uint32_t level, option;
	bool has_number;
	int64_t number;
	const char *text;
};

struct event_exit {
	uint32_t signal; /* by which it was ended; 0: by none */
	uint32_t code;	 /* then this is what it said */
	uint64_t lived_ns;
};

struct event_lost {
	const char *source; /* what lost them: "perf", "packets", … */
	uint64_t count;	    /* since the last such event */
};

struct event {
	enum event_kind kind;
	uint64_t time_ns;
	uint32_t netns; /* inode number, 0 if there is none (a file) */
	struct event_process process;
	struct event_container container;
	/* The name with its U-labels; NULL if that is the same or not wanted. */
	const char *unicode;
	union {
		struct event_dns dns;
		struct event_connection connection;
		struct event_socket socket;
		struct event_frame frame;
		struct event_exit exit;
		struct event_lost lost;
	};
};

/* Whether it was counted what has gone over it. */
static inline bool event_has_traffic(const struct event *event)
{
	uint16_t protocol = event->connection.protocol;

	return event->kind == EVENT_FLOW ||
	       (event->kind == EVENT_SOCKET_CLOSE &&
		event->socket.type != SOCK_RAW &&
		(protocol == IPPROTO_TCP || protocol == IPPROTO_UDP));
}

#endif
