// SPDX-License-Identifier: MIT
#include "inquiry.h"

#include "clocks.h"

#include <errno.h>
#include <stdlib.h>

#define LOOK_MS 1000

struct poll {
	uv_poll_t handle;
	int fd;
	struct inquiry *inquiry;
	struct poll *next;
};

struct inquiry {
	uv_loop_t *loop;
	uv_timer_t expiry, looks;
	struct poll *polls;
	struct containers *containers;
};

static void on_poll(uv_poll_t *handle, int status, int events)
{
	struct poll *poll = handle->data;
	int what = 0;

	/* Let it find out what is wrong. */
	if (status < 0 || events & UV_READABLE)
		what |= ENGINES_WATCH_IN;
	if (status < 0 || events & UV_WRITABLE)
		what |= ENGINES_WATCH_OUT;
	containers_ready(poll->inquiry->containers, poll->fd, what);
}

static void free_poll(uv_handle_t *handle)
{
	free(handle->data);
}

static void end_poll(struct poll **at)
{
	struct poll *poll = *at;

	*at = poll->next;
	uv_poll_stop(&poll->handle);
	uv_close((uv_handle_t *)&poll->handle, free_poll);
}

static void begin_poll(struct inquiry *inquiry, int fd, int events)
{
	struct poll *poll = calloc(1, sizeof(*poll));

	if (!poll || uv_poll_init(inquiry->loop, &poll->handle, fd)) {
		free(poll);
		return;
	}
	poll->handle.data = poll;
	poll->fd = fd;
	poll->inquiry = inquiry;
	poll->next = inquiry->polls;
	inquiry->polls = poll;
	uv_poll_start(&poll->handle, events, on_poll);
}

static void watch(int fd, int what, void *context)
{
	struct inquiry *inquiry = context;
	struct poll **at = &inquiry->polls;
	int events = (what & ENGINES_WATCH_IN ? UV_READABLE : 0) |
		     (what & ENGINES_WATCH_OUT ? UV_WRITABLE : 0);

	while (*at && (*at)->fd != fd)
		at = &(*at)->next;
	if (!*at && events)
		begin_poll(inquiry, fd, events);
	else if (*at && events)
		uv_poll_start(&(*at)->handle, events, on_poll);
	else if (*at)
		end_poll(at);
}

static void on_expiry(uv_timer_t *timer)
{
	struct inquiry *inquiry = timer->data;

	containers_expire(inquiry->containers);
}

static void set_timer(long after_ms, void *context)
{
	struct inquiry *inquiry = context;

	if (after_ms < 0)
		uv_timer_stop(&inquiry->expiry);
	else
		uv_timer_start(&inquiry->expiry, on_expiry, (uint64_t)after_ms,
			       0);
}

static void on_look(uv_timer_t *timer)
{
	struct inquiry *inquiry = timer->data;

	containers_look(inquiry->containers, clocks_now());
}

int inquiry_open(uv_loop_t *loop, const struct options *options,
		 void (*fn)(void *context), void *context, struct inquiry **ret)
{
	struct inquiry *inquiry = calloc(1, sizeof(*inquiry));
	struct containers_options containers = {
		.wait_ns = options->container_wait_ns,
		.sockets = options->engine,
		.socket_count = options->engine_count,
		.watch = watch,
		.timer = set_timer,
		.changed = fn,
		.loop_context = inquiry,
		.context = context,
	};

	if (!inquiry)
		return -ENOMEM;
	inquiry->loop = loop;
	if (containers_create(&containers, &inquiry->containers)) {
		free(inquiry);
		return -ENOMEM;
	}
	uv_timer_init(loop, &inquiry->expiry);
	uv_timer_init(loop, &inquiry->looks);
	inquiry->expiry.data = inquiry;
	inquiry->looks.data = inquiry;
	uv_timer_start(&inquiry->looks, on_look, 0, LOOK_MS);
	*ret = inquiry;
	return 0;
}

void inquiry_close(struct inquiry *inquiry)
{
	if (!inquiry)
		return;
	containers_destroy(inquiry->containers);
	inquiry->containers = NULL;
	while (inquiry->polls)
		end_poll(&inquiry->polls);
}

void inquiry_destroy(struct inquiry *inquiry)
{
	free(inquiry);
}

struct containers *inquiry_containers(struct inquiry *inquiry)
{
	return inquiry->containers;
}
