/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
#ifndef PROBES_SUBPROGRAM_H
#define PROBES_SUBPROGRAM_H

/*
 * Functions that programs call. All others are inlined, for libbcc knows nothing
 * else; those that are large and used often would take most of a start. To
 * libbcc such a function is one more program, of one argument therefore, and
 * the call is one of a helper that no kernel has; probe/link.h joins the two.
 *
 *	SUBPROGRAM int subprogram_1(struct arguments *arguments) { … }
 *	static int (*function)(struct arguments *) = SUBPROGRAM_CALL(1);
 *
 * Their stacks and that of the program must fit into 512 bytes together.
 */
#define SUBPROGRAM		__attribute__((__noinline__))
#define SUBPROGRAM_FIRST	0x7f000000
#define SUBPROGRAM_CALL(number) ((void *)(SUBPROGRAM_FIRST + (number)))

/* What a function's name begins with, before its number. */
#define SUBPROGRAM_PREFIX "subprogram_"

#endif
