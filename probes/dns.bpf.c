// SPDX-License-Identifier: MIT OR GPL-2.0-only
/*
 * DNS where it leaves and enters sockets: at the root of the cgroup v2 tree
 * every packet of every socket of the machine comes by, whatever its network
 * namespace, as a whole (before it is cut into fragments, after it is put
 * together), once, with its socket, and before the program it is for gets it.
 * The programs always say 1: let it pass.
 */

/* The place that an unconnected socket has sent a question to, by its sock. */
BPF_TABLE("lru_hash", uint64_t, struct place, asked, 16384);

static inline void note_question(struct sock *sk, const struct place *place)
{
	uint64_t key = (uint64_t)sk;
	struct place copy = *place;

	if (IS_DNS_PORT(place->port))
		asked.update(&key, &copy);
	else if (place->port)
		asked.delete(&key);
}

/* The ports of a packet whose socket has no peer; false: not a datagram. */
static inline bool read_ports(struct __sk_buff *packet, uint16_t *ports)
{
	uint8_t head[10] = {0};
	uint32_t at;

	if (bpf_skb_load_bytes(packet, 0, head, sizeof(head)))
		return false;
	if (head[0] >> 4 == 4) {
		at = (head[0] & 15) * 4;
		if (head[9] != IPPROTO_UDP)
			return false;
	} else {
		at = 40;
		if (head[6] != IPPROTO_UDP)
			return false;
	}
	return bpf_skb_load_bytes(packet, at, ports, 4) == 0;
}

static inline void packet_passes(struct __sk_buff *packet, bool leaves)
{
	struct bpf_sock *known = packet->sk;
	struct record_packet record = {};
	struct place *place;
	uint16_t ports[2] = {0, 0};
	uint32_t len = packet->len;
	struct sock *sk = NULL;
	uint16_t peer;
	uint64_t key;
	int err;

	if (!known)
		return;
	peer = swap16((uint16_t)known->dst_port);
	if (peer && !IS_DNS_PORT(peer))
		return;
	bpf_probe_read_kernel(&sk, sizeof(sk), &known);
	key = (uint64_t)sk;
	place = peer ? NULL : asked.lookup(&key);
	if (!peer && !place) {
		if (!read_ports(packet, ports))
			return;
		peer = swap16(ports[leaves ? 1 : 0]);
		if (!IS_DNS_PORT(peer))
			return;
	}
	record.header.kind = RECORD_PACKET;
	record.header.time_ns = bpf_ktime_get_ns();
	describe_socket(&record.socket, sk);
	if (place && leaves) {
		record.socket.remote_port = place->port;
		__builtin_memcpy(record.socket.remote, place->addr, 16);
	}
	record.leaves = leaves;
	record.len = len;
	if (len > RECORD_PACKET_LEN)
		len = RECORD_PACKET_LEN;
	record.header.size = sizeof(record) + len;
	/* libbcc puts a semicolon behind its call. */
	err = events.perf_submit_skb(packet, len, &record, sizeof(record));
	submitted(err);
}

int cgroup_egress(struct __sk_buff *packet)
{
	packet_passes(packet, true);
	return 1;
}

int cgroup_ingress(struct __sk_buff *packet)
{
	packet_passes(packet, false);
	return 1;
}
