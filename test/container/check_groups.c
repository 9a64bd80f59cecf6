// SPDX-License-Identifier: MIT
#include "container/groups.h"

#include "suite.h"

#include <string.h>

#define ID    "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define OTHER "fedcba9876543210fedcba9876543210fedcba9876543210fedcba9876543210"
#define THIRD "0011223344556677001122334455667700112233445566770011223344556677"

static struct record_cgroup record_of(uint64_t id)
{
	return (struct record_cgroup){
		.header = {.kind = RECORD_CGROUP,
			   .size = sizeof(struct record_cgroup)},
		.cgroup_id = id,
	};
}

START_TEST(joins_the_names_of_a_record)
{
	struct groups *groups = groups_create(10);
	struct record_cgroup record = record_of(7);
	const struct group *group;

	strcpy(record.v2[0], "container");
	strcpy(record.v2[1], "libpod-" ID ".scope");
	strcpy(record.v2[2], "machine.slice");
	ck_assert_ptr_nonnull(groups_learn(groups, &record));
	group = group_find(groups, 7);
	ck_assert_ptr_nonnull(group);
	ck_assert_str_eq(group->leaf, "container");
	ck_assert_str_eq(group->unit, "");
	ck_assert_str_eq(group->container.id, ID);
	ck_assert_str_eq(group->container.engine, "podman");
	ck_assert_ptr_null(group_find(groups, 8));
	groups_destroy(groups);
}
END_TEST

/* Nothing ends the path, nor a name: both are as long as there is room for. */
START_TEST(takes_as_many_names_as_there_are)
{
	struct groups *groups = groups_create(10);
	struct record_cgroup *record = calloc(1, sizeof(*record));
	const struct group *group;

	ck_assert_ptr_nonnull(record);
	memset(record->v2, 'a', sizeof(record->v2));
	memset(record->v1, 'b', sizeof(record->v1));
	group = groups_learn(groups, record);
	ck_assert_ptr_nonnull(group);
	ck_assert_uint_eq(strlen(group->leaf), RECORD_CGROUP_LEN);
	ck_assert_int_eq(group->container.id[0], '\0');
	free(record);
	groups_destroy(groups);
}
END_TEST

/* On a hybrid machine the v2 tree may know nothing of containers. */
START_TEST(looks_into_the_v1_tree_too)
{
	struct groups *groups = groups_create(10);
	struct record_cgroup record = record_of(7);
	const struct group *group;

	strcpy(record.v1[0], ID);
	strcpy(record.v1[1], "docker");
	group = groups_learn(groups, &record);
	ck_assert_str_eq(group->container.id, ID);
	ck_assert_str_eq(group->leaf, ID);
	strcpy(record.v2[0], "docker.service");
	strcpy(record.v2[1], "system.slice");
	group = groups_learn(groups, &record);
	ck_assert_str_eq(group->container.id, ID);
	ck_assert_str_eq(group->unit, "docker.service");
	ck_assert_str_eq(group->leaf, "docker.service");
	groups_destroy(groups);
}
END_TEST

START_TEST(reads_what_proc_says)
{
	static const struct {
		const char *text;
		const char *id;
		const char *unit;
	} cases[] = {
		{"", "", ""},
		{"0::/\n", "", ""},
		{"0::/docker/" ID "\n", ID, ""},
		{"0::/system.slice/cron.service", "", "cron.service"},
		{"3:pids:/docker/" ID "\n2:cpu:/\n0::/\n", ID, ""},
		/* Only one of the trees may have it. */
		{"4:memory:/docker/" ID "\n3:pids:/\n0::/\n", ID, ""},
		{"3:pids:/\n1:name=systemd:/docker/" ID "\n0::/x\n", ID, ""},
		{"3:cpu,pids:/a.service\n1:cpuset:/b.service\n0::/\n", "",
		 "a.service"},
		{"3:xpids:/a.service\n0::/\n", "", ""},
		{"3:pidsx:/a.service\n0::/\n", "", ""},
		{"3:pids:/docker/" OTHER "\n0::/docker/" ID "\n", ID, ""},
		/* Its engine may see one of the trees only. */
		{"3:pids:/docker/" OTHER "/docker/" ID "\n0::/docker/" OTHER
		 "\n",
		 ID, ""},
		{"3:pids:/docker/" OTHER "\n0::/docker/" OTHER "/docker/" ID
		 "\n",
		 ID, ""},
		{"3:pids:/docker/" OTHER "/docker/" THIRD "/docker/" ID
		 "\n0::/docker/" OTHER "\n",
		 ID, ""},
		{"nonsense", "", ""},
		{"3:", "", ""},
		{":", "", ""},
		{"\n\n:\n::\n", "", ""},
		{"0::/docker/" ID "\n0:", ID, ""},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct groups *groups = groups_create(10);
		uint64_t id = 0;
		const struct group *group = groups_learn_text(
			groups, cases[i].text, &id);

		ck_assert_ptr_nonnull(group);
		ck_assert_msg(!strcmp(group->container.id, cases[i].id), "%s",
			      cases[i].text);
		ck_assert_msg(!strcmp(group->unit, cases[i].unit), "%s",
			      cases[i].text);
		ck_assert_ptr_eq(group_find(groups, id), group);
		/* Not one that the kernel might give. */
		ck_assert_uint_gt(id, UINT64_MAX / 2);
		groups_destroy(groups);
	}
}
END_TEST

START_TEST(forgets_what_is_not_asked_for)
{
	struct groups *groups = groups_create(3);

	for (uint64_t id = 1; id <= 3; id++) {
		struct record_cgroup record = record_of(id);

		groups_learn(groups, &record);
	}
	ck_assert_ptr_nonnull(group_find(groups, 1));
	ck_assert_ptr_nonnull(
		groups_learn(groups, &(struct record_cgroup){.cgroup_id = 4}));
	ck_assert_ptr_null(group_find(groups, 2));
	ck_assert_ptr_nonnull(group_find(groups, 1));
	/* What is told of twice is there once. */
	for (int i = 0; i < 5; i++)
		groups_learn(groups, &(struct record_cgroup){.cgroup_id = 4});
	ck_assert_ptr_nonnull(group_find(groups, 1));
	ck_assert_ptr_nonnull(group_find(groups, 3));
	groups_destroy(groups);
	groups_destroy(NULL);
}
END_TEST

SUITE_MAIN("container/groups", joins_the_names_of_a_record,
	   takes_as_many_names_as_there_are, looks_into_the_v1_tree_too,
	   reads_what_proc_says, forgets_what_is_not_asked_for)
