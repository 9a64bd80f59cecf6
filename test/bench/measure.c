// SPDX-License-Identifier: MIT
/*
 *	measure COMMAND [ARG...] >RESULT
 *
 * Runs a command with its output thrown away. Prints processor time and time
 * on the wall in milliseconds, and the most memory it had resident in KiB; its
 * exit status is passed on.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static double now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec * 1e3 + (double)now.tv_nsec / 1e6;
}

static double ms_of(const struct timeval *time)
{
	return (double)time->tv_sec * 1e3 + (double)time->tv_usec / 1e3;
}

int main(int argc, char **argv)
{
	double begun_ms = now_ms(), ended_ms;
	struct rusage usage;
	int null, status;
	pid_t pid;

	if (argc < 2)
		return 2;
	pid = fork();
	if (pid == 0) {
		null = open("/dev/null", O_WRONLY);
		if (null >= 0 && dup2(null, STDOUT_FILENO) >= 0 &&
		    dup2(null, STDERR_FILENO) >= 0)
			execvp(argv[1], argv + 1);
		_exit(127);
	}
	if (pid < 0 || wait4(pid, &status, 0, &usage) != pid)
		return EXIT_FAILURE;
	ended_ms = now_ms();
	printf("%.1f %.1f %ld\n",
	       ms_of(&usage.ru_utime) + ms_of(&usage.ru_stime),
	       ended_ms - begun_ms, usage.ru_maxrss);
	return WIFEXITED(status) ? WEXITSTATUS(status) : EXIT_FAILURE;
}
