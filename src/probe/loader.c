// SPDX-License-Identifier: MIT
#include "probe/loader.h"

#include "base/cleanup.h"
#include "machine/machine.h"
#include "probe/attempt.h"
#include "probe/cache.h"
#include "probe/compiler.h"
#include "probe/library.h"
#include "probe/message.h"
#include "probe/noise.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <time.h>

/* What the child works with. */
struct loader {
	const struct loader_options *options;
	int socket;
	struct workshop workshop;
	struct compiler *compiler; /* once something is compiled */
	int cache;		   /* a directory, or -1 */
	enum kernel_types types;   /* which were taken */
	int noise;
	uint64_t stage_start_ns;
	char trouble[1024]; /* why the last thing failed, and what to do */
};

static uint64_t now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

static void send_message(struct loader *loader,
			 const struct loader_message *message, const int *fds)
{
	/* Nobody listens any more: nothing is worth doing. */
	if (message_send(loader->socket, message, fds))
		_exit(1);
}

static void send_stage(struct loader *loader, const char *name)
{
	struct loader_message message = {.kind = LOADER_STAGE};
	uint64_t now = now_ns();

	message.value = now - loader->stage_start_ns;
	loader->stage_start_ns = now;
	strncpy(message.text, name, sizeof(message.text) - 1);
	send_message(loader, &message, NULL);
}

static void send_noise_line(const char *line, void *context)
{
	struct loader_message message = {.kind = LOADER_NOISE};

	snprintf(message.text, sizeof(message.text), "%s", line);
	send_message(context, &message, NULL);
}

static void send_noise(struct loader *loader)
{
	noise_tell(loader->noise, send_noise_line, loader);
}

static void send_warning(struct loader *loader, const char *what,
			 const char *cause)
{
	struct loader_message message = {.kind = LOADER_WARNING};

	snprintf(message.text, sizeof(message.text), "%s: %s", what, cause);
	send_message(loader, &message, NULL);
}

/* Note what went wrong; returns err. */
__attribute__((format(printf, 3, 4))) static int trouble(struct loader *loader,
							 int err,
							 const char *format,
							 ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(loader->trouble, sizeof(loader->trouble), format, args);
	va_end(args);
	return err;
}

/* Nothing goes on after the trouble noted. */
static _Noreturn void fail(struct loader *loader)
{
	struct loader_message message = {.kind = LOADER_FAILED};

	send_noise(loader);
	workshop_close(&loader->workshop);
	memcpy(message.text, loader->trouble, sizeof(message.text));
	send_message(loader, &message, NULL);
	_exit(1);
}

/* Where the types come from, if BTF cannot be read. */
static int explain_types(struct loader *loader, int err, bool forced)
{
	char cure[MACHINE_TEXT];

	if (forced)
		return trouble(loader, err,
			       "cannot read the kernel's types from %s: %s; "
			       "leave out --kernel-types=btf, or boot another "
			       "kernel",
			       MACHINE_BTF, strerror(-err));
	machine_cure_types(cure);
	return trouble(loader, -ENOENT,
		       "cannot read the kernel's types from %s, and there are "
		       "no kernel headers; %s",
		       MACHINE_BTF, cure);
}

/* For a test: the text of --dump-probes, edited, in place of the text. */
static int replace_text(struct loader *loader, unsigned int parts, char **text)
{
	const char *path = getenv("EGRETS_DEBUG_PROBES");
	const char *before = parts & SOURCE_UNTYPED_TASK ? SOURCE_UNTYPED_TEXT
							 : "";
	_cleanup_free_ char *edited = NULL;
	int err;

	if (!path)
		return 0;
	err = source_read(path, &edited);
	if (err)
		return trouble(loader, err, "cannot read %s: %s", path,
			       strerror(-err));
	free(*text);
	if (asprintf(text, "%s%s", before, edited) >= 0)
		return 0;
	*text = NULL;
	return trouble(loader, -ENOMEM, "out of memory");
}

