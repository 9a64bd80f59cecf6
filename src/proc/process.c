// SPDX-License-Identifier: MIT
#include "proc/process.h"

#include "base/cleanup.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define STAT_MAX    1024
#define ARGS_MAX    4096
#define CGROUPS_MAX 8192

struct stat_line {
	char text[STAT_MAX];
	const char *comm; /* within text */
	uint32_t ppid;
	uint32_t start_ticks;
};

static ssize_t read_file(uint32_t tgid, const char *name, char *buf,
			 size_t size)
{
	char path[64];
	_cleanup_close_ int fd = -1;

	snprintf(path, sizeof(path), "/proc/%u/%s", tgid, name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	return fd < 0 ? -1 : read(fd, buf, size);
}

/*
 * proc_pid_stat(5): pid (comm) state ppid … starttime is the 22nd field. comm
 * may hold anything, parentheses too: it ends at the last one.
 */
static int read_stat(uint32_t tgid, struct stat_line *ret)
{
	ssize_t len = read_file(tgid, "stat", ret->text, STAT_MAX - 1);
	unsigned long long start = 0;
	char *open_paren, *close_paren, *at;

	if (len <= 0)
		return -ESRCH;
	ret->text[len] = '\0';
	open_paren = strchr(ret->text, '(');
	close_paren = strrchr(ret->text, ')');
	if (!open_paren || !close_paren || close_paren < open_paren)
		return -EBADMSG;
	*close_paren = '\0';
	ret->comm = open_paren + 1;
	at = close_paren + 1;
	for (int field = 3; field <= 22 && at; field++) {
		at = strchr(at, ' ');
		if (!at)
			return -EBADMSG;
		at++;
		if (field == 4)
			ret->ppid = (uint32_t)strtoul(at, NULL, 10);
		else if (field == 22)
			start = strtoull(at, NULL, 10);
	}
	ret->start_ticks = (uint32_t)start;
	return 0;
}

int proc_identify(uint32_t tgid, struct process_id *ret)
{
	struct stat_line stat;
	int err = read_stat(tgid, &stat);

	if (!err)
		*ret = (struct process_id){tgid, stat.start_ticks};
	return err;
}

static void visit(uint32_t tgid,
		  void (*fn)(const struct proc_process *process, void *context),
		  void *context)
{
	struct proc_process process = {.id.tgid = tgid};
	struct stat_line line, parent;
	char exe[64], path[PATH_MAX], args[ARGS_MAX], cgroups[CGROUPS_MAX];
	struct stat owner;
	ssize_t len;

	if (read_stat(tgid, &line))
		return;
	process.id.start_ticks = line.start_ticks;
	process.comm = line.comm;
	if (line.ppid && read_stat(line.ppid, &parent) == 0)
		process.parent = (struct process_id){line.ppid,
						     parent.start_ticks};
	snprintf(exe, sizeof(exe), "/proc/%u", tgid);
	if (stat(exe, &owner) == 0)
		process.uid = owner.st_uid;
	snprintf(exe, sizeof(exe), "/proc/%u/exe", tgid);
	len = readlink(exe, path, sizeof(path) - 1);
	if (len > 0) {
		path[len] = '\0';
		process.path = path;
	}
	len = read_file(tgid, "cgroup", cgroups, sizeof(cgroups) - 1);
	cgroups[len > 0 ? len : 0] = '\0';
	process.cgroups = cgroups;
	len = read_file(tgid, "cmdline", args, sizeof(args));
	process.args = args;
	process.args_len = len > 0 ? (size_t)len : 0;
	fn(&process, context);
}

int proc_visit(void (*fn)(const struct proc_process *process, void *context),
	       void *context)
{
	DIR *dir = opendir("/proc");
	struct dirent *entry;

	if (!dir)
		return -errno;
	while ((entry = readdir(dir)))
		if (isdigit((unsigned char)entry->d_name[0]))
			visit((uint32_t)strtoul(entry->d_name, NULL, 10), fn,
			      context);
	closedir(dir);
	return 0;
}
