// SPDX-License-Identifier: MIT OR GPL-2.0-only
/*
 * Datagrams: the first one from each socket to each place.
 *
 * At udp_sendmsg and at the cgroup's sendmsg hook the socket has its port
 * already (inet_send_prepare), and the datagram has not left yet: who asks a
 * question is known before the question is on a wire.
 */

struct destination {
	uint64_t socket_id;
	struct place place;
	uint32_t tgid;
	uint32_t local_port;
	uint32_t pad;
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
	submitted(events.perf_submit(ctx, record, sizeof(*record)));
}

/* A datagram goes (or went) to the place, or, if that is none, to its peer. */
static inline void udp_send(void *ctx, struct sock *sk, struct place *place)
{
	struct record_connect record = {};
	struct destination to = {};
	uint8_t seen = 1;

	describe_socket(&record.socket, sk);
	note_question(sk, place);
	if (place->port) {
		record.socket.remote_port = place->port;
		__builtin_memcpy(record.socket.remote, place->addr, 16);
	}
	to.socket_id = record.socket.id;
	to.place.port = record.socket.remote_port;
	__builtin_memcpy(to.place.addr, record.socket.remote, 16);
	to.local_port = record.socket.local_port;
	to.tgid = bpf_get_current_pid_tgid() >> 32;
	if (!to.place.port || sent.lookup(&to))
		return;
	sent.update(&to, &seen);
	emit_datagram(ctx, &record, RECORD_UDP_SEND);
}

#ifdef WITH_KPROBES
/* udp_sendmsg and udpv6_sendmsg: (struct sock *, struct msghdr *, size_t) */
int kprobe_udp_sendmsg(struct pt_regs *ctx)
{
	struct msghdr *message = (struct msghdr *)PT_REGS_PARM2(ctx);
	struct place place = {};
	void *name = NULL;

	READ_KERNEL(name, message->msg_name);
	if (name)
		read_place(&place, name);
	udp_send(ctx, (struct sock *)PT_REGS_PARM1(ctx), &place);
	return 0;
}
#endif
