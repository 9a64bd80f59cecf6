// SPDX-License-Identifier: MIT
#include "probe/attach.h"

#include "base/cleanup.h"
#include "machine/machine.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <linux/magic.h>
#include <linux/perf_event.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/vfs.h>

#define ATTACHED_MAX 48
#define TARGET_MAX   128

struct attacher {
	const struct programs *programs;
	const struct workshop *workshop;
	int cgroup_root; /* of the v2 tree, or -1 */
	bool was_rejected;
	size_t attached_count;
	const struct attachment *attached[ATTACHED_MAX];
};

struct attacher *attacher_create(const struct programs *programs,
				 const struct workshop *workshop)
{
	struct attacher *attacher = calloc(1, sizeof(*attacher));

	if (!attacher)
		return NULL;
	attacher->programs = programs;
	attacher->workshop = workshop;
	attacher->cgroup_root = -1;
	return attacher;
}

void attacher_destroy(struct attacher *attacher)
{
	if (!attacher)
		return;
	if (attacher->cgroup_root >= 0)
		close(attacher->cgroup_root);
	free(attacher);
}

static int program_type(const struct attachment *attachment)
{
	switch (attachment->kind) {
	case ATTACHMENT_RAW_TRACEPOINT:
		return BPF_PROG_TYPE_RAW_TRACEPOINT;
	case ATTACHMENT_CGROUP:
		return BPF_PROG_TYPE_CGROUP_SOCK_ADDR;
	case ATTACHMENT_CGROUP_PACKETS:
		return BPF_PROG_TYPE_CGROUP_SKB;
	case ATTACHMENT_CGROUP_SOCKET:
		return BPF_PROG_TYPE_CGROUP_SOCK;
	default:
		return BPF_PROG_TYPE_KPROBE;
	}
}

/* The inode of the first cgroup namespace (PROC_CGROUP_INIT_INO). */
#define ROOT_CGROUP_NAMESPACE 0xeffffffb

static bool is_root_cgroup_namespace(const char *path)
{
	struct stat ns;

	return stat(path, &ns) == 0 && ns.st_ino == ROOT_CGROUP_NAMESPACE;
}

/*
 * In a cgroup namespace of its own a process takes a branch of the tree for the
 * root, and would see what happens in there only: leave it.
 */
static bool enter_root_cgroup_namespace(void)
{
	/* init; and kthreadd, for those who may not look at init. */
	static const char *const paths[] = {"/proc/1/ns/cgroup",
					    "/proc/2/ns/cgroup"};

	if (is_root_cgroup_namespace("/proc/self/ns/cgroup"))
		return true;
	for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
		_cleanup_close_ int fd = open(paths[i], O_RDONLY | O_CLOEXEC);

		if (fd >= 0 && is_root_cgroup_namespace(paths[i]) &&
		    setns(fd, CLONE_NEWCGROUP) == 0)
			return true;
	}
	return false;
}

/* Where the v2 tree usually is, alone or beside v1. */
static int open_mounted_cgroup(void)
{
	static const char *const paths[] = {"/sys/fs/cgroup",
					    "/sys/fs/cgroup/unified"};

	for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
		struct statfs stat;

		if (statfs(paths[i], &stat) == 0 &&
		    stat.f_type == CGROUP2_SUPER_MAGIC)
			return open(paths[i], O_DIRECTORY | O_CLOEXEC);
	}
	errno = ENOENT;
	return -1;
}

/* A link, so that the program is gone when we are, however we end. */
static int attach_cgroup(struct attacher *attacher, int program, int type)
{
	int link;

	if (!enter_root_cgroup_namespace())
		return -EXDEV;
	if (attacher->cgroup_root < 0)
		attacher->cgroup_root = workshop_mount(attacher->workshop,
						       "cgroup2");
	if (attacher->cgroup_root < 0)
		attacher->cgroup_root = open_mounted_cgroup();
	if (attacher->cgroup_root < 0)
		return -errno;
	link = bpf_link_create(program, attacher->cgroup_root,
			       (enum bpf_attach_type)type, NULL);
	return link < 0 ? -errno : link;
}

/*
 * What to ask the kernel for: the attachment's target, or, to see what becomes
 * of us where that is missing or forbidden, another one. The variable holds
 * such pairs, as in "tcp_v4_connect=no_such,connect4=no_such".
 */
static bool replace_target(const char *target, char replaced[TARGET_MAX])
{
	const char *pair = getenv("EGRETS_DEBUG_TARGETS");
	size_t len = strlen(target);

	while (pair && (strncmp(pair, target, len) != 0 || pair[len] != '=')) {
		pair = strchr(pair, ',');
		if (pair)
			pair++;
	}
	snprintf(replaced, TARGET_MAX, "%s", pair ? pair + len + 1 : target);
	replaced[strcspn(replaced, ",")] = '\0';
	return pair;
}

#define KPROBE_DEVICE "/sys/bus/event_source/devices/kprobe"

/* The number that follows prefix in a file of a line. */
static int read_number(const char *path, const char *prefix, uint32_t *ret)
{
	_cleanup_fclose_ FILE *file = fopen(path, "re");
	size_t len = strlen(prefix);
	char line[64];

	if (!file)
		return -errno;
	if (!fgets(line, sizeof(line), file) || strncmp(line, prefix, len) != 0)
		return -EIO;
	*ret = (uint32_t)strtoul(line + len, NULL, 10);
	return 0;
}

