// SPDX-License-Identifier: MIT
#include "container/containers.h"

#include "suite.h"

#include <stdio.h>
#include <string.h>

/* As engines.c would, without any: what is asked, and what comes back. */
static struct engines_options said;
static char asked[16][REPLY_ID_LEN + 1];
static unsigned int asked_count, there, changes;
static bool is_slow, is_coming;

struct engines {
	int nothing;
};

static struct engines only;

int engines_create(const struct engines_options *options, struct engines **ret)
{
	said = *options;
	*ret = &only;
	return 0;
}

void engines_destroy(struct engines *engines)
{
	(void)engines;
}

void engines_look(struct engines *engines, uint64_t now_ns)
{
	(void)engines;
	(void)now_ns;
}

void engines_ready(struct engines *engines, int fd, int what)
{
	(void)engines;
	(void)fd;
	(void)what;
}

void engines_expire(struct engines *engines)
{
	(void)engines;
}

unsigned int engines_ask(struct engines *engines, const char *id,
			 uint64_t now_ns)
{
	(void)engines;
	(void)now_ns;
	ck_assert(reply_is_id(id));
	if (there)
		memcpy(asked[asked_count++ % 16], id, REPLY_ID_LEN);
	return there;
}

bool engines_are_slow(const struct engines *engines, uint64_t before_ns)
{
	(void)engines;
	(void)before_ns;
	return is_slow;
}

bool engines_are_coming(const struct engines *engines)
{
	(void)engines;
	return is_coming;
}

#define ID	"0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define OTHER	"fedcba9876543210fedcba9876543210fedcba9876543210fedcba9876543210"
#define WAIT_NS 50

static struct containers *containers;

static void watch(int fd, int what, void *loop_context)
{
	(void)fd;
	(void)what;
	(void)loop_context;
}

static void on_change(void *context)
{
	(void)context;
	changes++;
}

static void setup(void)
{
	struct containers_options options = {
		.wait_ns = WAIT_NS,
		.watch = watch,
		.changed = on_change,
	};

	there = 1;
	is_slow = is_coming = false;
	asked_count = changes = 0;
	memset(asked, 0, sizeof(asked));
	ck_assert_int_eq(containers_create(&options, &containers), 0);
}

static void learn(uint64_t cgroup_id, const char *leaf)
{
	struct record_cgroup record = {.cgroup_id = cgroup_id};

	strcpy(record.v2[0], leaf);
	strcpy(record.v2[1], "machine.slice");
	containers_learn(containers, &record, 1);
}

static void answers(const char *id, unsigned int rank, const char *image,
		    const char *addresses, const char *shares)
{
	struct container_facts facts = {
		.name = strdup("name"),
		.image = strdup(image),
		.hostname = strdup(""),
		.addresses = addresses ? strdup(addresses) : NULL,
		.shares = shares ? strdup(shares) : NULL,
		.is_placed = addresses,
	};

	said.answer(id, rank, &facts, said.context);
	container_facts_deinit(&facts);
}

static void nothing_answers(const char *id)
{
	said.answer(id, 0, NULL, said.context);
}

static struct event_container describe(uint64_t cgroup_id)
{
	static struct event event;

	memset(&event, 0, sizeof(event));
	event.process.cgroup_id = cgroup_id;
	containers_describe(containers, &event);
	return event.container;
}

static bool holds(uint64_t now_ns, uint64_t from_ns)
{
	uint64_t from, until;

	if (!containers_hold(containers, now_ns, &from, &until))
		return false;
	ck_assert_uint_eq(from, from_ns);
	ck_assert_uint_eq(until, from_ns + WAIT_NS);
	return true;
}

START_TEST(an_event_waits_for_the_answer)
{
	setup();
	learn(7, "docker-" ID ".scope");
	ck_assert_uint_eq(asked_count, 1);
	ck_assert_str_eq(asked[0], ID);
	ck_assert(!holds(99, 0));
	containers_need(containers, 7, 100);
	ck_assert(holds(101, 100));
	answers(ID, 0, "nginx", "10.0.0.2", NULL);
	ck_assert_uint_eq(changes, 1);
	ck_assert(!holds(102, 0));
	ck_assert_str_eq(describe(7).image, "nginx");
	ck_assert_str_eq(describe(7).ip, "10.0.0.2");
	ck_assert_str_eq(describe(7).engine, "docker");
	ck_assert_ptr_null(describe(7).hostname);
	ck_assert(describe(7).is_known);
	/* It is not asked for again. */
	learn(8, "docker-" ID ".scope");
	ck_assert_uint_eq(asked_count, 1);
	containers_destroy(containers);
}
END_TEST

