// SPDX-License-Identifier: MIT OR GPL-2.0-only
/*
 * TCP connects, from the call to the outcome.
 *
 * connect_begin() sees the call, in the thread that makes it; handshake_begin()
 * sees the socket go to SYN_SENT, still within the call, and handshake_end()
 * sees it leave, often in an interrupt long after. A connect that fails for
 * want of a route never gets to SYN_SENT: then the call's result is the outcome
 * (or see cgroup.bpf.c).
 */

/* The connect() that a thread is within. */
struct call {
	uint64_t sk;
	uint64_t begun_ns; /* 0: told of */
	struct place place;
	uint8_t returns; /* somebody will see what it returns */
	uint8_t failed;	 /* told of already: see cgroup.bpf.c */
	uint16_t pad;
};
BPF_TABLE("lru_hash", uint32_t, struct call, calls, UNDERWAY_MAX);

/* A connect whose outcome is not known yet, by struct sock. */
struct underway {
	uint64_t begun_ns;
	uint64_t socket_id;
};
BPF_HASH(underway, uint64_t, struct underway, UNDERWAY_MAX);

/* A connect for which there was no route, by struct sock: see cgroup.bpf.c. */
struct failure {
	uint64_t begun_ns;
	uint64_t ended_ns;
	uint64_t socket_id;
	uint64_t error;
};
BPF_HASH(failures, uint64_t, struct failure, UNDERWAY_MAX);

#if defined(HAVE_mptcp_subflow_context_conn) && \
	defined(HAVE_inet_connection_sock_icsk_ulp_data)
/*
 * Whose each multipath connection is, by struct sock. (Nothing else is there
 * before a connection is made.)
 */
BPF_TABLE("lru_hash", uint64_t, struct record_task, multipath, 4096);

/* The connection that a subflow is of, or 0. */
static inline uint64_t multipath_connection(struct sock *sk)
{
	struct mptcp_subflow_context *subflow = NULL;
	uint64_t connection = 0;

	READ_KERNEL(subflow,
		    ((struct inet_connection_sock *)sk)->icsk_ulp_data);
	if (subflow)
		READ_KERNEL(connection, subflow->conn);
	return connection;
}

/*
 * Whether who made the first subflow is not told of: then the kernel's further
 * ones are not, either, nor taken for those of who had its memory before.
 */
static inline bool is_of_unwanted(struct sock *sk, bool is_wanted)
{
#ifdef ONLY_SOME
	struct task_struct *self = (void *)bpf_get_current_task();
	uint64_t connection = multipath_connection(sk);
	void *memory = NULL;

	if (!connection)
		return !is_wanted;
	READ_KERNEL(memory, self->mm);
	if (!memory)
		return !multipath.lookup(&connection);
	if (!is_wanted)
		multipath.delete(&connection);
#endif
	return !is_wanted;
}

/* Further subflows are made by the kernel: for who made the first. */
static inline void find_owner(struct sock *sk, struct record_task *task)
{
	struct task_struct *self = (void *)bpf_get_current_task();
	struct record_task *owner;
	uint64_t connection = multipath_connection(sk);
	void *memory = NULL;

	if (!connection)
		return;
	READ_KERNEL(memory, self->mm);
	if (memory) {
		multipath.update(&connection, task);
		return;
	}
	owner = multipath.lookup(&connection);
	if (owner)
		*task = *owner;
}
#else
static inline bool is_of_unwanted(struct sock *sk, bool is_wanted)
{
	return !is_wanted;
}

static inline void find_owner(struct sock *sk, struct record_task *task)
{
}
#endif

static inline void emit_connect(void *ctx, struct sock *sk,
				struct record_connect *record,
				uint64_t begun_ns)
{
	record->header.kind = RECORD_TCP_CONNECT;
	record->header.size = sizeof(*record);
	record->header.time_ns = bpf_ktime_get_ns();
	record->begun_ns = begun_ns ? begun_ns : record->header.time_ns;
	describe_task(ctx, &record->task);
	find_owner(sk, &record->task);
	submitted(ctx, events.perf_submit(ctx, record, sizeof(*record)));
}

static inline void emit_result(void *ctx, struct record_result *record,
			       uint64_t socket_id, uint64_t begun_ns)
{
	record->header.kind = RECORD_TCP_RESULT;
	record->header.size = sizeof(*record);
	record->header.time_ns = bpf_ktime_get_ns();
	if (!record->ended_ns)
		record->ended_ns = record->header.time_ns;
	record->socket.id = socket_id;
	record->begun_ns = begun_ns;
	submitted(ctx, events.perf_submit(ctx, record, sizeof(*record)));
}

/*
 * A connect that failed before there was a handshake, told as a whole. The
 * records are the caller's: the stack has 512 bytes.
 */
static inline void emit_failure(void *ctx, struct sock *sk,
				const struct place *place, uint64_t begun_ns,
				struct record_connect *record,
				struct record_result *outcome)
{
	describe_socket(&record->socket, sk);
	record->socket.remote_port = place->port;
	__builtin_memcpy(record->socket.remote, place->addr, 16);
	emit_connect(ctx, sk, record, begun_ns);
	outcome->socket = record->socket;
	emit_result(ctx, outcome, record->socket.id, begun_ns);
}

/*
 * A thread calls connect(). For a v4-mapped address tcp_v6_connect calls
 * tcp_v4_connect: the same call is then noted twice.
 */
