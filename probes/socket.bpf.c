// SPDX-License-Identifier: MIT OR GPL-2.0-only
/*
 * What programs ask of sockets by name, of any family: told when the call
 * returns, with what came of it. (Their end is told of in flow.bpf.c.)
 *
 * Where there are kprobes, they are in the functions behind these calls; else
 * in the way of all calls of the machine. Neither sees what io_uring does.
 */

#ifdef WITH_CALLS
/* include/linux/errno.h: from here on the call begins again, or never ends. */
#define ERROR_RESTART 512
/* As a connect is told of that a signal has interrupted: it goes on. */
#define ERROR_INTERRUPTED 4
/* include/uapi/asm-generic/errno-base.h: nobody was there to be accepted. */
#define ERROR_WOULD_BLOCK 11
/* include/linux/net.h: above it are flags. */
#define TYPE_MASK 15

/* A call that a thread is within. */
struct asked {
	uint64_t begun_ns;
	uint64_t given; /* in the program's memory: an address, a value */
	uint64_t given_len;
	uint32_t call; /* enum socket_call */
	uint32_t of;   /* a descriptor, or, of SOCKET_CREATE, a family */
	uint32_t argument[2];
	uint32_t by_number; /* told by sys_enter */
	uint32_t pad;
};
BPF_TABLE("lru_hash", uint32_t, struct asked, asked, UNDERWAY_MAX);

/* Too large for the stack; see group_scratch. */
struct call_scratch {
	uint64_t busy;
	struct record_call record;
};
BPF_PERCPU_ARRAY(call_scratch, struct call_scratch, 1);

/* NULL: the file is no socket's. */
static inline struct sock *socket_of(struct file *file)
{
	struct socket *socket = NULL;
	struct sock *sk = NULL;
	void *owner = NULL;

	READ_KERNEL(socket, file->private_data);
	READ_KERNEL(owner, socket->file);
	if (file && owner == file)
		READ_KERNEL(sk, socket->sk);
	return sk;
}

/* NULL: the descriptor is no socket's. */
static inline struct sock *socket_at(uint32_t fd)
{
	struct task_struct *self = (void *)bpf_get_current_task();
	struct files_struct *files = NULL;
	struct fdtable *table = NULL;
	struct file **slots = NULL, *file = NULL;
	uint32_t count = 0;

	READ_KERNEL(files, self->files);
	READ_KERNEL(table, files->fdt);
	READ_KERNEL(count, table->max_fds);
	if (fd >= count)
		return NULL;
	READ_KERNEL(slots, table->fd);
	bpf_probe_read_kernel(&file, sizeof(file), slots + fd);
	return socket_of(file);
}

static inline uint16_t socket_type(struct sock *sk)
{
	struct socket *socket = NULL;
	uint16_t type = 0;

	READ_KERNEL(socket, sk->sk_socket);
	READ_KERNEL(type, socket->type);
	return type;
}

static inline void call_begins(uint32_t call, uint32_t of, uint32_t first,
			       uint32_t second, uint64_t given,
			       uint32_t given_len, bool by_number)
{
	uint32_t tid = current_tid();
	struct asked *before = asked.lookup(&tid);
	struct asked begun = {};

	if (!is_wanted_task()) {
		if (before)
			asked.delete(&tid);
		return;
	}
	/*
	 * The kernel watches only so many calls at a time for their return.
	 * What is accepted is told nonetheless; and both ways to be told of
	 * calls may be there.
	 */
	if (before && before->call != SOCKET_ACCEPT &&
	    before->by_number == by_number)
		count_drop();
	begun.by_number = by_number;
	begun.begun_ns = bpf_ktime_get_ns();
	begun.given = given;
	begun.given_len = given_len;
	begun.call = call;
	begun.of = of;
	begun.argument[0] = first;
	begun.argument[1] = second;
	asked.update(&tid, &begun);
}

/* As it is by now: the program may have changed it meanwhile. */
static inline void read_given(struct record_call *record,
			      const struct asked *call)
{
	uint64_t len = call->given_len;

	record->given_len = len;
	if (len < RECORD_GIVEN_LEN)
		bpf_probe_read_user(record->given, len, (void *)call->given);
	else
		bpf_probe_read_user(record->given, RECORD_GIVEN_LEN - 1,
				    (void *)call->given);
}

