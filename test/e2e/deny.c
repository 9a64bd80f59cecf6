// SPDX-License-Identifier: MIT
/*
 * deny SYSCALL... -- COMMAND [ARG...]
 *
 * Runs a command that may not make these system calls: they fail with EPERM,
 * as those do that the default seccomp profile of a container forbids.
 */
#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

static const struct {
	const char *name;
	unsigned int number;
} calls[] = {
	{"bpf", SYS_bpf},
	{"mount", SYS_mount},
	{"perf_event_open", SYS_perf_event_open},
	{"setns", SYS_setns},
	{"unshare", SYS_unshare},
};

#define CALLS (sizeof(calls) / sizeof(calls[0]))

static int number_of(const char *name)
{
	for (size_t i = 0; i < CALLS; i++)
		if (strcmp(calls[i].name, name) == 0)
			return (int)calls[i].number;
	return -1;
}

/* Of what stays on, each call takes two instructions. */
static int deny(char **names, size_t count)
{
	struct sock_filter filter[2 * CALLS + 2] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
			 offsetof(struct seccomp_data, nr)),
	};
	struct sock_fprog program = {1, filter};

	for (size_t i = 0; i < count; i++) {
		int number = number_of(names[i]);

		if (number < 0 || program.len + 3u > 2 * CALLS + 2) {
			fprintf(stderr, "deny: %s: no such call\n", names[i]);
			return -1;
		}
		filter[program.len++] = (struct sock_filter)BPF_JUMP(
			BPF_JMP | BPF_JEQ | BPF_K, (unsigned int)number, 0, 1);
		filter[program.len++] = (struct sock_filter)BPF_STMT(
			BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM);
	}
	filter[program.len++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K,
							     SECCOMP_RET_ALLOW);
	if (prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program)) {
		perror("deny: seccomp");
		return -1;
	}
	return 0;
}

int main(int argc, char **argv)
{
	int dashes = 1;

	while (dashes < argc && strcmp(argv[dashes], "--") != 0)
		dashes++;
	if (dashes + 1 >= argc) {
		fprintf(stderr, "usage: deny SYSCALL... -- COMMAND [ARG...]\n");
		return 2;
	}
	if (deny(argv + 1, (size_t)dashes - 1))
		return 2;
	execvp(argv[dashes + 1], argv + dashes + 1);
	perror("deny: exec");
	return 127;
}
