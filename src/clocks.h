/* SPDX-License-Identifier: MIT */
#ifndef CLOCKS_H
#define CLOCKS_H

#include <stdint.h>

/*
 * The kernel stamps packets by the wall clock and BPF stamps records by the
 * monotonic one, which is ours.
 */

/* CLOCK_MONOTONIC, in ns. */
uint64_t clocks_now(void);

/*
 * What to add to CLOCK_REALTIME to get CLOCK_MONOTONIC, in ns. It is rather
 * too low than too high, so that an answer is not stamped later than what it
 * brought about.
 */
int64_t clocks_monotonic_offset(void);

#endif
