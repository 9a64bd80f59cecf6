/* SPDX-License-Identifier: MIT */
#ifndef PROBE_COMPAT_H
#define PROBE_COMPAT_H

#include <bpf/libbpf.h>
#include <linux/perf_event.h>
#include <stddef.h>

/*
 * What libraries of different age want called differently, called as the
 * newest wants it. Which way that is here, cmake/Compat.cmake finds by trying.
 *
 * What bpf(2) can do without a library is done without (compiler.c), and so is
 * what a library would do in a worse way the older it is (kernel_btf.h).
 */

/*
 * perf_buffer__new_raw(): before libbpf 0.7 the functions were among the options,
 * and before 1.0 an error was hidden in the pointer. NULL, and errno.
 */
struct perf_buffer *compat_perf_buffer_new(int map, size_t pages,
					   struct perf_event_attr *attr,
					   perf_buffer_event_fn fn,
					   void *context);

#endif
