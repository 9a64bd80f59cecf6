// SPDX-License-Identifier: MIT
#include "probe/probe.h"

#include "base/log.h"
#include "event.h"
#include "probe/library.h"
#include "probe/message.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

/* With room to spare. */
#define HOOKS_MAX    32
#define ATTACHED_FDS 32

#define FILES_TROUBLE "too many open files; raise ulimit -n"

struct probe {
	pid_t loader;
	int socket;
	struct records_tables tables;
	int datagrams;
	int followed;	       /* -1: everybody is */
	int left_out;	       /* -1: nobody is */
	unsigned int parts;    /* as in the loader's options */
	bool nothing_attached; /* as it was asked for */
	enum kernel_types types;
	size_t attached_count;
	int attached[ATTACHED_FDS];
	struct probe_hook hook[HOOKS_MAX];
	char library[LIBRARY_TEXT];
	char trouble[1024]; /* why nothing goes, and what to do */
	struct records *records;
};

static int libbpf_log(enum libbpf_print_level level, const char *format,
		      va_list args)
{
	char text[512];

	if (level == LIBBPF_DEBUG)
		return 0;
	vsnprintf(text, sizeof(text), format, args);
	text[strcspn(text, "\n")] = '\0';
	log_debug("%s", text);
	return 0;
}

int probe_start(const struct loader_options *options, struct probe **ret)
{
	struct probe *probe = calloc(1, sizeof(*probe));
	int pair[2];
	int err;

	if (!probe)
		return -ENOMEM;
	probe->socket = -1;
	probe->tables = (struct records_tables){-1, -1, -1};
	probe->datagrams = -1;
	probe->followed = -1;
	probe->left_out = -1;
	probe->nothing_attached = options->library == LIBRARY_ONLY;
	probe->parts = options->parts;
	libbpf_set_print(libbpf_log);
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair)) {
		err = -errno;
		goto fail;
	}
	probe->socket = pair[0];
	probe->loader = fork();
	if (probe->loader == 0) {
		close(pair[0]);
		loader_run(options, pair[1]);
	}
	close(pair[1]);
	if (probe->loader < 0) {
		err = -errno;
		goto fail;
	}
	*ret = probe;
	return 0;
fail:
	probe_destroy(probe);
	return err;
}

static void reap_loader(struct probe *probe)
{
	if (probe->loader > 0)
		waitpid(probe->loader, NULL, 0);
	probe->loader = 0;
}

static void close_table(int fd)
{
	if (fd >= 0)
		close(fd);
}

void probe_destroy(struct probe *probe)
{
	if (!probe)
		return;
	records_close(probe->records);
	for (size_t i = 0; i < probe->attached_count; i++)
		close(probe->attached[i]);
	close_table(probe->tables.events);
	close_table(probe->tables.bells);
	close_table(probe->tables.shared);
	close_table(probe->datagrams);
	close_table(probe->followed);
	close_table(probe->left_out);
	/* The loader notices that nobody listens, and ends. */
	if (probe->socket >= 0)
		close(probe->socket);
	reap_loader(probe);
	free(probe);
}

/* Note why nothing goes; returns err. */
__attribute__((format(printf, 3, 4))) static int trouble(struct probe *probe,
							 int err,
							 const char *format,
							 ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(probe->trouble, sizeof(probe->trouble), format, args);
	va_end(args);
	return err;
}

static int open_records(struct probe *probe)
{
	int err = records_open(&probe->tables, &probe->records);

	if (err == -EMFILE)
		return trouble(probe, err, FILES_TROUBLE);
	if (err == -EPERM)
		return trouble(probe, err,
			       "cannot open perf buffers: %s; raise ulimit -l "
			       "or kernel.perf_event_mlock_kb by %u KiB for "
			       "each CPU",
			       strerror(-err), RECORDS_BYTES_MIN >> 10);
	if (err)
		return trouble(probe, err, "cannot open perf buffers: %s",
			       strerror(-err));
	return 0;
}

