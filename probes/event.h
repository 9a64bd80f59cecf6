/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
#ifndef PROBES_EVENT_H
#define PROBES_EVENT_H

/*
 * The records that the probes hand to user space, through the perf buffers.
 * Shared by both sides: fixed widths, every gap named, zeroed before use.
 * Times are CLOCK_MONOTONIC nanoseconds, ports are in host order, addresses
 * are 16 bytes in network order with IPv4 as ::ffff:a.b.c.d.
 */

#ifdef __KERNEL__
typedef __u8 uint8_t;
typedef __u16 uint16_t;
typedef __u32 uint32_t;
typedef __s32 int32_t;
typedef __u64 uint64_t;
typedef __s64 int64_t;
#else
#include <stdint.h>
#endif

#define RECORD_COMM_LEN	  16
#define RECORD_CGROUP_LEN 96
/* Of a cgroup's path, from its leaf up. */
#define RECORD_CGROUP_LEVELS 10
#define RECORD_PATH_LEN	     256
#define RECORD_ARGS_LEN	     1024
#define RECORD_PACKET_LEN    32768
#define RECORD_DEVICE_LEN    16
/* Of what a program hands to a call: more than any address has. */
#define RECORD_GIVEN_LEN 128

enum record_kind {
	RECORD_EXEC = 1,
	RECORD_FORK,
	RECORD_EXIT,
	RECORD_TCP_CONNECT,  /* a connect has begun */
	RECORD_TCP_RESULT,   /* and this is how it ended */
	RECORD_SEND,	     /* the first datagram of a socket to a place */
	RECORD_PACKET,	     /* a packet that may be DNS, at its socket */
	RECORD_FLOW_BEGIN,   /* a connection, or datagram, from elsewhere */
	RECORD_FLOW_OWNER,   /* and this is whose it is, or who sends one */
	RECORD_FLOW_TRAFFIC, /* what has gone over it so far */
	RECORD_FLOW_END,     /* it is over */
	RECORD_FRAME,	     /* the first frame of a socket to an interface */
	RECORD_SOCKET_CLOSE, /* and so, of datagrams, are all of its flows */
	RECORD_CGROUP,	     /* what a cgroup_id stands for */
	RECORD_SOCKET_CALL,  /* what a program asked of a socket, and got */
};

struct record_header {
	uint32_t kind;
	uint32_t size; /* of the whole record */
	uint64_t time_ns;
};

/* The running task: what the kernel knows at the moment of the event. */
struct record_task {
	uint32_t tgid;
	uint32_t tid;
	uint32_t ppid;
	uint32_t uid;
	uint64_t start_ns; /* of the group leader, CLOCK_BOOTTIME */
	uint64_t parent_start_ns;
	uint64_t cgroup_id;	    /* see struct record_cgroup */
	char comm[RECORD_COMM_LEN]; /* the group leader's */
};

/*
 * RECORD_CGROUP: sent before the first record of a task that is there. Who is
 * where is told by the v2 tree, or else by a v1 tree, on hybrid machines by
 * either: an id stands for both places. It is the id of the cgroup in v2, to
 * which that in v1, if it is not the root, is added from bit 32 up.
 */
struct record_cgroup {
	struct record_header header;
	uint64_t cgroup_id;
	/* The names on the path, the leaf first; "" ends it. */
	char v2[RECORD_CGROUP_LEVELS][RECORD_CGROUP_LEN];
	char v1[RECORD_CGROUP_LEVELS][RECORD_CGROUP_LEN];
};

struct record_socket {
	uint64_t id; /* the socket's inode number, else its address */
	uint32_t netns;
	uint16_t local_port;
	uint16_t remote_port;
	uint8_t local[16];
	uint8_t remote[16];
	uint16_t protocol; /* IPPROTO_… */
	uint16_t is_raw;   /* a socket that makes its own headers */
	uint32_t pad;
};

/*
 * RECORD_TCP_CONNECT, RECORD_SEND; RECORD_FLOW_OWNER, of id as below
 */
struct record_connect {
	struct record_header header;
	struct record_task task;
	struct record_socket socket;
	/*
	 * When the program asked for it: names learned later are not for this
	 * connection. For datagrams the time of the connect() or the send.
	 */
	uint64_t begun_ns;
};

/* RECORD_TCP_RESULT: of the connect with the same socket.id and begun_ns. */
struct record_result {
	struct record_header header;
	struct record_socket socket;
	uint64_t begun_ns;
	uint64_t ended_ns;    /* when it was decided; told of perhaps later */
	int32_t error;	      /* errno, positive; 0: see established */
	uint32_t established; /* 0 with error 0: closed by the program */
};

/* RECORD_FORK */
struct record_fork {
	struct record_header header;
	uint64_t parent_start_ns; /* of group leaders, CLOCK_BOOTTIME */
	uint64_t child_start_ns;
	uint32_t parent_tgid;
	uint32_t child_tgid;
	uint32_t parent_tid; /* the thread */
	uint32_t pad;
};

/* RECORD_EXIT: of its last thread */
struct record_exit {
	struct record_header header;
	struct record_task task;
	uint64_t lived_ns;
	uint32_t status; /* as wait(2) has it */
	uint32_t pad;
};

/* RECORD_EXEC: sent with args_len bytes of args. */
struct record_exec {
	struct record_header header;
	struct record_task task;
	uint32_t path_len; /* with its NUL */
	uint32_t args_len;
	uint32_t args_cut; /* there were more */
	uint32_t pad;
	char path[RECORD_PATH_LEN]; /* of the program that runs, as given */
	char args[RECORD_ARGS_LEN]; /* argv, each with its NUL */
};

