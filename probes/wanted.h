/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * Whose connects and datagrams are told of: -p, -u, -n, -C, and the command after
 * --, decided before anything is described. User space decides again: in doubt
 * the answer is yes. What is to DNS is told of whoever sends it, as are programs
 * and forks: a name may have been asked for by somebody else.
 *
 * Before this text come ONLY_TGID, ONLY_UID, ONLY_COMM, ONLY_FOLLOWED and
 * ONLY_CONTAINERS, if they are asked for, and then ONLY_SOME. The first two are
 * numbers, and so are the two halves of the third, eight bytes each, with masks
 * for what follows the end of the name.
 */
#ifdef ONLY_FOLLOWED
/* Of each process number; nobody tells us when a process ends: see beget(). */
BPF_TABLE("array", uint32_t, struct followed, followed, FOLLOWED_CHUNKS);

static inline uint8_t *followed_at(uint32_t tgid)
{
	uint32_t chunk = tgid / FOLLOWED_CHUNK;
	struct followed *at = followed.lookup(&chunk);

	return at ? &at->is[tgid % FOLLOWED_CHUNK] : NULL;
}

static inline bool is_followed(uint32_t tgid)
{
	uint8_t *is = followed_at(tgid);

	return !is || *is;
}
#endif

/* A process is begotten, perhaps with the number of one that has ended. */
static inline void beget(uint32_t parent_tgid, uint32_t child_tgid)
{
#ifdef ONLY_FOLLOWED
	uint8_t *is = followed_at(child_tgid);

	if (is)
		*is = is_followed(parent_tgid);
#endif
}

#ifdef ONLY_CONTAINERS
/* Cgroups that are known to be none of those: user space says so. */
BPF_TABLE("lru_hash", uint64_t, uint8_t, left_out, LEFT_OUT_MAX);
#endif

#ifdef ONLY_COMM
static inline bool has_comm(struct task_struct *leader)
{
	uint64_t part = 0;

	bpf_probe_read_kernel(&part, sizeof(part), &leader->comm[0]);
	if ((part & ONLY_COMM_MASK) != ONLY_COMM)
		return false;
	bpf_probe_read_kernel(&part, sizeof(part), &leader->comm[8]);
	return (part & ONLY_COMM_MASK_8) == ONLY_COMM_8;
}
#endif

#ifdef ONLY_SOME
SUBPROGRAM int subprogram_4(void *nothing)
{
	struct task_struct *self = current_task();
	void *memory = NULL;
	uint32_t tgid = 0;
#ifdef ONLY_UID
	const struct cred *cred = NULL;
	uint32_t uid = 0;
#endif
#ifdef ONLY_COMM
	struct task_struct *leader = NULL;
#endif
#ifdef ONLY_CONTAINERS
	uint64_t group;
#endif

	/* The kernel itself, which may do it for anybody. */
	READ_TASK(memory, self->mm);
	if (!memory)
		return 1;
	READ_TASK(tgid, self->tgid);
#ifdef ONLY_TGID
	if (tgid != ONLY_TGID)
		return 0;
#endif
#ifdef ONLY_FOLLOWED
	if (!is_followed(tgid))
		return 0;
#endif
#ifdef ONLY_UID
	READ_TASK(cred, self->cred);
	if (cred)
		READ_TASK(uid, cred->uid);
	if (uid != ONLY_UID)
		return 0;
#endif
#ifdef ONLY_COMM
	READ_TASK(leader, self->group_leader);
	if (!has_comm(leader))
		return 0;
#endif
#ifdef ONLY_CONTAINERS
	group = read_groups(self).id;
	if (left_out.lookup(&group))
		return 0;
#endif
	return 1;
}
#endif

/* Whether the running thread is of a process that is asked for. */
static inline bool is_wanted_task(void)
{
#ifdef ONLY_SOME
	static int (*is_wanted)(void *) = SUBPROGRAM_CALL(4);

	return is_wanted(NULL);
#else
	return true;
#endif
}

static inline bool is_dns_port(uint16_t port)
{
	return IS_DNS_PORT(port);
}
