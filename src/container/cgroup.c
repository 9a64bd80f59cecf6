// SPDX-License-Identifier: MIT
#include "container/cgroup.h"

#include <string.h>

#define ID_LEN	     64
#define POD_UID_LEN  36
#define POD_HASH_LEN 32

/* A component of a path, or a piece of one. */
struct part {
	const char *text;
	size_t len;
};

/* What stands before the id, and whose cgroups are named so. */
static const struct {
	const char *prefix;
	const char *engine;
} engines[] = {
	{"docker", "docker"},
	{"libpod", "podman"},
	{"libpod-payload", "podman"}, /* --cgroups=split */
	{"cri-containerd", "containerd"},
	{"nerdctl", "containerd"},
	{"crio", "cri-o"},
};

static bool is(struct part part, const char *text)
{
	return part.len == strlen(text) &&
	       memcmp(part.text, text, part.len) == 0;
}

static bool cut_prefix(struct part *part, const char *prefix)
{
	size_t len = strlen(prefix);

	if (part->len < len || memcmp(part->text, prefix, len) != 0)
		return false;
	part->text += len;
	part->len -= len;
	return true;
}

static bool cut_suffix(struct part *part, const char *suffix)
{
	size_t len = strlen(suffix);

	if (part->len < len ||
	    memcmp(part->text + part->len - len, suffix, len) != 0)
		return false;
	part->len -= len;
	return true;
}

/* The last component before `end`; of length 0 if there is none. */
static struct part part_before(const char *path, const char *end)
{
	struct part part = {end, 0};

	while (end > path && end[-1] == '/')
		end--;
	part.text = end;
	while (part.text > path && part.text[-1] != '/')
		part.text--;
	part.len = (size_t)(end - part.text);
	return part;
}

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static bool is_hex(struct part part, size_t len)
{
	if (part.len != len)
		return false;
	for (size_t i = 0; i < len; i++)
		if (hex_digit(part.text[i]) < 0)
			return false;
	return true;
}

/* The engine that names its cgroups <prefix><separator><id>, or NULL. */
static const char *engine_of(struct part prefix)
{
	for (size_t i = 0; i < sizeof(engines) / sizeof(engines[0]); i++)
		if (is(prefix, engines[i].prefix))
			return engines[i].engine;
	return NULL;
}

static bool take_id(struct part id, const char *engine,
		    struct container_name *ret)
{
	if (!id.len || id.len >= CONTAINER_ID_MAX)
		return false;
	memcpy(ret->id, id.text, id.len);
	ret->id[id.len] = '\0';
	ret->engine = engine;
	return true;
}

/*
 * docker-<id>.scope, libpod-<id>; and slice:docker:<id>, where systemd's names
 * are given to an engine that uses the other driver.
 */
static bool is_prefixed(struct part part, struct container_name *ret)
{
	struct part prefix = part, id;
	const char *colon, *engine;
	char separator;

	if (cut_suffix(&prefix, ".scope"))
		part = prefix;
	if (part.len < ID_LEN + 2)
		return false;
	id.text = part.text + part.len - ID_LEN;
	id.len = ID_LEN;
	separator = id.text[-1];
	prefix.len = part.len - ID_LEN - 1;
	colon = memrchr(prefix.text, ':', prefix.len);
	if (separator == ':' && colon) {
		prefix.len -= (size_t)(colon + 1 - prefix.text);
		prefix.text = colon + 1;
	} else if (separator != '-') {
		return false;
	}
	engine = engine_of(prefix);
	return engine && is_hex(id, ID_LEN) && take_id(id, engine, ret);
}

/* <id>, of the cgroupfs drivers of Docker and containerd. */
static bool is_bare(struct part part, struct part above,
		    struct container_name *ret)
{
	/* There it is a pod, with its containers below. */
	if (is(above, "libpod_parent") || !is_hex(part, ID_LEN))
		return false;
	return take_id(part, is(above, "docker") ? "docker" : NULL, ret);
}

/* lxc.payload.<name>, and of older releases lxc.payload/<name>, lxc/<name>. */
static bool is_lxc(struct part part, struct part above,
		   struct container_name *ret)
{
	if (cut_prefix(&part, "lxc.payload."))
		return take_id(part, "lxc", ret);
	return (is(above, "lxc") || is(above, "lxc.payload")) &&
	       take_id(part, "lxc", ret);
}

/* systemd writes \x2d for what would be taken for its own separators. */
static bool unescape(char *text)
{
	char *to = text;

	for (const char *from = text; *from; to++) {
		int high, low;

		if (from[0] != '\\') {
			*to = *from++;
			continue;
		}
		high = from[1] == 'x' ? hex_digit(from[2]) : -1;
		low = high < 0 ? -1 : hex_digit(from[3]);
		if (low < 0 || !(high << 4 | low))
			return false;
		*to = (char)(high << 4 | low);
		from += 4;
	}
	*to = '\0';
	return true;
}

/* A virtual machine that systemd knows of is no container. */
static bool is_virtual_machine(const char *name)
{
	return strncmp(name, "qemu-", 5) == 0 || strncmp(name, "lxc-", 4) == 0;
}

