/* SPDX-License-Identifier: MIT */
#ifndef BASE_LIST_H
#define BASE_LIST_H

/*
 * utlist, of uthash: lists of what has prev and next pointers. In those of DL_,
 * prev is NULL only of what is in no list.
 */
#include <utlist.h>

#endif
