// SPDX-License-Identifier: MIT
#include "container/cgroup.h"

#include "suite.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

/*
 * In a layout $ stands for the container's id, % for its pod's uid, and ^ for
 * that as slices have it.
 */
#define ID_LEN	 64
#define PATH_LEN 1024

struct layout {
	const char *path;
	const char *engine;
	const char *qos; /* with a pod */
	const char *id;	 /* if it is not $ */
};

static const struct layout layouts[] = {
	{"/docker/$", "docker"},
	{"/system.slice/docker-$.scope", "docker"},
	{"/system.slice/docker.service/docker/$", "docker"},
	{"/system.slice/docker.service/system.slice:docker:$", "docker"},
	{"/user.slice/user-1000.slice/user@1000.service/user.slice/"
	 "docker-$.scope",
	 "docker"},
	{"/actions_job/$", NULL},
	{"/libpod_parent/libpod-$", "podman"},
	{"/libpod_parent/"
	 "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff/"
	 "libpod-$",
	 "podman"},
	{"/machine.slice/libpod-$.scope", "podman"},
	{"/machine.slice/libpod-$.scope/container", "podman"},
	{"/machine.slice/machine-libpod_pod_"
	 "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff"
	 ".slice/libpod-$.scope/container",
	 "podman"},
	{"/user.slice/user-1000.slice/user@1000.service/user.slice/"
	 "libpod-$.scope",
	 "podman"},
	{"/user.slice/user-1000.slice/user@1000.service/user.slice/"
	 "user-libpod_pod_ff.slice/libpod-$.scope/container",
	 "podman"},
	{"/system.slice/web.service/libpod-payload-$", "podman"},
	{"/default/$", NULL},
	{"/system.slice/nerdctl-$.scope", "containerd"},
	{"/system.slice/cri-containerd-$.scope", "containerd"},
	{"/kubepods/pod%/$", NULL, "guaranteed"},
	{"/kubepods/burstable/pod%/$", NULL, "burstable"},
	{"/kubepods/besteffort/pod%/$", NULL, "besteffort"},
	{"/kubepods/burstable/pod0123456789abcdef0123456789abcdef/$", NULL,
	 "burstable"},
	{"/kubelet/kubepods/besteffort/pod%/$", NULL, "besteffort"},
	{"/kubepods/burstable/pod%/crio-$", "cri-o", "burstable"},
	{"/kubepods.slice/kubepods-pod^.slice/cri-containerd-$.scope",
	 "containerd", "guaranteed"},
	{"/kubepods.slice/kubepods-burstable.slice/"
	 "kubepods-burstable-pod^.slice/cri-containerd-$.scope",
	 "containerd", "burstable"},
	{"/kubepods.slice/kubepods-besteffort.slice/"
	 "kubepods-besteffort-pod^.slice/crio-$.scope",
	 "cri-o", "besteffort"},
	{"/kubepods.slice/kubepods-besteffort.slice/"
	 "kubepods-besteffort-pod^.slice/crio-$.scope/container",
	 "cri-o", "besteffort"},
	{"/kubepods.slice/kubepods-burstable.slice/"
	 "kubepods-burstable-pod^.slice/docker-$.scope",
	 "docker", "burstable"},
	{"/kubelet.slice/kubelet-kubepods.slice/"
	 "kubelet-kubepods-burstable.slice/"
	 "kubelet-kubepods-burstable-pod^.slice/cri-containerd-$.scope",
	 "containerd", "burstable"},
	{"/system.slice/containerd.service/"
	 "kubepods-besteffort-pod^.slice:cri-containerd:$",
	 "containerd", "besteffort"},
	{"/lxc/web", "lxc", NULL, "web"},
	{"/lxc.payload/web-1", "lxc", NULL, "web-1"},
	{"/lxc.payload.web", "lxc", NULL, "web"},
	{"/lxc.payload.user-1000_db", "lxc", NULL, "user-1000_db"},
	{"/user.slice/user-1000.slice/session-1.scope/lxc.payload.u1", "lxc",
	 NULL, "u1"},
	{"/machine.slice/machine-deb.scope/payload", "systemd-nspawn", NULL,
	 "deb"},
	{"/machine.slice/machine-my\\x2ddeb.scope", "systemd-nspawn", NULL,
	 "my-deb"},
	{"/machine.slice/systemd-nspawn@deb.service/payload", "systemd-nspawn",
	 NULL, "deb"},
};