static inline void connect_begin(struct sock *sk, const struct place *place,
				 bool returns)
{
	uint32_t tid = (uint32_t)bpf_get_current_pid_tgid();
	struct call call = {};

	call.sk = (uint64_t)sk;
	call.begun_ns = bpf_ktime_get_ns();
	call.place = *place;
	call.returns = returns;
	if (calls.update(&tid, &call))
		count_drop();
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
	bool told = false;

	if (is_of_unwanted(sk, is_wanted_task()) &&
	    !is_dns_port(remote_port(sk))) {
		if (call && call->sk == key && !call->returns)
			calls.delete(&tid);
		return;
	}
	describe_socket(&record.socket, sk);
	if (call && call->sk == key) {
		begun_ns = call->begun_ns;
		told = call->failed;
		call->begun_ns = 0;
		if (!call->returns)
			calls.delete(&tid);
	}
	/* A later table had a route after all. */
	if (told) {
		failures.delete(&key);
		record.begun_ns = begun_ns;
	} else {
		emit_connect(ctx, sk, &record, begun_ns);
	}
	begun.begun_ns = record.begun_ns;
	begun.socket_id = record.socket.id;
	if (underway.update(&key, &begun))
		count_drop();
}

static inline bool is_handshake(int state)
{
	return state == STATE_SYN_SENT || state == STATE_SYN_RECV;
}

/*
 * A program that is interrupted does not run a second time on its CPU: the
 * change that we would have waited for may have been missed. The next one still
 * tells what it was.
 */
static inline void handshake_end(void *ctx, struct sock *sk, int before,
				 int after)
{
	uint32_t tid = (uint32_t)bpf_get_current_pid_tgid();
	uint64_t key = (uint64_t)sk;
	struct record_result outcome = {};
	struct underway *begun;
	struct call *call;

	begun = underway.lookup(&key);
	if (!begun)
		return;
	outcome.established = after == STATE_ESTABLISHED ||
			      !is_handshake(before);
	if (!outcome.established) {
		READ_KERNEL(outcome.error, sk->sk_err);
		call = calls.lookup(&tid);
		/* It fails within the call: what that returns is the error. */
		if (!outcome.error && call && call->sk == key && call->returns)
			return;
	}
	describe_socket(&outcome.socket, sk);
	emit_result(ctx, &outcome, begun->socket_id, begun->begun_ns);
	underway.delete(&key);
}

#ifdef WITH_KPROBES
/* The handshake goes on, or a signal came, which changes nothing about it. */
static inline bool is_under_way(int result)
{
	return result == -115 /* EINPROGRESS */ || result == -114 /* EALREADY */
	       || result == -4 /* EINTR */ || result <= -512 /* ERESTARTSYS */;
}

/* tcp_v4_connect and tcp_v6_connect: (struct sock *, struct sockaddr *, int) */
int kprobe_tcp_connect(struct pt_regs *ctx)
{
	struct place place = {};

	if (read_place(&place, (void *)PT_REGS_PARM2(ctx)) &&
	    (is_wanted_task() || is_dns_port(place.port)))
		connect_begin((struct sock *)PT_REGS_PARM1(ctx), &place, true);
	return 0;
}

/* It returned: 0 or a negative errno. */
int kretprobe_tcp_connect(struct pt_regs *ctx)
{
	uint32_t tid = (uint32_t)bpf_get_current_pid_tgid();
	struct call *call = calls.lookup(&tid);
	struct record_connect record = {};
	struct record_result outcome = {};
	int result = (int)PT_REGS_RC(ctx);
	struct underway *begun;

	if (!call)
		return 0;
	begun = underway.lookup(&call->sk);
	outcome.error = -result;
	if (result >= 0 || is_under_way(result)) {
		/* handshake_end() goes on from here. */
	} else if (call->begun_ns) {
		emit_failure(ctx, (struct sock *)call->sk, &call->place,
			     call->begun_ns, &record, &outcome);
	} else if (begun) {
		/* No port was free: handshake_end() has left it to us. */
		describe_socket(&outcome.socket, (struct sock *)call->sk);
		emit_result(ctx, &outcome, begun->socket_id, begun->begun_ns);
		underway.delete(&call->sk);
	}
	calls.delete(&tid);
	return 0;
}

#endif

#ifdef WITH_STATE_KPROBE
/* tcp_set_state: (struct sock *, int state) */
int kprobe_tcp_begin(struct pt_regs *ctx)
{
	if ((int)PT_REGS_PARM2(ctx) == STATE_SYN_SENT)
		handshake_begin(ctx, (struct sock *)PT_REGS_PARM1(ctx));
	return 0;
}

int kprobe_tcp_end(struct pt_regs *ctx)
{
	struct sock *sk = (struct sock *)PT_REGS_PARM1(ctx);
	int after = (int)PT_REGS_PARM2(ctx);
	uint8_t before = 0;

	bpf_probe_read_kernel(&before, sizeof(before),
			      (void *)&sk->__sk_common.skc_state);
	if (!is_handshake(after))
		handshake_end(ctx, sk, before, after);
	return 0;
}
#endif

/*
 * (struct sock *, int before, int after)
 *
 * A record's wake-up is an interrupt, after which the kernel hands on packets:
 * the end of one handshake comes in the middle of another's beginning. So these
 * are two programs.
 */
int raw_tracepoint_tcp_begin(struct bpf_raw_tracepoint_args *ctx)
{
	struct sock *sk = (struct sock *)ctx->args[0];

	if ((int)ctx->args[2] == STATE_SYN_SENT &&
	    socket_protocol(sk) == IPPROTO_TCP)
		handshake_begin(ctx, sk);
	return 0;
}

int raw_tracepoint_tcp_end(struct bpf_raw_tracepoint_args *ctx)
{
	struct sock *sk = (struct sock *)ctx->args[0];

	if (!is_handshake((int)ctx->args[2]))
		handshake_end(ctx, sk, (int)ctx->args[1], (int)ctx->args[2]);
	return 0;
}
