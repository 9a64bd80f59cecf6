/* SPDX-License-Identifier: MIT */
#ifndef CHECKUP_H
#define CHECKUP_H

#include "options.h"

/*
 * --check: print what this machine has of what egrets builds on, attach every
 * hook and print in which form, and go. Who is not allowed to attach sees the
 * rest, and the forms that would be tried. Returns EXIT_AS_ASKED if egrets can
 * run here, else EXIT_CANNOT_RUN.
 */
int checkup_run(const struct options *options);

/* Whether egrets can run at all; if not, why and what to do is logged. */
bool checkup_can_run(const struct options *options);

#endif
