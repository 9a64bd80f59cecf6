// SPDX-License-Identifier: MIT OR GPL-2.0-only
/*
 * Datagrams: the first one from each socket to each place, told of before it
 * leaves: who asks a question is known before the question is on a wire.
 *
 * Either where programs send (udp_sendmsg), or where the packet leaves its
 * socket (dns.bpf.c). There its destination may have been rewritten already:
 * the one that the program gave is kept from the hook before.
 */

/* The place that a thread sends to, if it named one. */
struct sending {
	uint64_t sk;
	struct place place;
	uint32_t pad;
};
BPF_TABLE("lru_hash", uint32_t, struct sending, sendings, UNDERWAY_MAX);

/* When a datagram socket was given its peer, by struct sock. */
BPF_TABLE("lru_hash", uint64_t, uint64_t, opened, UNDERWAY_MAX);

struct destination {
	uint64_t socket_id;
	struct place place;
	uint32_t tgid;
	uint32_t local_port;
	uint32_t protocol;
};
BPF_TABLE("lru_hash", struct destination, uint8_t, sent, 65536);

static inline void note_sending(struct sock *sk, const struct place *place)
{
	uint32_t tid = current_tid();
	struct sending sending = {};

	sending.sk = (uint64_t)sk;
	sending.place = *place;
	sendings.update(&tid, &sending);
}

/* Of the record, the socket is filled in, with where it goes. */
static inline void datagram_leaves(void *ctx, struct sock *sk, bool to_peer,
				   struct record_connect *record)
{
	uint64_t key = (uint64_t)sk, now = bpf_ktime_get_ns();
	struct destination to = {};
	uint64_t *begun_ns;
	uint8_t seen = 1;

	to.socket_id = record->socket.id;
	to.place.port = record->socket.remote_port;
	__builtin_memcpy(to.place.addr, record->socket.remote, 16);
	to.local_port = record->socket.local_port;
	to.protocol = record->socket.protocol;
	/* Those of SCTP are sent again in interrupts, whoever runs then. */
	if (record->socket.protocol != PROTO_SCTP)
		to.tgid = current_tgid();
	if (sent.lookup(&to))
		return;
	sent.update(&to, &seen);
	/* Also if not: or who sends it again might be taken for the sender. */
	if (record->socket.protocol == PROTO_SCTP && !is_wanted_task())
		return;
	begun_ns = to_peer ? opened.lookup(&key) : NULL;
	record->header.kind = RECORD_SEND;
	record->header.size = sizeof(*record);
	record->header.time_ns = now;
	record->begun_ns = begun_ns ? *begun_ns : now;
	describe_task(ctx, &record->task);
	submitted(ctx, events.perf_submit(ctx, record, sizeof(*record)));
}

#ifdef WITH_KPROBES
/* udp_sendmsg and udpv6_sendmsg: (struct sock *, struct msghdr *, size_t) */
int kprobe_udp_sendmsg(struct pt_regs *ctx)
{
	struct sock *sk = (struct sock *)PT_REGS_PARM1(ctx);
	struct msghdr *message = (struct msghdr *)PT_REGS_PARM2(ctx);
	struct record_connect record = {};
	struct place place = {};
	void *name = NULL;

	READ_KERNEL(name, message->msg_name);
	/* Also if there is none: what was noted before was never sent. */
	if (name)
		read_place(&place, name);
	note_sending(sk, &place);
	if (!is_wanted_task() &&
	    !is_dns_port(place.port ? place.port : remote_port(sk)))
		return 0;
	describe_socket(&record.socket, sk);
	if (place.port) {
		record.socket.remote_port = place.port;
		__builtin_memcpy(record.socket.remote, place.addr, 16);
	}
	if (record.socket.remote_port)
		datagram_leaves(ctx, sk, !place.port, &record);
	return 0;
}
#endif
