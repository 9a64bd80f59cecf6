/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * What the probes share: reading the kernel's memory, describing a socket, and
 * the way out to user space.
 */

#ifndef AF_INET
#define AF_INET	 2
#define AF_INET6 10
#endif
#ifndef IPPROTO_UDP
#define IPPROTO_TCP 6
#define IPPROTO_UDP 17
#endif
#define PROTO_SCTP 132

/*
 * libbcc looks for these in kallsyms, which shows no addresses to those without
 * CAP_SYSLOG, and then has the one older helper do, which cgroup programs may
 * not call.
 */
#if LINUX_VERSION_CODE >= KERNEL_VERSION(5, 5, 0)
#undef bpf_probe_read_kernel
#undef bpf_probe_read_kernel_str
#undef bpf_probe_read_user
#undef bpf_probe_read_user_str
#endif

/* include/net/tcp_states.h; an enum there, so these names are ours. */
#define STATE_ESTABLISHED 1
#define STATE_SYN_SENT	  2
#define STATE_SYN_RECV	  3

/* include/linux/net.h; as above. */
#define TYPE_STREAM   1
#define TYPE_DATAGRAM 2
#define TYPE_RAW      3

/* include/uapi/linux/bpf.h: BPF_F_MMAPABLE; user space can map it. */
#define TABLE_SHARED (1 << 10)

/* Connects and threads under way at once; more are counted as dropped. */
#define UNDERWAY_MAX 16384

/* The first bytes of struct sockaddr_in and sockaddr_in6 (POSIX, RFC 3493). */
struct sockaddr_any {
	uint16_t family;
	uint16_t port_be;
	union {
		uint32_t v4;
		struct {
			uint32_t flow;
			uint8_t v6[16];
		};
	};
};

BPF_PERF_OUTPUT(events);

/* To wake who reads the records by each of them would cost more than all else. */
BPF_F_TABLE("array", uint32_t, struct shared, shared, 1, TABLE_SHARED);
BPF_PERF_OUTPUT(bells);

#define READ_KERNEL(ret, place) \
	bpf_probe_read_kernel(&(ret), sizeof(ret), &(place))

/*
 * The running task, and reading what it leads to. A verifier that has the
 * kernel's types may know this one's, and let programs look behind its pointers
 * by themselves: by an instruction in place of a call, and most of what a record
 * is made of is of the task. Each field is read by itself, as the verifier wants
 * no two of them in one; and what may be NULL to it is compared with that first.
 */
#ifndef UNTYPED_TASK
#define HELPER_CURRENT_TASK_BTF 158 /* include/uapi/linux/bpf.h */
static struct task_struct *(*current_task)(void) = (void *)
	HELPER_CURRENT_TASK_BTF;
#define READ_TASK(ret, place) ((ret) = *(volatile typeof(ret) *)&(place))
#else
#define current_task()	      ((struct task_struct *)bpf_get_current_task())
#define READ_TASK(ret, place) READ_KERNEL(ret, place)
#endif

static inline void count_drop(void)
{
	uint32_t zero = 0;
	struct shared *all = shared.lookup(&zero);

	if (all)
		__sync_fetch_and_add(&all->drops, 1);
}

/* A record was written, or else result says why not. */
static inline void submitted(void *ctx, int result)
{
	uint32_t zero = 0;
	struct shared *all = shared.lookup(&zero);

	if (!all)
		return;
	if (result)
		__sync_fetch_and_add(&all->lost, 1);
	if (!all->is_awaited)
		return;
	all->is_awaited = 0;
	bells.perf_submit(ctx, &zero, sizeof(zero));
}

static inline uint16_t swap16(uint16_t value)
{
	return (uint16_t)(value << 8 | value >> 8);
}

static inline void map_v4(uint8_t *to, uint32_t v4)
{
	__builtin_memset(to, 0, 10);
	to[10] = 0xff;
	to[11] = 0xff;
	__builtin_memcpy(to + 12, &v4, 4);
}

/* When it was begun: before Linux 5.5 that had another name. */
#ifdef HAVE_task_struct_start_boottime
#define STARTED start_boottime
#else
#define STARTED real_start_time
#endif

