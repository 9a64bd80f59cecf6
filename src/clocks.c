// SPDX-License-Identifier: MIT
#include "clocks.h"

#include <time.h>

static uint64_t clock_ns(clockid_t clock)
{
	struct timespec now;

	clock_gettime(clock, &now);
	return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

uint64_t clocks_now(void)
{
	return clock_ns(CLOCK_MONOTONIC);
}

/* Being interrupted between the readings is a mistake: the tightest counts. */
int64_t clocks_monotonic_offset(void)
{
	uint64_t tightest = UINT64_MAX;
	int64_t offset = 0;

	for (int i = 0; i < 3; i++) {
		uint64_t before = clock_ns(CLOCK_MONOTONIC);
		uint64_t real = clock_ns(CLOCK_REALTIME);
		uint64_t window = clock_ns(CLOCK_MONOTONIC) - before;

		if (window < tightest) {
			tightest = window;
			offset = (int64_t)(before - real);
		}
	}
	return offset;
}
