/* SPDX-License-Identifier: MIT */
#ifndef PROBE_RECORDS_H
#define PROBE_RECORDS_H

#include "event.h"

#include <stdint.h>

/*
 * The way of the records out of the kernel: perf buffers, one for each CPU.
 *
 * A record wakes nobody. Before we look we say that we are about to, and the
 * first one after that rings: a small buffer of its own becomes readable. So in
 * a burst there is one wake-up for each look, not one for each record.
 */
struct records;

/* Its tables, by their descriptors, which remain the caller's. */
struct records_tables {
	int events;
	int bells;
	int shared;
};

/* 0, or a negative errno. */
int records_open(const struct records_tables *tables, struct records **ret);
void records_close(struct records *records);

/*
 * Becomes readable when there are records. Who polls it looks once after the
 * poll has begun: what rang before may not be heard. (In theory one that is
 * written at the very moment of a look may not ring: look once in a while
 * anyway.)
 */
int records_fd(const struct records *records);

/*
 * Hand over every record that is waiting. The records of one CPU come in order,
 * those of different CPUs do not. A record is borrowed, of a kind and size
 * that fit together, and aligned.
 */
typedef void (*records_fn)(const struct record_header *record, void *context);
void records_read(struct records *records, records_fn fn, void *context);

/* Read so far, of those that tell of sockets: not of programs, and no packets. */
uint64_t records_of_sockets(const struct records *records);

/*
 * Lost so far because a buffer was full: of one that was handed over, all that
 * were to come before it are counted.
 */
uint64_t records_lost(const struct records *records);

/* The probes' entries that had no room so far. */
uint64_t records_dropped(const struct records *records);

/* The least for one CPU: less memory cannot be asked for. */
#define RECORDS_BYTES_MIN (64u << 10)

#endif