static void keep_hook(struct probe *probe, const struct loader_message *message,
		      const int *fds)
{
	struct probe_hook *hook;

	for (uint32_t i = 0; i < message->fd_count; i++) {
		if (probe->attached_count < ATTACHED_FDS)
			probe->attached[probe->attached_count++] = fds[i];
		else
			close(fds[i]);
	}
	if (message->hook >= HOOKS_MAX || message->form >= HOOK_FORMS)
		return;
	hook = &probe->hook[message->hook];
	if (message->kind == LOADER_ATTACHED)
		hook->form = &hooks[message->hook].form[message->form];
	hook->left_out = (unsigned int)message->value;
	snprintf(hook->why, sizeof(hook->why), "%s", message->text);
}

static void keep_table(struct probe *probe, const char *name, int fd)
{
	const struct {
		const char *name;
		int *fd;
	} tables[] = {
		{"events", &probe->tables.events},
		{"bells", &probe->tables.bells},
		{"shared", &probe->tables.shared},
		{"datagrams", &probe->datagrams},
		{"followed", &probe->followed},
		{"left_out", &probe->left_out},
	};

	for (size_t i = 0; i < sizeof(tables) / sizeof(tables[0]); i++)
		if (strcmp(tables[i].name, name) == 0)
			*tables[i].fd = fd;
}

/* 1: more to come, 0: done, or a negative errno. */
static int take_message(struct probe *probe)
{
	struct loader_message message;
	int fds[FORM_ATTACHMENTS];
	int err = message_receive(probe->socket, &message, fds);

	if (err == -EMFILE)
		return trouble(probe, err, FILES_TROUBLE);
	if (err)
		return trouble(probe, err,
			       "the process that loads the probes died; try "
			       "again with -v");
	switch (message.kind) {
	case LOADER_STAGE:
		log_debug("start: %s %.1f ms", message.text,
			  (double)message.value / 1e6);
		return 1;
	case LOADER_LIBRARY:
		snprintf(probe->library, sizeof(probe->library), "%.*s",
			 LIBRARY_TEXT - 1, message.text);
		log_debug("libbcc %s", probe->library);
		return 1;
	case LOADER_TYPES:
		if (message.text[0] && !probe->types)
			log_warn("%s", message.text);
		probe->types = (enum kernel_types)message.value;
		return 1;
	case LOADER_TABLE:
		keep_table(probe, message.text, fds[0]);
		return 1;
	case LOADER_ATTACHED:
	case LOADER_MISSING:
		keep_hook(probe, &message, fds);
		return 1;
	case LOADER_WARNING:
		log_warn("%s", message.text);
		return 1;
	case LOADER_NOISE:
		log_debug("%s", message.text);
		return 1;
	case LOADER_FAILED:
		return trouble(probe, -EINVAL, "%s", message.text);
	default:
		return probe->tables.events >= 0 ? open_records(probe) : 0;
	}
}

int probe_wait(struct probe *probe)
{
	int more;

	do
		more = take_message(probe);
	while (more > 0);
	close(probe->socket);
	probe->socket = -1;
	reap_loader(probe);
	if (more == 0 && !probe->attached_count && !probe->nothing_attached)
		return trouble(probe, -ENODEV,
			       "no probe could be attached to this kernel; "
			       "see egrets --check");
	return more;
}

void probe_log(const struct probe *probe)
{
	if (*probe->trouble) {
		log_error("%s", probe->trouble);
		return;
	}
	for (size_t i = 0; i < hook_count; i++) {
		const struct probe_hook *hook = &probe->hook[i];

		if (!hook_is_wanted(&hooks[i], probe->parts))
			continue;
		if (!hook->form && hooks[i].instead)
			log_debug("no %s: %s", hooks[i].name, hook->why);
		else if (!hook->form)
			log_warn("no %s: %s; not shown: %s", hooks[i].name,
				 hook->why, hooks[i].without);
		else if (*hook->why)
			log_warn("%s is attached without %s", hooks[i].name,
				 hook->why);
	}
}

