/* SPDX-License-Identifier: MIT */
#ifndef PROBE_PROBE_H
#define PROBE_PROBE_H

#include "event.h"
#include "probe/loader.h"
#include "probe/records.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * The probes in the kernel, seen from the program: started, waited for, and
 * then read as a stream of records (probes/event.h).
 *
 * Everything in the kernel hangs on descriptors of ours: when they are closed,
 * or the process ends in any way, nothing is left.
 */
struct probe;

/*
 * Begin to compile and attach, in a child process, and return at once. 0, or
 * a negative errno.
 */
int probe_start(const struct loader_options *options, struct probe **ret);
void probe_destroy(struct probe *probe);

/*
 * Wait until the probes are attached and their records flow. 0, or a negative
 * errno with the trouble noted.
 */
int probe_wait(struct probe *probe);

/*
 * Log, after probe_wait(), the trouble that ends the run; or else as warnings
 * the hooks that could not be attached.
 */
void probe_log(const struct probe *probe);

/* Why nothing goes, and what to do about it, in one line; "" if it does. */
const char *probe_trouble(const struct probe *probe);

/* The versions of libbcc and LLVM; "" if libbcc could not be loaded. */
const char *probe_library(const struct probe *probe);

/*
 * What was chosen, after probe_wait(): "kprobe" (where there are any) or
 * "tracepoint", and
 * where the kernel's types came from.
 */
const char *probe_attach_text(const struct probe *probe);
enum kernel_types probe_types(const struct probe *probe);

/* What became of a hook. */
struct probe_hook {
	const struct hook_form *form; /* as which it is attached, or NULL */
	unsigned int left_out;	      /* a bit for each of its attachments */
	char why[1024];		      /* nothing, or less */
};
const struct probe_hook *probe_hook(const struct probe *probe, size_t hook);

/* Whether there are records of packets: else they are to be had elsewhere. */
bool probe_shows_packets(const struct probe *probe);

/* Becomes readable when there are records; look once in a while anyway. */
int probe_fd(const struct probe *probe);

/* As in records.h. */
void probe_read(struct probe *probe, records_fn fn, void *context);

/*
 * What has gone between a socket of datagrams and a place; is_over: it is not
 * counted any more. False if nothing is known of it.
 */
bool probe_count(const struct probe *probe, const struct datagram_key *key,
		 bool is_over, struct datagram_count *ret);

/* What was lost so far because a perf buffer or a table was full. */
uint64_t probe_lost(const struct probe *probe);

/* Of that, the records: before one that was read, say. */
uint64_t probe_records_lost(const struct probe *probe);

/*
 * Of the process and its future children connects and datagrams are told of,
 * also with SOURCE_FOLLOWED. To be called once, before it has any.
 */
void probe_follow(struct probe *probe, uint32_t tgid);

/*
 * Of who is in a cgroup connects and datagrams are not told of any more, with
 * SOURCE_LEFT_OUT; and of everybody again.
 */
void probe_leave_out(struct probe *probe, uint64_t cgroup_id);
void probe_leave_out_nobody(struct probe *probe);

/* Records of sockets read so far. */
uint64_t probe_records(const struct probe *probe);

#endif