/* sk: NULL if there is none. False: it is not told. */
static inline bool describe_call(struct record_call *record,
				 const struct asked *call, struct sock *sk)
{
	record->family = call->of;
	record->type = call->argument[0] & TYPE_MASK;
	record->begun.socket.protocol = call->argument[1];
	if (sk) {
		READ_KERNEL(record->family, sk->__sk_common.skc_family);
		record->type = socket_type(sk);
		describe_socket(&record->begun.socket, sk);
	}
	if (!IS_TOLD_FAMILY(record->family))
		return false;
	record->argument[0] = call->argument[0];
	record->argument[1] = call->argument[1];
	if (call->given_len)
		read_given(record, call);
	return true;
}

static inline bool makes_socket(const struct asked *call)
{
	return call->call == SOCKET_CREATE || call->call == SOCKET_ACCEPT;
}

/* file: what it makes, if that is not at its descriptor yet; or NULL. */
static inline void emit_call(void *ctx, struct record_call *record,
			     const struct asked *call, int64_t result,
			     struct file *file)
{
	struct sock *sk = NULL;

	__builtin_memset(record, 0, sizeof(*record));
	record->call = call->call;
	record->error = result < 0 ? -result : 0;
	record->fd = makes_socket(call) && result >= 0 ? result : call->of;
	if (file)
		sk = socket_of(file);
	else if (call->call != SOCKET_CREATE || !record->error)
		sk = socket_at(record->fd);
	/* Of no socket, or it is gone already. */
	if (!sk && !(call->call == SOCKET_CREATE && record->error))
		return;
	if (!describe_call(record, call, sk))
		return;
	record->begun.header.kind = RECORD_SOCKET_CALL;
	record->begun.header.size = sizeof(*record);
	record->begun.header.time_ns = bpf_ktime_get_ns();
	record->begun.begun_ns = call->begun_ns;
	describe_task(ctx, &record->begun.task);
	submitted(ctx, events.perf_submit(ctx, record, sizeof(*record)));
}

static inline void call_ends(void *ctx, int64_t result, struct file *file)
{
	uint32_t tid = current_tid();
	struct asked *begun = asked.lookup(&tid);
	struct call_scratch *scratch;
	struct asked call;
	int zero = 0;

	if (!begun)
		return;
	call = *begun;
	asked.delete(&tid);
	if (result == -ERROR_RESTART && call.call == SOCKET_CONNECT)
		result = -ERROR_INTERRUPTED;
	if (result <= -ERROR_RESTART ||
	    (call.call == SOCKET_ACCEPT && result == -ERROR_WOULD_BLOCK))
		return;
	scratch = call_scratch.lookup(&zero);
	if (!scratch || scratch->busy) {
		count_drop();
		return;
	}
	scratch->busy = 1;
	emit_call(ctx, &scratch->record, &call, result, file);
	scratch->busy = 0;
}

#ifdef WITH_KPROBES
/* (int family, int type, int protocol) */
int kprobe_sys_socket(struct pt_regs *ctx)
{
	call_begins(SOCKET_CREATE, PT_REGS_PARM1(ctx), PT_REGS_PARM2(ctx),
		    PT_REGS_PARM3(ctx), 0, 0, false);
	return 0;
}

/* (int fd, struct sockaddr __user *, int len) */
int kprobe_sys_bind(struct pt_regs *ctx)
{
	call_begins(SOCKET_BIND, PT_REGS_PARM1(ctx), 0, 0, PT_REGS_PARM2(ctx),
		    PT_REGS_PARM3(ctx), false);
	return 0;
}

/* (int fd, int backlog) */
int kprobe_sys_listen(struct pt_regs *ctx)
{
	call_begins(SOCKET_LISTEN, PT_REGS_PARM1(ctx), PT_REGS_PARM2(ctx), 0, 0,
		    0, false);
	return 0;
}