/* Through perf, so that the probe is gone when its descriptor is. */
static int attach_kprobe(int program, const char *function, bool at_return)
{
	struct perf_event_attr attr = {
		.size = sizeof(attr),
		.kprobe_func = (uintptr_t)function,
	};
	uint32_t bit = 0;
	int fd, err;

	err = read_number(KPROBE_DEVICE "/type", "", &attr.type);
	if (err)
		return err;
	if (!machine_has_kprobes())
		return -EOPNOTSUPP; /* it would never be called */
	if (at_return) {
		err = read_number(KPROBE_DEVICE "/format/retprobe",
				  "config:", &bit);
		if (err)
			return err;
		attr.config = 1ull << bit;
	}
	fd = (int)syscall(__NR_perf_event_open, &attr, -1, 0, -1,
			  PERF_FLAG_FD_CLOEXEC);
	if (fd < 0)
		return -errno;
	if (ioctl(fd, PERF_EVENT_IOC_SET_BPF, program) == 0 &&
	    ioctl(fd, PERF_EVENT_IOC_ENABLE, 0) == 0)
		return fd;
	err = -errno;
	close(fd);
	return err;
}

static int attach_program(struct attacher *attacher, int program,
			  const struct attachment *attachment)
{
	char target[TARGET_MAX];
	bool replaced = replace_target(attachment->target, target);
	int fd;

	switch (attachment->kind) {
	case ATTACHMENT_RAW_TRACEPOINT:
		fd = bpf_raw_tracepoint_open(target, program);
		return fd < 0 ? -errno : fd;
	case ATTACHMENT_CGROUP:
	case ATTACHMENT_CGROUP_PACKETS:
	case ATTACHMENT_CGROUP_SOCKET:
		/* These have no names: any number that is none of theirs. */
		return attach_cgroup(attacher, program,
				     replaced ? -1 : attachment->attach_type);
	default:
		return attach_kprobe(program, target,
				     attachment->kind == ATTACHMENT_KRETPROBE);
	}
}

static bool is_attached(const struct attacher *attacher,
			const struct attachment *attachment)
{
	for (size_t i = 0; i < attacher->attached_count; i++) {
		const struct attachment *other = attacher->attached[i];

		if (strcmp(other->target, attachment->target) == 0 &&
		    strcmp(other->function, attachment->function) == 0)
			return true;
	}
	return false;
}

/* Not for want of a privilege, of memory or of descriptors: the verifier. */
static bool is_rejected(int err)
{
	return err == -EACCES || err == -EINVAL || err == -E2BIG;
}

static bool is_kprobe(const struct attachment *attachment)
{
	return attachment->kind == ATTACHMENT_KPROBE ||
	       attachment->kind == ATTACHMENT_KRETPROBE;
}

/* What the kernel has against an attachment, or against loading its program. */
static void explain(const struct attachment *attachment, int err, bool loaded,
		    char cause[ATTACH_CAUSE])
{
	bool on_cgroup = attachment->kind == ATTACHMENT_CGROUP ||
			 attachment->kind == ATTACHMENT_CGROUP_PACKETS ||
			 attachment->kind == ATTACHMENT_CGROUP_SOCKET;

	*cause = '\0';
	if (err == -ENOENT && !loaded)
		return; /* it is not in the text */
	if (err == -ENOENT)
		snprintf(cause, ATTACH_CAUSE, "this kernel has none");
	else if (!loaded && is_rejected(err))
		snprintf(cause, ATTACH_CAUSE,
			 "the verifier rejects program %s: %s (-v shows its "
			 "last words)",
			 attachment->function, strerror(-err));
	else if (err == -EOPNOTSUPP && is_kprobe(attachment))
		snprintf(cause, ATTACH_CAUSE, "kprobes are switched off");
	else if (err == -EXDEV)
		snprintf(cause, ATTACH_CAUSE,
			 "the container has a cgroup namespace of its own "
			 "(--cgroupns=host)");
	else if (err == -EPERM && on_cgroup && !machine_may(CAP_NET_ADMIN))
		snprintf(cause, ATTACH_CAUSE, "no CAP_NET_ADMIN");
	else
		snprintf(cause, ATTACH_CAUSE, "%s%s", strerror(-err),
			 machine_refusal(-err).why);
}

int attacher_attach(struct attacher *attacher,
		    const struct attachment *attachment,
		    char cause[ATTACH_CAUSE])
{
	_cleanup_close_ int program = -1;
	int fd;

	if (is_attached(attacher, attachment))
		return -EALREADY;
	program = programs_load(attacher->programs, attachment->function,
				program_type(attachment),
				attachment->attach_type);
	if (program < 0) {
		attacher->was_rejected |= is_rejected(program);
		explain(attachment, program, false, cause);
		return program;
	}
	fd = attach_program(attacher, program, attachment);
	if (fd < 0)
		explain(attachment, fd, true, cause);
	else if (attacher->attached_count < ATTACHED_MAX)
		attacher->attached[attacher->attached_count++] = attachment;
	return fd;
}

bool attacher_was_rejected(const struct attacher *attacher)
{
	return attacher->was_rejected;
}

void attacher_forget_last(struct attacher *attacher)
{
	if (attacher->attached_count)
		attacher->attached_count--;
}
