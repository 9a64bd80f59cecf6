// SPDX-License-Identifier: MIT OR GPL-2.0-only
/*
 * Packets where they leave and enter sockets: at the root of the cgroup v2 tree
 * every packet of every socket of the machine comes by, whatever its network
 * namespace, as a whole (before it is cut into fragments, after it is put
 * together), once, with its socket, and before the program it is for gets it.
 * What may be DNS is handed on. The programs always say 1: let it pass.
 */

/* A packet's port at its source (0) or destination (1); 0: it is no datagram. */
static inline uint16_t datagram_port(struct __sk_buff *packet, int which)
{
	uint8_t head[10] = {0};
	uint16_t port_be = 0;
	uint32_t at = 40;

	bpf_skb_load_bytes(packet, 0, head, sizeof(head));
	if (head[0] >> 4 == 4)
		at = (head[0] & 15) * 4;
	if ((head[0] >> 4 == 4 ? head[9] : head[6]) != IPPROTO_UDP)
		return 0;
	bpf_skb_load_bytes(packet, at + 2 * which, &port_be, sizeof(port_be));
	return swap16(port_be);
}

static inline void submit_packet(struct __sk_buff *packet, bool leaves,
				 const struct record_socket *socket)
{
	struct record_packet record = {};
	uint32_t len = packet->len;
	int err;

	record.header.kind = RECORD_PACKET;
	record.header.time_ns = bpf_ktime_get_ns();
	record.socket = *socket;
	record.leaves = leaves;
	record.len = len;
	if (len > RECORD_PACKET_LEN)
		len = RECORD_PACKET_LEN;
	record.header.size = sizeof(record) + len;
	/* libbcc puts a semicolon behind its call. */
	err = events.perf_submit_skb(packet, len, &record, sizeof(record));
	submitted(packet, err);
}

/* NULL: none, or one that is only just begun, or already ending. */
static inline struct bpf_sock *whole_socket(struct __sk_buff *packet)
{
	struct bpf_sock *known = packet->sk;

	return known ? bpf_sk_fullsock(known) : NULL;
}

static inline bool is_stream(struct bpf_sock *known)
{
	return known->protocol == IPPROTO_TCP && known->type == TYPE_STREAM;
}

static inline bool is_datagram(struct bpf_sock *known)
{
	return known->protocol == IPPROTO_UDP && known->type == TYPE_DATAGRAM;
}

/* The verifier lets nobody look behind a socket it knows: make it forget. */
static inline struct sock *packet_socket(struct bpf_sock *known)
{
	struct sock *sk = NULL;

	bpf_probe_read_kernel(&sk, sizeof(sk), &known);
	return sk;
}

/* Where a datagram goes: what its sender has named, or its socket's peer. */
static inline void read_destination(struct sock *sk, struct record_socket *to,
				    bool *to_peer)
{
	uint32_t tid = current_tid();
	struct sending *sending = sendings.lookup(&tid);

	*to_peer = !sending || sending->sk != (uint64_t)sk ||
		   !sending->place.port;
	if (*to_peer)
		return;
	to->remote_port = sending->place.port;
	__builtin_memcpy(to->remote, sending->place.addr, 16);
	sendings.delete(&tid);
}

/*
 * Whether a datagram is anything to tell of here. Only where this is also the
 * hook for datagrams is that more than DNS.
 */
static inline bool is_datagram_wanted(struct __sk_buff *packet,
				      struct bpf_sock *known, struct sock *sk)
{
	uint32_t tid = current_tid();
	uint16_t port = swap16((uint16_t)known->dst_port);
	struct sending *sending;

#ifdef WITH_FLOWS
	return true;
#endif
#ifdef WITH_CGROUPS
	if (is_wanted_task())
		return true;
#endif
	sending = sendings.lookup(&tid);
	if (sending && sending->sk != (uint64_t)sk)
		sending = NULL;
	if (sending && sending->place.port)
		port = sending->place.port;
	if (is_dns_port(port ? port : datagram_port(packet, 1)))
		return true;
	if (sending)
		sendings.delete(&tid);
	return false;
}

static inline void leaves(struct __sk_buff *packet, struct bpf_sock *known)
{
	struct sock *sk = packet_socket(known);
	struct record_connect record = {};
	bool is_udp = is_datagram(known);
	bool is_other = !is_udp && !is_stream(known);
	bool is_told = is_other, to_peer = false;
	uint16_t port;

	if (is_udp && !is_datagram_wanted(packet, known, sk))
		return;
	if (!is_other)
		describe_socket(&record.socket, sk);
	else if (!describe_other(packet, known, sk, &record.socket))
		return;
	if (is_udp)
		read_destination(sk, &record.socket, &to_peer);
	port = record.socket.remote_port;
#ifdef WITH_CGROUPS
	/* To no place, it is not a program's but a tunnel's. */
	is_told = is_told || (is_udp && port);
#endif
	if (is_told)
		datagram_leaves(packet, sk, to_peer, &record);
	if (is_other)
		return;
	if (is_udp && !port)
		port = datagram_port(packet, 1);
	if (IS_DNS_PORT(port))
		submit_packet(packet, true, &record.socket);
#ifdef WITH_FLOWS
	if (is_udp && record.socket.remote_port)
		count_leaving(packet, sk, &record);
#endif
}

/* Of connections that are not for DNS, each packet comes by here for nothing. */
static inline bool is_wanted(struct bpf_sock *known)
{
	return known && (!is_stream(known) ||
			 IS_DNS_PORT(swap16((uint16_t)known->dst_port)));
}

int cgroup_egress(struct __sk_buff *packet)
{
	struct bpf_sock *known = whole_socket(packet);

	if (is_wanted(known))
		leaves(packet, known);
	return 1;
}

int cgroup_ingress(struct __sk_buff *packet)
{
	struct bpf_sock *known = whole_socket(packet);
	struct record_socket socket = {};
	uint16_t port;

	if (!is_wanted(known))
		return 1;
#ifdef WITH_FLOWS
	if (is_datagram(known))
		count_entering(packet, packet_socket(known));
#endif
	port = swap16((uint16_t)known->dst_port);
	if (!port && is_datagram(known))
		port = datagram_port(packet, 0);
	if (!IS_DNS_PORT(port))
		return 1;
	describe_socket(&socket, packet_socket(known));
	submit_packet(packet, false, &socket);
	return 1;
}