const char *probe_attach_text(const struct probe *probe)
{
	bool used[ATTACH_TRACEPOINT + 1] = {false};

	/* Only where a hook has the choice. */
	for (size_t i = 0; i < hook_count; i++)
		if (probe->hook[i].form && hook_form_exists(&hooks[i].form[1]))
			used[probe->hook[i].form->mode] = true;
	if (used[ATTACH_KPROBE])
		return "kprobe";
	return "tracepoint";
}

bool probe_shows_packets(const struct probe *probe)
{
	for (size_t i = 0; i < hook_count; i++)
		if (hooks[i].form[0].attachment[0].kind ==
		    ATTACHMENT_CGROUP_PACKETS)
			return probe->hook[i].form;
	return false;
}

enum kernel_types probe_types(const struct probe *probe)
{
	return probe->types;
}

const struct probe_hook *probe_hook(const struct probe *probe, size_t hook)
{
	return &probe->hook[hook];
}

const char *probe_library(const struct probe *probe)
{
	return probe->library;
}

const char *probe_trouble(const struct probe *probe)
{
	return probe->trouble;
}

int probe_fd(const struct probe *probe)
{
	return records_fd(probe->records);
}

void probe_read(struct probe *probe, records_fn fn, void *context)
{
	records_read(probe->records, fn, context);
}

bool probe_count(const struct probe *probe, const struct datagram_key *key,
		 bool is_over, struct datagram_count *ret)
{
	if (bpf_map_lookup_elem(probe->datagrams, key, ret))
		return false;
	if (is_over)
		bpf_map_delete_elem(probe->datagrams, key);
	return true;
}

uint64_t probe_lost(const struct probe *probe)
{
	return records_lost(probe->records) + records_dropped(probe->records);
}

uint64_t probe_records_lost(const struct probe *probe)
{
	return records_lost(probe->records);
}

uint64_t probe_records(const struct probe *probe)
{
	return records_of_sockets(probe->records);
}

static bool tells_of_forks(const struct probe *probe)
{
	for (size_t i = 0; i < hook_count; i++)
		if (strcmp(hooks[i].name, "process.fork") == 0)
			return probe->hook[i].form;
	return false;
}

static void set_followed(const struct probe *probe, uint32_t chunk,
			 const struct followed *is)
{
	/* The table has room for every number: it cannot fail. */
	bpf_map_update_elem(probe->followed, &chunk, is, BPF_ANY);
}

void probe_follow(struct probe *probe, uint32_t tgid)
{
	struct followed is = {{0}};

	if (probe->followed < 0)
		return;
	if (tells_of_forks(probe)) {
		is.is[tgid % FOLLOWED_CHUNK] = 1;
		set_followed(probe, tgid / FOLLOWED_CHUNK, &is);
		return;
	}
	/* Who its children are would not be known. */
	memset(is.is, 1, sizeof(is.is));
	for (uint32_t chunk = 0; chunk < FOLLOWED_CHUNKS; chunk++)
		set_followed(probe, chunk, &is);
}

void probe_leave_out(struct probe *probe, uint64_t cgroup_id)
{
	uint8_t yes = 1;

	if (probe->left_out >= 0)
		bpf_map_update_elem(probe->left_out, &cgroup_id, &yes, BPF_ANY);
}

void probe_leave_out_nobody(struct probe *probe)
{
	uint64_t cgroup_id, next = 0;
	int err;

	if (probe->left_out < 0)
		return;
	err = bpf_map_get_next_key(probe->left_out, NULL, &cgroup_id);
	/* One that goes by itself meanwhile begins it anew. */
	for (size_t i = 0; i < 2 * LEFT_OUT_MAX && !err; i++) {
		err = bpf_map_get_next_key(probe->left_out, &cgroup_id, &next);
		bpf_map_delete_elem(probe->left_out, &cgroup_id);
		cgroup_id = next;
	}
}