START_TEST(an_event_waits_no_longer_than_it_may)
{
	setup();
	learn(7, "libpod-" ID ".scope");
	containers_need(containers, 7, 100);
	ck_assert(holds(149, 100));
	ck_assert(!holds(150, 0));
	ck_assert_str_eq(describe(7).id, ID);
	ck_assert_str_eq(describe(7).engine, "podman");
	ck_assert(!describe(7).is_known);
	/* Nor do those that come after it. */
	containers_need(containers, 7, 200);
	ck_assert(!holds(201, 0));
	containers_destroy(containers);
}
END_TEST

/* At egrets' own start, one that was there before it connects at once. */
static void setup_to_wait_for_an_engine(void)
{
	setup();
	there = 0;
	is_coming = true;
	learn(7, "docker-" ID ".scope");
	containers_need(containers, 7, 100);
	ck_assert(holds(101, 100));
}

START_TEST(an_event_waits_for_an_engine_to_come)
{
	setup_to_wait_for_an_engine();
	there = 1;
	is_coming = false;
	said.here(said.context);
	ck_assert_str_eq(asked[0], ID);
	ck_assert(holds(102, 100));
	answers(ID, 0, "nginx", "10.0.0.2", NULL);
	ck_assert(!holds(103, 0));
	ck_assert_str_eq(describe(7).image, "nginx");
	containers_destroy(containers);
}
END_TEST

START_TEST(no_event_waits_for_an_engine_that_went)
{
	setup_to_wait_for_an_engine();
	is_coming = false;
	said.gone(said.context);
	ck_assert_uint_eq(changes, 1);
	ck_assert(!holds(102, 0));
	/* Another comes, later: what it says is worth another wait. */
	there = 1;
	said.here(said.context);
	containers_need(containers, 7, 200);
	ck_assert(holds(201, 200));
	answers(ID, 0, "nginx", "10.0.0.2", NULL);
	ck_assert(!holds(202, 0));
	containers_destroy(containers);
}
END_TEST

/* Read from another CPU's buffer, before the record that says what it is. */
START_TEST(an_event_may_be_read_before_its_cgroup)
{
	setup();
	containers_need(containers, 7, 100);
	learn(7, "docker-" ID ".scope");
	ck_assert(holds(101, 100));
	containers_destroy(containers);
}
END_TEST

START_TEST(nothing_waits_for_who_cannot_answer)
{
	setup();
	there = 0;
	learn(7, "docker-" ID ".scope");
	containers_need(containers, 7, 100);
	ck_assert(!holds(101, 0));
	/* Asked later, if somebody comes. */
	there = 1;
	said.here(said.context);
	ck_assert_uint_eq(asked_count, 1);
	containers_need(containers, 7, 100);
	ck_assert(holds(101, 100));
	/* It knows nothing of it. */
	nothing_answers(ID);
	nothing_answers(ID);
	ck_assert(!holds(102, 0));
	ck_assert_uint_eq(changes, 1);
	/* No container, or one that no engine has ids for. */
	learn(9, "cron.service");
	learn(10, "lxc.payload.web");
	containers_need(containers, 9, 100);
	containers_need(containers, 10, 100);
	ck_assert(!holds(101, 0));
	ck_assert_uint_eq(asked_count, 1);
	ck_assert_ptr_null(describe(9).id);
	ck_assert_str_eq(describe(10).id, "web");
	/* Who was slow before. */
	is_slow = true;
	learn(11, "docker-" OTHER ".scope");
	containers_need(containers, 11, 100);
	ck_assert(!holds(101, 0));
	containers_destroy(containers);
}
END_TEST

/* With --network container:X. */
START_TEST(addresses_are_those_of_whose_network_it_uses)
{
	setup();
	learn(7, "docker-" ID ".scope");
	containers_need(containers, 7, 100);
	answers(ID, 0, "client", "", OTHER);
	ck_assert_str_eq(asked[1], OTHER);
	ck_assert(holds(101, 100));
	ck_assert_str_eq(describe(7).image, "client");
	ck_assert(!describe(7).is_known);
	answers(OTHER, 0, "server", "10.0.0.3", NULL);
	ck_assert_str_eq(describe(7).ip, "10.0.0.3");
	ck_assert_str_eq(describe(7).image, "client");
	ck_assert(describe(7).is_known);
	containers_destroy(containers);
}
END_TEST

/* A liar may say that it is so. */
START_TEST(networks_in_a_circle_are_none)
{
	setup();
	learn(7, "docker-" ID ".scope");
	answers(ID, 0, "a", "", OTHER);
	answers(OTHER, 0, "b", "", ID);
	ck_assert_str_eq(describe(7).image, "a");
	ck_assert_ptr_null(describe(7).ip);
	containers_need(containers, 7, 100);
	ck_assert(!holds(150, 0));
	containers_destroy(containers);
}
END_TEST

