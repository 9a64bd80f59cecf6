// SPDX-License-Identifier: MIT
#include "probe/compiler.h"

#include "machine/shared_library.h"
#include "probe/stubs.h"

#include <bcc/bcc_common.h>
#include <bcc/libbpf.h>
#include <errno.h>
#include <linux/bpf.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#define LIBBCC "libbcc.so.0"

struct compiler {
	void *library;
	typeof(&bpf_module_create_c_from_string) create;
	typeof(&bpf_module_destroy) destroy;
	typeof(&bpf_num_functions) function_count;
	typeof(&bpf_function_name) function_name;
	typeof(&bpf_function_start_id) function_start;
	typeof(&bpf_function_size_id) function_size;
	typeof(&bpf_module_license) license;
	typeof(&bpf_module_kern_version) kernel_version;
	typeof(&bpf_num_tables) table_count;
	typeof(&bpf_table_name) table_name;
	typeof(&bpf_table_fd_id) table_fd;
};

static int load_library(struct compiler *compiler)
{
	const struct shared_library_symbol symbols[] = {
		{"bpf_module_create_c_from_string", &compiler->create},
		{"bpf_module_destroy", &compiler->destroy},
		{"bpf_num_functions", &compiler->function_count},
		{"bpf_function_name", &compiler->function_name},
		{"bpf_function_start_id", &compiler->function_start},
		{"bpf_function_size_id", &compiler->function_size},
		{"bpf_module_license", &compiler->license},
		{"bpf_module_kern_version", &compiler->kernel_version},
		{"bpf_num_tables", &compiler->table_count},
		{"bpf_table_name", &compiler->table_name},
		{"bpf_table_fd_id", &compiler->table_fd},
	};

	compiler->library = shared_library_load(
		LIBBCC, symbols, sizeof(symbols) / sizeof(symbols[0]));
	return compiler->library ? 0 : -ELIBACC;
}

/* The stand-ins, made once for all compilations. */
static int make_stubs(const struct workshop *workshop)
{
	char path[WORKSHOP_PATH + 16];

	snprintf(path, sizeof(path), "%s/kernel", workshop->path);
	if (setenv("BCC_KERNEL_SOURCE", path, 1))
		return -errno;
	if (mkdir(path, 0700))
		return errno == EEXIST ? 0 : -errno;
	return stubs_write(path);
}

int compiler_create(struct compiler **ret)
{
	const struct rlimit unlimited = {RLIM_INFINITY, RLIM_INFINITY};
	struct compiler *compiler = calloc(1, sizeof(*compiler));
	int err;

	if (!compiler)
		return -ENOMEM;
	err = load_library(compiler);
	if (err) {
		compiler_destroy(compiler);
		return err;
	}
	/* Linux counts maps and programs as locked memory until 5.11. */
	setrlimit(RLIMIT_MEMLOCK, &unlimited);
	*ret = compiler;
	return 0;
}

/* LLVM does not come back after dlclose(): the library stays. */
void compiler_destroy(struct compiler *compiler)
{
	if (!compiler)
		return;
	free(compiler);
}

static int take_tables(const struct compiler *compiler, void *module,
		       struct programs *programs)
{
	int err = 0;

	for (size_t i = 0; i < compiler->table_count(module) && !err; i++)
		err = programs_add_table(programs,
					 compiler->table_name(module, i),
					 compiler->table_fd(module, i));
	return err;
}

static int take_functions(const struct compiler *compiler, void *module,
			  struct programs *programs)
{
	int err = 0;

	for (size_t i = 0; i < compiler->function_count(module) && !err; i++)
		err = programs_add_function(programs,
					    compiler->function_name(module, i),
					    compiler->function_start(module, i),
					    compiler->function_size(module, i) /
						    sizeof(struct bpf_insn));
	return err;
}

static int take_programs(const struct compiler *compiler, void *module,
			 struct programs **ret)
{
	struct programs *programs = programs_create(
		compiler->license(module), compiler->kernel_version(module));
	int err;

	if (!programs)
		return -ENOMEM;
	err = take_tables(compiler, module, programs);
	if (!err)
		err = take_functions(compiler, module, programs);
	if (err)
		programs_destroy(programs);
	else
		*ret = programs;
	return err;
}

int compiler_compile(const struct compiler *compiler,
		     const struct workshop *workshop, const char *text,
		     bool stubs, struct programs **ret)
{
	static const char *flags[] = {
		"-Wno-unknown-warning-option",
		"-Wno-tautological-compare",
		"-Wno-macro-redefined",
		/* libbcc optimises what it is given: once is enough. */
		"-Xclang",
		"-disable-llvm-passes",
		/* Nor does anyone read what it would have to say of types and lines. */
		"-g0",
	};
	void *module;
	int err = stubs ? make_stubs(workshop) : 0;

	if (err)
		return err;
	module = compiler->create(text, 0, flags,
				  sizeof(flags) / sizeof(flags[0]), true, NULL);
	if (!module)
		return -EINVAL;
	err = take_programs(compiler, module, ret);
	compiler->destroy(module);
	return err;
}
