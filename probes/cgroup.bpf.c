// SPDX-License-Identifier: MIT OR GPL-2.0-only
/*
 * The fallback for kernels without kprobes: programs at the root of the cgroup
 * v2 tree see every connect() and every datagram to a given place, in the
 * thread that calls, before anything is sent. They always say 1: go on.
 *
 * The hook before connect() does not know its outcome. A handshake is followed
 * by handshake_begin(). What comes before one is to look for a route; there we
 * learn that there is none. A connect that failed so is told with its outcome
 * when the socket is closed, which is the next thing that programs do. (A hook
 * on the return from connect(2) would make every system call of the machine
 * slower.)
 *
 * Of datagrams these hooks know where the program sends them; that they are
 * sent is seen where they leave the socket.
 */

#ifdef WITH_CGROUPS
/* The verifier lets nobody look behind a socket it knows: make it forget. */
static inline struct sock *call_socket(struct bpf_sock_addr *ctx)
{
	void *known = ctx->sk;
	struct sock *sk = NULL;

	bpf_probe_read_kernel(&sk, sizeof(sk), &known);
	return sk;
}

static inline void read_v4(struct place *place, struct bpf_sock_addr *ctx)
{
	place->port = swap16((uint16_t)ctx->user_port);
	map_v4(place->addr, ctx->user_ip4);
}

static inline void read_v6(struct place *place, struct bpf_sock_addr *ctx)
{
	uint32_t *addr = (uint32_t *)place->addr;

	place->port = swap16((uint16_t)ctx->user_port);
	addr[0] = ctx->user_ip6[0];
	addr[1] = ctx->user_ip6[1];
	addr[2] = ctx->user_ip6[2];
	addr[3] = ctx->user_ip6[3];
}

static inline void connects(struct bpf_sock_addr *ctx,
			    const struct place *place)
{
	uint64_t key = (uint64_t)call_socket(ctx), now = bpf_ktime_get_ns();

	/* Of whoever: it may be another that sends. */
	if (ctx->protocol == IPPROTO_UDP)
		opened.update(&key, &now);
	else if (ctx->protocol == IPPROTO_TCP &&
		 (is_wanted_task() || is_dns_port(place->port)))
		connect_begin((struct sock *)key, place, false);
}

/* include/uapi/asm-generic/errno*.h */
#define ERROR_AGAIN	  11 /* this table has no route: try the next */
#define ERROR_ACCESS	  13
#define ERROR_INVALID	  22
#define ERROR_NETUNREACH  101
#define ERROR_HOSTUNREACH 113

/* include/uapi/linux/rtnetlink.h */
#define ROUTE_BLACKHOLE	  6
#define ROUTE_UNREACHABLE 7
#define ROUTE_PROHIBIT	  8

/* The compiler would call memcmp(), which is not there. */
static inline bool is_same_addr(const uint8_t *a, const uint8_t *b)
{
	const uint32_t *left = (const uint32_t *)a;
	const uint32_t *right = (const uint32_t *)b;

	return left[0] == right[0] && left[1] == right[1] &&
	       left[2] == right[2] && left[3] == right[3];
}

/* The connect's own record has told of the socket. */
static inline void emit_outcome(void *ctx, const struct failure *failure)
{
	struct record_result outcome = {};

	outcome.error = failure->error;
	outcome.ended_ns = failure->ended_ns;
	emit_result(ctx, &outcome, failure->socket_id, failure->begun_ns);
}

/*
 * A connect without a route, told of at once; its outcome waits for the next
 * table, or the end of the socket.
 */
static inline void note_failure(void *ctx, struct call *call,
				struct record_connect *record, int error)
{
	struct failure *before = failures.lookup(&call->sk);
	struct failure failure = {};

	/* A try on the same socket that failed earlier, and was not told yet. */
	if (before && before->begun_ns != call->begun_ns)
		emit_outcome(ctx, before);
	failure.begun_ns = call->begun_ns;
	failure.ended_ns = bpf_ktime_get_ns();
	failure.socket_id = record->socket.id;
	failure.error = error == ERROR_AGAIN ? ERROR_NETUNREACH : error;
	if (!call->failed)
		emit_connect(ctx, (struct sock *)call->sk, record,
			     call->begun_ns);
	call->failed = 1;
	if (failures.update(&call->sk, &failure))
		count_drop();
}

/* Addresses are numbers: see common.h. */
struct route_lookup {
	uint64_t ctx;
	uint64_t place;
	int64_t error;
};

