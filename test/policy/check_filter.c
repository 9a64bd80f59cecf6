// SPDX-License-Identifier: MIT
#include "policy/filter.h"

#include "suite.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>

static struct filter filter;

/* The kinds that are shown, one character each: '+' or '-'. */
static const char *kinds(void)
{
	static char text[EVENT_KINDS + 1];

	for (int kind = 0; kind < EVENT_KINDS; kind++)
		text[kind] = filter.kind[kind] ? '+' : '-';
	return text;
}

static const char *kinds_of(const char *list)
{
	const char *bad;
	size_t len;

	filter_init(&filter);
	ck_assert_int_eq(filter_set_kinds(&filter, list, &bad, &len), 0);
	return kinds();
}

static void expect_bad(const char *list, const char *item)
{
	const char *bad = NULL;
	size_t len = 99;

	filter_init(&filter);
	ck_assert_int_eq(filter_set_kinds(&filter, list, &bad, &len), -EINVAL);
	ck_assert_uint_eq(len, strlen(item));
	ck_assert(bad >= list);
	ck_assert(bad + len <= list + strlen(list));
	ck_assert_mem_eq(bad, item, len);
	ck_assert(!filter.is_list);
	/* Nothing is changed by half a list. */
	ck_assert_str_eq(kinds(), "++++++++++++----------+");
}

static struct event event_of(uint32_t tgid, const char *comm, uint32_t uid)
{
	return (struct event){
		.kind = EVENT_PROCESS_TCP_V4,
		.process = {.id.tgid = tgid, .comm = comm, .uid = uid},
	};
}

static bool shows(uint32_t tgid, const char *comm, uint32_t uid)
{
	struct event event = event_of(tgid, comm, uid);

	return filter_shows(&filter, &event);
}

START_TEST(takes_names_and_prefixes_of_whole_words)
{
	ck_assert_str_eq(kinds_of("dns"), "+++--------------------");
	ck_assert_str_eq(kinds_of("dns.query"), "+----------------------");
	ck_assert_str_eq(kinds_of("dns.answer"), "-+---------------------");
	ck_assert_str_eq(kinds_of("dns.timeout"), "--+--------------------");
	ck_assert_str_eq(kinds_of("process"), "---+++++++++-----------");
	ck_assert_str_eq(kinds_of("process.tcp"), "---++------------------");
	ck_assert_str_eq(kinds_of("process.tcp_v4"), "---+-------------------");
	ck_assert_str_eq(kinds_of("process.tcp_v6"), "----+------------------");
	ck_assert_str_eq(kinds_of("process.udp"), "-----++----------------");
	ck_assert_str_eq(kinds_of("process.icmp"), "-------++--------------");
	ck_assert_str_eq(kinds_of("process.raw"), "----------+------------");
	ck_assert_str_eq(kinds_of("process.packet"), "-----------+-----------");
	ck_assert_str_eq(kinds_of("process.exec"), "------------+----------");
	ck_assert_str_eq(kinds_of("process.exit"), "-------------+---------");
	ck_assert_str_eq(kinds_of("flow"), "---------------------+-");
	ck_assert_str_eq(kinds_of("socket"), "--------------+++++++--");
	ck_assert_str_eq(kinds_of("socket.bind"), "---------------+-------");
	ck_assert_str_eq(kinds_of("egrets"), "----------------------+");
	ck_assert_str_eq(kinds_of("process.udp_v6,dns.query"),
			 "+-----+----------------");
	ck_assert_str_eq(kinds_of("dns,dns.query"), "+++--------------------");
	ck_assert(filter.is_list);
}
END_TEST

START_TEST(tells_which_item_names_nothing)
{
	expect_bad("", "");
	expect_bad(",", "");
	expect_bad("dns,", "");
	expect_bad(",dns", "");
	expect_bad("dns,,process", "");
	expect_bad("dsn", "dsn");
	expect_bad("dns,d,process", "d");
	expect_bad("dns.", "dns.");
	expect_bad("dns.q", "dns.q");
	expect_bad("dns.query.x", "dns.query.x");
	expect_bad("process.tcp_", "process.tcp_");
	expect_bad("process.tcp_v44", "process.tcp_v44");
	expect_bad("DNS", "DNS");
	expect_bad("dns, process", " process");
}
END_TEST

START_TEST(shows_everything_when_not_told_otherwise)
{
	filter_init(&filter);
	ck_assert_str_eq(kinds(), "++++++++++++----------+");
	ck_assert(shows(1, "curl", 7));
	ck_assert(shows(0, NULL, 0));
}
END_TEST

static bool shows_family(uint16_t family)
{
	struct event event = event_of(1, "curl", 7);

	event.kind = EVENT_SOCKET_CONNECT;
	event.socket.family = family;
	return filter_shows(&filter, &event);
}

static void set_families(const char *list)
{
	const char *bad;
	size_t len;

	ck_assert_int_eq(filter_set_families(&filter, list, &bad, &len), 0);
}

START_TEST(sockets_are_of_families)
{
	kinds_of("socket");
	ck_assert(shows_family(AF_INET));
	ck_assert(shows_family(AF_INET6));
	ck_assert(!shows_family(AF_UNIX));
	ck_assert(!shows_family(200));
	set_families("unix,netlink");
	ck_assert(!shows_family(AF_INET));
	ck_assert(shows_family(AF_UNIX));
	ck_assert(shows_family(AF_NETLINK));
	set_families("all");
	ck_assert(shows_family(AF_VSOCK));
	/* What has none. */
	set_families("inet6");
	kinds_of("process");
	ck_assert(shows(1, "curl", 7));
}
END_TEST

