// SPDX-License-Identifier: MIT
#include "machine/look.h"

#include "base/cleanup.h"

#include <errno.h>
#include <linux/bpf.h>
#include <linux/capability.h>
#include <linux/perf_event.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>

/* Later than some C libraries' headers. */
#ifndef CAP_PERFMON
#define CAP_PERFMON 38
#define CAP_BPF	    39
#endif

/* What the probes' maps take of RLIMIT_MEMLOCK before Linux 5.11. */
#define MEMORY_LOCKED (24u << 20)

#define OPEN_FILES 64

/* Of the effective set; not from /proc, which may not be there. */
uint64_t look_up_capabilities(void)
{
	struct __user_cap_header_struct header = {
		.version = _LINUX_CAPABILITY_VERSION_3,
	};
	struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3] = {0};

	if (syscall(SYS_capget, &header, data))
		return 0;
	return (uint64_t)data[1].effective << 32 | data[0].effective;
}

bool look_has(const struct look *look, int capability)
{
	return look->capabilities >> capability & 1;
}

bool look_may(const struct look *look, int capability)
{
	return look_has(look, capability) || look_has(look, CAP_SYS_ADMIN);
}

bool machine_may(int capability)
{
	struct look look = {.capabilities = look_up_capabilities()};

	return look_may(&look, capability);
}

static bool is_filtered(void)
{
	return prctl(PR_GET_SECCOMP) == 2; /* SECCOMP_MODE_FILTER */
}

struct machine_refusal machine_refusal(int err)
{
	if (err != EPERM && err != EACCES && err != ENOSYS)
		return (struct machine_refusal){"", ""};
	if (is_filtered())
		return (struct machine_refusal){
			": a seccomp filter forbids it",
			"run egrets outside of the container, or start that "
			"with --privileged or --security-opt "
			"seccomp=unconfined",
		};
	if (err == ENOSYS)
		return (struct machine_refusal){
			"",
			"boot a kernel that has it (CONFIG_BPF_SYSCALL, "
			"CONFIG_PERF_EVENTS)",
		};
	return (struct machine_refusal){
		": a security module forbids it",
		"see dmesg for what SELinux or AppArmor has against it",
	};
}

/* A call was refused to those who have the capability for it, or have not. */
static void set_refused(struct finding *finding, int err, bool capable)
{
	struct machine_refusal refusal = machine_refusal(err);

	finding->state = FINDING_FATAL;
	finding_found(finding, "%s%s", strerror(err),
		      capable ? refusal.why : "");
	if (capable)
		finding_cure(finding, "%s", refusal.cure);
}

/* What nothing goes without. */
static size_t list_missing(const struct look *look, char *text, size_t size)
{
	const struct {
		const char *name;
		bool there;
	} needed[] = {
		{look->knows_bpf ? "CAP_BPF" : "CAP_SYS_ADMIN",
		 look_may(look, CAP_BPF)},
		{look->knows_bpf ? "CAP_PERFMON" : "CAP_SYS_ADMIN",
		 look_may(look, CAP_PERFMON)},
		/* For DNS; the first way is the better one. */
		{"CAP_NET_ADMIN", look->cgroup_programs ||
					  look_has(look, CAP_NET_ADMIN) ||
					  look_has(look, CAP_NET_RAW)},
	};
	size_t len = 0;

	*text = '\0';
	for (size_t i = 0; i < sizeof(needed) / sizeof(needed[0]); i++)
		if (!needed[i].there && !strstr(text, needed[i].name))
			len += (size_t)snprintf(text + len, size - len, "%s%s",
						len ? ", " : "",
						needed[i].name);
	return len;
}

/* What some things are not seen without. */
static void set_limited(struct look *look, struct finding *finding)
{
	const struct {
		const char *name;
		bool there;
		const char *unseen;
	} useful[] = {
		{"CAP_NET_ADMIN", look_may(look, CAP_NET_ADMIN),
		 look_unseen(look)},
		{"CAP_SYS_PTRACE", look_has(look, CAP_SYS_PTRACE),
		 "programs and arguments of others' processes begun before"},
	};
	char names[64] = "", unseen[160] = "";
	size_t names_len = 0, unseen_len = 0;

	for (size_t i = 0; i < sizeof(useful) / sizeof(useful[0]); i++) {
		if (useful[i].there)
			continue;
		names_len += (size_t)snprintf(
			names + names_len, sizeof(names) - names_len, "%s%s",
			names_len ? ", " : "", useful[i].name);
		unseen_len += (size_t)snprintf(
			unseen + unseen_len, sizeof(unseen) - unseen_len,
			"%s%s", unseen_len ? ", " : "", useful[i].unseen);
	}
	finding_found(finding, "%s%s", names_len ? "enough, but no " : "enough",
		      names);
	if (!names_len)
		return;
	finding->state = FINDING_MISSING;
	finding_cost(finding, "not shown: %s", unseen);
	finding_cure(finding, "run egrets as root: sudo egrets");
}

