// SPDX-License-Identifier: MIT
#include "probe/loader.h"

#include "base/cleanup.h"
#include "base/log.h"
#include "probe/attach.h"
#include "probe/compiler.h"

#include <errno.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <time.h>

/* What the child works with. */
struct loader {
	const struct loader_options *options;
	int socket;
	int noise; /* what goes to stderr meanwhile */
	uint64_t stage_start_ns;
};

static uint64_t now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

static void send_message(struct loader *loader,
			 const struct loader_message *message, const int *fds)
{
	union {
		struct cmsghdr header;
		char space[CMSG_SPACE(sizeof(int) * FORM_ATTACHMENTS)];
	} control = {0};
	struct loader_message copy = *message;
	struct iovec bytes = {&copy, sizeof(copy)};
	struct msghdr packet = {.msg_iov = &bytes, .msg_iovlen = 1};
	size_t fds_len = sizeof(int) * message->fd_count;

	if (message->fd_count) {
		packet.msg_control = control.space;
		packet.msg_controllen = CMSG_SPACE(fds_len);
		control.header.cmsg_level = SOL_SOCKET;
		control.header.cmsg_type = SCM_RIGHTS;
		control.header.cmsg_len = CMSG_LEN(fds_len);
		memcpy(CMSG_DATA(&control.header), fds, fds_len);
	}
	/* Nobody listens any more: nothing is worth doing. */
	if (sendmsg(loader->socket, &packet, MSG_NOSIGNAL) < 0)
		_exit(1);
}

static void send_stage(struct loader *loader, const char *name)
{
	struct loader_message message = {.kind = LOADER_STAGE};
	uint64_t now = now_ns();

	message.value = now - loader->stage_start_ns;
	loader->stage_start_ns = now;
	strncpy(message.text, name, sizeof(message.text) - 1);
	send_message(loader, &message, NULL);
}

/* The end of what libraries wrote to stderr: there the trouble is named. */
static void send_noise(struct loader *loader)
{
	struct loader_message message = {.kind = LOADER_NOISE};
	off_t len = lseek(loader->noise, 0, SEEK_END);
	off_t room = sizeof(message.text) - 1;
	off_t from = len > room ? len - room : 0;

	if (len > 0 &&
	    pread(loader->noise, message.text, (size_t)room, from) > 0)
		send_message(loader, &message, NULL);
	if (ftruncate(loader->noise, 0))
		return;
}

__attribute__((format(printf, 2, 3))) static _Noreturn void fail(
	struct loader *loader, const char *format, ...)
{
	struct loader_message message = {.kind = LOADER_FAILED};
	va_list args;

	send_noise(loader);
	va_start(args, format);
	vsnprintf(message.text, sizeof(message.text), format, args);
	va_end(args);
	send_message(loader, &message, NULL);
	_exit(1);
}

static struct compiler *compile(struct loader *loader)
{
	enum kernel_types types = loader->options->types;
	struct loader_message message = {.kind = LOADER_TYPES};
	_cleanup_free_ char *text = NULL;
	struct compiler *compiler;
	int err = source_assemble(&types, &text);

	if (err)
		fail(loader,
		     "cannot read the kernel's types from /sys/kernel/btf/"
		     "vmlinux: %s; try --kernel-types=headers",
		     strerror(-err));
	message.value = types;
	send_message(loader, &message, NULL);
	send_stage(loader, "types");

	err = compiler_create(text, types == KERNEL_TYPES_BTF, &compiler);
	if (err == -ELIBACC)
		fail(loader, "cannot load libbcc: install libbpfcc (Debian) "
			     "or bcc-libs");
	if (err && types == KERNEL_TYPES_HEADERS)
		fail(loader, "the probes do not compile against installed "
			     "kernel headers: install linux-headers for this "
			     "kernel, or boot one with BTF (-v shows the "
			     "compiler's messages)");
	if (err)
		fail(loader,
		     "the probes do not compile: %s (-v shows the compiler's "
		     "messages)",
		     strerror(-err));
	send_stage(loader, "compile");
	return compiler;
}