/* (int fd, …) */
int kprobe_sys_accept4(struct pt_regs *ctx)
{
	call_begins(SOCKET_ACCEPT, PT_REGS_PARM1(ctx), 0, 0, 0, 0, false);
	return 0;
}

/* As bind. */
int kprobe_sys_connect(struct pt_regs *ctx)
{
	call_begins(SOCKET_CONNECT, PT_REGS_PARM1(ctx), 0, 0,
		    PT_REGS_PARM2(ctx), PT_REGS_PARM3(ctx), false);
	return 0;
}

/* (int fd, int level, int option, char __user *value, int len) */
int kprobe_sys_setsockopt(struct pt_regs *ctx)
{
	call_begins(SOCKET_SETSOCKOPT, PT_REGS_PARM1(ctx), PT_REGS_PARM2(ctx),
		    PT_REGS_PARM3(ctx), PT_REGS_PARM4(ctx), PT_REGS_PARM5(ctx),
		    false);
	return 0;
}

int kretprobe_call(struct pt_regs *ctx)
{
	call_ends(ctx, (int)PT_REGS_RC(ctx), NULL);
	return 0;
}

/*
 * (unsigned int fd, struct file *): there is a new descriptor. Servers have
 * many threads that wait to accept, more than are watched for their return.
 */
int kprobe_fd_install(struct pt_regs *ctx)
{
	uint32_t tid = current_tid();
	struct asked *begun = asked.lookup(&tid);

	if (begun && begun->call == SOCKET_ACCEPT)
		call_ends(ctx, (uint32_t)PT_REGS_PARM1(ctx),
			  (struct file *)PT_REGS_PARM2(ctx));
	return 0;
}
#endif

#ifdef WITH_CGROUPS
/* Which call, of those told of, a number is; 0: none. */
static inline uint32_t call_of(uint64_t number)
{
	switch (number) {
	case NUMBER_SOCKET:
		return SOCKET_CREATE;
	case NUMBER_BIND:
		return SOCKET_BIND;
	case NUMBER_LISTEN:
		return SOCKET_LISTEN;
	case NUMBER_ACCEPT:
	case NUMBER_ACCEPT4:
		return SOCKET_ACCEPT;
	case NUMBER_CONNECT:
		return SOCKET_CONNECT;
	case NUMBER_SETSOCKOPT:
		return SOCKET_SETSOCKOPT;
	}
	return 0;
}

/* Programs of 32 bits have other numbers. */
static inline bool is_compat(struct pt_regs *regs)
{
#ifdef COMPAT_SEGMENT
	uint16_t segment = 0;

	bpf_probe_read_kernel(&segment, sizeof(segment), &regs->cs);
	return segment == COMPAT_SEGMENT;
#else
	return false;
#endif
}

/* (struct pt_regs *, long number) */
int raw_tracepoint_sys_enter(struct bpf_raw_tracepoint_args *ctx)
{
	struct pt_regs *regs = (struct pt_regs *)ctx->args[0];
	uint64_t a = 0, b = 0, c = 0, d = 0, e = 0;
	uint32_t call = call_of(ctx->args[1]);

	if (!call || is_compat(regs))
		return 0;
	READ_KERNEL(a, PT_REGS_PARM1(regs));
	READ_KERNEL(b, PT_REGS_PARM2(regs));
	READ_KERNEL(c, PT_REGS_PARM3(regs));
	READ_KERNEL(d, FOURTH_ARGUMENT(regs));
	READ_KERNEL(e, PT_REGS_PARM5(regs));
	if (call == SOCKET_BIND || call == SOCKET_CONNECT)
		call_begins(call, a, 0, 0, b, c, true);
	else if (call == SOCKET_SETSOCKOPT)
		call_begins(call, a, b, c, d, e, true);
	else
		call_begins(call, a, b, c, 0, 0, true);
	return 0;
}

/* (struct pt_regs *, long result) */
int raw_tracepoint_sys_exit(struct bpf_raw_tracepoint_args *ctx)
{
	call_ends(ctx, (int64_t)ctx->args[1], NULL);
	return 0;
}
#endif
#endif