void look_at_capabilities(struct look *look, struct finding *finding)
{
	char missing[96];

	if (!list_missing(look, missing, sizeof(missing))) {
		set_limited(look, finding);
		return;
	}
	finding->state = FINDING_FATAL;
	finding_found(finding, "no %s", missing);
	if (look->in_pid_namespace || look->in_cgroup_namespace ||
	    is_filtered())
		finding_cure(finding,
			     "run egrets as root outside of the container, or "
			     "start that with --privileged --pid=host "
			     "--cgroupns=host");
	else
		finding_cure(finding, "run egrets as root: sudo egrets");
}

void machine_raise_memory_lock(struct rlimit *before)
{
	const struct rlimit unlimited = {RLIM_INFINITY, RLIM_INFINITY};
	struct rlimit highest;

	getrlimit(RLIMIT_MEMLOCK, before);
	highest = (struct rlimit){before->rlim_max, before->rlim_max};
	if (setrlimit(RLIMIT_MEMLOCK, &unlimited))
		setrlimit(RLIMIT_MEMLOCK, &highest);
}

/* As the loader will call it, which raises the limit for itself. */
static int bpf_call(int command, union bpf_attr *attr)
{
	struct rlimit before;
	int ret, err;

	machine_raise_memory_lock(&before);
	ret = (int)syscall(SYS_bpf, command, attr, sizeof(*attr));
	err = errno;
	setrlimit(RLIMIT_MEMLOCK, &before);
	errno = err;
	return ret;
}

/* Returns a map's descriptor, or -1. */
static int make_map(void)
{
	union bpf_attr attr = {
		.map_type = BPF_MAP_TYPE_ARRAY,
		.key_size = 4,
		.value_size = 4,
		.max_entries = 1,
	};

	return bpf_call(BPF_MAP_CREATE, &attr);
}

/* Returns a program's descriptor, or -1. */
static int load_program(uint32_t type, const struct bpf_insn *instructions,
			uint32_t count)
{
	union bpf_attr attr = {
		.prog_type = type,
		.insns = (uint64_t)(uintptr_t)instructions,
		.insn_cnt = count,
		.license = (uint64_t)(uintptr_t) "GPL",
	};

	return bpf_call(BPF_PROG_LOAD, &attr);
}

#define SET(register, value)                                                \
	{                                                                   \
		.code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = (register), \
		.imm = (value)                                              \
	}
#define RETURN                             \
	{                                  \
		.code = BPF_JMP | BPF_EXIT \
	}

static const struct bpf_insn return_one[] = {SET(BPF_REG_0, 1), RETURN};

/* Attached to no cgroup at all: what is wrong with that is asked last. */
bool look_may_attach_to_cgroups(void)
{
	_cleanup_close_ int program = load_program(BPF_PROG_TYPE_CGROUP_SKB,
						   return_one, 2);
	union bpf_attr attr = {
		.link_create =
			{
				.prog_fd = (uint32_t)program,
				.target_fd = UINT32_MAX,
				.attach_type = BPF_CGROUP_INET_EGRESS,
			},
	};

	return program >= 0 && bpf_call(BPF_LINK_CREATE, &attr) < 0 &&
	       errno == EBADF;
}

void look_at_bpf(struct look *look, struct finding *finding)
{
	_cleanup_close_ int map = make_map();
	_cleanup_close_ int program = -1;

	if (map >= 0)
		program = load_program(BPF_PROG_TYPE_RAW_TRACEPOINT, return_one,
				       2);
	if (program < 0) {
		set_refused(finding, errno,
			    look_may(look, CAP_BPF) &&
				    look_may(look, CAP_PERFMON));
		return;
	}
	look->bpf_works = true;
	finding_found(finding, "works");
}

/* The mode within brackets, of "none [integrity] confidentiality". */
static void read_lockdown(char mode[32])
{
	_cleanup_fclose_ FILE *file = fopen("/sys/kernel/security/lockdown",
					    "re");
	char line[128] = "";
	const char *bracket = NULL;

	if (file && fgets(line, sizeof(line), file))
		bracket = strchr(line, '[');
	snprintf(mode, 32, "%.*s", bracket ? (int)strcspn(bracket + 1, "]") : 0,
		 bracket ? bracket + 1 : "");
}

