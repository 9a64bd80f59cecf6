// SPDX-License-Identifier: MIT
#include "flow/places.h"

#include "suite.h"

#include <netinet/in.h>

struct thing {
	struct placed placed;
};

static struct places places;
static struct thing thing[8];

static struct socket_place place(uint16_t port)
{
	struct socket_place place = {
		.netns = 1,
		.protocol = IPPROTO_TCP,
		.local = {.port = port},
		.remote = {.port = 80},
	};

	ck_assert_int_eq(addr_parse("10.0.0.1", &place.local.addr), 0);
	ck_assert_int_eq(addr_parse("10.0.0.2", &place.remote.addr), 0);
	return place;
}

static void put(int nth, struct socket_place at)
{
	thing[nth].placed.place = at;
	ck_assert_int_eq(places_put(&places, &thing[nth].placed), 0);
}

static struct placed *at(struct socket_place place)
{
	return places_find(&places, &place);
}

static void clear(void)
{
	while (places.first)
		places_take(&places, places.first);
}

START_TEST(places_differ_in_each_of_their_parts)
{
	struct socket_place part[7];

	for (int i = 0; i < 7; i++)
		part[i] = place(1);
	part[1].netns = 2;
	part[2].protocol = IPPROTO_UDP;
	part[3].local.port = 2;
	part[4].local.addr.bytes[15] = 9;
	part[5].remote.port = 81;
	part[6].remote.addr.bytes[0] = 9;
	places_init(&places, 10);
	for (int i = 0; i < 6; i++)
		put(i, part[i]);
	for (int i = 0; i < 6; i++)
		ck_assert_ptr_eq(at(part[i]), &thing[i].placed);
	ck_assert_ptr_null(at(part[6]));
	ck_assert_uint_eq(places_count(&places), 6);
	clear();
}
END_TEST

START_TEST(room_is_made_by_the_oldest)
{
	places_init(&places, 2);
	ck_assert_ptr_null(places_make_room(&places));
	put(0, place(1));
	put(1, place(2));
	/* Put in again, it is the newest. */
	places_take(&places, &thing[0].placed);
	ck_assert_ptr_null(at(place(1)));
	put(0, place(1));
	ck_assert_ptr_eq(places_make_room(&places), &thing[1].placed);
	ck_assert_ptr_null(at(place(2)));
	ck_assert_ptr_nonnull(at(place(1)));
	ck_assert_ptr_null(places_make_room(&places));
	ck_assert_uint_eq(places.forgotten, 1);
	clear();
}
END_TEST

START_TEST(there_is_room_for_one_at_least)
{
	places_init(&places, 0);
	ck_assert_ptr_null(places_make_room(&places));
	put(0, place(1));
	ck_assert_ptr_eq(places_make_room(&places), &thing[0].placed);
	ck_assert_ptr_null(places_make_room(&places));
}
END_TEST

SUITE_MAIN("flow/places", places_differ_in_each_of_their_parts,
	   room_is_made_by_the_oldest, there_is_room_for_one_at_least)
