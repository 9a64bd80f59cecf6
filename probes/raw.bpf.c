// SPDX-License-Identifier: MIT OR GPL-2.0-only
/*
 * The sockets that are neither TCP's nor UDP's: pings, raw sockets, and SCTP.
 * Seen where their packets leave them, in the thread that sends.
 */

/* RFC 791, RFC 9260 3.2 */
#define PROTO_ICMP   1
#define PROTO_ICMPV6 58
#define PROTO_RAW    255
#define SCTP_INIT    1

struct packet_head {
	uint32_t transport_at; /* of the transport's header */
	uint32_t protocol;
	struct place source, destination;
};

static inline void read_head(struct __sk_buff *packet, struct packet_head *head)
{
	uint8_t ip[40] = {};
	uint32_t v4;

	bpf_skb_load_bytes(packet, 0, ip, 20);
	if (ip[0] >> 4 == 4) {
		head->transport_at = (ip[0] & 15) * 4;
		head->protocol = ip[9];
		__builtin_memcpy(&v4, ip + 12, sizeof(v4));
		map_v4(head->source.addr, v4);
		__builtin_memcpy(&v4, ip + 16, sizeof(v4));
		map_v4(head->destination.addr, v4);
		return;
	}
	bpf_skb_load_bytes(packet, 0, ip, sizeof(ip));
	head->transport_at = sizeof(ip);
	head->protocol = ip[6];
	__builtin_memcpy(head->source.addr, ip + 8, 16);
	__builtin_memcpy(head->destination.addr, ip + 24, 16);
}

/*
 * An association is begun by the program that wants it, but goes on in
 * interrupts, whoever runs then. False: this packet begins none.
 */
static inline bool read_sctp(struct __sk_buff *packet, struct packet_head *head)
{
	uint8_t sctp[13] = {};

	if (bpf_skb_load_bytes(packet, head->transport_at, sctp, sizeof(sctp)))
		return false;
	head->source.port = sctp[0] << 8 | sctp[1];
	head->destination.port = sctp[2] << 8 | sctp[3];
	return sctp[12] == SCTP_INIT;
}

/* The kernel has sockets, too, to answer those who ping us; no program can. */
static inline bool is_of_program(struct sock *sk)
{
	struct socket *socket = NULL;
	void *file = NULL;

	READ_KERNEL(socket, sk->sk_socket);
	if (socket)
		READ_KERNEL(file, socket->file);
	return file;
}

/*
 * What the packet says that its socket does not; known and sk are the same
 * socket. False: nothing that is told of.
 */
static inline bool describe_other(struct __sk_buff *packet,
				  struct bpf_sock *known, struct sock *sk,
				  struct record_socket *to)
{
	struct packet_head head = {};
	bool is_raw = known->type == TYPE_RAW;
	uint16_t protocol = known->protocol;

	if (protocol != PROTO_SCTP && !is_wanted_task())
		return false;
	read_head(packet, &head);
	if (!is_raw && !(protocol == PROTO_ICMP || protocol == PROTO_ICMPV6 ||
			 (protocol == PROTO_SCTP && read_sctp(packet, &head))))
		return false;
	if (!is_of_program(sk))
		return false;
	describe_socket(to, sk);
	to->local_port = head.source.port;
	to->remote_port = head.destination.port;
	__builtin_memcpy(to->local, head.source.addr, 16);
	__builtin_memcpy(to->remote, head.destination.addr, 16);
	to->is_raw = is_raw;
	if (protocol == PROTO_RAW)
		to->protocol = head.protocol;
	return true;
}