static void send_table(struct loader *loader, struct compiler *compiler,
		       const char *name)
{
	struct loader_message message = {.kind = LOADER_TABLE, .fd_count = 1};
	int fd = compiler_table(compiler, name);

	if (fd < 0)
		fail(loader, "the probes have no table \"%s\"", name);
	strncpy(message.text, name, sizeof(message.text) - 1);
	send_message(loader, &message, &fd);
}

/*
 * Attach all of a form or nothing. An attachment that another hook has made
 * already is there.
 */
static int attach_form(struct attacher *attacher, const struct hook_form *form,
		       struct loader_message *message, int *fds)
{
	message->fd_count = 0;
	for (int i = 0; i < FORM_ATTACHMENTS; i++) {
		const struct attachment *attachment = &form->attachment[i];
		int fd;

		if (!attachment->target)
			break;
		fd = attacher_attach(attacher, attachment);
		if (fd == -EALREADY)
			continue;
		if (fd < 0) {
			snprintf(message->text, sizeof(message->text),
				 "%s %s: %s",
				 attachment_kind_text(attachment->kind),
				 attachment->target, strerror(-fd));
			while (message->fd_count) {
				close(fds[--message->fd_count]);
				attacher_forget_last(attacher);
			}
			return fd;
		}
		fds[message->fd_count++] = fd;
	}
	return 0;
}

static void attach_hook(struct loader *loader, struct attacher *attacher,
			uint32_t index)
{
	const struct hook *hook = &hooks[index];
	struct loader_message message = {.kind = LOADER_MISSING, .hook = index};
	int fds[FORM_ATTACHMENTS];

	for (uint32_t i = 0; i < HOOK_FORMS; i++) {
		const struct hook_form *form = &hook->form[i];

		if (!hook_form_exists(form) ||
		    !hook_form_allowed(hook, form, loader->options->attach))
			continue;
		if (attach_form(attacher, form, &message, fds) == 0) {
			message.kind = LOADER_ATTACHED;
			message.form = i;
			break;
		}
	}
	send_noise(loader);
	send_message(loader, &message, fds);
	while (message.fd_count)
		close(fds[--message.fd_count]);
}

_Noreturn void loader_run(const struct loader_options *options, int socket)
{
	struct loader loader = {.options = options, .socket = socket};
	struct loader_message done = {.kind = LOADER_DONE};
	struct attacher *attacher;
	struct compiler *compiler;

	/* If egrets is killed, so are we, with all that we have made. */
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	loader.stage_start_ns = now_ns();
	loader.noise = memfd_create("noise", MFD_CLOEXEC);
	if (loader.noise < 0)
		_exit(1);
	fflush(stderr);
	dup2(loader.noise, STDERR_FILENO);

	compiler = compile(&loader);
	send_table(&loader, compiler, "events");
	send_table(&loader, compiler, "drops");
	attacher = attacher_create(compiler);
	if (!attacher)
		fail(&loader, "out of memory");
	for (uint32_t i = 0; i < hook_count; i++)
		attach_hook(&loader, attacher, i);
	send_stage(&loader, "attach");
	send_message(&loader, &done, NULL);
	_exit(0);
}

int loader_receive(int socket, struct loader_message *ret, int *fds)
{
	union {
		struct cmsghdr header;
		char space[CMSG_SPACE(sizeof(int) * FORM_ATTACHMENTS)];
	} control;
	struct iovec bytes = {ret, sizeof(*ret)};
	struct msghdr packet = {
		.msg_iov = &bytes,
		.msg_iovlen = 1,
		.msg_control = control.space,
		.msg_controllen = sizeof(control.space),
	};
	ssize_t len;

	do
		len = recvmsg(socket, &packet, MSG_CMSG_CLOEXEC);
	while (len < 0 && errno == EINTR);
	if (len != (ssize_t)sizeof(*ret))
		return -EPIPE;
	if (ret->fd_count)
		memcpy(fds, CMSG_DATA(CMSG_FIRSTHDR(&packet)),
		       sizeof(int) * ret->fd_count);
	return 0;
}
