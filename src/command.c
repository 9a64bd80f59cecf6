// SPDX-License-Identifier: MIT
#include "command.h"

#include "base/log.h"
#include "proc/process.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

static _Noreturn void become(char **argv, int niceness, int gate)
{
	sigset_t none;
	char byte;
	int err;

	/* If egrets dies before the gate opens, nothing is to run. */
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	while (read(gate, &byte, 1) < 0 && errno == EINTR)
		;
	prctl(PR_SET_PDEATHSIG, 0);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	signal(SIGPIPE, SIG_DFL);
	setpriority(PRIO_PROCESS, 0, niceness);
	execvp(argv[0], argv);
	err = errno;
	log_error("cannot run %s: %s", argv[0], strerror(err));
	_exit(err == ENOENT ? 127 : 126);
}

int command_prepare(char **argv, int niceness, struct command *ret)
{
	int gate[2];
	pid_t pid;
	int err;

	if (pipe2(gate, O_CLOEXEC))
		return -errno;
	pid = fork();
	if (pid == 0) {
		close(gate[1]);
		become(argv, niceness, gate[0]);
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
	return proc_identify((uint32_t)pid, &ret->id);
}

void command_begin(struct command *command)
{
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
