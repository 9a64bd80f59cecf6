// SPDX-License-Identifier: MIT
#include "probe/compiler.h"

#include "base/cleanup.h"
#include "base/log.h"
#include "probe/stubs.h"

#include <bcc/bcc_common.h>
#include <bcc/libbpf.h>
#include <dlfcn.h>
#include <errno.h>
#include <linux/bpf.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#define LIBBCC "libbcc.so.0"

#define LOAD_TRIES   5
#define VERIFIER_LOG (4u << 20)

struct compiler {
	void *library;
	void *module;
	typeof(&bpf_module_create_c_from_string) create;
	typeof(&bpf_module_destroy) destroy;
	typeof(&bpf_function_start) function_start;
	typeof(&bpf_function_size) function_size;
	typeof(&bpf_module_license) license;
	typeof(&bpf_module_kern_version) kernel_version;
	typeof(&bpf_table_fd) table_fd;
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
	if (compiler->module)
		compiler->destroy(compiler->module);
	free(compiler);
}

int compiler_compile(struct compiler *compiler, const struct workshop *workshop,
		     const char *text, bool stubs)
{
	static const char *flags[] = {
		"-Wno-unknown-warning-option",
		"-Wno-tautological-compare",
		"-Wno-macro-redefined",
		/* libbcc optimises what it is given: once is enough. */
		"-Xclang",
		"-disable-llvm-passes",
	};
	int err = stubs ? make_stubs(workshop) : 0;

	if (err)
		return err;
	if (compiler->module)
		compiler->destroy(compiler->module);
	compiler->module = compiler->create(
		text, 0, flags, sizeof(flags) / sizeof(flags[0]), true, NULL);
	return compiler->module ? 0 : -EINVAL;
}

/* A signal sends the verifier back to its start: it says so. */
static int load(union bpf_attr *attr)
{
	int fd;

	for (int i = 0; i < LOAD_TRIES; i++) {
		fd = (int)syscall(__NR_bpf, BPF_PROG_LOAD, attr, sizeof(*attr));
		if (fd >= 0 || errno != EAGAIN)
			break;
	}
	return fd < 0 ? -errno : fd;
}

/* Once more for what the verifier has to say, to stderr as libbcc does. */
static void explain(union bpf_attr *attr, const char *function, int err)
{
	_cleanup_free_ char *log = calloc(1, VERIFIER_LOG);
	int fd;

	if (!log)
		return;
	attr->log_level = 1;
	attr->log_buf = (uintptr_t)log;
	attr->log_size = VERIFIER_LOG;
	fd = load(attr);
	if (fd >= 0)
		close(fd);
	fprintf(stderr, "%s%s: %s\n", log, function, strerror(-err));
}

/*
 * Not by bcc_func_load(), which in older libraries takes no attach type:
 * what it hands to bpf(2) is this.
 */
int compiler_load(struct compiler *compiler, const char *function, int type,
		  int attach_type)
{
	/* All that the kernel would keep of the name. */
	static const char long_prefix[] = "raw_tracepoint_";
	bool is_long = strncmp(function, long_prefix, strlen(long_prefix)) == 0;
	void *module = compiler->module;
	const void *start = compiler->function_start(module, function);
	union bpf_attr attr;
	int fd;

	if (!start)
		return -ENOENT;
	memset(&attr, 0, sizeof(attr));
	attr.prog_type = (uint32_t)type;
	attr.expected_attach_type = (uint32_t)attach_type;
	attr.insns = (uintptr_t)start;
	attr.insn_cnt = (uint32_t)(compiler->function_size(module, function) /
				   sizeof(struct bpf_insn));
	attr.license = (uintptr_t)compiler->license(module);
	attr.kern_version = compiler->kernel_version(module);
	strncpy(attr.prog_name, function + (is_long ? strlen(long_prefix) : 0),
		sizeof(attr.prog_name) - 1);
	fd = load(&attr);
	if (fd < 0)
		explain(&attr, function, fd);
	return fd;
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
