// SPDX-License-Identifier: MIT
#include "policy/filter.h"

#include "flow/process.h"

#include <errno.h>
#include <string.h>

static bool is_usual(int kind)
{
	return kind != EVENT_FLOW && kind != EVENT_PROCESS_EXEC &&
	       kind != EVENT_PROCESS_EXIT;
}

void filter_init(struct filter *filter)
{
	memset(filter, 0, sizeof(*filter));
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

/* The kernel keeps only the beginning of a name. */
static bool has_comm(const struct event_process *process, const char *comm)
{
	return process->comm &&
	       strncmp(process->comm, comm, PROCESS_COMM_LEN - 1) == 0;
}

bool filter_shows(const struct filter *filter, const struct event *event)
{
	const struct event_process *process = &event->process;

	if (event->kind == EVENT_EGRETS_LOST)
		return true;
	if (!filter->kind[event->kind])
		return false;
	if (filter->tgid && process->id.tgid != filter->tgid)
		return false;
	if (filter->comm && !has_comm(process, filter->comm))
		return false;
	return !filter->has_uid ||
	       (process_id_known(process->id) && process->uid == filter->uid);
}
