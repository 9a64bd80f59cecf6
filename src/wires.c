// SPDX-License-Identifier: MIT
#include "wires.h"

#include "base/log.h"
#include "proc/netns.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/* Namespaces that are watched. */
#define WIRES_MAX 1024

struct wire {
	uv_poll_t poll;
	struct wires *wires;
	struct capture *capture;
};

struct wires {
	const struct dns_ports *ports; /* while opening */
	wires_ready_fn fn;
	void *context;
	size_t count;
	bool refused; /* which capture.c has told of */
	struct wire wire[WIRES_MAX];
};

static int add_wire(uint32_t netns, void *context)
{
	struct wires *wires = context;
	struct capture *capture;
	int err;

	if (wires->count == WIRES_MAX) {
		log_warn("more than %d network namespaces: the rest is not "
			 "watched for DNS",
			 WIRES_MAX);
		return 1;
	}
	err = capture_open_live(netns, wires->ports,
				capture_ring_bytes(wires->count), &capture);
	if (err) {
		/* Our own comes first: without it there is no point. */
		wires->refused = !wires->count;
		return wires->refused ? err : 0;
	}
	wires->wire[wires->count].wires = wires;
	wires->wire[wires->count++].capture = capture;
	return 0;
}

int wires_open(const struct dns_ports *ports, struct wires **ret)
{
	struct wires *wires = calloc(1, sizeof(*wires));
	int err;

	if (!wires)
		return -ENOMEM;
	wires->ports = ports;
	err = netns_visit(add_wire, wires);
	if (err < 0) {
		if (!wires->refused)
			log_error("cannot watch network namespaces for DNS: "
				  "%s",
				  strerror(-err));
		wires_close(wires);
		return err;
	}
	*ret = wires;
	return 0;
}

void wires_close(struct wires *wires)
{
	if (!wires)
		return;
	for (size_t i = 0; i < wires->count; i++)
		capture_close(wires->wire[i].capture);
	free(wires);
}

static void on_ready(uv_poll_t *poll, int status, int events)
{
	struct wires *wires = ((struct wire *)poll->data)->wires;

	(void)status;
	(void)events;
	wires->fn(wires->context);
}

void wires_poll(struct wires *wires, uv_loop_t *loop, wires_ready_fn fn,
		void *context)
{
	wires->fn = fn;
	wires->context = context;
	for (size_t i = 0; i < wires->count; i++) {
		struct wire *wire = &wires->wire[i];

		uv_poll_init(loop, &wire->poll, capture_fd(wire->capture));
		wire->poll.data = wire;
		uv_poll_start(&wire->poll, UV_READABLE, on_ready);
	}
}

int wires_drain(struct wires *wires, int64_t monotonic_offset_ns,
		capture_frame_fn fn, void *context)
{
	for (size_t i = 0; i < wires->count; i++) {
		int count = capture_read(wires->wire[i].capture, -1,
					 monotonic_offset_ns, fn, context);

		if (count < 0)
			return count;
	}
	return 0;
}

size_t wires_count(const struct wires *wires)
{
	return wires->count;
}

uint64_t wires_lost(struct wires *wires)
{
	uint64_t lost = 0;

	for (size_t i = 0; i < wires->count; i++)
		lost += capture_lost(wires->wire[i].capture);
	return lost;
}