/* Paths that lead into no container, whatever is put below them. */
static const char *const misses[] = {
	"",
	"/",
	"/init.scope",
	"/user.slice/user-1000.slice/session-1.scope",
	"/system.slice/docker.service",
	"/system.slice/containerd.service",
	"/docker",
	"/docker-",
	"/docker/0123456789ab",
	"/docker/!",
	"/docker/$0",
	"/docker/$-",
	"/docker/x$",
	"/docker/$.scope",
	"/docker-$.service",
	"/docker-$.scope.d",
	"/docker-$0.scope",
	"/docker-0$.scope",
	"/docker-!.scope",
	"/docker$.scope",
	"/docker_$.scope",
	"/docker--$.scope",
	"/other-$.scope",
	"/x-docker-$.scope",
	"/system.slice:docker-$",
	"/docker:$",
	"/system.slice:other:$",
	"/libpod_parent/conmon",
	"/libpod_parent/$",
	"/libpod_parent/$/conmon",
	"/machine.slice/libpod-conmon-$.scope",
	"/crio-conmon-$.scope",
	"/system.slice/web.service/supervisor",
	"/machine.slice/machine-libpod_pod_$.slice",
	"/kubepods/burstable/pod%",
	"/kubepods.slice/kubepods-burstable-pod^.slice",
	"/kubepods.slice/kubepods-burstable-pod^.slice/0123",
	"/lxc.monitor.web",
	"/lxc.monitor/web",
	"/lxc.payload.",
	"/lxc.pivot",
	"/lxc",
	"/lxc-web",
	"/machine.slice/machine-qemu\\x2d1\\x2dvm.scope",
	"/machine.slice/machine-lxc\\x2d12\\x2dweb.scope",
	"/machine.slice/machine-.scope",
	"/machine.slice/machine-deb\\x2.scope",
	"/machine.slice/machine-deb\\x00.scope",
	"/machine.slice/machine-deb.scope/supervisor",
	"/machine.slice/systemd-nspawn@deb.service/supervisor",
	"/machine.slice/systemd-nspawn@.service",
	"/machine.slice/deb.scope",
};

/* A container that others are put into: where, and which it is. */
static const struct {
	const char *path;
	const char *id;
} outers[] = {
	{"", ""},
	{"/..", ""},
	{"/docker/"
	 "eeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee",
	 "eeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee"},
	{"/system.slice/docker-"
	 "dddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddd"
	 ".scope/kubelet.slice",
	 "dddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddd"},
	{"/kubepods/burstable/pod11111111-2222-3333-4444-555555555555/"
	 "cccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccc",
	 "cccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccc"},
	{"/lxc.payload.outer", "outer"},
	{"/machine.slice/machine-outer.scope/payload", "outer"},
};

/* What programs make below their own cgroup. */
static const char *const insides[] = {
	"", "/container", "/init.scope", "/system.slice/cron.service", "/a/b/",
};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* From the kind of random that is the same everywhere. */
static uint32_t random_below(uint32_t *state, uint32_t limit)
{
	*state = *state * 1664525 + 1013904223;
	return (*state >> 8) % limit;
}

static void random_hex(uint32_t *state, char *to, size_t len)
{
	for (size_t i = 0; i < len; i++)
		to[i] = "0123456789abcdef"[random_below(state, 16)];
	to[len] = '\0';
}

struct filling {
	char id[ID_LEN + 1];
	char pod[40];
};

static struct filling random_filling(uint32_t *state)
{
	struct filling filling;

	random_hex(state, filling.id, ID_LEN);
	random_hex(state, filling.pod, 36);
	for (size_t i = 8; i <= 23; i += 5)
		filling.pod[i] = '-';
	return filling;
}

static void append(char *path, const char *text)
{
	ck_assert_uint_lt(strlen(path) + strlen(text), PATH_LEN);
	strcat(path, text);
}

/* Add a layout to a path; ! is an id with one letter that is no digit. */
static void fill(char *path, const char *layout, const struct filling *filling)
{
	char other[ID_LEN + 1];

	for (; *layout; layout++) {
		switch (*layout) {
		case '$':
			append(path, filling->id);
			break;
		case '!':
			strcpy(other, filling->id);
			other[filling->pod[0] % ID_LEN] =
				"AFg:`/"[other[0] % 5];
			append(path, other);
			break;
		case '%':
			append(path, filling->pod);
			break;
		case '^':
			strcpy(other, filling->pod);
			for (char *dash = other; (dash = strchr(dash, '-'));)
				*dash = '_';
			append(path, other);
			break;
		default:
			append(path, (char[]){*layout, '\0'});
		}
	}
}

static void check_layout(const struct layout *layout, size_t outer,
			 const char *inside, uint32_t *state)
{
	struct filling filling = random_filling(state);
	const char *pod = "";
	struct container_name name;
	char path[PATH_LEN];

	strcpy(path, outers[outer].path);
	fill(path, layout->path, &filling);
	append(path, inside);
	if (strpbrk(layout->path, "%^"))
		pod = filling.pod;
	else if (layout->qos)
		pod = "0123456789abcdef0123456789abcdef";

	memset(&name, 0x5a, sizeof(name));
	ck_assert_msg(container_from_cgroup(path, &name), "%s", path);
	ck_assert_msg(!strcmp(name.id, layout->id ? layout->id : filling.id),
		      "%s", path);
	ck_assert_pstr_eq(name.engine, layout->engine);
	ck_assert_pstr_eq(name.qos, layout->qos);
	ck_assert_msg(!strcmp(name.pod, pod), "%s: pod %s", path, name.pod);
	ck_assert_msg(!strcmp(name.parent, outers[outer].id), "%s: in %s", path,
		      name.parent);
}