START_TEST(tells_which_family_there_is_not)
{
	static const char *const lists[][2] = {
		{"", ""},
		{"inet,", ""},
		{"inet,ipv6,unix", "ipv6"},
		{"INET", "INET"},
		{"inet6 ", "inet6 "},
		{"all,inet", "all"},
		{"unix,,inet", ""},
	};

	for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++) {
		const char *bad = NULL;
		size_t len = 99;

		filter_init(&filter);
		ck_assert_int_eq(
			filter_set_families(&filter, lists[i][0], &bad, &len),
			-EINVAL);
		ck_assert_uint_eq(len, strlen(lists[i][1]));
		ck_assert_mem_eq(bad, lists[i][1], len);
		ck_assert_uint_eq(filter.families,
				  UINT64_C(1) << AF_INET | UINT64_C(1)
								   << AF_INET6);
	}
}
END_TEST

START_TEST(all_conditions_must_hold)
{
	filter_init(&filter);
	filter.tgid = 1;
	filter.comm = "curl";
	filter.has_uid = true;
	filter.uid = 7;
	ck_assert(shows(1, "curl", 7));
	ck_assert(!shows(2, "curl", 7));
	ck_assert(!shows(1, "wget", 7));
	ck_assert(!shows(1, "cur", 7));
	ck_assert(!shows(1, "curly", 7));
	ck_assert(!shows(1, "curl", 8));
	filter.kind[EVENT_PROCESS_TCP_V4] = false;
	ck_assert(!shows(1, "curl", 7));
}
END_TEST

/* Nobody knows whose they are, and uid 0 is somebody. */
START_TEST(hides_events_of_nobody_from_each_condition)
{
	filter_init(&filter);
	filter.tgid = 1;
	ck_assert(!shows(0, NULL, 0));
	filter_init(&filter);
	filter.comm = "curl";
	ck_assert(!shows(0, NULL, 0));
	ck_assert(!shows(1, NULL, 0));
	filter_init(&filter);
	filter.has_uid = true;
	ck_assert(!shows(0, NULL, 0));
	ck_assert(shows(1, NULL, 0));
}
END_TEST

/*
 * The kernel keeps 15 bytes of a name: -n NetworkManager-dispatcher, longer
 * than that, showed nothing at all.
 */
START_TEST(a_name_is_compared_as_far_as_the_kernel_keeps_it)
{
	filter_init(&filter);
	filter.comm = "0123456789abcdef0";
	ck_assert(shows(1, "0123456789abcde", 0));
	ck_assert(!shows(1, "0123456789abcd", 0));
	ck_assert(!shows(1, "0123456789abcdX", 0));
	filter.comm = "0123456789abcd";
	ck_assert(!shows(1, "0123456789abcde", 0));
}
END_TEST

START_TEST(always_shows_losses)
{
	struct event event = {.kind = EVENT_EGRETS_LOST};

	kinds_of("dns");
	filter.tgid = 1;
	filter.comm = "curl";
	filter.has_uid = true;
	filter.container = "web";
	ck_assert(filter_shows(&filter, &event));
	ck_assert(filter_shows_container(&filter, &event));
}
END_TEST

static bool shows_container(const char *glob,
			    const struct event_container *container)
{
	struct event event = {.kind = EVENT_PROCESS_TCP_V4,
			      .container = *container};

	filter_init(&filter);
	filter.container = glob;
	return filter_shows_container(&filter, &event);
}

START_TEST(shows_containers_by_name_id_and_image)
{
	static const char *const hits[] = {"web-1",
					   "web-?",
					   "*",
					   "0123456789abcdef0123",
					   "0123456789ab",
					   "01*",
					   "docker.io/library/nginx:1.25",
					   "docker.io/library/nginx",
					   "nginx:1.25",
					   "nginx",
					   "ngi*",
					   "nginx:1.*"};
	static const char *const misses[] = {"web",
					     "eb-1",
					     "0123456789",
					     "0123456789abc",
					     "library/nginx",
					     "nginx:",
					     "1.25",
					     "",
					     "[",
					     "apache*"};
	struct event_container container = {
		.id = "0123456789abcdef0123",
		.name = "web-1",
		.image = "docker.io/library/nginx:1.25",
	};

	for (size_t i = 0; i < sizeof(hits) / sizeof(*hits); i++)
		ck_assert_msg(shows_container(hits[i], &container), "%s",
			      hits[i]);
	for (size_t i = 0; i < sizeof(misses) / sizeof(*misses); i++)
		ck_assert_msg(!shows_container(misses[i], &container), "%s",
			      misses[i]);
	ck_assert(shows_container(NULL, &container));
	container.name = container.image = NULL;
	ck_assert(shows_container("0123*", &container));
	ck_assert(!shows_container("web-1", &container));
	/* A port of the registry is no tag. */
	container.image = "here:5000/nginx";
	ck_assert(shows_container("nginx", &container));
	ck_assert(!shows_container("here", &container));
	container.id = NULL;
	ck_assert(!shows_container("*", &container));
	ck_assert(shows_container(NULL, &container));
}
END_TEST

SUITE_MAIN("policy/filter", takes_names_and_prefixes_of_whole_words,
	   tells_which_item_names_nothing,
	   shows_everything_when_not_told_otherwise, sockets_are_of_families,
	   tells_which_family_there_is_not, all_conditions_must_hold,
	   hides_events_of_nobody_from_each_condition,
	   a_name_is_compared_as_far_as_the_kernel_keeps_it,
	   always_shows_losses, shows_containers_by_name_id_and_image)
