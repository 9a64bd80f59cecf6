/* SPDX-License-Identifier: MIT */
#ifndef MACHINE_H
#define MACHINE_H

#include "options.h"

/*
 * --check: print what this machine has of what egrets builds on, attach every
 * hook and print in which form, and go. Returns EXIT_AS_ASKED if egrets can
 * run here, else EXIT_CANNOT_RUN.
 */
int machine_check(const struct options *options);

/* Whether egrets can run at all; if not, why and what to do is logged. */
bool machine_can_run(void);

#endif
