// SPDX-License-Identifier: MIT OR GPL-2.0-only
/*
 * Datagrams: the first one from each socket to each place, and, where the hook
 * at sending comes after the fact, the connect() that chose the place.
 *
 * At udp_sendmsg and at the cgroup's sendmsg hook the socket has its port
 * already (inet_send_prepare), and the datagram has not left yet: who asks a
 * question is known before the question is on a wire.
 */

struct destination {
	uint64_t socket_id;
	uint32_t remote[4];
	uint32_t port;
	uint32_t tgid;
};
BPF_TABLE("lru_hash", struct destination, uint8_t, sent, 65536);

static inline void emit_datagram(void *ctx, struct record_connect *record,
				 int kind)
{
	record->header.kind = kind;
	record->header.size = sizeof(*record);
	record->header.time_ns = bpf_ktime_get_ns();
	record->begun_ns = record->header.time_ns;
	describe_task(&record->task);
	events.perf_submit(ctx, record, sizeof(*record));
}

/* A datagram goes (or went) to the place that the record tells. */
static inline void udp_send(void *ctx, struct record_connect *record)
{
	struct destination to = {};
	uint8_t seen = 1;

	to.socket_id = record->socket.id;
	__builtin_memcpy(to.remote, record->socket.remote, sizeof(to.remote));
	to.port = record->socket.remote_port;
	to.tgid = bpf_get_current_pid_tgid() >> 32;
	if (sent.lookup(&to))
		return;
	sent.update(&to, &seen);
	emit_datagram(ctx, record, RECORD_UDP_SEND);
}

/* udp_sendmsg and udpv6_sendmsg: (struct sock *, struct msghdr *, size_t) */
static inline int udp_sendmsg_entry(struct pt_regs *ctx)
{
	struct sock *sk = (struct sock *)PT_REGS_PARM1(ctx);
	struct msghdr *message = (struct msghdr *)PT_REGS_PARM2(ctx);
	struct record_connect record = {};
	void *name = NULL;

	describe_socket(&record.socket, sk);
	READ_KERNEL(name, message->msg_name);
	if (name)
		describe_sockaddr(&record.socket, name);
	if (record.socket.remote_port)
		udp_send(ctx, &record);
	return 0;
}

int kprobe_udp_sendmsg(struct pt_regs *ctx)
{
	return udp_sendmsg_entry(ctx);
}

int kprobe_udpv6_sendmsg(struct pt_regs *ctx)
{
	return udp_sendmsg_entry(ctx);
}

/* sock_send_length (Linux 6.3): (struct sock *, int sent, int flags) */
int raw_tracepoint_sock_send_length(struct bpf_raw_tracepoint_args *ctx)
{
	struct sock *sk = (struct sock *)ctx->args[0];
	struct record_connect record = {};

	if (socket_protocol(sk) != IPPROTO_UDP || (int)ctx->args[1] < 0)
		return 0;
	describe_socket(&record.socket, sk);
	/* Not connected: the sendmsg hook has seen where it went. */
	if (record.socket.remote_port)
		udp_send(ctx, &record);
	return 0;
}