/*
 * A table was asked for a route to place, and has none; error as
 * fib_table_lookup() has it, positive. Interrupts ask too: only what the running
 * call is for matters.
 */
SUBPROGRAM int subprogram_3(struct route_lookup *lookup)
{
	const struct place *place = (void *)lookup->place;
	uint32_t tid = (uint32_t)bpf_get_current_pid_tgid();
	struct call *call = calls.lookup(&tid);
	struct record_connect record = {};

	if (!call || call->returns ||
	    !is_same_addr(place->addr, call->place.addr))
		return 0;
	describe_socket(&record.socket, (struct sock *)call->sk);
	record.socket.remote_port = call->place.port;
	__builtin_memcpy(record.socket.remote, place->addr, 16);
	note_failure((void *)lookup->ctx, call, &record, (int)lookup->error);
	return 0;
}

static inline void route_lookup(void *ctx, const struct place *place, int error)
{
	static int (*note)(struct route_lookup *) = SUBPROGRAM_CALL(3);
	struct route_lookup lookup = {
		.ctx = (uint64_t)ctx,
		.place = (uint64_t)place,
		.error = error,
	};

	note(&lookup);
}

int cgroup_connect4(struct bpf_sock_addr *ctx)
{
	struct place place = {};

	read_v4(&place, ctx);
	connects(ctx, &place);
	return 1;
}

int cgroup_connect6(struct bpf_sock_addr *ctx)
{
	struct place place = {};

	read_v6(&place, ctx);
	connects(ctx, &place);
	return 1;
}

int cgroup_sendmsg4(struct bpf_sock_addr *ctx)
{
	struct place place = {};

	read_v4(&place, ctx);
	note_sending(call_socket(ctx), &place);
	return 1;
}

int cgroup_sendmsg6(struct bpf_sock_addr *ctx)
{
	struct place place = {};

	read_v6(&place, ctx);
	note_sending(call_socket(ctx), &place);
	return 1;
}

/* (u32 table, struct flowi4 *, struct fib_nh_common *, int error) */
int raw_tracepoint_fib_table_lookup(struct bpf_raw_tracepoint_args *ctx)
{
	struct flowi4 *flow = (struct flowi4 *)ctx->args[1];
	struct place place = {};
	uint32_t v4 = 0;
	int error = -(int)ctx->args[3];

	if (!error)
		return 0;
	READ_KERNEL(v4, flow->daddr);
	map_v4(place.addr, v4);
	route_lookup(ctx, &place, error);
	return 0;
}

#ifdef HAVE_net_ipv6
/* What ip6_route_output() makes of a result: fib6_rt_type_to_error(). */
static inline int route6_error(struct net *net, struct fib6_result *result)
{
	void *route = NULL, *none = NULL;
	uint8_t type = 0;

	READ_KERNEL(route, result->f6i);
	READ_KERNEL(none, net->ipv6.fib6_null_entry);
	READ_KERNEL(type, result->fib6_type);
	if (!route || route == none)
		return ERROR_AGAIN;
	if (type == ROUTE_BLACKHOLE)
		return ERROR_INVALID;
	if (type == ROUTE_UNREACHABLE)
		return ERROR_HOSTUNREACH;
	return type == ROUTE_PROHIBIT ? ERROR_ACCESS : 0;
}

/* (struct net *, struct fib6_result *, struct fib6_table *, struct flowi6 *) */
int raw_tracepoint_fib6_table_lookup(struct bpf_raw_tracepoint_args *ctx)
{
	struct flowi6 *flow = (struct flowi6 *)ctx->args[3];
	struct place place = {};
	int error = route6_error((struct net *)ctx->args[0],
				 (struct fib6_result *)ctx->args[1]);

	if (!error)
		return 0;
	bpf_probe_read_kernel(place.addr, sizeof(place.addr), &flow->daddr);
	route_lookup(ctx, &place, error);
	return 0;
}
#endif

/* (struct sock *) */
int raw_tracepoint_tcp_destroy_sock(struct bpf_raw_tracepoint_args *ctx)
{
	uint64_t key = ctx->args[0];
	uint32_t tid = (uint32_t)bpf_get_current_pid_tgid();
	struct failure *failure = failures.lookup(&key);
	struct call *call;

	if (!failure)
		return 0;
	emit_outcome(ctx, failure);
	failures.delete(&key);
	call = calls.lookup(&tid);
	if (call && call->sk == key)
		calls.delete(&tid);
	return 0;
}
#endif
