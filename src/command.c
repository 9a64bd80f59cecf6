// SPDX-License-Identifier: MIT
#include "command.h"

#include "base/log.h"
#include "proc/process.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

/* libraries of ours open files without O_CLOEXEC: packet sockets, for one. */
static void keep_only_standard_files(void)
{
	long most = sysconf(_SC_OPEN_MAX);

	if (syscall(__NR_close_range, 3, ~0U, 0) == 0)
		return;
	for (int fd = 3; fd < most; fd++)
		close(fd);
}

static _Noreturn void become(char **argv, const struct command_setting *setting,
			     int gate)
{
	sigset_t none;
	ssize_t count;
	char byte;
	int err;

	/* Closed without a word: egrets has ended, nothing is to run. */
	do
		count = read(gate, &byte, 1);
	while (count < 0 && errno == EINTR);
	if (count != 1)
		_exit(126);
	keep_only_standard_files();
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	signal(SIGPIPE, SIG_DFL);
	setpriority(PRIO_PROCESS, 0, setting->niceness);
	setrlimit(RLIMIT_NOFILE, &setting->files);
	execvp(argv[0], argv);
	err = errno;
	log_error("cannot run %s: %s", argv[0], strerror(err));
	_exit(err == ENOENT ? 127 : 126);
}

int command_prepare(char **argv, const struct command_setting *setting,
		    struct command *ret)
{
	int gate[2];
	pid_t pid;
	int err;

	if (pipe2(gate, O_CLOEXEC)) {
		err = errno;
		log_error("cannot make a pipe: %s", strerror(err));
		return -err;
	}
	pid = fork();
	if (pid == 0) {
		close(gate[1]);
		become(argv, setting, gate[0]);
	}
	err = errno;
	close(gate[0]);
	if (pid < 0) {
		close(gate[1]);
		log_error("cannot make a process for %s: %s", argv[0],
			  strerror(err));
		return -err;
	}
	*ret = (struct command){.pid = pid, .gate = gate[1]};
	err = proc_identify((uint32_t)pid, &ret->id);
	if (!err)
		return 0;
	log_error("cannot read /proc/%d/stat: %s; is /proc mounted?", pid,
		  strerror(-err));
	close(gate[1]);
	waitpid(pid, NULL, 0);
	return err;
}

void command_begin(struct command *command)
{
	if (write(command->gate, "", 1) != 1)
		log_error("the process for the command is gone");
	close(command->gate);
	command->gate = -1;
}

void command_reap(struct command *command)
{
	int status;

	if (command->ended || !command->pid ||
	    waitpid(command->pid, &status, WNOHANG) != command->pid)
		return;
	command->ended = true;
	command->status = WIFSIGNALED(status) ? 128 + WTERMSIG(status)
					      : WEXITSTATUS(status);
}
