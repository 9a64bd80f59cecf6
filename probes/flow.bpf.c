// SPDX-License-Identifier: MIT OR GPL-2.0-only
/*
 * TCP connections from their beginning to their end, and what went over them:
 * the kernel counts that itself, so there is nothing to do for each packet.
 * (datagram.bpf.c counts what else there is.)
 *
 * A connection from elsewhere is established in an interrupt, and nobody's. It
 * belongs to who first reads from it, or else closes it: a server may accept,
 * and leave the rest to a child, or to whom it sends the descriptor.
 */

#if defined(WITH_FLOWS) && defined(HAVE_tcp_sock_bytes_sent) && \
	defined(HAVE_inet_sock_inet_sport)
#define HAVE_TCP_FLOWS
#define STATE_CLOSE	   7
#define STATE_CLOSE_WAIT   8
#define STATE_LISTEN	   10
#define STATE_NEW_SYN_RECV 12

/* include/net/sock.h, enum sock_flags: the other side has sent all it had. */
#define SOCKET_DONE (1 << 1)

/* Established, and nobody's yet, by struct sock; some never are. */
BPF_TABLE("lru_hash", uint64_t, uint8_t, arrived, 65536);

/* The number that describe_socket() takes is given back before the end. */
static inline uint16_t source_port(struct sock *sk)
{
	uint16_t port_be = 0;

	READ_KERNEL(port_be, ((struct inet_sock *)sk)->inet_sport);
	return swap16(port_be);
}

static inline void describe_connection(struct record_socket *to,
				       struct sock *sk)
{
	describe_socket(to, sk);
	/* The inode comes with the program, and goes before the end. */
	to->id = (uint64_t)sk;
	to->local_port = source_port(sk);
}

static inline void emit_arrival(void *ctx, struct sock *sk)
{
	struct record_arrival record = {};
	struct socket *socket = NULL;
	uint64_t key = (uint64_t)sk;
	uint8_t yes = 1;

	/* Two that connect to each other at once: it has its program. */
	READ_KERNEL(socket, sk->sk_socket);
	if (socket)
		return;
	record.header.kind = RECORD_FLOW_BEGIN;
	record.header.size = sizeof(record);
	record.header.time_ns = bpf_ktime_get_ns();
	describe_connection(&record.socket, sk);
	submitted(ctx, events.perf_submit(ctx, &record, sizeof(record)));
	arrived.update(&key, &yes);
}

/*
 * The kernel's numbers: of bytes sent, those that were sent again as well; of
 * bytes received, the end of the stream as one.
 */
static inline void read_counts(struct record_counts *to, struct sock *sk)
{
	struct tcp_sock *tcp = (struct tcp_sock *)sk;
	uint64_t again = 0, flags = 0;

	READ_KERNEL(to->bytes_out, tcp->bytes_sent);
	READ_KERNEL(again, tcp->bytes_retrans);
	to->bytes_out = to->bytes_out > again ? to->bytes_out - again : 0;
	READ_KERNEL(to->bytes_in, tcp->bytes_received);
	READ_KERNEL(flags, sk->__sk_common.skc_flags);
	if (flags & SOCKET_DONE && to->bytes_in)
		to->bytes_in--;
	READ_KERNEL(to->packets_out, tcp->segs_out);
	READ_KERNEL(to->packets_in, tcp->segs_in);
	READ_KERNEL(to->retransmits, tcp->total_retrans);
	READ_KERNEL(to->rtt_us, tcp->srtt_us);
	to->rtt_us >>= 3; /* kept eightfold */
}

static inline void emit_end(void *ctx, struct sock *sk)
{
	struct record_traffic record = {};

	record.header.kind = RECORD_FLOW_END;
	record.header.size = sizeof(record);
	record.header.time_ns = bpf_ktime_get_ns();
	describe_connection(&record.socket, sk);
	read_counts(&record.counts, sk);
	READ_KERNEL(record.error, sk->sk_err);
	submitted(ctx, events.perf_submit(ctx, &record, sizeof(record)));
}

static inline void emit_owner(void *ctx, struct sock *sk)
{
	struct record_connect record = {};

	record.header.kind = RECORD_FLOW_OWNER;
	record.header.size = sizeof(record);
	record.header.time_ns = bpf_ktime_get_ns();
	describe_task(ctx, &record.task);
	describe_connection(&record.socket, sk);
	submitted(ctx, events.perf_submit(ctx, &record, sizeof(record)));
}

