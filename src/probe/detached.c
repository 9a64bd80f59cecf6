// SPDX-License-Identifier: MIT
#include "probe/detached.h"

#include "base/cleanup.h"

#include <errno.h>
#include <linux/mount.h>
#include <sys/syscall.h>
#include <unistd.h>

int detached_mount(const char *type)
{
	_cleanup_close_ int context = (int)syscall(SYS_fsopen, type,
						   FSOPEN_CLOEXEC);
	int mount;

	if (context < 0)
		return -errno;
	if (syscall(SYS_fsconfig, context, FSCONFIG_CMD_CREATE, NULL, NULL, 0))
		return -errno;
	mount = (int)syscall(SYS_fsmount, context, FSMOUNT_CLOEXEC, 0);
	return mount < 0 ? -errno : mount;
}
