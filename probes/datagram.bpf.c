// SPDX-License-Identifier: MIT OR GPL-2.0-only
/*
 * What goes between each datagram socket and each place, counted where packets
 * leave and enter sockets: whole datagrams, several at once if the program, or
 * the network card, handles them so. User space reads the table, and takes out
 * of it what is over.
 */

#ifdef WITH_FLOWS
BPF_HASH(datagrams, struct datagram_key, struct datagram_count,
	 DATAGRAM_FLOWS_MAX);

/* RFC 8200 4.1: the headers that may come before a datagram's. */
#define NEXT_HOP_BY_HOP	 0
#define NEXT_ROUTING	 43
#define NEXT_DESTINATION 60
#define EXTENSIONS_MAX	 4
#define UDP_HEADER_LEN	 8

struct datagram {
	uint32_t len; /* of what the program sees */
	uint16_t source_port;
	uint16_t destination_port;
};

/* False: it is no datagram, or none any more (IPsec). */
static inline bool read_datagram(struct __sk_buff *packet, struct datagram *ret)
{
	uint8_t head[10] = {};
	uint32_t at = 40;
	uint8_t protocol;

	bpf_skb_load_bytes(packet, 0, head, sizeof(head));
	if (head[0] >> 4 == 4)
		at = (head[0] & 15) * 4;
	protocol = head[0] >> 4 == 4 ? head[9] : head[6];
#pragma unroll
	for (int i = 0; i < EXTENSIONS_MAX; i++) {
		if (protocol != NEXT_HOP_BY_HOP && protocol != NEXT_ROUTING &&
		    protocol != NEXT_DESTINATION)
			break;
		bpf_skb_load_bytes(packet, at, head, 2);
		protocol = head[0];
		at += (head[1] + 1) * 8;
	}
	if (protocol != IPPROTO_UDP ||
	    bpf_skb_load_bytes(packet, at, head, UDP_HEADER_LEN))
		return false;
	ret->len = packet->len - at - UDP_HEADER_LEN;
	ret->source_port = head[0] << 8 | head[1];
	ret->destination_port = head[2] << 8 | head[3];
	return true;
}

/* The packet's address at its source (0) or destination (1). */
static inline void read_addr(struct __sk_buff *packet, int which, uint8_t *addr)
{
	uint32_t v4 = 0;
	uint8_t version = 0;

	bpf_skb_load_bytes(packet, 0, &version, sizeof(version));
	if (version >> 4 == 4) {
		bpf_skb_load_bytes(packet, 12 + 4 * which, &v4, sizeof(v4));
		map_v4(addr, v4);
		return;
	}
	bpf_skb_load_bytes(packet, 8 + 16 * which, addr, 16);
}

static inline struct datagram_count *find_count(struct datagram_key *key)
{
	struct datagram_count none = {};
	struct datagram_count *count = datagrams.lookup(key);

	if (count)
		return count;
	/* Another processor may be here, too: what it has counted stays. */
	datagrams.insert(key, &none);
	count = datagrams.lookup(key);
	if (!count)
		count_drop();
	return count;
}

static inline uint32_t datagram_total(struct __sk_buff *packet)
{
	return packet->gso_segs ? packet->gso_segs : 1;
}

static inline void emit_flow_owner(void *ctx, struct record_connect *record,
				   enum record_kind kind)
{
	record->header.kind = kind;
	record->header.size = sizeof(*record);
	record->header.time_ns = bpf_ktime_get_ns();
	record->begun_ns = record->header.time_ns;
	describe_task(ctx, &record->task);
	submitted(ctx, events.perf_submit(ctx, record, sizeof(*record)));
}

/* Of the record, the socket is filled in, with where the program sends to. */
static inline void count_leaving(struct __sk_buff *packet, struct sock *sk,
				 struct record_connect *record)
{
	struct datagram datagram = {};
	struct datagram_key key = {};
	struct datagram_count *count;

	if (!is_of_program(sk) || !read_datagram(packet, &datagram))
		return;
	key.socket_id = record->socket.id;
	key.remote_port = record->socket.remote_port;
	__builtin_memcpy(key.remote, record->socket.remote, 16);
	count = find_count(&key);
	if (!count)
		return;
	if (!count->packets_out) {
		record->socket.local_port = datagram.source_port;
		read_addr(packet, 0, record->socket.local);
		emit_flow_owner(packet, record, RECORD_FLOW_OWNER);
	}
	__sync_fetch_and_add(&count->bytes_out, datagram.len);
	__sync_fetch_and_add(&count->packets_out, datagram_total(packet));
}

static inline void count_entering(struct __sk_buff *packet, struct sock *sk)
{
	struct record_arrival record = {};
	struct datagram datagram = {};
	struct datagram_key key = {};
	struct datagram_count *count;

	if (!is_of_program(sk) || !read_datagram(packet, &datagram))
		return;
	key.socket_id = socket_id(sk);
	key.remote_port = datagram.source_port;
	read_addr(packet, 0, key.remote);
	count = find_count(&key);
	if (!count)
		return;
	if (!count->packets_out && !count->packets_in) {
		describe_socket(&record.socket, sk);
		record.socket.local_port = datagram.destination_port;
		record.socket.remote_port = datagram.source_port;
		read_addr(packet, 1, record.socket.local);
		read_addr(packet, 0, record.socket.remote);
		record.header.kind = RECORD_FLOW_BEGIN;
		record.header.size = sizeof(record);
		record.header.time_ns = bpf_ktime_get_ns();
		submitted(packet,
			  events.perf_submit(packet, &record, sizeof(record)));
	}
	__sync_fetch_and_add(&count->bytes_in, datagram.len);
	__sync_fetch_and_add(&count->packets_in, datagram_total(packet));
}
#endif
