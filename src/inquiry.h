/* SPDX-License-Identifier: MIT */
#ifndef INQUIRY_H
#define INQUIRY_H

#include "container/containers.h"
#include "options.h"

#include <uv.h>

/* What is asked of container engines, on the loop. */
struct inquiry;

/*
 * Containers, with the engines that are asked about them once a second passes;
 * fn is called when something that events were held for may have come. 0, or
 * -ENOMEM.
 */
int inquiry_open(uv_loop_t *loop, const struct options *options,
		 void (*fn)(void *context), void *context,
		 struct inquiry **ret);

/* Its handles are closing then: the loop runs once more, then destroy it. */
void inquiry_close(struct inquiry *inquiry);
void inquiry_destroy(struct inquiry *inquiry);

struct containers *inquiry_containers(struct inquiry *inquiry);

#endif
