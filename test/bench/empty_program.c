// SPDX-License-Identifier: MIT
/*
 * The floor for a start: libbcc compiles a program that does nothing, against
 * the same stand-ins for the kernel's headers that egrets uses.
 */
#include "probe/stubs.h"

#include <bcc/bcc_common.h>
#include <stdio.h>
#include <stdlib.h>

static const char text[] = "int kprobe__nothing(void *ctx) { return 0; }\n";

int main(int argc, char **argv)
{
	static const char *flags[] = {"-Wno-macro-redefined"};
	void *module;

	/* A directory of the caller's, who removes it. */
	if (argc != 2 || stubs_write(argv[1]) ||
	    setenv("BCC_KERNEL_SOURCE", argv[1], 1)) {
		fprintf(stderr, "usage: empty_program EMPTY-DIRECTORY\n");
		return 2;
	}
	module = bpf_module_create_c_from_string(text, 0, flags, 1, true, NULL);
	puts(module ? "compiled" : "does not compile");
	fflush(stdout);
	/* As others end: the compiler is not taken apart. */
	_Exit(module ? 0 : 1);
}