static inline uint64_t start_time(struct task_struct *task)
{
	uint64_t start = 0;

	READ_KERNEL(start, task->STARTED);
	return start;
}

/* The thread, and the process, that runs. Programs on packets have no helper. */
static inline uint32_t current_tid(void)
{
	struct task_struct *self = current_task();
	uint32_t tid = 0;

	READ_TASK(tid, self->pid);
	return tid;
}

static inline uint32_t current_tgid(void)
{
	struct task_struct *self = current_task();
	uint32_t tgid = 0;

	READ_TASK(tgid, self->tgid);
	return tgid;
}

/*
 * Which socket it is: the number of its inode, which is not used again for
 * long, or its address while it has none.
 */
static inline uint64_t socket_id(struct sock *sk)
{
	struct socket_alloc *socket = NULL;
	uint64_t inode = 0;

	READ_KERNEL(socket, sk->sk_socket);
	if (socket)
		READ_KERNEL(inode, socket->vfs_inode.i_ino);
	return inode ? inode : (uint64_t)sk;
}

static inline uint16_t socket_protocol(struct sock *sk)
{
	uint16_t protocol = 0;

	READ_KERNEL(protocol, sk->sk_protocol);
	return protocol;
}

static inline uint16_t remote_port(struct sock *sk)
{
	uint16_t port_be = 0;

	READ_KERNEL(port_be, sk->__sk_common.skc_dport);
	return swap16(port_be);
}

/* What is asked of each socket stands before this: one read of it is enough. */
#define SOCKET_HEAD_LEN \
	(offsetof(struct sock_common, skc_net) + sizeof(struct net *))

/* Addresses as numbers: libbcc has pointers that a program is given read for us. */
struct socket_description {
	uint64_t to;
	uint64_t sk;
};

SUBPROGRAM int subprogram_1(struct socket_description *description)
{
	struct record_socket *to = (void *)description->to;
	struct sock *sk = (void *)description->sk;
	char head[SOCKET_HEAD_LEN] __attribute__((aligned(8))) = {};
	struct sock_common *common = (void *)head;
	struct net *net;

	bpf_probe_read_kernel(head, sizeof(head), &sk->__sk_common);
	net = *(struct net **)&common->skc_net;
	to->id = socket_id(sk);
	READ_KERNEL(to->netns, net->ns.inum);
	to->local_port = common->skc_num;
	to->remote_port = swap16(common->skc_dport);
	to->protocol = socket_protocol(sk);
	if (common->skc_family == AF_INET) {
		map_v4(to->local, common->skc_rcv_saddr);
		map_v4(to->remote, common->skc_daddr);
		return 0;
	}
#ifdef HAVE_sock_common_skc_v6_daddr
	bpf_probe_read_kernel(to->local, sizeof(to->local),
			      &sk->__sk_common.skc_v6_rcv_saddr);
	bpf_probe_read_kernel(to->remote, sizeof(to->remote),
			      &sk->__sk_common.skc_v6_daddr);
#endif
	return 0;
}

/* Fill in what the socket itself knows; an address not yet chosen is zero. */
static inline void describe_socket(struct record_socket *to, struct sock *sk)
{
	static int (*describe)(struct socket_description *) = SUBPROGRAM_CALL(
		1);
	struct socket_description description = {
		.to = (uint64_t)to,
		.sk = (uint64_t)sk,
	};

	describe(&description);
}

/* An address and a port, as records have them. */
struct place {
	uint8_t addr[16];
	uint32_t port; /* 0: none */
};

/* The place that a sockaddr in kernel memory names; false if not an IP one. */
static inline bool read_place(struct place *to, void *sockaddr)
{
	struct sockaddr_any any = {};

	bpf_probe_read_kernel(&any, 8, sockaddr);
	if (any.family == AF_INET6)
		bpf_probe_read_kernel(&any, sizeof(any), sockaddr);
	else if (any.family != AF_INET)
		return false;
	to->port = swap16(any.port_be);
	if (any.family == AF_INET)
		map_v4(to->addr, any.v4);
	else
		__builtin_memcpy(to->addr, any.v6, sizeof(to->addr));
	return true;
}
