/* SPDX-License-Identifier: MIT */
#ifndef MACHINE_LOOK_H
#define MACHINE_LOOK_H

#include "machine/machine.h"

#include <stdint.h>

/*
 * Within this room: a look at one thing each. A finding comes in with its name,
 * as FINDING_OK and with empty texts.
 */
struct look {
	struct machine_question question;
	bool kprobes;
	uint64_t capabilities;	/* effective */
	bool knows_bpf;		/* the kernel has CAP_BPF and CAP_PERFMON */
	bool in_user_namespace; /* not the machine's own */
	bool in_pid_namespace;
	bool in_cgroup_namespace;
	bool cgroup_programs; /* may be attached, and there is where */
	bool bpf_works;
};

/* privilege.c */
uint64_t look_up_capabilities(void);
bool look_has(const struct look *look, int capability);
/* Where a capability may be split off CAP_SYS_ADMIN, that does as well. */
bool look_may(const struct look *look, int capability);
bool look_may_attach_to_cgroups(void);
void look_at_capabilities(struct look *look, struct finding *finding);
void look_at_bpf(struct look *look, struct finding *finding);
void look_at_lockdown(struct look *look, struct finding *finding);
void look_at_memory_lock(struct look *look, struct finding *finding);
void look_at_open_files(struct look *look, struct finding *finding);
void look_at_perf(struct look *look, struct finding *finding);
void look_at_packets(struct look *look, struct finding *finding);

/* kernel.c */
void look_at_kernel(struct look *look, struct finding *finding);
void look_at_btf(struct look *look, struct finding *finding);
void look_at_headers(struct look *look, struct finding *finding);
void look_at_kprobes(struct look *look, struct finding *finding);
void look_at_tracepoints(struct look *look, struct finding *finding);

/* surroundings.c */
bool look_is_elsewhere(const char *kind, unsigned int own_inode);
/* Whether the root of the v2 tree can be got at: probe/attach.c. */
bool look_reaches_cgroups(const struct look *look);
/* What is not without programs on it. */
const char *look_unseen(const struct look *look);
void look_at_proc(struct look *look, struct finding *finding);
void look_at_sys(struct look *look, struct finding *finding);
void look_at_namespaces(struct look *look, struct finding *finding);
void look_at_cgroups(struct look *look, struct finding *finding);
void look_at_engines(struct look *look, struct finding *finding);

#endif
