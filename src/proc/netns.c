// SPDX-License-Identifier: MIT
#include "proc/netns.h"

#include "base/cleanup.h"
#include "base/hash.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

struct seen {
	uint32_t netns;
	UT_hash_handle hh;
};

struct visit {
	int (*fn)(uint32_t netns, void *context);
	void *context;
	struct seen *seen;
};

/* Whether this is the first sight of a namespace. */
static bool is_new(struct visit *visit, uint32_t netns)
{
	struct seen *seen;

	HASH_FIND(hh, visit->seen, &netns, sizeof(netns), seen);
	if (seen)
		return false;
	seen = calloc(1, sizeof(*seen));
	if (!seen)
		return false;
	seen->netns = netns;
	HASH_ADD(hh, visit->seen, netns, sizeof(seen->netns), seen);
	return true;
}

/* A namespace that went away, or that we may not enter, is passed over. */
static int visit_file(struct visit *visit, const char *path)
{
	_cleanup_close_ int fd = -1;
	struct stat stat;

	if (fstatat(AT_FDCWD, path, &stat, 0) ||
	    !is_new(visit, (uint32_t)stat.st_ino))
		return 0;
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 || setns(fd, CLONE_NEWNET))
		return 0;
	return visit->fn((uint32_t)stat.st_ino, visit->context);
}

static int visit_directory(struct visit *visit, const char *directory,
			   const char *suffix, bool numbers)
{
	DIR *dir = opendir(directory);
	struct dirent *entry;
	char path[320];
	int err = 0;

	if (!dir)
		return 0;
	while (!err && (entry = readdir(dir))) {
		if (entry->d_name[0] == '.' ||
		    (numbers && !isdigit((unsigned char)entry->d_name[0])))
			continue;
		snprintf(path, sizeof(path), "%s/%s%s", directory,
			 entry->d_name, suffix);
		err = visit_file(visit, path);
	}
	closedir(dir);
	return err;
}

int netns_visit(int (*fn)(uint32_t netns, void *context), void *context)
{
	struct visit visit = {.fn = fn, .context = context};
	_cleanup_close_ int home = open("/proc/self/ns/net",
					O_RDONLY | O_CLOEXEC);
	struct seen *seen, *next;
	struct stat stat;
	int err;

	if (home < 0 || fstat(home, &stat))
		return -errno;
	is_new(&visit, (uint32_t)stat.st_ino);
	err = fn((uint32_t)stat.st_ino, context);
	if (!err)
		err = visit_directory(&visit, "/proc", "/ns/net", true);
	if (!err)
		err = visit_directory(&visit, "/run/netns", "", false);
	if (setns(home, CLONE_NEWNET) && errno != EPERM && !err)
		err = -errno;
	HASH_ITER(hh, visit.seen, seen, next) {
		HASH_DEL(visit.seen, seen);
		free(seen);
	}
	return err;
}
