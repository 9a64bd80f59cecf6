// SPDX-License-Identifier: MIT
/*
 *	probe_stats COMMAND [ARG...]
 *
 * Runs a command while the kernel takes the time of all BPF programs, and then
 * prints, one a line, the name, how often it ran and ns a run of those that
 * did. (What the kernel takes to look at its clock is in that.) Exit status 77
 * if this kernel cannot.
 */
#include <bpf/bpf.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static int run(char **argv)
{
	pid_t pid = fork();
	int status;

	if (pid == 0) {
		execvp(argv[0], argv);
		_exit(127);
	}
	if (pid < 0 || waitpid(pid, &status, 0) != pid)
		return EXIT_FAILURE;
	return WIFEXITED(status) ? WEXITSTATUS(status) : EXIT_FAILURE;
}

static void print_program(uint32_t id)
{
	struct bpf_prog_info info;
	uint32_t len = sizeof(info);
	int fd = bpf_prog_get_fd_by_id(id);

	memset(&info, 0, sizeof(info));
	if (fd < 0)
		return;
	if (bpf_obj_get_info_by_fd(fd, &info, &len) == 0 && info.run_cnt)
		printf("%s %" PRIu64 " %.0f\n", info.name,
		       (uint64_t)info.run_cnt,
		       (double)info.run_time_ns / (double)info.run_cnt);
	close(fd);
}

int main(int argc, char **argv)
{
	int stats, status;
	uint32_t id = 0;

	if (argc < 2)
		return 2;
	stats = bpf_enable_stats(BPF_STATS_RUN_TIME);
	if (stats < 0) {
		fprintf(stderr,
			"probe_stats: the kernel does not take the "
			"time of programs: %s\n",
			strerror(errno));
		return 77;
	}
	status = run(argv + 1);
	close(stats);
	while (bpf_prog_get_next_id(id, &id) == 0)
		print_program(id);
	return status;
}