/* The running thread has to do with a connection that was nobody's. */
static inline void claim(void *ctx, struct sock *sk)
{
	uint64_t key = (uint64_t)sk;

	if (!arrived.lookup(&key))
		return;
	arrived.delete(&key);
	emit_owner(ctx, sk);
}

/*
 * (struct sock *, int before, int after). Two programs, for the same reason as
 * in tcp.bpf.c.
 */
int raw_tracepoint_tcp_arrival(struct bpf_raw_tracepoint_args *ctx)
{
	struct sock *sk = (struct sock *)ctx->args[0];

	if ((int)ctx->args[1] == STATE_SYN_RECV &&
	    (int)ctx->args[2] == STATE_ESTABLISHED &&
	    socket_protocol(sk) == IPPROTO_TCP)
		emit_arrival(ctx, sk);
	return 0;
}

int raw_tracepoint_tcp_ending(struct bpf_raw_tracepoint_args *ctx)
{
	struct sock *sk = (struct sock *)ctx->args[0];
	int before = (int)ctx->args[1];

	if ((int)ctx->args[2] == STATE_CLOSE && !is_handshake(before) &&
	    before != STATE_CLOSE && before != STATE_LISTEN &&
	    before != STATE_NEW_SYN_RECV && socket_protocol(sk) == IPPROTO_TCP)
		emit_end(ctx, sk);
	return 0;
}

/*
 * (struct sock *): a program has read what came. (Where the kernel itself does,
 * for a sockmap or KCM, whoever runs then is taken for it.)
 */
int raw_tracepoint_tcp_rcv_space_adjust(struct bpf_raw_tracepoint_args *ctx)
{
	claim(ctx, (struct sock *)ctx->args[0]);
	return 0;
}
#endif

#ifdef WITH_FLOWS
#ifdef HAVE_TCP_FLOWS
/* Some of what was written waits, perhaps; what was not connected has none. */
static inline void read_last_counts(struct record_counts *to, struct sock *sk)
{
	uint8_t state = 0;
#ifdef HAVE_tcp_sock_write_seq
	struct tcp_sock *tcp = (struct tcp_sock *)sk;
	uint32_t written = 0, sent = 0;
#endif

	READ_KERNEL(state, sk->__sk_common.skc_state);
	if (state == STATE_LISTEN || !remote_port(sk))
		return;
	read_counts(to, sk);
#ifdef HAVE_tcp_sock_write_seq
	READ_KERNEL(written, tcp->write_seq);
	READ_KERNEL(sent, tcp->snd_nxt);
	if (written == sent)
		return;
	to->bytes_out += (uint32_t)(written - sent);
	/* The end of the stream is among it, and takes a place, too. */
	if (state != STATE_ESTABLISHED && state != STATE_CLOSE_WAIT)
		to->bytes_out--;
#endif
}
#endif

static inline void emit_close(struct bpf_sock *known, struct sock *sk)
{
	struct record_close record = {};

	describe_socket(&record.closed.socket, sk);
	record.closed.header.kind = RECORD_SOCKET_CLOSE;
	record.closed.header.size = sizeof(record);
	record.closed.header.time_ns = bpf_ktime_get_ns();
	record.closed.begun_ns = record.closed.header.time_ns;
	record.family = known->family;
	record.type = known->type;
#ifdef HAVE_TCP_FLOWS
	if (is_stream(known)) {
		record.closed.socket.local_port = source_port(sk);
		read_last_counts(&record.counts, sk);
	}
#endif
	describe_task(known, &record.closed.task);
	submitted(known, events.perf_submit(known, &record, sizeof(record)));
}

/* The last descriptor of a socket is closed: by its process, or for it. */
int cgroup_sock_release(struct bpf_sock *known)
{
	struct sock *sk = packet_socket(known);

#ifdef WITH_CLOSES
	emit_close(known, sk);
#else
	if (is_datagram(known))
		emit_close(known, sk);
#endif
#ifdef HAVE_TCP_FLOWS
	if (is_stream(known))
		claim(known, sk);
#endif
	return 1;
}
#endif
