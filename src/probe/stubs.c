// SPDX-License-Identifier: MIT
#include "probe/stubs.h"

#include "base/cleanup.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/utsname.h>

static const char types_text[] =
	"#ifndef STUB_TYPES\n"
	"#define STUB_TYPES\n"
	"typedef unsigned char __u8, u8;\n"
	"typedef signed char __s8, s8;\n"
	"typedef unsigned short __u16, u16, __be16, __le16, __sum16;\n"
	"typedef short __s16, s16;\n"
	"typedef unsigned int __u32, u32, __be32, __le32, __wsum;\n"
	"typedef int __s32, s32;\n"
	"typedef unsigned long long __u64, u64, __be64, __le64;\n"
	"typedef long long __s64, s64;\n"
	"typedef __u64 __aligned_u64 __attribute__((aligned(8)));\n"
	"typedef unsigned long size_t, uintptr_t;\n"
	"typedef _Bool bool;\n"
	"#define true 1\n"
	"#define false 0\n"
	"#define NULL ((void *)0)\n"
	"#define offsetof(type, member) __builtin_offsetof(type, member)\n"
	"#define CONFIG_BPF_SYSCALL 1\n"
	"#define __always_inline inline __attribute__((always_inline))\n"
	"#endif\n";

/* Directories come before what is in them. */
static const struct {
	const char *path;
	const char *text; /* NULL: a directory */
} stubs[] = {
	{"include", NULL},
	{"include/linux", NULL},
	{"include/asm", NULL},
	{"include/uapi", NULL},
	{"include/uapi/linux", NULL},
	{"include/linux/kconfig.h", "#include <linux/types.h>\n"},
	{"include/linux/types.h", types_text},
	{"include/linux/log2.h", ""},
	{"include/linux/bpf_common.h", ""},
	{"include/asm/page.h", ""},
	{"include/uapi/linux/bpf.h", ""},
	{"include/uapi/linux/bpf_common.h", ""},
	{"include/uapi/linux/if_packet.h", ""},
};

static int write_file(int dir, const char *path, const char *text)
{
	_cleanup_close_ int fd = openat(
		dir, path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	size_t len = strlen(text);

	if (fd < 0)
		return -errno;
	if (write(fd, text, len) != (ssize_t)len)
		return -EIO;
	return 0;
}

/* libbcc asks what it may use by the kernel's version. */
static int write_version(int dir)
{
	unsigned int major = 0, minor = 0, patch = 0;
	struct utsname name;
	char text[128];

	if (uname(&name))
		return -errno;
	sscanf(name.release, "%u.%u.%u", &major, &minor, &patch);
	snprintf(text, sizeof(text),
		 "#define KERNEL_VERSION(a, b, c) "
		 "(((a) << 16) + ((b) << 8) + (c))\n"
		 "#define LINUX_VERSION_CODE KERNEL_VERSION(%u, %u, %u)\n",
		 major, minor, patch < 255 ? patch : 255);
	return write_file(dir, "include/linux/version.h", text);
}

int stubs_write(const char *path)
{
	_cleanup_close_ int dir = open(path, O_DIRECTORY | O_CLOEXEC);

	if (dir < 0)
		return -errno;
	for (size_t i = 0; i < sizeof(stubs) / sizeof(stubs[0]); i++) {
		int err = 0;

		if (stubs[i].text)
			err = write_file(dir, stubs[i].path, stubs[i].text);
		else if (mkdirat(dir, stubs[i].path, 0700))
			err = -errno;
		if (err)
			return err;
	}
	return write_version(dir);
}
