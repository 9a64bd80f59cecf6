// SPDX-License-Identifier: MIT
#include "machine/look.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <linux/magic.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

/* Whether our namespace of this kind is not the one with that inode. */
bool look_is_elsewhere(const char *kind, unsigned int own_inode)
{
	struct stat stat;
	char path[64];

	snprintf(path, sizeof(path), "/proc/self/ns/%s", kind);
	return fstatat(AT_FDCWD, path, &stat, 0) == 0 &&
	       stat.st_ino != own_inode;
}

void look_at_proc(struct look *look, struct finding *finding)
{
	(void)look;
	if (access("/proc/self/ns/net", F_OK)) {
		finding->state = FINDING_FATAL;
		finding_found(finding, "not mounted");
		finding_cure(finding, "mount -t proc proc /proc");
		return;
	}
	finding_found(finding, "mounted");
	/* hidepid hides the first of all from those without CAP_SYS_PTRACE. */
	if (access("/proc/1/stat", R_OK) == 0)
		return;
	finding->state = FINDING_MISSING;
	finding_found(finding, "hides other users' processes (hidepid)");
	finding_cost(finding, "programs and arguments of processes begun "
			      "before are not shown");
	finding_cure(finding, "mount -o remount,hidepid=0 /proc, or give "
			      "egrets CAP_SYS_PTRACE");
}

/* libbpf learns there which processors there are. */
void look_at_sys(struct look *look, struct finding *finding)
{
	(void)look;
	if (access("/sys/devices/system/cpu/possible", R_OK) == 0) {
		finding_found(finding, "mounted");
		return;
	}
	finding->state = FINDING_FATAL;
	finding_found(finding, "not mounted");
	finding_cure(finding, "mount -t sysfs sysfs /sys");
}

/* To get to the root of the tree; the way is through the first process. */
static bool leaves_cgroup_namespace(const struct look *look)
{
	return !look->in_cgroup_namespace ||
	       (!look->in_pid_namespace && look_has(look, CAP_SYS_ADMIN));
}

const char *look_unseen(const struct look *look)
{
	return look->kprobes ? "DNS in other network namespaces"
			     : "DNS in other network namespaces, datagrams, "
			       "connects without a route";
}

void look_at_namespaces(struct look *look, struct finding *finding)
{
	if (look->in_user_namespace) {
		finding->state = FINDING_FATAL;
		finding_found(finding,
			      "a user namespace, whose root is not the "
			      "machine's");
		finding_cure(finding, "run egrets as root outside of it: "
				      "rootless containers cannot");
		return;
	}
	if (!look->in_pid_namespace && leaves_cgroup_namespace(look)) {
		finding_found(finding, look->in_cgroup_namespace
					       ? "a cgroup namespace, which "
						 "egrets leaves"
					       : "the machine's own");
		return;
	}
	finding->state = FINDING_MISSING;
	finding_found(finding, "a container's %s%s%s",
		      look->in_pid_namespace ? "pid" : "",
		      look->in_pid_namespace && look->in_cgroup_namespace
			      ? " and "
			      : "",
		      look->in_cgroup_namespace ? "cgroup" : "");
	finding_cost(finding, "not shown: %s%s%s",
		     look->in_pid_namespace ? "programs and arguments of "
					      "processes outside"
					    : "",
		     look->in_pid_namespace && look->in_cgroup_namespace ? ", "
									 : "",
		     look->in_cgroup_namespace ? look_unseen(look) : "");
	finding_cure(finding, "start the container with --pid=host "
			      "--cgroupns=host");
}

static bool is_cgroup2(const char *path)
{
	struct statfs stat;

	return statfs(path, &stat) == 0 && stat.f_type == CGROUP2_SUPER_MAGIC;
}

static bool is_cgroup2_mounted(void)
{
	return is_cgroup2("/sys/fs/cgroup") ||
	       is_cgroup2("/sys/fs/cgroup/unified");
}

bool look_reaches_cgroups(const struct look *look)
{
	return leaves_cgroup_namespace(look) &&
	       (is_cgroup2_mounted() || look_has(look, CAP_SYS_ADMIN));
}

/* Not mounted, it is mounted where only egrets sees it. */
void look_at_cgroups(struct look *look, struct finding *finding)
{
	bool v1 = access("/sys/fs/cgroup/pids", F_OK) == 0;

	if (is_cgroup2("/sys/fs/cgroup"))
		finding_found(finding, "v2");
	else if (is_cgroup2_mounted())
		finding_found(finding, "hybrid: v1, and v2 at "
				       "/sys/fs/cgroup/unified");
	else
		finding_found(finding, "%s", v1 ? "v1" : "not mounted");
	/* For want of something else that is told elsewhere, or not at all. */
	if (look->cgroup_programs || !look_may(look, CAP_NET_ADMIN) ||
	    !look->bpf_works || !leaves_cgroup_namespace(look))
		return;
	finding->state = FINDING_MISSING;
	finding_found(finding, "%sv2 to attach programs to",
		      v1 ? "v1, no " : "no ");
	finding_cost(finding, "not shown: %s", look_unseen(look));
	finding_cure(finding,
		     "mount -t cgroup2 cgroup2 /sys/fs/cgroup/unified, on a "
		     "kernel with CONFIG_CGROUP_BPF");
}

/* Who could be asked about containers. */
static const struct {
	const char *name;
	const char *path;
} engines[] = {
	{"docker", "/run/docker.sock"},
	{"podman", "/run/podman/podman.sock"},
	{"containerd", "/run/containerd/containerd.sock"},
	{"cri-o", "/run/crio/crio.sock"},
};

void look_at_engines(struct look *look, struct finding *finding)
{
	size_t len = 0;

	(void)look;
	for (size_t i = 0; i < sizeof(engines) / sizeof(engines[0]); i++) {
		struct stat stat;

		if (fstatat(AT_FDCWD, engines[i].path, &stat, 0) ||
		    !S_ISSOCK(stat.st_mode))
			continue;
		len += (size_t)snprintf(finding->found + len,
					sizeof(finding->found) - len, "%s%s",
					len ? ", " : "", engines[i].name);
	}
	if (!len) {
		finding->state = FINDING_MISSING;
		finding_found(finding,
			      "none of docker, podman, containerd, cri-o");
		finding_cost(finding, "containers are told by their ids only");
	}
}
