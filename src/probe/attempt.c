// SPDX-License-Identifier: MIT
#include "probe/attempt.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

void attempt_undo(struct attempt *attempt)
{
	while (attempt->message.fd_count)
		close(attempt->fds[--attempt->message.fd_count]);
}

/* Add to a list; what has no room is cut. */
static void join(char *list, size_t size, const char *separator,
		 const char *text)
{
	size_t len = strlen(list);

	if (*text)
		snprintf(list + len, size - len, "%s%s", len ? separator : "",
			 text);
}

/*
 * Attach all of a form or nothing. An attachment that another hook has made
 * already is there. What was not made goes into why.
 */
static bool attach_form(struct attacher *attacher, const struct hook_form *form,
			struct attempt *attempt, char *why, size_t size)
{
	struct loader_message *message = &attempt->message;

	message->value = 0;
	for (int i = 0; i < FORM_ATTACHMENTS; i++) {
		const struct attachment *attachment = &form->attachment[i];
		char cause[ATTACH_CAUSE], text[ATTACH_CAUSE + 64];
		int fd;

		if (!attachment->target)
			break;
		fd = attacher_attach(attacher, attachment, cause);
		if (fd == -EALREADY)
			continue;
		if (fd >= 0) {
			attempt->fds[message->fd_count++] = fd;
			continue;
		}
		if (*cause) {
			snprintf(text, sizeof(text), "%s %s: %s",
				 attachment_kind_text(attachment->kind),
				 attachment->target, cause);
			join(why, size, ", ", text);
		}
		message->value |= 1u << i;
		if (attachment->optional)
			continue;
		for (uint32_t made = 0; made < message->fd_count; made++)
			attacher_forget_last(attacher);
		attempt_undo(attempt);
		return false;
	}
	return true;
}

void attempt_hook(struct attacher *attacher, uint32_t index,
		  enum attach_mode mode,
		  void (*tell)(const char *why, void *context), void *context,
		  struct attempt *ret)
{
	const struct hook *hook = &hooks[index];
	struct loader_message *message = &ret->message;

	memset(ret, 0, sizeof(*ret));
	message->kind = LOADER_MISSING;
	message->hook = index;
	for (uint32_t i = 0; i < HOOK_FORMS; i++) {
		const struct hook_form *form = &hook->form[i];
		char why[sizeof(message->text)] = "";
		bool made;

		if (!hook_form_exists(form) ||
		    !hook_form_allowed(hook, form, mode))
			continue;
		made = attach_form(attacher, form, ret, why, sizeof(why));
		tell(why, context);
		if (made) {
			message->kind = LOADER_ATTACHED;
			message->form = i;
			memcpy(message->text, why, sizeof(why));
			return;
		}
		join(message->text, sizeof(message->text), "; ", why);
	}
	if (!*message->text)
		join(message->text, sizeof(message->text), "",
		     "no program for it was compiled");
}
