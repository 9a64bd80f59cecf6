// SPDX-License-Identifier: MIT
#include "machine/look.h"

#include "base/cleanup.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/btf.h>
#include <linux/magic.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <sys/vfs.h>

#define KPROBE_DEVICE "/sys/bus/event_source/devices/kprobe"

/* CONFIG_IKHEADERS: libbcc unpacks it. */
#define HEADERS_ARCHIVE "/sys/kernel/kheaders.tar.xz"

bool machine_has_kprobes(void)
{
	return access(KPROBE_DEVICE, F_OK) == 0;
}

static bool is_directory(const char *path)
{
	struct stat stat;

	return fstatat(AT_FDCWD, path, &stat, 0) == 0 && S_ISDIR(stat.st_mode);
}

const char *machine_headers(void)
{
	static const char *const links[] = {"build", "source"};
	static char path[128];
	struct utsname name;

	if (getenv("BCC_KERNEL_SOURCE"))
		return "BCC_KERNEL_SOURCE";
	uname(&name);
	for (size_t i = 0; i < sizeof(links) / sizeof(links[0]); i++) {
		snprintf(path, sizeof(path), "/lib/modules/%s/%s", name.release,
			 links[i]);
		if (is_directory(path))
			return path;
	}
	return access(HEADERS_ARCHIVE, R_OK) == 0 ? HEADERS_ARCHIVE : NULL;
}

void look_at_kernel(struct look *look, struct finding *finding)
{
	struct utsname name;

	(void)look;
	uname(&name);
	finding_found(finding, "Linux %s, %s", name.release, name.machine);
}

/* Whether it begins as BTF does; the rest is read when it is needed. */
static int open_btf(off_t *size_ret)
{
	_cleanup_close_ int fd = open(MACHINE_BTF, O_RDONLY | O_CLOEXEC);
	struct btf_header header;
	struct stat stat;

	if (fd < 0 || fstat(fd, &stat))
		return -errno;
	if (read(fd, &header, sizeof(header)) != sizeof(header) ||
	    header.magic != BTF_MAGIC)
		return -EBADMSG;
	*size_ret = stat.st_size;
	return 0;
}

const char *machine_headers_cure(void)
{
	static char text[256];
	struct utsname name;

	uname(&name);
	snprintf(text, sizeof(text),
		 "install linux-headers-%.64s (Debian, Ubuntu) or "
		 "kernel-devel-%.64s (Fedora), or boot a kernel with "
		 "CONFIG_DEBUG_INFO_BTF",
		 name.release, name.release);
	return text;
}

void look_at_btf(struct look *look, struct finding *finding)
{
	bool wanted = look->types.btf;
	bool instead = look->types.headers && machine_headers();
	off_t size = 0;
	int err = open_btf(&size);

	if (!err) {
		finding_found(finding, "%s, %lld KiB", MACHINE_BTF,
			      (long long)size >> 10);
		return;
	}
	look->types.btf = false;
	finding->state = wanted && !instead ? FINDING_FATAL : FINDING_MISSING;
	finding_found(finding, "%s%s%s%s", err == -ENOENT ? "no " : "",
		      MACHINE_BTF,
		      err == -EBADMSG  ? " is not BTF"
		      : err == -ENOENT ? ""
				       : " cannot be read",
		      finding->state == FINDING_FATAL && look->types.headers
			      ? ", and no kernel headers either"
			      : "");
	if (!wanted)
		finding_cost(finding, "none, headers were asked for");
	else if (instead)
		finding_cost(finding, "a slower start, from kernel headers");
	if (instead || !look->types.headers)
		finding_cure(finding,
			     "boot a kernel with CONFIG_DEBUG_INFO_BTF");
	else
		finding_cure(finding, "%s", machine_headers_cure());
}

void look_at_headers(struct look *look, struct finding *finding)
{
	const char *path = machine_headers();
	struct utsname name;

	if (path) {
		finding_found(finding, "%s", path);
		return;
	}
	uname(&name);
	finding_found(finding, "no /lib/modules/%.64s/build, no %s",
		      name.release, HEADERS_ARCHIVE);
	finding->state = look->types.headers && !look->types.btf
				 ? FINDING_FATAL
				 : FINDING_MISSING;
	if (look->types.btf)
		finding_cost(finding, "none, there is BTF");
	else
		finding_cure(finding, "%s", machine_headers_cure());
}

void look_at_kprobes(struct look *look, struct finding *finding)
{
	if (look->kprobes) {
		finding_found(finding, "attached through perf");
		return;
	}
	finding->state = FINDING_MISSING;
	finding_found(finding, "no %s", KPROBE_DEVICE);
	finding_cost(finding,
		     "little, tracepoints and cgroup programs do as well");
	finding_cure(finding, "boot a kernel with CONFIG_KPROBES");
}

static const char *mounted_tracefs(void)
{
	static const char *const paths[] = {"/sys/kernel/tracing",
					    "/sys/kernel/debug/tracing"};

	for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
		struct statfs stat;

		if (statfs(paths[i], &stat) == 0 &&
		    stat.f_type == TRACEFS_MAGIC)
			return paths[i];
	}
	return NULL;
}

/* egrets takes raw ones, and kprobes through perf: neither has files. */
void look_at_tracepoints(struct look *look, struct finding *finding)
{
	const char *path = mounted_tracefs();

	(void)look;
	if (path)
		finding_found(finding, "tracefs is mounted at %s, not needed",
			      path);
	else
		finding_found(finding, "tracefs is not mounted, nor needed");
}