static int explain_tables(struct loader *loader, int err, const char *why)
{
	return trouble(loader, err,
		       "cannot make the probes' tables: %s; raise ulimit -l, "
		       "or free some memory",
		       why);
}

static int explain_compilation(struct loader *loader, int err,
			       enum kernel_types types)
{
	char why[NOISE_LINE];

	if (noise_find(loader->noise, "could not open bpf map", why))
		return explain_tables(loader, err, why);
	if (!noise_find(loader->noise, "error:", why))
		snprintf(why, sizeof(why), "%s", strerror(-err));
	return trouble(loader, err,
		       "libbcc cannot compile the probes: %s; %s (-v shows "
		       "more)",
		       why,
		       types == KERNEL_TYPES_BTF
			       ? "try --kernel-types=headers"
			       : "install the headers of this very kernel, or "
				 "try --kernel-types=btf");
}

static int load_library(struct loader *loader)
{
	struct loader_message message = {.kind = LOADER_LIBRARY};
	int err = compiler_create(&loader->compiler);

	if (err)
		return trouble(loader, err,
			       "cannot load libbcc; install libbpfcc (Debian, "
			       "Ubuntu) or bcc (Fedora, Arch) (-v says why)");
	library_describe(message.text);
	send_message(loader, &message, NULL);
	send_stage(loader, "library");
	return 0;
}

static int compile(struct loader *loader, const char *text,
		   enum kernel_types types, struct programs **ret)
{
	int err = loader->compiler ? 0 : load_library(loader);

	if (err)
		return err;
	err = compiler_compile(loader->compiler, &loader->workshop, text,
			       types == KERNEL_TYPES_BTF, ret);
	if (err)
		return explain_compilation(loader, err, types);
	send_stage(loader, "compile");
	return 0;
}

/* What was compiled for an earlier start. -ENOENT if there is nothing. */
static int find_compiled(struct loader *loader, const char *text,
			 struct programs **ret)
{
	char cause[CACHE_CAUSE];
	int err;

	if (loader->cache < 0)
		return -ENOENT;
	err = cache_find(loader->cache, text, ret, cause);
	if (err && err != -ENOENT)
		send_warning(loader, "cannot use compiled programs", cause);
	if (err)
		return -ENOENT;
	err = programs_make_tables(*ret);
	if (!err) {
		send_stage(loader, "cache");
		return 0;
	}
	programs_destroy(*ret);
	*ret = NULL;
	return explain_tables(loader, err, strerror(-err));
}

static void keep_compiled(struct loader *loader, const char *text,
			  const struct programs *programs)
{
	char cause[CACHE_CAUSE];

	if (loader->cache >= 0 &&
	    cache_keep(loader->cache, text, programs, cause))
		send_warning(loader, "cannot keep compiled programs", cause);
}

static int take_programs(struct loader *loader, unsigned int parts,
			 struct programs **ret)
{
	char path[MACHINE_TEXT];
	enum kernel_types wanted = loader->options->types, types = wanted;
	struct loader_message message = {.kind = LOADER_TYPES};
	_cleanup_free_ char *text = NULL;
	int err = source_assemble(&types, parts, &loader->options->dns_ports,
				  loader->options->filter, &text);

	if (err ||
	    (types == KERNEL_TYPES_HEADERS && !machine_find_headers(path)))
		return explain_types(loader, err, wanted == KERNEL_TYPES_BTF);
	if (types != wanted && types == KERNEL_TYPES_HEADERS &&
	    access(MACHINE_BTF, F_OK) == 0)
		snprintf(message.text, sizeof(message.text),
			 "cannot read %s: the kernel's types are taken from "
			 "its headers, which takes longer",
			 MACHINE_BTF);
	err = replace_text(loader, parts, &text);
	if (err)
		return err;
	loader->types = types;
	message.value = types;
	send_message(loader, &message, NULL);
	send_stage(loader, "types");

	err = find_compiled(loader, text, ret);
	if (err != -ENOENT)
		return err;
	err = compile(loader, text, types, ret);
	if (!err)
		keep_compiled(loader, text, *ret);
	return err;
}

