/* SPDX-License-Identifier: MIT */
#ifndef BASE_HASH_H
#define BASE_HASH_H

/*
 * uthash, set up so that running out of memory is a failed insertion (the
 * element's hh.tbl stays NULL) and not the end of the process. A table keeps
 * its elements in order of insertion: the head is the oldest.
 */
#define HASH_NONFATAL_OOM 1
#include <uthash.h>

#endif
