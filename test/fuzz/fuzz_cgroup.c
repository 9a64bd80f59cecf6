// SPDX-License-Identifier: MIT
/* The path of a cgroup, which may be anything but for a NUL. */
#include "container/cgroup.h"
#include "fuzz.h"

#include <stdint.h>
#include <string.h>

static bool ends_with(const char *path, const char *what)
{
	size_t len = strlen(path), what_len = strlen(what);

	return len >= what_len && !strcmp(path + len - what_len, what);
}

static bool is_same(const struct container_name *a,
		    const struct container_name *b)
{
	return !strcmp(a->id, b->id) && !strcmp(a->parent, b->parent) &&
	       !strcmp(a->pod, b->pod) && a->engine == b->engine &&
	       a->qos == b->qos;
}

static void check_name(const char *path, const struct container_name *name)
{
	must(name->id[0]);
	must(memchr(name->id, '\0', sizeof(name->id)));
	must(memchr(name->parent, '\0', sizeof(name->parent)));
	must(memchr(name->pod, '\0', sizeof(name->pod)));
	must(!name->pod[0] == !name->qos);
	must(strlen(name->pod) == 0 || strlen(name->pod) == 32 ||
	     strlen(name->pod) == 36);
	/* But for what systemd has escaped, it is there to read. */
	must(strstr(path, name->id) || strchr(path, '\\'));
	must(strstr(path, name->parent) || strchr(path, '\\'));
}

/* A cgroup that a program makes within is still of the same container. */
static void check_below(const char *path, const struct container_name *name)
{
	size_t len = strlen(path);
	char *below = malloc(len + sizeof("/within"));
	struct container_name found;

	must(below);
	memcpy(below, path, len);
	strcpy(below + len, "/within");
	must(container_from_cgroup(below, &found));
	must(is_same(&found, name));
	free(below);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *path = malloc(size + 1);
	struct container_name name = {.id = ""}, before = name;
	const char *unit = NULL;
	size_t unit_len;

	must(path);
	memcpy(path, data, size);
	path[size] = '\0';
	if (container_from_cgroup(path, &name)) {
		check_name(path, &name);
		/* There, it would be the name of one. */
		if (!ends_with(path, "lxc") &&
		    !ends_with(path, "lxc.payload") && !ends_with(path, "/"))
			check_below(path, &name);
	} else {
		must(!memcmp(&name, &before, sizeof(name)));
	}
	unit_len = container_unit(path, &unit);
	must(!unit_len || (unit >= path && unit + unit_len <= path + size &&
			   !memchr(unit, '/', unit_len)));
	free(path);
	return 0;
}
