// SPDX-License-Identifier: MIT OR GPL-2.0-only
/*
 * TCP connects, from the call to the outcome.
 *
 * connect_begin() and connect_end() see the call and what it returned, in the
 * thread that made it; tcp_state() sees the socket go to SYN_SENT, still
 * within the call, and leave it, often in an interrupt long after. A connect
 * that fails for want of a route never gets to SYN_SENT: the call's result is
 * then the outcome.
 */

/* The connect() that a thread is within. */
struct call {
	uint64_t sk;
	uint64_t begun_ns;
	struct place place;
};
BPF_HASH(calls, uint32_t, struct call, UNDERWAY_MAX);

/* A connect whose outcome is not known yet, by struct sock. */
struct underway {
	uint64_t begun_ns;
	uint64_t socket_id;
};
BPF_HASH(underway, uint64_t, struct underway, UNDERWAY_MAX);

static inline void emit_connect(void *ctx, struct record_connect *record,
				uint64_t begun_ns)
{
	record->header.kind = RECORD_TCP_CONNECT;
	record->header.size = sizeof(*record);
	record->header.time_ns = bpf_ktime_get_ns();
	record->begun_ns = begun_ns ? begun_ns : record->header.time_ns;
	describe_task(&record->task);
	events.perf_submit(ctx, record, sizeof(*record));
}

static inline void emit_result(void *ctx, struct record_result *record,
			       const struct underway *begun)
{
	record->header.kind = RECORD_TCP_RESULT;
	record->header.size = sizeof(*record);
	record->header.time_ns = bpf_ktime_get_ns();
	record->socket.id = begun->socket_id;
	record->begun_ns = begun->begun_ns;
	events.perf_submit(ctx, record, sizeof(*record));
}

/*
 * A thread calls connect(). For a v4-mapped address tcp_v6_connect calls
 * tcp_v4_connect: the same call is then noted twice.
 */
static inline void connect_begin(struct sock *sk, const struct place *place)
{
	uint32_t tid = (uint32_t)bpf_get_current_pid_tgid();
	struct call call = {};

	call.sk = (uint64_t)sk;
	call.begun_ns = bpf_ktime_get_ns();
	call.place = *place;
	if (calls.update(&tid, &call))
		count_drop(DROP_UNDERWAY);
}

/* The handshake goes on, or a signal came, which changes nothing about it. */
static inline bool is_under_way(int result)
{
	return result == -115 /* EINPROGRESS */ || result == -114 /* EALREADY */
	       || result == -4 /* EINTR */ || result <= -512 /* ERESTARTSYS */;
}

/*
 * A connect that failed before there was a handshake, told as a whole. The
 * records are the caller's: the stack has 512 bytes.
 */
static inline void emit_failure(void *ctx, struct call *call,
				struct record_connect *record,
				struct record_result *outcome)
{
	struct underway begun = {};

	describe_socket(&record->socket, (struct sock *)call->sk);
	record->socket.remote_port = call->place.port;
	__builtin_memcpy(record->socket.remote, call->place.addr, 16);
	begun.begun_ns = call->begun_ns;
	begun.socket_id = record->socket.id;
	emit_connect(ctx, record, begun.begun_ns);
	outcome->socket = record->socket;
	emit_result(ctx, outcome, &begun);
}

/* It returned: 0 or a negative errno. */
static inline void connect_end(void *ctx, int result,
			       struct record_connect *record)
{
	uint32_t tid = (uint32_t)bpf_get_current_pid_tgid();
	struct call *call = calls.lookup(&tid);
	struct record_result outcome = {};
	struct underway *begun;

	if (!call)
		return;
	begun = underway.lookup(&call->sk);
	if (result < 0 && !is_under_way(result)) {
		outcome.error = -result;
		if (call->begun_ns) {
			emit_failure(ctx, call, record, &outcome);
		} else if (begun) {
			/* No port was free: see tcp_state(). */
			describe_socket(&outcome.socket,
					(struct sock *)call->sk);
			emit_result(ctx, &outcome, begun);
			underway.delete(&call->sk);
		}
	}
	calls.delete(&tid);
}

/* SYN_SENT: the socket knows where it goes, and the thread is in the call. */
static inline void handshake_begin(void *ctx, struct sock *sk)
{
	uint32_t tid = (uint32_t)bpf_get_current_pid_tgid();
	struct call *call = calls.lookup(&tid);
	struct record_connect record = {};
	struct underway begun = {};
	uint64_t key = (uint64_t)sk;
	uint64_t begun_ns = 0;

	if (call && call->sk == key) {
		begun_ns = call->begun_ns;
		call->begun_ns = 0;
	}
	describe_socket(&record.socket, sk);
	emit_connect(ctx, &record, begun_ns);
	begun.begun_ns = record.begun_ns;
	begun.socket_id = record.socket.id;
	if (underway.update(&key, &begun))
		count_drop(DROP_UNDERWAY);
}

static inline void tcp_state(void *ctx, struct sock *sk, int after)
{
	uint32_t tid = (uint32_t)bpf_get_current_pid_tgid();
	uint64_t key = (uint64_t)sk;
	struct record_result outcome = {};
	struct underway *begun;
	struct call *call;

	if (after == STATE_SYN_SENT) {
		handshake_begin(ctx, sk);
		return;
	}
	if (after == STATE_SYN_RECV)
		return;
	begun = underway.lookup(&key);
	if (!begun)
		return;
	outcome.established = after == STATE_ESTABLISHED;
	if (!outcome.established) {
		READ_KERNEL(outcome.error, sk->sk_err);
		call = calls.lookup(&tid);
		/* It fails within the call: what that returns is the error. */
		if (!outcome.error && call && call->sk == key)
			return;
	}
	describe_socket(&outcome.socket, sk);
	emit_result(ctx, &outcome, begun);
	underway.delete(&key);
}

#ifdef WITH_KPROBES
/* tcp_v4_connect and tcp_v6_connect: (struct sock *, struct sockaddr *, int) */
int kprobe_tcp_connect(struct pt_regs *ctx)
{
	struct place place = {};

	if (read_place(&place, (void *)PT_REGS_PARM2(ctx)))
		connect_begin((struct sock *)PT_REGS_PARM1(ctx), &place);
	return 0;
}

int kretprobe_tcp_connect(struct pt_regs *ctx)
{
	struct record_connect record = {};

	connect_end(ctx, (int)PT_REGS_RC(ctx), &record);
	return 0;
}

/* (struct sock *, int state) */
int kprobe_tcp_set_state(struct pt_regs *ctx)
{
	tcp_state(ctx, (struct sock *)PT_REGS_PARM1(ctx),
		  (int)PT_REGS_PARM2(ctx));
	return 0;
}
#endif

/* (struct sock *, int before, int after) */
int raw_tracepoint_inet_sock_set_state(struct bpf_raw_tracepoint_args *ctx)
{
	struct sock *sk = (struct sock *)ctx->args[0];

	if (socket_protocol(sk) == IPPROTO_TCP)
		tcp_state(ctx, sk, (int)ctx->args[2]);
	return 0;
}
