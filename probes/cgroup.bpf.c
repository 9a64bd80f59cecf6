// SPDX-License-Identifier: MIT OR GPL-2.0-only
/*
 * The fallback for kernels without kprobes: programs at the root of the cgroup
 * v2 tree see every connect() and every datagram to a given place, in the
 * thread that calls, before anything is sent. They always say 1: go on.
 *
 * The hook before connect() does not know its outcome. A handshake is followed
 * by tcp_state(); the call's return (sys_exit_connect) tells of failures that
 * come before one, and when a datagram socket has got its port. A connected
 * datagram socket shows its sends only afterwards (sock_send_length).
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

static inline bool is_ours(struct bpf_sock_addr *ctx)
{
	return ctx->protocol == IPPROTO_TCP || ctx->protocol == IPPROTO_UDP;
}

int cgroup_connect4(struct bpf_sock_addr *ctx)
{
	struct place place = {};

	read_v4(&place, ctx);
	if (is_ours(ctx))
		connect_begin(call_socket(ctx), &place);
	return 1;
}

int cgroup_connect6(struct bpf_sock_addr *ctx)
{
	struct place place = {};

	read_v6(&place, ctx);
	if (is_ours(ctx))
		connect_begin(call_socket(ctx), &place);
	return 1;
}

int cgroup_sendmsg4(struct bpf_sock_addr *ctx)
{
	struct place place = {};

	read_v4(&place, ctx);
	udp_send(ctx, call_socket(ctx), &place);
	return 1;
}

int cgroup_sendmsg6(struct bpf_sock_addr *ctx)
{
	struct place place = {};

	read_v6(&place, ctx);
	udp_send(ctx, call_socket(ctx), &place);
	return 1;
}

/* sock_send_length (Linux 6.3): (struct sock *, int sent, int flags) */
int raw_tracepoint_sock_send_length(struct bpf_raw_tracepoint_args *ctx)
{
	struct sock *sk = (struct sock *)ctx->args[0];
	struct place peer = {};

	/* Of a socket without a peer, the sendmsg hook has told. */
	if (socket_protocol(sk) == IPPROTO_UDP && (int)ctx->args[1] >= 0)
		udp_send(ctx, sk, &peer);
	return 0;
}

/* events/syscalls/sys_exit_connect/format */
struct syscall_exit {
	uint64_t common;
	int64_t number;
	int64_t result;
};

int tracepoint_sys_exit_connect(struct syscall_exit *ctx)
{
	uint32_t tid = (uint32_t)bpf_get_current_pid_tgid();
	struct call *call = calls.lookup(&tid);
	struct record_connect record = {};
	struct sock *sk;

	if (!call)
		return 0;
	sk = (struct sock *)call->sk;
	if (socket_protocol(sk) != IPPROTO_UDP) {
		connect_end(ctx, (int)ctx->result, &record);
		return 0;
	}
	calls.delete(&tid);
	if (ctx->result)
		return 0;
	describe_socket(&record.socket, sk);
	emit_datagram(ctx, &record, RECORD_UDP_OPEN);
	return 0;
}
#endif