/* RECORD_PACKET: followed by its bytes, from the IP header on. */
struct record_packet {
	struct record_header header;
	/* Its remote end is that of the program's view, before any NAT. */
	struct record_socket socket;
	uint32_t leaves; /* or else it enters */
	uint32_t len;	 /* of the packet: more than its bytes if cut */
};

/* What went between a socket and a place, as its program sees it. */
struct record_counts {
	uint64_t bytes_out; /* each once, no headers */
	uint64_t bytes_in;
	uint32_t packets_out; /* datagrams, or with all that TCP adds */
	uint32_t packets_in;
	uint32_t retransmits; /* packets */
	uint32_t rtt_us;      /* smoothed round-trip time */
};

/* The calls that RECORD_SOCKET_CALL tells of. */
enum socket_call {
	SOCKET_CREATE = 1,
	SOCKET_BIND,
	SOCKET_LISTEN,
	SOCKET_ACCEPT,
	SOCKET_CONNECT,
	SOCKET_SETSOCKOPT,
};

/*
 * RECORD_SOCKET_CALL: told when it returns. Without a socket, for there was to
 * be one, id is 0 and of the rest only the protocol asked for is there.
 */
struct record_call {
	struct record_connect begun; /* its begun_ns: when it was called */
	uint32_t call;
	int32_t error; /* errno, positive; 0: it was done */
	int32_t fd;    /* of the socket, which accept() and socket() return */
	uint16_t family;
	uint16_t type;	      /* SOCK_… */
	uint32_t argument[2]; /* listen: backlog; setsockopt: level, option */
	uint32_t given_len;   /* perhaps more than there is of it */
	uint32_t pad;
	uint8_t given[RECORD_GIVEN_LEN]; /* the address, or option's value */
};

/*
 * RECORD_SOCKET_CLOSE: the last descriptor is closed. The counts of datagrams
 * are those of the table below.
 */
struct record_close {
	struct record_connect closed;
	uint16_t family;
	uint16_t type; /* SOCK_… */
	uint32_t pad;
	struct record_counts counts; /* with what is still to be sent */
};

/* RECORD_FLOW_BEGIN */
struct record_arrival {
	struct record_header header;
	struct record_socket socket; /* id, of TCP: its address */
};

/* RECORD_FLOW_TRAFFIC, RECORD_FLOW_END; of datagrams: of the table below. */
struct record_traffic {
	struct record_header header;
	struct record_socket socket; /* id as above */
	struct record_counts counts;
	int32_t error; /* errno by which it ended, positive; 0: none */
	uint32_t pad;
};

/* RECORD_FRAME: put on the wire by a program itself. */
struct record_frame {
	struct record_header header;
	struct record_task task;
	uint32_t netns;
	uint32_t ifindex;  /* 0: not known */
	uint32_t protocol; /* as in Ethernet's header; 0: the frame says */
	uint32_t pad;
	char interface[RECORD_DEVICE_LEN]; /* its name, if that is known */
};

/* The table of datagrams: what has gone between a socket and a place. */
struct datagram_key {
	uint64_t socket_id;
	uint8_t remote[16];
	uint32_t remote_port;
	uint32_t pad;
};

struct datagram_count {
	uint64_t bytes_out;
	uint64_t bytes_in;
	uint32_t packets_out;
	uint32_t packets_in;
};

/* More are counted as dropped. */
#define DATAGRAM_FLOWS_MAX 65536

/* Cgroups that are not told of; of more, those not looked up for longest are. */
#define LEFT_OUT_MAX 16384

/* One in a table of process numbers: which are followed. */
#define FOLLOWED_CHUNK	64
#define FOLLOWED_CHUNKS (4194304 / FOLLOWED_CHUNK) /* PID_MAX_LIMIT */

struct followed {
	uint8_t is[FOLLOWED_CHUNK];
};

#define RECORD_SIZE_CHECK(type, bytes) \
	_Static_assert(sizeof(struct type) == (bytes), #type " has gaps")
RECORD_SIZE_CHECK(record_header, 16);
RECORD_SIZE_CHECK(record_task, 16 + 24 + 16);
RECORD_SIZE_CHECK(record_cgroup, 16 + 8 + 2 * 10 * 96);
RECORD_SIZE_CHECK(record_socket, 8 + 4 + 2 + 2 + 32 + 8);
RECORD_SIZE_CHECK(record_connect, 16 + 56 + 56 + 8);
RECORD_SIZE_CHECK(record_result, 16 + 56 + 16 + 8);
RECORD_SIZE_CHECK(record_counts, 16 + 16);
RECORD_SIZE_CHECK(record_call, 136 + 16 + 8 + 8 + 128);
RECORD_SIZE_CHECK(record_close, 136 + 8 + 32);
RECORD_SIZE_CHECK(record_arrival, 16 + 56);
RECORD_SIZE_CHECK(record_traffic, 16 + 56 + 32 + 8);
RECORD_SIZE_CHECK(record_frame, 16 + 56 + 16 + 16);
RECORD_SIZE_CHECK(datagram_key, 32);
RECORD_SIZE_CHECK(datagram_count, 24);
RECORD_SIZE_CHECK(record_fork, 16 + 16 + 16);
RECORD_SIZE_CHECK(record_exit, 16 + 56 + 16);
RECORD_SIZE_CHECK(record_packet, 16 + 56 + 8);
RECORD_SIZE_CHECK(record_exec, 16 + 56 + 16 + 256 + 1024);

/* What both sides write, mapped into user space. */
struct shared {
	/*
	 * User space is about to look for records: the first one after that
	 * resets it, and rings.
	 */
	uint64_t is_awaited;
	uint64_t lost;	/* records for which there was no room */
	uint64_t drops; /* likewise, entries of tables */
};

#endif
