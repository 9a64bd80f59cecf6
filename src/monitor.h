/* SPDX-License-Identifier: MIT */
#ifndef MONITOR_H
#define MONITOR_H

#include "options.h"

/*
 * The running program: owns the sources (probes, packet captures), the sink
 * and the loop that moves what happens from the one to the other.
 */

/*
 * Watch this machine until told to stop. Returns the exit status; what goes
 * wrong is logged.
 */
int monitor_run(const struct options *options);

#endif
