/* SPDX-License-Identifier: MIT */
#ifndef INTAKE_H
#define INTAKE_H

#include "attribution/attribution.h"
#include "capture/capture.h"
#include "container/containers.h"
#include "datagrams.h"

/*
 * What comes in out of order, until it is handed on to datagrams and
 * attribution in order of time. What cgroups there are needs no order, and goes to containers at once.
 */
struct intake;

struct intake_options {
	struct attribution *attribution; /* these are borrowed */
	struct datagrams *datagrams;
	struct containers *containers;
	bool unordered; /* for a test: in the order of reading */
};

/* 0, or -ENOMEM. */
int intake_create(const struct intake_options *options, struct intake **ret);
void intake_destroy(struct intake *intake);

/* A probe_record_fn and a capture_frame_fn; context is the intake. */
void intake_record(const struct record_header *record, void *context);
void intake_frame(const struct capture_frame *frame, void *context);

/*
 * Hand on what happened up to a time. What is to be told with a container that
 * an engine has yet to speak of is held, with all that came after it, unless
 * everything is wanted. Returns when to try again at the latest; 0: nothing is
 * held.
 */
uint64_t intake_hand_on(struct intake *intake, uint64_t until_ns,
			bool everything);

/* How much waits. */
size_t intake_count(const struct intake *intake);

/* Things left out for want of memory. */
uint64_t intake_no_memory(const struct intake *intake);

#endif
