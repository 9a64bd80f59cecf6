/* SPDX-License-Identifier: MIT */
#ifndef PROBE_LIBRARY_H
#define PROBE_LIBRARY_H

#include <stddef.h>

/*
 * Which libbcc and LLVM this process has loaded. Neither tells its version in
 * every release; the names of their files do.
 */
#define LIBRARY_TEXT 64

/* "0.26.0, LLVM 14"; "" if libbcc is not loaded. */
void library_describe(char ret[LIBRARY_TEXT]);

/*
 * The version in a file's name: of "libbcc.so.0.26.0" or "libLLVM.so.19.1"
 * what follows ".so.", but of "libLLVM-14.so.1" what stands before it. stem
 * is "libbcc" or "libLLVM", at the beginning of the name; path may have
 * directories. "" if there is no version.
 */
void library_version(const char *path, const char *stem,
		     char ret[LIBRARY_TEXT / 2]);

#endif
