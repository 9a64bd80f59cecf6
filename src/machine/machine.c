// SPDX-License-Identifier: MIT
#include "machine/machine.h"

#include "machine/look.h"

#include <linux/capability.h>
#include <sys/prctl.h>

/* Of <linux/capability.h> since Linux 5.8. */
#define CAPABILITY_BPF 39

/* Causes come before what they bring about. */
static const struct {
	const char *name;
	void (*look)(struct look *look, struct finding *finding);
	bool never_fatal;
} looks[] = {
	{"kernel", look_at_kernel},
	{"/proc", look_at_proc},
	{"/sys", look_at_sys},
	{"namespaces", look_at_namespaces},
	{"capabilities", look_at_capabilities},
	{"memory lock", look_at_memory_lock},
	{"open files", look_at_open_files},
	{"bpf(2)", look_at_bpf},
	{"lockdown", look_at_lockdown},
	{"perf", look_at_perf},
	{"packet sockets", look_at_packets},
	{"BTF", look_at_btf},
	{"kernel headers", look_at_headers},
	{"kprobes", look_at_kprobes, true},
	{"tracepoints", look_at_tracepoints, true},
	{"cgroups", look_at_cgroups, true},
	{"engines", look_at_engines, true},
};

#define LOOKS (sizeof(looks) / sizeof(looks[0]))
_Static_assert(LOOKS <= MACHINE_FINDINGS, "there is room for all");

size_t machine_look(const struct machine_question *question,
		    struct finding findings[MACHINE_FINDINGS])
{
	struct look look = {
		.question = *question,
		.kprobes = machine_has_kprobes(),
		.capabilities = look_up_capabilities(),
		.knows_bpf = prctl(PR_CAPBSET_READ, CAPABILITY_BPF) >= 0,
		/* include/linux/proc_ns.h: those that the kernel began with. */
		.in_cgroup_namespace = look_is_elsewhere("cgroup", 0xEFFFFFFB),
		.in_pid_namespace = look_is_elsewhere("pid", 0xEFFFFFFC),
		.in_user_namespace = look_is_elsewhere("user", 0xEFFFFFFD),
	};
	size_t count = 0;

	look.cgroup_programs = look_may_attach_to_cgroups() &&
			       look_reaches_cgroups(&look);
	for (size_t i = 0; i < LOOKS; i++) {
		if (question->fatal_only && looks[i].never_fatal)
			continue;
		findings[count] = (struct finding){.name = looks[i].name};
		looks[i].look(&look, &findings[count++]);
	}
	return count;
}
