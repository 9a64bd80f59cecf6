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
#define KPROBE_SWITCH "/sys/kernel/debug/kprobes/enabled"

/* CONFIG_IKHEADERS: libbcc unpacks it. */
#define HEADERS_ARCHIVE "/sys/kernel/kheaders.tar.xz"

/* Switched off, they are attached and never fire. */
static bool are_kprobes_off(void)
{
	_cleanup_fclose_ FILE *file = fopen(KPROBE_SWITCH, "re");

	return file && fgetc(file) == '0';
}

bool machine_has_kprobes(void)
{
	return access(KPROBE_DEVICE, F_OK) == 0 && !are_kprobes_off();
}

static bool is_directory(const char *path)
{
	struct stat stat;

	return fstatat(AT_FDCWD, path, &stat, 0) == 0 && S_ISDIR(stat.st_mode);
}

bool machine_has_linux(unsigned int major, unsigned int minor)
{
	unsigned int found_major = 0, found_minor = 0;
	struct utsname name;

	uname(&name);
	sscanf(name.release, "%u.%u", &found_major, &found_minor);
	return found_major > major ||
	       (found_major == major && found_minor >= minor);
}

bool machine_find_headers(char path[MACHINE_TEXT])
{
	static const char *const links[] = {"build", "source"};
	struct utsname name;

	if (getenv("BCC_KERNEL_SOURCE")) {
		strcpy(path, "BCC_KERNEL_SOURCE");
		return true;
	}
	uname(&name);
	for (size_t i = 0; i < sizeof(links) / sizeof(links[0]); i++) {
		snprintf(path, MACHINE_TEXT, "/lib/modules/%s/%s", name.release,
			 links[i]);
		if (is_directory(path))
			return true;
	}
	strcpy(path, HEADERS_ARCHIVE);
	return access(path, R_OK) == 0;
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

void machine_cure_types(char ret[MACHINE_TEXT])
{
	struct utsname name;

	uname(&name);
	snprintf(ret, MACHINE_TEXT,
		 "install linux-headers-%.64s (Debian, Ubuntu) or "
		 "kernel-devel-%.64s (Fedora), or boot a kernel with "
		 "CONFIG_DEBUG_INFO_BTF",
		 name.release, name.release);
}

static void cure_types(struct finding *finding)
{
	char text[MACHINE_TEXT];

	machine_cure_types(text);
	finding_cure(finding, "%s", text);
}

void look_at_btf(struct look *look, struct finding *finding)
{
	bool wanted = look->question.btf;
	char text[MACHINE_TEXT];
	bool instead = look->question.headers && machine_find_headers(text);
	off_t size = 0;
	int err = open_btf(&size);

	if (!err) {
		finding_found(finding, "%s, %lld KiB", MACHINE_BTF,
			      (long long)size >> 10);
		return;
	}
	look->question.btf = false;
	finding->state = wanted && !instead ? FINDING_FATAL : FINDING_MISSING;
	finding_found(finding, "%s%s%s%s", err == -ENOENT ? "no " : "",
		      MACHINE_BTF,
		      err == -EBADMSG  ? " is not BTF"
		      : err == -ENOENT ? ""
				       : " cannot be read",
		      finding->state == FINDING_FATAL && look->question.headers
			      ? ", and no kernel headers either"
			      : "");
	if (!wanted)
		finding_cost(finding, "none, headers were asked for");
	else if (instead)
		finding_cost(finding, "a slower start, from kernel headers");
	if (instead || !look->question.headers)
		finding_cure(finding,
			     "boot a kernel with CONFIG_DEBUG_INFO_BTF");
	else
		cure_types(finding);
}

void look_at_headers(struct look *look, struct finding *finding)
{
	char path[MACHINE_TEXT];
	struct utsname name;

	if (machine_find_headers(path)) {
		finding_found(finding, "%s", path);
		return;
	}
	uname(&name);
	finding_found(finding, "no /lib/modules/%.64s/build, no %s",
		      name.release, HEADERS_ARCHIVE);
	finding->state = look->question.headers && !look->question.btf
				 ? FINDING_FATAL
				 : FINDING_MISSING;
	if (look->question.btf)
		finding_cost(finding, "none, there is BTF");
	else
		cure_types(finding);
}

void look_at_kprobes(struct look *look, struct finding *finding)
{
	if (look->kprobes) {
		finding_found(finding, "attached through perf");
		return;
	}
	finding->state = FINDING_MISSING;
	finding_found(finding, "no %s", KPROBE_DEVICE);
	finding_cure(finding, "boot a kernel with CONFIG_KPROBES");
	if (are_kprobes_off()) {
		finding_found(finding, "switched off");
		finding_cure(finding, "echo 1 >%s", KPROBE_SWITCH);
	}
	finding_cost(finding,
		     "little, tracepoints and cgroup programs do as well");
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
