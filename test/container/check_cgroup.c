// SPDX-License-Identifier: MIT
#include "container/cgroup.h"

#include "suite.h"

#include <string.h>

#define ID "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

START_TEST(knows_the_engines_layouts)
{
	static const struct {
		const char *leaf;
		const char *engine;
	} cases[] = {
		{ID, NULL},
		{"docker-" ID ".scope", "docker"},
		{"libpod-" ID, "podman"},
		{"libpod-" ID ".scope", "podman"},
		{"cri-containerd-" ID ".scope", "containerd"},
		{"crio-" ID ".scope", "cri-o"},
		{"crio-" ID, "cri-o"},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct container_name name;

		memset(&name, 0x5a, sizeof(name));
		ck_assert(container_from_cgroup(cases[i].leaf, &name));
		ck_assert_str_eq(name.id, ID);
		ck_assert_pstr_eq(name.engine, cases[i].engine);
	}
}
END_TEST

START_TEST(takes_nothing_else_for_a_container)
{
	static const char *const leaves[] = {
		"",
		"/",
		"init.scope",
		"session-1.scope",
		"docker",
		"docker-",
		"docker.service",
		"docker-.scope",
		"docker-0123456789ab.scope",
		"libpod-conmon-" ID ".scope",
		"crio-conmon-" ID ".scope",
		"docker-" ID ".service",
		"docker-" ID ".scope.d",
		"docker-" ID "0",
		"docker-" ID "0.scope",
		"other-" ID ".scope",
		"x" ID,
		ID "x",
		"0" ID,
		/* An id in capitals, and one with a letter that is no digit. */
		"0123456789ABCDEF0123456789abcdef"
		"0123456789abcdef0123456789abcdef",
		"g123456789abcdef0123456789abcdef"
		"0123456789abcdef0123456789abcdef",
		"`123456789abcdef0123456789abcdef"
		"0123456789abcdef0123456789abcdef",
		":123456789abcdef0123456789abcdef"
		"0123456789abcdef0123456789abcdef",
	};
	struct container_name name;
	const struct container_name before = {.id = "untouched"};

	for (size_t i = 0; i < sizeof(leaves) / sizeof(*leaves); i++) {
		name = before;
		ck_assert_msg(!container_from_cgroup(leaves[i], &name), "%s",
			      leaves[i]);
		ck_assert_str_eq(name.id, "untouched");
	}
}
END_TEST

START_TEST(rejects_every_truncation_of_an_id)
{
	static const char whole[] = "cri-containerd-" ID;
	struct container_name name;

	for (size_t len = 0; len < sizeof(whole) - 1; len++) {
		char *leaf = strndup(whole, len);

		ck_assert_ptr_nonnull(leaf);
		ck_assert_msg(!container_from_cgroup(leaf, &name), "%s", leaf);
		free(leaf);
	}
	ck_assert(container_from_cgroup(whole, &name));
}
END_TEST

SUITE_MAIN("container/cgroup", knows_the_engines_layouts,
	   takes_nothing_else_for_a_container,
	   rejects_every_truncation_of_an_id)
