/* SPDX-License-Identifier: MIT */
#ifndef PROBE_HOOKS_H
#define PROBE_HOOKS_H

#include <stdbool.h>
#include <stddef.h>

/*
 * The attach ladder: what each probe wants to know about, and the forms in
 * which a kernel may offer it, the best one first.
 */

/* --attach */
enum attach_mode {
	ATTACH_AUTO,
	ATTACH_KPROBE,
	ATTACH_TRACEPOINT,
};

enum attachment_kind {
	ATTACHMENT_KPROBE,
	ATTACHMENT_KRETPROBE,
	ATTACHMENT_RAW_TRACEPOINT,
	ATTACHMENT_CGROUP,
	ATTACHMENT_CGROUP_PACKETS,
	ATTACHMENT_CGROUP_SOCKET,
};

const char *attachment_kind_text(enum attachment_kind kind);

struct attachment {
	enum attachment_kind kind;
	const char *target; /* what it is attached to, in the kernel's terms */
	const char *function; /* the program, in probes/ */
	int attach_type;      /* ATTACHMENT_CGROUP: enum bpf_attach_type */
	bool optional;	      /* the form does without, with a warning */
};

#define FORM_ATTACHMENTS 4
#define HOOK_FORMS	 2

/* One way to have a hook. */
struct hook_form {
	enum attach_mode mode; /* which --attach it belongs to */
	struct attachment attachment[FORM_ATTACHMENTS];
};

struct hook {
	const char *name;
	const char *without; /* what is not seen without it */
	struct hook_form form[HOOK_FORMS];
	const char *instead; /* what shows it then, or NULL */
	unsigned int part; /* enum source_part, any of these; 0: always there */
};

static inline bool hook_is_wanted(const struct hook *hook, unsigned int parts)
{
	return !hook->part || hook->part & parts;
}

extern const struct hook hooks[];
extern const size_t hook_count;

/* A form is unused (at the end of the list) if it has no attachment. */
bool hook_form_exists(const struct hook_form *form);

/*
 * Whether mode lets this form of the hook be tried: any form in auto mode,
 * else the mode's own, or, for a hook that does not have that, any.
 */
bool hook_form_allowed(const struct hook *hook, const struct hook_form *form,
		       enum attach_mode mode);

/* The form that is taken if all goes well. */
const struct hook_form *hook_likely_form(const struct hook *hook,
					 enum attach_mode mode, bool kprobes);

#endif