static void send_table(struct loader *loader, const struct programs *programs,
		       const char *name)
{
	struct loader_message message = {.kind = LOADER_TABLE, .fd_count = 1};
	int fd = programs_table(programs, name);

	if (fd < 0) {
		trouble(loader, fd, "the probes have no table \"%s\"", name);
		fail(loader);
	}
	strncpy(message.text, name, sizeof(message.text) - 1);
	send_message(loader, &message, &fd);
}

/* Why a form of a hook is not there, with what libraries had to say of it. */
static void tell_why(const char *why, void *context)
{
	struct loader *loader = context;

	if (*why)
		send_noise_line(why, loader);
	send_noise(loader);
}

/* The programs that this machine is likely to take: compiling costs time. */
static unsigned int likely_forms(enum attach_mode mode)
{
	if (mode == ATTACH_AUTO)
		return machine_has_kprobes() ? SOURCE_KPROBES : SOURCE_CGROUPS;
	return mode == ATTACH_KPROBE ? SOURCE_KPROBES | SOURCE_STATE_KPROBE
				     : SOURCE_CGROUPS;
}

/* One compilation, and what of it could be attached. */
struct loading {
	struct programs *programs;
	struct attempt *attempts; /* one a hook */
	bool was_rejected;	  /* some of them, by the verifier */
};

static void unload(struct loading *loading)
{
	for (size_t i = 0; loading->attempts && i < hook_count; i++)
		attempt_undo(&loading->attempts[i]);
	free(loading->attempts);
	programs_destroy(loading->programs);
	memset(loading, 0, sizeof(*loading));
}

/* 0, or a negative errno with the trouble noted; then ret is empty. */
static int load(struct loader *loader, unsigned int parts, struct loading *ret)
{
	struct attacher *attacher = NULL;
	int err = take_programs(loader, parts, &ret->programs);

	if (err)
		goto fail;
	ret->attempts = calloc(hook_count, sizeof(*ret->attempts));
	attacher = attacher_create(ret->programs, &loader->workshop);
	if (!ret->attempts || !attacher) {
		trouble(loader, -ENOMEM, "out of memory");
		err = -ENOMEM;
		goto fail;
	}
	for (uint32_t i = 0; i < hook_count; i++)
		if (hook_is_wanted(&hooks[i], parts))
			attempt_hook(attacher, i, loader->options->attach,
				     tell_why, loader, &ret->attempts[i]);
	ret->was_rejected = attacher_was_rejected(attacher);
	attacher_destroy(attacher);
	send_stage(loader, "attach");
	return 0;
fail:
	attacher_destroy(attacher);
	unload(ret);
	return err;
}

static bool is_missing(const struct loading *loading, size_t hook,
		       unsigned int parts)
{
	return hook_is_wanted(&hooks[hook], parts) &&
	       loading->attempts[hook].message.kind == LOADER_MISSING;
}

/* Whether a hook is missing that has a form which was not compiled. */
static bool wants_other_forms(const struct loading *loading, unsigned int parts)
{
	for (size_t i = 0; i < hook_count; i++)
		if (is_missing(loading, i, parts) &&
		    hook_form_exists(&hooks[i].form[1]))
			return true;
	return false;
}

static size_t count_missing(const struct loading *loading, unsigned int parts)
{
	size_t count = 0;

	for (size_t i = 0; i < hook_count; i++)
		count += is_missing(loading, i, parts);
	return count;
}

/*
 * A verifier that does not let programs read the running task by its type may
 * take them when they do not.
 */
static void try_untyped(struct loader *loader, unsigned int *parts,
			struct loading *loading)
{
	unsigned int untyped = *parts | SOURCE_UNTYPED_TASK;
	struct loading again = {0};

	if (!loading->was_rejected ||
	    !source_has_typed_task(loader->types, *parts) ||
	    load(loader, untyped, &again))
		return;
	if (count_missing(&again, untyped) < count_missing(loading, *parts)) {
		unload(loading);
		*loading = again;
		*parts = untyped;
	} else {
		unload(&again);
	}
}