/* systemd-nspawn@<name>.service, machine-<name>.scope; its own: supervisor. */
static bool is_nspawn(struct part part, struct part below,
		      struct container_name *ret)
{
	bool is_service = cut_prefix(&part, "systemd-nspawn@") &&
			  cut_suffix(&part, ".service");
	bool is_scope = !is_service && cut_prefix(&part, "machine-") &&
			cut_suffix(&part, ".scope");

	return (is_service || is_scope) && !is(below, "supervisor") &&
	       take_id(part, "systemd-nspawn", ret) && unescape(ret->id) &&
	       !is_virtual_machine(ret->id);
}

static bool is_container(struct part part, struct part above, struct part below,
			 struct container_name *ret)
{
	return is_prefixed(part, ret) || is_bare(part, above, ret) ||
	       is_lxc(part, above, ret) || is_nspawn(part, below, ret);
}

/* The uid of a pod, with '_' for '-' in names of slices; "" if it is none. */
static void take_pod(struct part uid, char *ret)
{
	if (uid.len != POD_UID_LEN && !is_hex(uid, POD_HASH_LEN))
		return;
	for (size_t i = 0; i < uid.len; i++) {
		bool is_dash = uid.len == POD_UID_LEN &&
			       (i == 8 || i == 13 || i == 18 || i == 23);
		char c = uid.text[i];

		if (is_dash ? c != '-' && c != '_' : hex_digit(c) < 0) {
			ret[0] = '\0';
			return;
		}
		ret[i] = is_dash ? '-' : c;
	}
	ret[uid.len] = '\0';
}

static const char *qos_of(struct part part)
{
	if (is(part, "burstable"))
		return "burstable";
	return is(part, "besteffort") ? "besteffort" : "guaranteed";
}

/* …kubepods-burstable-pod<uid>.slice; a container's name may follow a colon. */
static bool is_pod_slice(struct part part, struct container_name *ret)
{
	static const char kubepods[] = "kubepods-";
	const char *colon = memchr(part.text, ':', part.len);
	struct part rest = part, qos;
	const char *uid;

	if (colon)
		rest.len = (size_t)(colon - part.text);
	if (!cut_suffix(&rest, ".slice"))
		return false;
	while (rest.len && !cut_prefix(&rest, kubepods)) {
		rest.text++;
		rest.len--;
	}
	uid = memmem(rest.text, rest.len, "pod", 3);
	if (!uid || (uid > rest.text && uid[-1] != '-'))
		return false;
	qos = (struct part){rest.text, (size_t)(uid - rest.text)};
	cut_suffix(&qos, "-");
	rest.len -= (size_t)(uid + 3 - rest.text);
	rest.text = uid + 3;
	take_pod(rest, ret->pod);
	if (ret->pod[0])
		ret->qos = qos_of(qos);
	return ret->pod[0];
}

/* kubepods/burstable/pod<uid> */
static bool is_pod(struct part part, struct part above,
		   struct container_name *ret)
{
	if (!cut_prefix(&part, "pod") ||
	    !(is(above, "kubepods") || is(above, "burstable") ||
	      is(above, "besteffort")))
		return false;
	take_pod(part, ret->pod);
	if (ret->pod[0])
		ret->qos = qos_of(above);
	return ret->pod[0];
}

/* What is above a container: its pod, and the container that it is in. */
static void look_above(const char *path, struct part part,
		       struct container_name *ret)
{
	struct container_name outer;

	while (part.len) {
		struct part above = part_before(path, part.text);
		struct part below = {part.text + part.len, 0};

		if (is_container(part, above, below, &outer)) {
			memcpy(ret->parent, outer.id, sizeof(ret->parent));
			return;
		}
		if (!ret->pod[0] && !is_pod_slice(part, ret))
			is_pod(part, above, ret);
		part = above;
	}
}

bool container_from_cgroup(const char *path, struct container_name *ret)
{
	struct part below = {path, 0};
	struct part part = part_before(path, path + strlen(path));

	while (part.len) {
		struct part above = part_before(path, part.text);
		struct container_name found = {.id = ""};

		if (is_container(part, above, below, &found)) {
			is_pod_slice(part, &found);
			look_above(path, above, &found);
			*ret = found;
			return true;
		}
		below = part;
		part = above;
	}
	return false;
}

static bool is_unit(struct part part)
{
	static const char *const suffixes[] = {".service", ".scope", ".mount",
					       ".swap", ".socket"};

	for (size_t i = 0; i < sizeof(suffixes) / sizeof(suffixes[0]); i++) {
		struct part name = part;

		if (cut_suffix(&name, suffixes[i]) && name.len)
			return true;
	}
	return false;
}

size_t container_unit(const char *path, const char **ret)
{
	struct part below = {path, 0};
	struct part part = part_before(path, path + strlen(path));

	while (part.len) {
		struct part above = part_before(path, part.text);
		struct container_name container;

		if (is_container(part, above, below, &container))
			return 0;
		if (is_unit(part)) {
			*ret = part.text;
			return part.len;
		}
		below = part;
		part = above;
	}
	return 0;
}
