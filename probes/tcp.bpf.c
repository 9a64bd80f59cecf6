// SPDX-License-Identifier: MIT OR GPL-2.0-only
/*
 * TCP connects, from the call to the outcome.
 *
 * connect_begin() and connect_end() see the call and what it returned, in the
 * process that made it; tcp_state() sees the socket go to SYN_SENT and leave
 * it, often in an interrupt long after. A connect that fails for want of a
 * route never gets to SYN_SENT: the call's result is then the outcome.
 */

/* A connect whose outcome is not known yet. */
struct underway {
	uint64_t begun_ns;
	uint64_t socket_id;
};
BPF_HASH(underway, uint64_t, struct underway, UNDERWAY_MAX);

/* The socket on which a thread is within connect(). */
BPF_HASH(connecting, uint32_t, uint64_t, UNDERWAY_MAX);

static inline void emit_connect(void *ctx, struct record_connect *record,
				struct sock *sk)
{
	struct underway begun = {};
	uint64_t key = (uint64_t)sk;

	record->header.kind = RECORD_TCP_CONNECT;
	record->header.size = sizeof(*record);
	record->header.time_ns = bpf_ktime_get_ns();
	record->begun_ns = record->header.time_ns;
	describe_task(&record->task);

	begun.begun_ns = record->begun_ns;
	begun.socket_id = record->socket.id;
	if (underway.update(&key, &begun))
		count_drop(DROP_UNDERWAY);
	events.perf_submit(ctx, record, sizeof(*record));
}

static inline void emit_result(void *ctx, struct sock *sk,
			       struct underway *begun, int error,
			       bool established)
{
	struct record_result record = {};
	uint64_t key = (uint64_t)sk;

	record.header.kind = RECORD_TCP_RESULT;
	record.header.size = sizeof(record);
	record.header.time_ns = bpf_ktime_get_ns();
	describe_socket(&record.socket, sk);
	record.socket.id = begun->socket_id;
	record.begun_ns = begun->begun_ns;
	record.error = error;
	record.established = established;
	underway.delete(&key);
	events.perf_submit(ctx, &record, sizeof(record));
}

/* A thread calls connect() for the place that the record tells. */
static inline void connect_begin(void *ctx, struct sock *sk,
				 struct record_connect *record)
{
	uint32_t tid = (uint32_t)bpf_get_current_pid_tgid();
	uint64_t key = (uint64_t)sk;

	if (connecting.update(&tid, &key))
		count_drop(DROP_UNDERWAY);
	emit_connect(ctx, record, sk);
}

/* It returned: 0 or a negative errno. */
static inline void connect_end(void *ctx, int result)
{
	uint32_t tid = (uint32_t)bpf_get_current_pid_tgid();
	uint64_t *key = connecting.lookup(&tid);
	struct underway *begun;
	uint64_t sk;

	if (!key)
		return;
	sk = *key;
	connecting.delete(&tid);
	/* The handshake goes on: EINPROGRESS, EALREADY, or a signal came. */
	if (result >= 0 || result == -115 || result == -114 || result == -4 ||
	    result <= -512)
		return;
	begun = underway.lookup(&sk);
	if (begun)
		emit_result(ctx, (struct sock *)sk, begun, -result, false);
}

static inline void tcp_state(void *ctx, struct sock *sk, int before, int after)
{
	uint64_t key = (uint64_t)sk;
	struct underway *begun = underway.lookup(&key);
	uint32_t error = 0;

	if (after == STATE_SYN_SENT && !begun) {
		/* Nobody saw the call: the socket knows where it goes. */
		struct record_connect record = {};

		describe_socket(&record.socket, sk);
		emit_connect(ctx, &record, sk);
		return;
	}
	if (!begun || after == STATE_SYN_SENT || after == STATE_SYN_RECV)
		return;
	READ_KERNEL(error, sk->sk_err);
	emit_result(ctx, sk, begun, after == STATE_ESTABLISHED ? 0 : error,
		    after == STATE_ESTABLISHED);
}

/* For a v4-mapped address tcp_v6_connect calls this too: one is enough. */
static inline int tcp_connect_entry(struct pt_regs *ctx)
{
	struct sock *sk = (struct sock *)PT_REGS_PARM1(ctx);
	struct record_connect record = {};

	describe_socket(&record.socket, sk);
	if (describe_sockaddr(&record.socket, (void *)PT_REGS_PARM2(ctx)))
		connect_begin(ctx, sk, &record);
	return 0;
}

int kprobe_tcp_v4_connect(struct pt_regs *ctx)
{
	struct sock *sk = (struct sock *)PT_REGS_PARM1(ctx);
	uint16_t family = 0;

	READ_KERNEL(family, sk->__sk_common.skc_family);
	return family == AF_INET ? tcp_connect_entry(ctx) : 0;
}

int kprobe_tcp_v6_connect(struct pt_regs *ctx)
{
	return tcp_connect_entry(ctx);
}

int kretprobe_tcp_connect(struct pt_regs *ctx)
{
	connect_end(ctx, (int)PT_REGS_RC(ctx));
	return 0;
}

int kprobe_tcp_set_state(struct pt_regs *ctx)
{
	struct sock *sk = (struct sock *)PT_REGS_PARM1(ctx);
	uint8_t before = 0;

	READ_KERNEL(before, sk->__sk_common.skc_state);
	tcp_state(ctx, sk, before, (int)PT_REGS_PARM2(ctx));
	return 0;
}

int raw_tracepoint_inet_sock_set_state(struct bpf_raw_tracepoint_args *ctx)
{
	struct sock *sk = (struct sock *)ctx->args[0];

	if (socket_protocol(sk) == IPPROTO_TCP)
		tcp_state(ctx, sk, (int)ctx->args[1], (int)ctx->args[2]);
	return 0;
}
