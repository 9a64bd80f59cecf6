// SPDX-License-Identifier: MIT OR GPL-2.0-only
/*
 * Who begets whom, and which program with which arguments each one runs, and how
 * it ends: caught in the kernel, so that a process of a few milliseconds has them
 * too.
 */

/* Too large for the stack. The hook cannot be interrupted by itself. */
BPF_PERCPU_ARRAY(exec_record, struct record_exec, 1);

/* Copy what the new program was given; returns how many bytes. */
static inline uint64_t read_args(struct record_exec *record)
{
	struct task_struct *self = (void *)bpf_get_current_task();
	struct mm_struct *mm = NULL;
	uint64_t start = 0, end = 0, len;

	READ_KERNEL(mm, self->mm);
	READ_KERNEL(start, mm->arg_start);
	READ_KERNEL(end, mm->arg_end);
	len = end - start;
	record->args_cut = len > RECORD_ARGS_LEN;
	if (len > RECORD_ARGS_LEN)
		len = RECORD_ARGS_LEN;
	if (bpf_probe_read_user(record->args, len, (void *)start))
		return 0;
	record->args_len = len;
	return len;
}

/* (struct task_struct *, pid_t old, struct linux_binprm *) */
int raw_tracepoint_sched_process_exec(struct bpf_raw_tracepoint_args *ctx)
{
	struct linux_binprm *program = (struct linux_binprm *)ctx->args[2];
	struct record_exec *record;
	const char *path = NULL;
	int zero = 0;
	int len;
	uint64_t size;

	record = exec_record.lookup(&zero);
	if (!record)
		return 0;
	__builtin_memset(record, 0, offsetof(struct record_exec, path));
	record->header.kind = RECORD_EXEC;
	record->header.time_ns = bpf_ktime_get_ns();
	describe_task(ctx, &record->task);
	READ_KERNEL(path, program->interp);
	len = bpf_probe_read_kernel_str(record->path, sizeof(record->path),
					path);
	record->path_len = len > 0 ? len : 0;

	size = offsetof(struct record_exec, args) + read_args(record);
	record->header.size = size;
	if (size <= sizeof(*record))
		submitted(ctx, events.perf_submit(ctx, record, size));
	return 0;
}

/* (struct task_struct *parent, struct task_struct *child) */
int raw_tracepoint_sched_process_fork(struct bpf_raw_tracepoint_args *ctx)
{
	struct task_struct *parent = (struct task_struct *)ctx->args[0];
	struct task_struct *child = (struct task_struct *)ctx->args[1];
	struct record_fork record = {};
	uint64_t self = bpf_get_current_pid_tgid();
	uint32_t pid = 0;

	READ_KERNEL(pid, child->pid);
	READ_KERNEL(record.child_tgid, child->tgid);
	if (pid != record.child_tgid)
		return 0; /* a thread */
	record.header.kind = RECORD_FORK;
	record.header.size = sizeof(record);
	record.header.time_ns = bpf_ktime_get_ns();
	record.parent_tgid = self >> 32;
	record.parent_tid = (uint32_t)self;
	beget(record.parent_tgid, record.child_tgid);
	READ_KERNEL(parent, parent->group_leader);
	record.parent_start_ns = start_time(parent);
	record.child_start_ns = start_time(child);
	submitted(ctx, events.perf_submit(ctx, &record, sizeof(record)));
	return 0;
}

#ifdef WITH_EXITS
/* include/linux/sched/signal.h: all threads end, with one status. */
#define GROUP_EXITS 4

static inline uint32_t exit_status(struct task_struct *leader,
				   struct signal_struct *signal)
{
	uint32_t flags = 0, status = 0;

	READ_KERNEL(flags, signal->flags);
	if (flags & GROUP_EXITS)
		READ_KERNEL(status, signal->group_exit_code);
	else
		READ_KERNEL(status, leader->exit_code);
	return status;
}

/* (struct task_struct *): a thread ends. */
int raw_tracepoint_sched_process_exit(struct bpf_raw_tracepoint_args *ctx)
{
	struct task_struct *leader = (struct task_struct *)ctx->args[0];
	struct signal_struct *signal = NULL;
	struct record_exit record = {};
	uint64_t started_ns = 0;
	uint32_t alive = 1;

	READ_KERNEL(signal, leader->signal);
	bpf_probe_read_kernel(&alive, sizeof(alive), &signal->live);
	if (alive)
		return 0; /* others go on */
	READ_KERNEL(leader, leader->group_leader);
	record.header.kind = RECORD_EXIT;
	record.header.size = sizeof(record);
	record.header.time_ns = bpf_ktime_get_ns();
	describe_task(ctx, &record.task);
	READ_KERNEL(started_ns, leader->start_time);
	record.lived_ns = record.header.time_ns - started_ns;
	record.status = exit_status(leader, signal);
	submitted(ctx, events.perf_submit(ctx, &record, sizeof(record)));
	return 0;
}
#endif
