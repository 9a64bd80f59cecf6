/* SPDX-License-Identifier: MIT */
#ifndef READER_H
#define READER_H

#include "options.h"

/*
 * -r: read a capture file to its end and print what it tells. Needs no
 * privilege. Returns the exit status; what goes wrong is logged.
 */
int reader_run(const struct options *options);

#endif