START_TEST(knows_every_layout_in_every_other)
{
	uint32_t state = 1, count = 0;

	for (int round = 0; round < 8; round++)
		for (size_t i = 0; i < COUNT(layouts); i++)
			for (size_t o = 0; o < COUNT(outers); o++)
				for (size_t j = 0; j < COUNT(insides); j++) {
					check_layout(&layouts[i], o, insides[j],
						     &state);
					count++;
				}
	ck_assert_uint_gt(count, 10000);
}
END_TEST

/* Also within a container: then that is the one. */
START_TEST(takes_nothing_else_for_a_container)
{
	uint32_t state = 2;

	for (size_t i = 0; i < 8 * COUNT(misses); i++) {
		const char *miss = misses[i % COUNT(misses)];

		for (size_t o = 0; o < COUNT(outers); o++) {
			struct filling filling = random_filling(&state);
			struct container_name name = {.id = "untouched"};
			char path[PATH_LEN] = "";
			bool is_in;

			strcpy(path, outers[o].path);
			fill(path, miss, &filling);
			is_in = container_from_cgroup(path, &name);
			ck_assert_msg(is_in == (outers[o].id[0] != '\0'), "%s",
				      path);
			ck_assert_msg(!strcmp(name.id, is_in ? outers[o].id
							     : "untouched"),
				      "%s: %s", path, name.id);
		}
	}
}
END_TEST

START_TEST(rejects_every_truncation_of_an_id)
{
	uint32_t state = 3;
	struct filling filling = random_filling(&state);
	struct container_name name;
	char path[PATH_LEN] = "";
	size_t whole;

	fill(path, "/system.slice/cri-containerd-$", &filling);
	whole = strlen(path);
	for (size_t len = 0; len < whole; len++) {
		char *cut = strndup(path, len);

		ck_assert_ptr_nonnull(cut);
		ck_assert_msg(!container_from_cgroup(cut, &name), "%s", cut);
		free(cut);
	}
	ck_assert(container_from_cgroup(path, &name));
}
END_TEST

/* What takes more room than there is must not be cut: it would be another's. */
START_TEST(a_name_too_long_is_none)
{
	struct container_name name;
	char path[PATH_LEN] = "/lxc.payload.";
	size_t before = strlen(path);

	memset(path + before, 'a', CONTAINER_ID_MAX - 1);
	ck_assert(container_from_cgroup(path, &name));
	ck_assert_uint_eq(strlen(name.id), CONTAINER_ID_MAX - 1);
	path[before + CONTAINER_ID_MAX - 1] = 'a';
	ck_assert(!container_from_cgroup(path, &name));
}
END_TEST

/* A uid that is none is not shown, nor a class of service. */
START_TEST(a_pod_has_a_uid)
{
	static const char *const pods[] = {
		"/kubepods/podweb/$",
		"/kubepods/pod%0/$",
		"/kubepods/pod0123456789abcdef0123456789abcdeg/$",
		"/kubepods/pod0123456789abcdef0123456789abcdef01234/$",
		"/pods/pod%/$",
		"/pod%.slice/$",
		"/kubepods-burstable-xpod^.slice/$",
		"/kubepods-burstable-pod^/$",
	};
	uint32_t state = 4;

	for (size_t i = 0; i < COUNT(pods); i++) {
		struct filling filling = random_filling(&state);
		struct container_name name;
		char path[PATH_LEN] = "";

		fill(path, pods[i], &filling);
		ck_assert_msg(container_from_cgroup(path, &name), "%s", path);
		ck_assert_msg(!name.pod[0] && !name.qos, "%s", path);
	}
}
END_TEST

START_TEST(finds_the_unit)
{
	static const struct {
		const char *path;
		const char *unit;
	} cases[] = {
		{"/system.slice/cron.service", "cron.service"},
		{"/system.slice/cron.service/", "cron.service"},
		{"/system.slice/cron.service/sub/group", "cron.service"},
		{"/user.slice/user-1000.slice/user@1000.service/app.slice/"
		 "app-term.scope",
		 "app-term.scope"},
		{"/user.slice/user-1000.slice/user@1000.service/init.scope",
		 "init.scope"},
		{"/lxc.payload.web/system.slice/cron.service", "cron.service"},
		{"/system.slice/lxc.service/lxc.payload.web", ""},
		{"/machine.slice/machine-deb.scope/payload", ""},
		{"/machine.slice/machine-deb.scope/supervisor",
		 "machine-deb.scope"},
		{"/user.slice", ""},
		{"/.service", ""},
		{"/service", ""},
		{"", ""},
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		const char *unit = "";
		size_t len = container_unit(cases[i].path, &unit);

		ck_assert_msg(len == strlen(cases[i].unit) &&
				      !strncmp(unit, cases[i].unit, len),
			      "%s", cases[i].path);
	}
}
END_TEST

SUITE_MAIN("container/cgroup", knows_every_layout_in_every_other,
	   takes_nothing_else_for_a_container,
	   rejects_every_truncation_of_an_id, a_name_too_long_is_none,
	   a_pod_has_a_uid, finds_the_unit)
