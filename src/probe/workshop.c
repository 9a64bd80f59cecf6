// SPDX-License-Identifier: MIT
#include "probe/workshop.h"

#include "base/cleanup.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>

/* A directory that is always there (proc_root_init) and that we never need. */
#define MOUNT_POINT "/proc/fs"
#define MOUNT_OF_IT "/proc"

int workshop_open(struct workshop *ret)
{
	/*
	 * What is mounted on a shared mount shows in every namespace: the one
	 * that we mount on is made private. (The root will not do: in a chroot
	 * it is no mount.)
	 */
	ret->is_private =
		unshare(CLONE_NEWNS) == 0 &&
		mount("none", MOUNT_OF_IT, NULL, MS_PRIVATE, NULL) == 0 &&
		mount("egrets", MOUNT_POINT, "tmpfs", 0, "mode=0700") == 0;
	if (ret->is_private) {
		strcpy(ret->path, MOUNT_POINT);
		return 0;
	}
	strcpy(ret->path, "/tmp/egrets.XXXXXX");
	return mkdtemp(ret->path) ? 0 : -errno;
}

static int remove_entry(const char *path, const struct stat *stat, int type,
			struct FTW *where)
{
	(void)stat;
	(void)type;
	(void)where;
	return remove(path);
}

void workshop_close(struct workshop *workshop)
{
	if (!workshop->is_private)
		nftw(workshop->path, remove_entry, 8, FTW_DEPTH | FTW_PHYS);
}

int workshop_mount(const struct workshop *workshop, const char *type)
{
	char path[WORKSHOP_PATH + 32];
	int fd;

	if (!workshop->is_private)
		return -EPERM;
	snprintf(path, sizeof(path), "%s/%s", workshop->path, type);
	if (mkdir(path, 0700) == 0) {
		if (mount(type, path, type, 0, NULL))
			return -errno;
	} else if (errno != EEXIST) {
		return -errno;
	}
	fd = open(path, O_DIRECTORY | O_RDONLY | O_CLOEXEC);
	return fd < 0 ? -errno : fd;
}

int workshop_cover(const struct workshop *workshop, const char *path,
		   const char *text)
{
	char cover[WORKSHOP_PATH + 32];
	_cleanup_close_ int fd = -1;
	size_t len = strlen(text);

	if (!workshop->is_private)
		return -EPERM;
	snprintf(cover, sizeof(cover), "%s/cover", workshop->path);
	fd = open(cover, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	if (fd < 0)
		return -errno;
	if (write(fd, text, len) != (ssize_t)len)
		return -EIO;
	return mount(cover, path, NULL, MS_BIND, NULL) ? -errno : 0;
}
