/* SPDX-License-Identifier: MIT */
#ifndef WIRES_H
#define WIRES_H

#include "capture/capture.h"
#include "dns/ports.h"

#include <uv.h>

/*
 * Packet sockets, one in every network namespace: how DNS is seen where the
 * probes cannot show packets at their sockets.
 */
struct wires;

/*
 * Open one in each namespace that exists, for DNS at these ports. 0, or a
 * negative errno with the reason logged. A namespace that cannot be entered or
 * watched is passed over, but for our own.
 */
int wires_open(const struct dns_ports *ports, struct wires **ret);

/* The loop must be done with what wires_poll() has put into it. */
void wires_close(struct wires *wires);

/* Have fn called whenever packets wait. */
typedef void (*wires_ready_fn)(void *context);
void wires_poll(struct wires *wires, uv_loop_t *loop, wires_ready_fn fn,
		void *context);

/*
 * Hand over all that waits: see capture_read(). 0, or a negative errno with
 * the reason logged.
 */
int wires_drain(struct wires *wires, int64_t monotonic_offset_ns,
		capture_frame_fn fn, void *context);

/* How many namespaces are watched, and how many packets were lost. */
size_t wires_count(const struct wires *wires);
uint64_t wires_lost(struct wires *wires);

#endif
