// SPDX-License-Identifier: MIT OR GPL-2.0-only
/*
 * Frames that programs put on the wire by themselves (packet(7)): the first one
 * from each socket to each interface.
 */

#ifndef AF_PACKET
#define AF_PACKET 17
#endif

/* Beside the protocols of IP, which are less: see struct destination. */
#define PROTO_FRAME 0x10000

/* The first bytes of struct sockaddr_ll (packet(7)). */
struct sockaddr_link {
	uint16_t family;
	uint16_t protocol_be;
	uint32_t ifindex;
};

/* What a socket is bound to; zero: to nothing, or it cannot be read. */
static inline void read_binding(struct sock *sk, struct record_frame *record)
{
#ifdef HAVE_packet_sock_ifindex
	struct packet_sock *packet = (struct packet_sock *)sk;
	struct net_device *device = NULL;
	uint16_t protocol_be = 0;

	READ_KERNEL(record->ifindex, packet->ifindex);
	READ_KERNEL(protocol_be, packet->num);
	record->protocol = swap16(protocol_be);
	READ_KERNEL(device, packet->prot_hook.dev);
	if (device)
		bpf_probe_read_kernel_str(record->interface,
					  sizeof(record->interface),
					  device->name);
#endif
}

/* to: as the program says, or NULL. */
static inline void frame_leaves(void *ctx, struct sock *sk,
				const struct sockaddr_link *to)
{
	struct record_frame record = {};
	struct destination key = {};
	struct net *net = NULL;
	uint8_t seen = 1;

	if (!is_wanted_task())
		return;
	read_binding(sk, &record);
	if (to && to->ifindex && to->ifindex != record.ifindex) {
		record.ifindex = to->ifindex;
		__builtin_memset(record.interface, 0, sizeof(record.interface));
	}
	if (to && to->protocol_be)
		record.protocol = swap16(to->protocol_be);
	key.socket_id = socket_id(sk);
	key.place.port = record.ifindex;
	key.protocol = PROTO_FRAME;
	key.tgid = current_tgid();
	if (sent.lookup(&key))
		return;
	sent.update(&key, &seen);
	bpf_probe_read_kernel(&net, sizeof(net), &sk->__sk_common.skc_net);
	READ_KERNEL(record.netns, net->ns.inum);
	record.header.kind = RECORD_FRAME;
	record.header.size = sizeof(record);
	record.header.time_ns = bpf_ktime_get_ns();
	describe_task(ctx, &record.task);
	submitted(ctx, events.perf_submit(ctx, &record, sizeof(record)));
}

#ifdef WITH_KPROBES
/* packet_sendmsg: (struct socket *, struct msghdr *, size_t) */
int kprobe_packet_sendmsg(struct pt_regs *ctx)
{
	struct socket *socket = (struct socket *)PT_REGS_PARM1(ctx);
	struct msghdr *message = (struct msghdr *)PT_REGS_PARM2(ctx);
	struct sockaddr_link to = {};
	struct sock *sk = NULL;
	void *name = NULL;

	READ_KERNEL(sk, socket->sk);
	READ_KERNEL(name, message->msg_name);
	if (name)
		bpf_probe_read_kernel(&to, sizeof(to), name);
	frame_leaves(ctx, sk, name ? &to : NULL);
	return 0;
}
#endif

#ifdef WITH_FRAMES
/*
 * (struct sock *, int result, int flags): what any socket has sent, since Linux
 * 6.4. Where the frame went, if the socket is not bound, is not told.
 */
int raw_tracepoint_sock_send_length(struct bpf_raw_tracepoint_args *ctx)
{
	struct sock *sk = (struct sock *)ctx->args[0];
	uint16_t family = 0;

	READ_KERNEL(family, sk->__sk_common.skc_family);
	if (family == AF_PACKET && (int)ctx->args[1] >= 0)
		frame_leaves(ctx, sk, NULL);
	return 0;
}
#endif
