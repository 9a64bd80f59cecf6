// SPDX-License-Identifier: MIT
#include "probe/compiler.h"

#include "base/cleanup.h"
#include "base/log.h"
#include "probe/detached.h"
#include "probe/stubs.h"

#include <bcc/bcc_common.h>
#include <bcc/libbpf.h>
#include <dlfcn.h>
#include <errno.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <fcntl.h>

#define LIBBCC "libbcc.so.0"

struct compiler {
	void *library;
	void *module;
	int stubs;	     /* directory, or -1 */
	char stubs_path[32]; /* not empty: to be removed */

	typeof(&bpf_module_create_c_from_string) create;
	typeof(&bpf_module_destroy) destroy;
	typeof(&bpf_function_start) function_start;
	typeof(&bpf_function_size) function_size;
	typeof(&bpf_module_license) license;
	typeof(&bpf_module_kern_version) kernel_version;
	typeof(&bpf_table_fd) table_fd;
	typeof(&bcc_func_load) load;
	typeof(&bpf_attach_kprobe) attach_kprobe;
};

static int load_library(struct compiler *compiler)
{
	const struct {
		const char *name;
		void *place;
	} symbols[] = {
		{"bpf_module_create_c_from_string", &compiler->create},
		{"bpf_module_destroy", &compiler->destroy},
		{"bpf_function_start", &compiler->function_start},
		{"bpf_function_size", &compiler->function_size},
		{"bpf_module_license", &compiler->license},
		{"bpf_module_kern_version", &compiler->kernel_version},
		{"bpf_table_fd", &compiler->table_fd},
		{"bcc_func_load", &compiler->load},
		{"bpf_attach_kprobe", &compiler->attach_kprobe},
	};

	compiler->library = dlopen(LIBBCC, RTLD_LAZY | RTLD_LOCAL);
	if (!compiler->library) {
		log_debug("%s", dlerror());
		return -ELIBACC;
	}
	for (size_t i = 0; i < sizeof(symbols) / sizeof(symbols[0]); i++) {
		void *symbol = dlsym(compiler->library, symbols[i].name);

		if (!symbol) {
			log_debug("%s", dlerror());
			return -ELIBACC;
		}
		memcpy(symbols[i].place, &symbol, sizeof(symbol));
	}
	return 0;
}

static int remove_entry(const char *path, const struct stat *stat, int type,
			struct FTW *where)
{
	(void)stat;
	(void)type;
	(void)where;
	return remove(path);
}

static void remove_stubs(struct compiler *compiler)
{
	if (compiler->stubs >= 0)
		close(compiler->stubs);
	if (compiler->stubs_path[0])
		nftw(compiler->stubs_path, remove_entry, 4,
		     FTW_DEPTH | FTW_PHYS);
	compiler->stubs = -1;
	compiler->stubs_path[0] = '\0';
}

/*
 * A directory for the stand-ins that leaves nothing behind even if we are
 * killed; where the kernel cannot give one, a temporary one.
 */
static int make_stubs(struct compiler *compiler)
{
	char path[64];
	int err;

	compiler->stubs = detached_mount("tmpfs");
	if (compiler->stubs >= 0) {
		snprintf(path, sizeof(path), "/proc/self/fd/%d",
			 compiler->stubs);
	} else {
		strcpy(compiler->stubs_path, "/tmp/egrets.XXXXXX");
		if (!mkdtemp(compiler->stubs_path)) {
			compiler->stubs_path[0] = '\0';
			return -errno;
		}
		strcpy(path, compiler->stubs_path);
		compiler->stubs = open(path, O_DIRECTORY | O_CLOEXEC);
		if (compiler->stubs < 0)
			return -errno;
	}
	err = stubs_write(compiler->stubs);
	if (!err && setenv("BCC_KERNEL_SOURCE", path, 1))
		err = -errno;
	return err;
}

int compiler_create(const char *text, bool stubs, struct compiler **ret)
{
	static const char *flags[] = {
		"-Wno-unknown-warning-option",
		"-Wno-tautological-compare",
		"-Wno-macro-redefined",
	};
	struct compiler *compiler = calloc(1, sizeof(*compiler));
	int err;

	if (!compiler)
		return -ENOMEM;
	compiler->stubs = -1;
	err = load_library(compiler);
	if (!err && stubs)
		err = make_stubs(compiler);
	if (err)
		goto fail;
	compiler->module = compiler->create(
		text, 0, flags, sizeof(flags) / sizeof(flags[0]), true, NULL);
	remove_stubs(compiler);
	if (!compiler->module) {
		err = -EINVAL;
		goto fail;
	}
	*ret = compiler;
	return 0;
fail:
	compiler_destroy(compiler);
	return err;
}

/* LLVM does not come back after dlclose(): the library stays. */
void compiler_destroy(struct compiler *compiler)
{
	if (!compiler)
		return;
	if (compiler->module)
		compiler->destroy(compiler->module);
	remove_stubs(compiler);
	free(compiler);
}

int compiler_load(struct compiler *compiler, const char *function, int type,
		  int attach_type)
{
	void *module = compiler->module;
	const struct bpf_insn *start = compiler->function_start(module,
								function);
	int fd;

	if (!start)
		return -ENOENT;
	fd = compiler->load(module, type, function, start,
			    (int)compiler->function_size(module, function),
			    compiler->license(module),
			    compiler->kernel_version(module), 0, NULL, 0, NULL,
			    attach_type);
	return fd < 0 ? -errno : fd;
}

int compiler_table(struct compiler *compiler, const char *name)
{
	int fd = compiler->table_fd(compiler->module, name);

	return fd < 0 ? -ENOENT : fd;
}

int compiler_attach_kprobe(struct compiler *compiler, int program,
			   const char *function, bool at_return)
{
	char event[128];
	int fd;

	snprintf(event, sizeof(event), "egrets_%c_%s", at_return ? 'r' : 'p',
		 function);
	fd = compiler->attach_kprobe(
		program, at_return ? BPF_PROBE_RETURN : BPF_PROBE_ENTRY, event,
		function, 0, 0);
	return fd < 0 ? -errno : fd;
}
