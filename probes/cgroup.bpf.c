// SPDX-License-Identifier: MIT OR GPL-2.0-only
/*
 * The fallback for kernels without kprobes: programs at the root of the cgroup
 * v2 tree see every connect() and every datagram to a given place, in the
 * process that calls, before anything is sent. They always say 1: go on.
 *
 * The hook before connect() does not know its outcome. A handshake is followed
 * by tcp_state(); the call's return (sys_exit_connect) tells of failures that
 * come before one, and when a datagram socket has got its port.
 */

/* The verifier lets nobody look behind a socket that it knows: make it forget. */
static inline struct sock *call_socket(struct bpf_sock_addr *ctx)
{
	void *known = ctx->sk;
	struct sock *sk = NULL;

	bpf_probe_read_kernel(&sk, sizeof(sk), &known);
	return sk;
}

/* The socket that a call is for, and the port it names. */
static inline void describe_call(struct bpf_sock_addr *ctx,
				 struct record_socket *to)
{
	describe_socket(to, call_socket(ctx));
	to->remote_port = swap16((uint16_t)ctx->user_port);
}

static inline int cgroup_connect(struct bpf_sock_addr *ctx,
				 struct record_connect *record)
{
	uint32_t tid = (uint32_t)bpf_get_current_pid_tgid();
	struct sock *sk = call_socket(ctx);
	uint64_t key = (uint64_t)sk;

	if (ctx->protocol == IPPROTO_TCP)
		connect_begin(ctx, sk, record);
	else if (ctx->protocol == IPPROTO_UDP && connecting.update(&tid, &key))
		count_drop(DROP_UNDERWAY);
	return 1;
}

int cgroup_connect4(struct bpf_sock_addr *ctx)
{
	struct record_connect record = {};

	describe_call(ctx, &record.socket);
	map_v4(record.socket.remote, ctx->user_ip4);
	return cgroup_connect(ctx, &record);
}

int cgroup_connect6(struct bpf_sock_addr *ctx)
{
	struct record_connect record = {};
	uint32_t *remote = (uint32_t *)record.socket.remote;

	describe_call(ctx, &record.socket);
	remote[0] = ctx->user_ip6[0];
	remote[1] = ctx->user_ip6[1];
	remote[2] = ctx->user_ip6[2];
	remote[3] = ctx->user_ip6[3];
	return cgroup_connect(ctx, &record);
}

int cgroup_sendmsg4(struct bpf_sock_addr *ctx)
{
	struct record_connect record = {};

	describe_call(ctx, &record.socket);
	map_v4(record.socket.remote, ctx->user_ip4);
	udp_send(ctx, &record);
	return 1;
}

int cgroup_sendmsg6(struct bpf_sock_addr *ctx)
{
	struct record_connect record = {};
	uint32_t *remote = (uint32_t *)record.socket.remote;

	describe_call(ctx, &record.socket);
	remote[0] = ctx->user_ip6[0];
	remote[1] = ctx->user_ip6[1];
	remote[2] = ctx->user_ip6[2];
	remote[3] = ctx->user_ip6[3];
	udp_send(ctx, &record);
	return 1;
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
	uint64_t *key = connecting.lookup(&tid);
	struct record_connect record = {};
	struct sock *sk;

	if (!key)
		return 0;
	sk = (struct sock *)*key;
	if (socket_protocol(sk) != IPPROTO_UDP) {
		connect_end(ctx, (int)ctx->result);
		return 0;
	}
	connecting.delete(&tid);
	if (ctx->result)
		return 0;
	describe_socket(&record.socket, sk);
	emit_datagram(ctx, &record, RECORD_UDP_OPEN);
	return 0;
}
