// SPDX-License-Identifier: MIT
#include "attribution/pending.h"

#include "suite.h"

#include <string.h>

static struct pendings pendings;

static struct record_connect connect_at(uint64_t socket_id, uint64_t begun_ns)
{
	return (struct record_connect){
		.socket.id = socket_id,
		.begun_ns = begun_ns,
	};
}

static struct pending *add(uint64_t socket_id, uint64_t begun_ns)
{
	struct record_connect connect = connect_at(socket_id, begun_ns);
	struct names_choice choice = {.via = NAMES_VIA_NONE};
	struct pending *evicted, *pending;

	pending = pending_add(&pendings, &connect, &choice, &evicted);
	ck_assert_ptr_nonnull(pending);
	ck_assert_ptr_null(evicted);
	return pending;
}

static struct pending *find(uint64_t socket_id, uint64_t begun_ns)
{
	struct record_result result = {
		.socket.id = socket_id,
		.begun_ns = begun_ns,
	};

	return pending_find(&pendings, &result);
}

static void take_out(struct pending *pending)
{
	pending_remove(&pendings, pending);
	free(pending);
}

/* The sockets that are not told of, in order, and all links as they should. */
static void expect_untold(const char *expected)
{
	char text[16] = "";
	size_t len = 0;
	const struct pending *previous = NULL;

	for (struct pending *at = pendings.first; at; at = at->next) {
		ck_assert_ptr_eq(at->previous, previous);
		ck_assert(!at->told);
		text[len++] = (char)('0' + at->key.socket_id);
		previous = at;
	}
	ck_assert_ptr_eq(pendings.last, previous);
	ck_assert_str_eq(text, expected);
}

static void setup(size_t most)
{
	pendings = (struct pendings){.most = most};
}

static void teardown(void)
{
	while (pendings.all)
		take_out(pendings.all);
	expect_untold("");
}

START_TEST(copies_the_names)
{
	char name[] = "a.example", other[] = "b.example";
	struct record_connect connect = connect_at(1, 2);
	struct names_choice choice = {
		.via = NAMES_VIA_CGROUP,
		.name = name,
		.stale = true,
		.unsure = true,
		.candidates = 2,
		.candidate = {name, other},
	};
	const struct pending *pending;
	struct pending *evicted;

	setup(10);
	pending = pending_add(&pendings, &connect, &choice, &evicted);
	memset(name, 'x', sizeof(name) - 1);
	memset(other, 'x', sizeof(other) - 1);
	ck_assert_str_eq(pending->choice.name, "a.example");
	ck_assert_str_eq(pending->choice.candidate[0], "a.example");
	ck_assert_str_eq(pending->choice.candidate[1], "b.example");
	ck_assert_uint_eq(pending->choice.candidates, 2);
	ck_assert(pending->choice.stale);
	ck_assert(pending->choice.unsure);
	ck_assert_int_eq(pending->choice.via, NAMES_VIA_CGROUP);
	teardown();
}
END_TEST

/* More are counted than are listed. */
START_TEST(keeps_as_many_candidates_as_are_listed)
{
	struct record_connect connect = connect_at(1, 2);
	struct names_choice choice = {
		.name = "a.example",
		.candidates = NAMES_CANDIDATES + 5,
	};
	const struct pending *pending;
	struct pending *evicted;

	for (int i = 0; i < NAMES_CANDIDATES; i++)
		choice.candidate[i] = "a.example";
	setup(10);
	pending = pending_add(&pendings, &connect, &choice, &evicted);
	ck_assert_uint_eq(pending->choice.candidates, NAMES_CANDIDATES + 5);
	ck_assert_str_eq(pending->choice.candidate[NAMES_CANDIDATES - 1],
			 "a.example");
	ck_assert_ptr_ne(pending->choice.candidate[NAMES_CANDIDATES - 1],
			 choice.candidate[NAMES_CANDIDATES - 1]);
	teardown();
}
END_TEST

START_TEST(finds_by_socket_and_time)
{
	struct pending *first, *second;

	setup(10);
	first = add(1, 100);
	second = add(1, 200);
	ck_assert_ptr_eq(find(1, 100), first);
	ck_assert_ptr_eq(find(1, 200), second);
	ck_assert_ptr_null(find(2, 100));
	ck_assert_ptr_null(find(1, 300));
	take_out(first);
	ck_assert_ptr_null(find(1, 100));
	ck_assert_ptr_eq(find(1, 200), second);
	teardown();
}
END_TEST

START_TEST(lists_the_untold_by_when_they_began)
{
	setup(10);
	add(1, 100);
	add(2, 200);
	add(4, 400);
	add(5, 400);
	add(3, 300);
	add(0, 50);
	expect_untold("012345");
	pending_mark_told(&pendings, find(3, 300));
	pending_mark_told(&pendings, find(3, 300));
	expect_untold("01245");
	take_out(find(0, 50));
	expect_untold("1245");
	take_out(find(5, 400));
	expect_untold("124");
	take_out(find(3, 300));
	expect_untold("124");
	teardown();
}
END_TEST

START_TEST(the_first_to_come_has_to_go)
{
	struct record_connect connect = connect_at(4, 400);
	struct names_choice choice = {.via = NAMES_VIA_NONE};
	struct pending *evicted;

	setup(3);
	add(1, 100);
	add(2, 200);
	add(3, 300);
	pending_mark_told(&pendings, find(1, 100));
	ck_assert_ptr_nonnull(
		pending_add(&pendings, &connect, &choice, &evicted));
	ck_assert_uint_eq(evicted->key.socket_id, 1);
	ck_assert(evicted->told);
	free(evicted);
	ck_assert_ptr_null(find(1, 100));
	connect = connect_at(5, 500);
	pending_add(&pendings, &connect, &choice, &evicted);
	ck_assert_uint_eq(evicted->key.socket_id, 2);
	ck_assert(!evicted->told);
	free(evicted);
	expect_untold("345");
	teardown();
}
END_TEST

SUITE_MAIN("attribution/pending", copies_the_names,
	   keeps_as_many_candidates_as_are_listed, finds_by_socket_and_time,
	   lists_the_untold_by_when_they_began, the_first_to_come_has_to_go)
