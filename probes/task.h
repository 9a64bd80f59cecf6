/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * The running task, and where it is in the trees of cgroups: its records carry
 * a number for that; the path that it stands for is told once, by a record of
 * its own.
 */

/* The root of each tree (kernfs_create_root). */
#define ROOT_ID 1

/* Those told of lately; user space remembers more. */
BPF_TABLE("lru_hash", uint64_t, uint8_t, groups_told, 4096);

/*
 * Too large for the stack. What finds it busy has interrupted its user, and
 * leaves the telling to the next one.
 */
struct group_scratch {
	uint64_t busy;
	struct record_cgroup record;
};
BPF_PERCPU_ARRAY(group_scratch, struct group_scratch, 1);

struct groups {
	uint64_t id; /* as in struct record_cgroup */
	struct kernfs_node *v2;
	struct kernfs_node *v1; /* NULL: not used */
};

/* A controller's cgroup, if the controller is in a v1 tree. */
static inline struct kernfs_node *read_v1(struct css_set *set, int controller,
					  const void *root_v2)
{
	struct cgroup_subsys_state *state = NULL;
	struct cgroup *group = NULL;
	struct kernfs_node *node = NULL;
	void *root = NULL;

	READ_TASK(state, set->subsys[controller]);
	READ_TASK(group, state->cgroup);
	READ_TASK(root, group->root);
	if (root && root != root_v2)
		READ_TASK(node, group->kn);
	return node;
}

static inline struct groups read_groups(struct task_struct *task)
{
	struct groups groups = {};
	struct css_set *set = NULL;
	struct cgroup *group = NULL;
	void *root = NULL;
	uint64_t id = 0;

	READ_TASK(set, task->cgroups);
	READ_TASK(group, set->dfl_cgrp);
	READ_TASK(root, group->root);
	READ_TASK(groups.v2, group->kn);
	READ_TASK(groups.id, groups.v2->id);
	/* Engines put containers into the trees of all controllers. */
#ifdef CGROUP_PIDS
	groups.v1 = read_v1(set, CGROUP_PIDS, root);
#endif
#ifdef CGROUP_MEMORY
	if (!groups.v1)
		groups.v1 = read_v1(set, CGROUP_MEMORY, root);
#endif
#ifdef CGROUP_DEVICES
	if (!groups.v1)
		groups.v1 = read_v1(set, CGROUP_DEVICES, root);
#endif
	if (groups.v1)
		READ_TASK(id, groups.v1->id);
	if (id == ROOT_ID)
		groups.v1 = NULL;
	else
		groups.id += id << 32;
	return groups;
}

/* Past the root, and of no node, names are empty. */
static inline void read_path(char (*names)[RECORD_CGROUP_LEN],
			     struct kernfs_node *node)
{
#pragma unroll
	for (int i = 0; i < RECORD_CGROUP_LEVELS; i++) {
		const char *name = NULL;

		READ_KERNEL(name, node->name);
		bpf_probe_read_kernel_str(names[i], RECORD_CGROUP_LEN, name);
#ifdef HAVE_kernfs_node_parent
		READ_KERNEL(node, node->parent);
#else
		READ_KERNEL(node, node->__parent);
#endif
	}
}

/*
 * A record of a task of this cgroup is about to go: before the first of them,
 * tell what the cgroup is. If there is no room the next one will.
 */
static inline void tell_group(void *ctx, const struct groups *groups)
{
	struct group_scratch *scratch;
	uint64_t id = groups->id;
	int zero = 0;
	uint8_t yes = 1;

	if (groups_told.lookup(&id))
		return;
	scratch = group_scratch.lookup(&zero);
	if (!scratch || scratch->busy)
		return;
	scratch->busy = 1;
	scratch->record.header.kind = RECORD_CGROUP;
	scratch->record.header.size = sizeof(scratch->record);
	scratch->record.header.time_ns = bpf_ktime_get_ns();
	scratch->record.cgroup_id = id;
	read_path(scratch->record.v2, groups->v2);
	read_path(scratch->record.v1, groups->v1);
	if (!events.perf_submit(ctx, &scratch->record, sizeof(scratch->record)))
		groups_told.update(&id, &yes);
	scratch->busy = 0;
}

/* Addresses as numbers: libbcc has pointers that a program is given read for us. */
struct task_description {
	uint64_t ctx;
	uint64_t task;
};

SUBPROGRAM int subprogram_2(struct task_description *description)
{
	struct record_task *task = (void *)description->task;
	struct task_struct *self = current_task();
	struct task_struct *leader = NULL, *parent = NULL;
	struct groups groups = read_groups(self);
	const struct cred *cred = NULL;

	READ_TASK(task->tgid, self->tgid);
	READ_TASK(task->tid, self->pid);
	READ_TASK(cred, self->cred);
	if (cred)
		READ_TASK(task->uid, cred->uid);
	READ_TASK(leader, self->group_leader);
	READ_TASK(parent, leader->real_parent);
	READ_TASK(task->ppid, parent->tgid);
	READ_TASK(task->start_ns, leader->STARTED);
	READ_TASK(task->parent_start_ns, parent->STARTED);
	bpf_probe_read_kernel(task->comm, sizeof(task->comm), leader->comm);
	task->cgroup_id = groups.id;
	tell_group((void *)description->ctx, &groups);
	return 0;
}

/* For a record that is about to go. */
static inline void describe_task(void *ctx, struct record_task *task)
{
	static int (*describe)(struct task_description *) = SUBPROGRAM_CALL(2);
	struct task_description description = {
		.ctx = (uint64_t)ctx,
		.task = (uint64_t)task,
	};

	describe(&description);
}