/* What it forbids is seen by loading a program that does it. */
void look_at_lockdown(struct look *look, struct finding *finding)
{
	static const struct bpf_insn reader[] = {
		{.code = BPF_ALU64 | BPF_MOV | BPF_X,
		 .dst_reg = BPF_REG_1,
		 .src_reg = BPF_REG_10},
		{.code = BPF_ALU64 | BPF_ADD, /* BPF_K is 0 */
		 .dst_reg = BPF_REG_1,
		 .imm = -8},
		SET(BPF_REG_2, 8),
		SET(BPF_REG_3, 0),
		{.code = BPF_JMP | BPF_CALL, .imm = BPF_FUNC_probe_read_kernel},
		SET(BPF_REG_0, 0),
		RETURN,
	};
	_cleanup_close_ int program = -1;
	char mode[32];

	read_lockdown(mode);
	finding_found(finding, "%s", *mode ? mode : "mode not known");
	if (!look->bpf_works)
		return;
	program = load_program(BPF_PROG_TYPE_RAW_TRACEPOINT, reader,
			       sizeof(reader) / sizeof(reader[0]));
	if (program >= 0) {
		if (!*mode)
			finding_found(finding,
				      "mode not known, but not in the way");
		return;
	}
	finding->state = FINDING_FATAL;
	finding_found(finding, "%s: probes may not read the kernel's memory",
		      *mode ? mode : "confidentiality");
	if (!*mode || strcmp(mode, "confidentiality") == 0)
		finding_cure(finding, "boot with lockdown=integrity");
	else
		finding_cure(finding, "boot Linux 5.5 or newer");
}

static void describe_limit(rlim_t limit, char text[32])
{
	if (limit == RLIM_INFINITY)
		strcpy(text, "unlimited");
	else
		snprintf(text, 32, "%llu KiB", (unsigned long long)limit >> 10);
}

void look_at_memory_lock(struct look *look, struct finding *finding)
{
	struct rlimit limit = {0};
	char text[32];

	getrlimit(RLIMIT_MEMLOCK, &limit);
	describe_limit(limit.rlim_max, text);
	/* From then on a map's memory is the cgroup's. */
	if (machine_has_linux(5, 11)) {
		finding_found(finding, "%s, of no matter since Linux 5.11",
			      text);
		return;
	}
	finding_found(finding, "%s", text);
	/* Who has it raises the limit. */
	if (!look_may(look, CAP_BPF) || limit.rlim_max >= MEMORY_LOCKED ||
	    look_has(look, CAP_SYS_RESOURCE))
		return;
	finding->state = FINDING_FATAL;
	finding_found(finding, "%s, and no CAP_SYS_RESOURCE to raise it", text);
	finding_cure(finding, "ulimit -l unlimited (a container: --ulimit "
			      "memlock=-1)");
}

/* Most are for the attachments, the loop and the compiler. */
void look_at_open_files(struct look *look, struct finding *finding)
{
	struct rlimit limit = {0};

	(void)look;
	getrlimit(RLIMIT_NOFILE, &limit);
	finding_found(finding, "%llu", (unsigned long long)limit.rlim_max);
	if (limit.rlim_max >= OPEN_FILES)
		return;
	finding->state = FINDING_FATAL;
	finding_found(finding, "at most %llu, too few",
		      (unsigned long long)limit.rlim_max);
	finding_cure(finding, "raise ulimit -n to %d", OPEN_FILES);
}

static int open_perf(void)
{
	struct perf_event_attr attr = {
		.type = PERF_TYPE_SOFTWARE,
		.config = PERF_COUNT_SW_BPF_OUTPUT,
		.sample_type = PERF_SAMPLE_RAW,
		.size = sizeof(attr),
	};

	return (int)syscall(SYS_perf_event_open, &attr, -1, 0, -1,
			    PERF_FLAG_FD_CLOEXEC);
}

static int read_paranoid(void)
{
	_cleanup_fclose_ FILE *file = fopen(
		"/proc/sys/kernel/perf_event_paranoid", "re");
	int paranoid = 2;

	return file && fscanf(file, "%d", &paranoid) == 1 ? paranoid : 2;
}

void look_at_perf(struct look *look, struct finding *finding)
{
	_cleanup_close_ int event = open_perf();
	int err = errno, paranoid = read_paranoid();

	if (event >= 0 || err == ENODEV) {
		finding_found(finding, "works (perf_event_paranoid is %d)",
			      paranoid);
		return;
	}
	set_refused(finding, err, look_may(look, CAP_PERFMON));
	/* Debian's and Ubuntu's kernels know more than 2. */
	if (err != EACCES || paranoid <= 2 || look_has(look, CAP_SYS_ADMIN) ||
	    !look_has(look, CAP_PERFMON))
		return;
	finding_found(finding,
		      "%s: perf_event_paranoid is %d, which takes "
		      "CAP_SYS_ADMIN",
		      strerror(err), paranoid);
	finding_cure(finding, "run egrets as root: sudo egrets, or sysctl "
			      "kernel.perf_event_paranoid=2");
}

/* To close one takes the kernel 15 ms. */
void look_at_packets(struct look *look, struct finding *finding)
{
	_cleanup_close_ int packets = -1;

	if (look->question.fatal_only && look->cgroup_programs)
		return;
	packets = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);
	if (packets >= 0) {
		finding_found(finding, "work");
		return;
	}
	set_refused(finding, errno, look_has(look, CAP_NET_RAW));
	if (errno == EAFNOSUPPORT)
		finding_cure(finding, "modprobe af_packet, or boot a kernel "
				      "with CONFIG_PACKET");
	if (look->cgroup_programs) {
		finding->state = FINDING_MISSING;
		finding_cost(finding, "none, DNS is seen at its sockets");
	}
}
