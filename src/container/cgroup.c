// SPDX-License-Identifier: MIT
#include "container/cgroup.h"

#include <stddef.h>
#include <string.h>

/* What stands before the id, and whose cgroups are named so. */
static const struct {
	const char *prefix;
	const char *engine;
} layouts[] = {
	{"docker-", "docker"},
	{"libpod-", "podman"},
	{"cri-containerd-", "containerd"},
	{"crio-", "cri-o"},
	{"", NULL}, /* the cgroupfs driver of docker and containerd */
};

static bool is_hex(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
}

static bool is_id(const char *text)
{
	const char *end = text;

	while (is_hex(*end))
		end++;
	return end - text == CONTAINER_ID_LEN &&
	       (*end == '\0' || strcmp(end, ".scope") == 0);
}

bool container_from_cgroup(const char *leaf, struct container_name *ret)
{
	for (size_t i = 0; i < sizeof(layouts) / sizeof(layouts[0]); i++) {
		size_t len = strlen(layouts[i].prefix);

		if (strncmp(leaf, layouts[i].prefix, len) != 0 ||
		    !is_id(leaf + len))
			continue;
		memcpy(ret->id, leaf + len, CONTAINER_ID_LEN);
		ret->id[CONTAINER_ID_LEN] = '\0';
		ret->engine = layouts[i].engine;
		return true;
	}
	return false;
}