/* With every form to choose from, if a hook might have one of the others. */
static void try_other_forms(struct loader *loader, unsigned int *parts,
			    struct loading *loading)
{
	unsigned int all = *parts | SOURCE_FORMS;
	struct loading again = {0};

	if (loader->options->attach != ATTACH_AUTO ||
	    !wants_other_forms(loading, loader->options->parts) ||
	    load(loader, all, &again))
		return;
	unload(loading);
	*loading = again;
	*parts = all;
}

/* The library and nothing else, for those who may not attach. */
static void send_library_only(struct loader *loader)
{
	struct loader_message done = {.kind = LOADER_DONE};

	if (load_library(loader))
		fail(loader);
	send_message(loader, &done, NULL);
}

static void load_and_send(struct loader *loader)
{
	unsigned int wanted = loader->options->parts;
	unsigned int parts = likely_forms(loader->options->attach) | wanted;
	struct loader_message done = {.kind = LOADER_DONE};
	struct loading loading = {0};

	if (loader->options->library == LIBRARY_ALWAYS && load_library(loader))
		fail(loader);
	if (load(loader, parts, &loading))
		fail(loader);
	try_untyped(loader, &parts, &loading);
	try_other_forms(loader, &parts, &loading);
	send_noise(loader);
	send_table(loader, loading.programs, "events");
	send_table(loader, loading.programs, "bells");
	send_table(loader, loading.programs, "shared");
	if (wanted & SOURCE_FLOWS)
		send_table(loader, loading.programs, "datagrams");
	if (wanted & SOURCE_FOLLOWED)
		send_table(loader, loading.programs, "followed");
	if (wanted & SOURCE_LEFT_OUT)
		send_table(loader, loading.programs, "left_out");
	for (size_t i = 0; i < hook_count; i++)
		if (hook_is_wanted(&hooks[i], parts))
			send_message(loader, &loading.attempts[i].message,
				     loading.attempts[i].fds);
	send_message(loader, &done, NULL);
}

static void open_workshop(struct loader *loader)
{
	int err = workshop_open(&loader->workshop);

	/* libbcc asks where it is, which is nowhere if that was removed. */
	if (!err && chdir("/"))
		err = -errno;
	if (err) {
		trouble(loader, err,
			"cannot make a temporary directory in /tmp: %s; make "
			"that writable, or give egrets CAP_SYS_ADMIN",
			strerror(-err));
		fail(loader);
	}
	/*
	 * libbcc reads all of /proc/kallsyms, which takes longer than our
	 * probes, to learn whether there are two helpers that Linux has had
	 * since 5.5. A newer kernel need not show it more than those.
	 */
	if (machine_has_linux(5, 5))
		workshop_cover(&loader->workshop, "/proc/kallsyms",
			       "ffffffff81000000 T bpf_probe_read_kernel\n"
			       "ffffffff81000010 T bpf_probe_read_user\n");
}

/* Before we go where a relative path means something else. */
static void open_cache(struct loader *loader)
{
	const char *path = getenv("EGRETS_CACHE");
	char what[MACHINE_TEXT];

	if (!path || !*path)
		return;
	loader->cache = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (loader->cache >= 0)
		return;
	snprintf(what, sizeof(what), "cannot keep compiled programs in %s",
		 path);
	send_warning(loader, what, strerror(errno));
}

_Noreturn void loader_run(const struct loader_options *options, int socket)
{
	struct loader loader = {
		.options = options,
		.socket = socket,
		.cache = -1,
	};
	struct rlimit before;

	/* If egrets is killed, so are we, with all that we have made. */
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	loader.stage_start_ns = now_ns();
	machine_raise_memory_lock(&before);
	loader.noise = noise_catch();
	if (loader.noise < 0)
		_exit(1);
	if (options->library == LIBRARY_ONLY) {
		send_library_only(&loader);
	} else {
		open_cache(&loader);
		open_workshop(&loader);
		load_and_send(&loader);
		workshop_close(&loader.workshop);
	}
	_exit(0);
}
