// SPDX-License-Identifier: MIT
#include "flow/flow.h"

#include "suite.h"

#include <netinet/in.h>

static struct flows *flows;

static void setup(size_t most)
{
	flows = flows_create(most);
	ck_assert_ptr_nonnull(flows);
}

static struct socket_place nth(uint16_t port)
{
	struct socket_place place = {
		.netns = 1,
		.protocol = IPPROTO_TCP,
		.local = {.port = port},
		.remote = {.port = 80},
	};

	ck_assert_int_eq(addr_parse("10.0.0.1", &place.local.addr), 0);
	ck_assert_int_eq(addr_parse("192.0.2.1", &place.remote.addr), 0);
	return place;
}

static void opens(struct socket_place at, uint32_t tgid, const char *name)
{
	struct flow flow = {
		.place = at,
		.owner.process.tgid = tgid,
		.begun_ns = 1,
		.name = name,
	};

	ck_assert_int_eq(flow_open(flows, &flow), 0);
}

static struct flow *at(struct socket_place place)
{
	return flow_find(flows, &place, 0);
}

START_TEST(datagrams_are_told_apart_by_their_socket)
{
	struct flow flow = {.place = nth(1), .socket = 7};
	struct socket_place from = nth(2);

	setup(10);
	flow.place.protocol = from.protocol = IPPROTO_UDP;
	ck_assert_int_eq(flow_open(flows, &flow), 0);
	/* Its own address may be chosen later. */
	ck_assert_ptr_nonnull(flow_find(flows, &from, 7));
	ck_assert_ptr_null(flow_find(flows, &from, 8));
	from.remote.port++;
	ck_assert_ptr_null(flow_find(flows, &from, 7));
	/* Connections are told apart by both ends alone. */
	flow.place = nth(3);
	ck_assert_int_eq(flow_open(flows, &flow), 0);
	ck_assert_ptr_nonnull(at(nth(3)));
	ck_assert_ptr_null(at(nth(4)));
	flows_destroy(flows);
}
END_TEST

START_TEST(names_are_copied)
{
	char name[] = "a.example";

	setup(10);
	opens(nth(1), 1, name);
	name[0] = 'b';
	ck_assert_str_eq(at(nth(1))->name, "a.example");
	opens(nth(2), 1, NULL);
	ck_assert_ptr_null(at(nth(2))->name);
	flows_destroy(flows);
}
END_TEST

START_TEST(a_new_one_takes_the_place)
{
	setup(10);
	opens(nth(1), 1, "a.example");
	at(nth(1))->ended_ns = 2;
	flow_hold(flows, at(nth(1)));
	opens(nth(1), 2, NULL);
	ck_assert_uint_eq(flows_count(flows), 1);
	ck_assert_uint_eq(at(nth(1))->owner.process.tgid, 2);
	ck_assert_ptr_null(flow_first_held(flows));
	flow_close(flows, at(nth(1)));
	ck_assert_ptr_null(at(nth(1)));
	ck_assert_uint_eq(flows_count(flows), 0);
	ck_assert_uint_eq(flows_forgotten(flows), 0);
	flows_destroy(flows);
}
END_TEST

START_TEST(the_oldest_goes_when_there_are_too_many)
{
	setup(3);
	for (uint16_t port = 1; port <= 5; port++)
		opens(nth(port), port, NULL);
	ck_assert_uint_eq(flows_count(flows), 3);
	ck_assert_uint_eq(flows_forgotten(flows), 2);
	ck_assert_ptr_null(at(nth(2)));
	ck_assert_ptr_nonnull(at(nth(3)));
	/* In the same place it takes nobody else's; its end was missed. */
	opens(nth(5), 6, NULL);
	ck_assert_uint_eq(flows_count(flows), 3);
	ck_assert_uint_eq(flows_forgotten(flows), 3);
	flows_destroy(flows);
}
END_TEST

START_TEST(those_held_come_back_in_order)
{
	setup(10);
	for (uint16_t port = 1; port <= 4; port++)
		opens(nth(port), port, NULL);
	ck_assert_ptr_null(flow_first_held(flows));
	flow_hold(flows, at(nth(3)));
	flow_hold(flows, at(nth(1)));
	flow_hold(flows, at(nth(3)));
	flow_hold(flows, at(nth(4)));
	/* One from the middle. */
	flow_close(flows, at(nth(1)));
	ck_assert_uint_eq(flow_first_held(flows)->owner.process.tgid, 3);
	flow_close(flows, flow_first_held(flows));
	ck_assert_uint_eq(flow_first_held(flows)->owner.process.tgid, 4);
	flow_close(flows, flow_first_held(flows));
	ck_assert_ptr_null(flow_first_held(flows));
	ck_assert_ptr_nonnull(at(nth(2)));
	flows_destroy(flows);
}
END_TEST

SUITE_MAIN("flow/flow", datagrams_are_told_apart_by_their_socket,
	   names_are_copied, a_new_one_takes_the_place,
	   the_oldest_goes_when_there_are_too_many,
	   those_held_come_back_in_order)