/* Anybody may run an engine, and have it claim the machine's containers. */
START_TEST(the_more_trusted_engine_counts)
{
	setup();
	there = 2;
	learn(7, "docker-" ID ".scope");
	answers(ID, 1, "lie", "10.0.0.9", NULL);
	answers(ID, 0, "truth", "10.0.0.2", NULL);
	ck_assert_str_eq(describe(7).image, "truth");
	said.news(ID, said.context);
	answers(ID, 1, "lie", "10.0.0.9", NULL);
	said.placed(ID, 1, "10.0.0.8", said.context);
	ck_assert_str_eq(describe(7).image, "truth");
	ck_assert_str_eq(describe(7).ip, "10.0.0.2");
	containers_destroy(containers);
}
END_TEST

/* Docker tells of networks first, and of all once the container has started. */
START_TEST(addresses_come_before_the_start)
{
	setup();
	said.news(ID, said.context);
	answers(ID, 0, "image", NULL, NULL);
	said.placed(ID, 0, "10.0.0.2", said.context);
	said.placed(ID, 0, "10.1.0.2", said.context);
	learn(7, "docker-" ID ".scope");
	ck_assert_uint_eq(asked_count, 1);
	ck_assert_str_eq(describe(7).ip, "10.0.0.2,10.1.0.2");
	ck_assert(describe(7).is_known);
	/* After its end it has none any more, but had. */
	said.news(ID, said.context);
	answers(ID, 0, "image", NULL, NULL);
	ck_assert_str_eq(describe(7).ip, "10.0.0.2,10.1.0.2");
	containers_destroy(containers);
}
END_TEST

/* Podman tells of the rest only once the container has started. */
START_TEST(its_image_comes_with_the_news)
{
	struct container_facts facts = {.image = strdup("image"),
					.name = strdup("name")};

	setup();
	said.named(ID, 0, &facts, said.context);
	container_facts_deinit(&facts);
	ck_assert_uint_eq(asked_count, 1);
	learn(7, "libpod-" ID);
	containers_need(containers, 7, 100);
	ck_assert(holds(101, 100));
	ck_assert(!holds(150, 0));
	ck_assert_str_eq(describe(7).image, "image");
	ck_assert_str_eq(describe(7).name, "name");
	/* Its address is not all that there is to be told. */
	said.placed(ID, 0, "10.0.0.2", said.context);
	ck_assert(!describe(7).is_known);
	ck_assert_str_eq(describe(7).ip, "10.0.0.2");
	answers(ID, 0, "whole", "10.0.0.2", NULL);
	facts = (struct container_facts){.image = strdup("image")};
	said.named(ID, 0, &facts, said.context);
	container_facts_deinit(&facts);
	ck_assert_str_eq(describe(7).image, "whole");
	ck_assert(describe(7).is_known);
	containers_destroy(containers);
}
END_TEST

START_TEST(remembers_a_bounded_number)
{
	char id[REPLY_ID_LEN + 1];

	setup();
	learn(7, "docker-" ID ".scope");
	answers(ID, 0, "image", "10.0.0.2", NULL);
	for (unsigned int i = 0; i < CONTAINERS_MAX; i++) {
		snprintf(id, sizeof(id), "%064x", i);
		said.news(id, said.context);
	}
	ck_assert_ptr_null(describe(7).image);
	ck_assert_str_eq(describe(7).id, ID);
	/* Forgotten, it is asked for once more. */
	containers_need(containers, 7, 100);
	ck_assert_str_eq(asked[(asked_count - 1) % 16], ID);
	ck_assert(holds(101, 100));
	/* The answer to a question that is forgotten. */
	answers(OTHER, 0, "image", "10.0.0.2", NULL);
	containers_destroy(containers);
	containers_destroy(NULL);
}
END_TEST

START_TEST(is_sure_until_somebody_is_renamed)
{
	setup();
	ck_assert(!containers_are_sure(containers, 6));
	learn(6, "cron.service");
	ck_assert(containers_are_sure(containers, 6));
	learn(7, "docker-" ID ".scope");
	ck_assert(!containers_are_sure(containers, 7));
	answers(ID, 0, "nginx", "10.0.0.2", NULL);
	ck_assert(containers_are_sure(containers, 7));
	ck_assert_uint_eq(containers_renamed(containers), 0);
	ck_assert_uint_eq(changes, 0);
	answers(ID, 0, "nginx", "10.0.0.2", NULL);
	ck_assert_uint_eq(containers_renamed(containers), 1);
	ck_assert_uint_eq(changes, 1);
	containers_destroy(containers);
}
END_TEST

SUITE_MAIN("container/containers", an_event_waits_for_the_answer,
	   an_event_waits_no_longer_than_it_may,
	   an_event_waits_for_an_engine_to_come,
	   no_event_waits_for_an_engine_that_went,
	   an_event_may_be_read_before_its_cgroup,
	   nothing_waits_for_who_cannot_answer,
	   addresses_are_those_of_whose_network_it_uses,
	   networks_in_a_circle_are_none, the_more_trusted_engine_counts,
	   addresses_come_before_the_start, its_image_comes_with_the_news,
	   remembers_a_bounded_number, is_sure_until_somebody_is_renamed)
