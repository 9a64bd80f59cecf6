/* SPDX-License-Identifier: MIT */
#ifndef PROBE_ATTACH_H
#define PROBE_ATTACH_H

#include "probe/hooks.h"
#include "probe/programs.h"
#include "probe/workshop.h"

/*
 * Loading one program and putting it in its place. A place is filled once: an
 * attachment that several hooks share is made for the first of them.
 */
struct attacher;

#define ATTACH_CAUSE 256

/* Both are borrowed. NULL if memory is short. */
struct attacher *attacher_create(const struct programs *programs,
				 const struct workshop *workshop);
void attacher_destroy(struct attacher *attacher);

/*
 * A descriptor that keeps the attachment, -EALREADY if another hook has made
 * it, or another negative errno, and then why ("" if
 * its program is not in the text that was compiled).
 */
int attacher_attach(struct attacher *attacher,
		    const struct attachment *attachment,
		    char cause[ATTACH_CAUSE]);

/* Whether the kernel has rejected any program, be it for its type. */
bool attacher_was_rejected(const struct attacher *attacher);

/* Forget an attachment that was made: its descriptor is closed. */
void attacher_forget_last(struct attacher *attacher);

#endif
