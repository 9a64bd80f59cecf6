// SPDX-License-Identifier: MIT
#include "policy/filter.h"

#include "flow/process.h"
#include "output/socket_names.h"

#include <errno.h>
#include <fnmatch.h>
#include <string.h>
#include <sys/socket.h>

/* Of unix sockets there are many, and nothing of theirs leaves the machine. */
#define FAMILIES_USUAL (UINT64_C(1) << AF_INET | UINT64_C(1) << AF_INET6)

static bool is_usual(int kind)
{
	return kind != EVENT_FLOW && kind != EVENT_PROCESS_EXEC &&
	       kind != EVENT_PROCESS_EXIT &&
	       !event_is_of_socket((enum event_kind)kind);
}

void filter_init(struct filter *filter)
{
	memset(filter, 0, sizeof(*filter));
	filter->families = FAMILIES_USUAL;
	for (int kind = 0; kind < EVENT_KINDS; kind++)
		filter->kind[kind] = is_usual(kind);
}

/* "dns" is a prefix of dns.query, "dns.q" and "d" are not: whole words. */
static bool is_prefix(const char *item, size_t len, const char *name)
{
	if (strncmp(name, item, len) != 0)
		return false;
	return name[len] == '\0' || name[len] == '.' || name[len] == '_';
}

/* Whether any kind has that name or prefix, of the usual ones or the others. */
static bool add_kinds(bool *shown, const char *item, size_t len, bool usual)
{
	bool found = false;

	for (int kind = 0; kind < EVENT_KINDS; kind++) {
		if (is_usual(kind) != usual ||
		    !is_prefix(item, len, event_name((enum event_kind)kind)))
			continue;
		shown[kind] = true;
		found = true;
	}
	return found;
}

int filter_set_kinds(struct filter *filter, const char *list,
		     const char **bad_ret, size_t *bad_len_ret)
{
	bool shown[EVENT_KINDS] = {false};

	for (;;) {
		size_t len = strcspn(list, ",");

		if (!add_kinds(shown, list, len, true) &&
		    !add_kinds(shown, list, len, false)) {
			*bad_ret = list;
			*bad_len_ret = len;
			return -EINVAL;
		}
		if (!list[len])
			break;
		list += len + 1;
	}
	memcpy(filter->kind, shown, sizeof(shown));
	filter->is_list = true;
	return 0;
}

int filter_set_families(struct filter *filter, const char *list,
			const char **bad_ret, size_t *bad_len_ret)
{
	uint64_t families = 0;

	if (strcmp(list, "all") == 0) {
		filter->families = UINT64_MAX;
		return 0;
	}
	for (;; list++) {
		size_t len = strcspn(list, ",");
		int family = socket_family_parse(list, len);

		if (family < 0) {
			*bad_ret = list;
			*bad_len_ret = len;
			return family;
		}
		families |= UINT64_C(1) << family;
		list += len;
		if (!*list)
			break;
	}
	filter->families = families;
	return 0;
}

/* The kernel keeps only the beginning of a name. */
static bool has_comm(const struct event_process *process, const char *comm)
{
	return process->comm &&
	       strncmp(process->comm, comm, PROCESS_COMM_LEN - 1) == 0;
}

static bool has_family(uint64_t families, uint16_t family)
{
	return family < 64 && families >> family & 1;
}

bool filter_shows(const struct filter *filter, const struct event *event)
{
	const struct event_process *process = &event->process;

	if (event->kind == EVENT_EGRETS_LOST)
		return true;
	if (!filter->kind[event->kind])
		return false;
	if (event_is_of_socket(event->kind) &&
	    !has_family(filter->families, event->socket.family))
		return false;
	if (filter->tgid && process->id.tgid != filter->tgid)
		return false;
	if (filter->comm && !has_comm(process, filter->comm))
		return false;
	return !filter->has_uid ||
	       (process_id_known(process->id) && process->uid == filter->uid);
}

static bool matches(const char *glob, const char *text)
{
	return text && fnmatch(glob, text, 0) == 0;
}

static bool matches_start(const char *glob, const char *text, size_t len)
{
	char start[512];

	if (len >= sizeof(start))
		return false;
	memcpy(start, text, len);
	start[len] = '\0';
	return matches(glob, start);
}

/* docker.io/library/nginx:1.25: all of it, nginx:1.25, or either without tag. */
static bool matches_image(const char *glob, const char *image)
{
	const char *slash = strrchr(image, '/');
	const char *last = slash ? slash + 1 : image;
	const char *tag = last + strcspn(last, ":");

	return matches(glob, image) || matches(glob, last) ||
	       matches_start(glob, image, (size_t)(tag - image)) ||
	       matches_start(glob, last, (size_t)(tag - last));
}

/* As many digits of an id as engines show. */
#define SHORT_ID_LEN 12

bool filter_shows_container(const struct filter *filter,
			    const struct event *event)
{
	const struct event_container *container = &event->container;
	const char *glob = filter->container;

	if (!glob || event->kind == EVENT_EGRETS_LOST)
		return true;
	if (!container->id)
		return false;
	return matches(glob, container->name) || matches(glob, container->id) ||
	       matches_start(glob, container->id,
			     strnlen(container->id, SHORT_ID_LEN)) ||
	       (container->image && matches_image(glob, container->image));
}
