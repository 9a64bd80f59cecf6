/* SPDX-License-Identifier: MIT */
#ifndef PROBE_ATTEMPT_H
#define PROBE_ATTEMPT_H

#include "probe/attach.h"
#include "probe/message.h"

/* What became of a hook: the message that tells of it, and its descriptors. */
struct attempt {
	struct loader_message message;
	int fds[FORM_ATTACHMENTS];
};

/*
 * Attach a hook in the first of its forms that the mode allows and the kernel
 * takes: LOADER_ATTACHED, or LOADER_MISSING with why none. tell is called after
 * each form that was tried, with what of it was not made, or "".
 */
void attempt_hook(struct attacher *attacher, uint32_t index,
		  enum attach_mode mode,
		  void (*tell)(const char *why, void *context), void *context,
		  struct attempt *ret);

/* Take back what was attached. */
void attempt_undo(struct attempt *attempt);

#endif
