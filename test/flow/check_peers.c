// SPDX-License-Identifier: MIT
#include "flow/peers.h"

#include "suite.h"

#include <errno.h>

static struct peers *peers;
static size_t visited;
static uint16_t ports[8];

static void setup(size_t most)
{
	peers = peers_create(most);
	ck_assert_ptr_nonnull(peers);
	visited = 0;
}

static struct record_socket to(uint64_t id, uint16_t port)
{
	return (struct record_socket){
		.id = id,
		.netns = 1,
		.local_port = 4000,
		.remote_port = port,
		.remote = {[15] = 1},
	};
}

static void add(uint64_t id, uint16_t port)
{
	struct record_socket socket = to(id, port);

	ck_assert_int_eq(peers_add(peers, &socket), 0);
}

/* The port of the one that was taken; 0: there was none. */
static uint16_t take(uint64_t id)
{
	struct record_socket socket;

	if (!peers_take(peers, id, &socket))
		return 0;
	ck_assert_uint_eq(socket.id, id);
	ck_assert_uint_eq(socket.local_port, 4000);
	return socket.remote_port;
}

static void visit(const struct record_socket *socket, void *context)
{
	ck_assert_ptr_eq(context, ports);
	ports[visited++] = socket->remote_port;
}

START_TEST(a_socket_has_those_that_were_added_for_it)
{
	setup(10);
	add(1, 53);
	add(2, 53);
	add(1, 80);
	ck_assert_uint_eq(take(1), 80);
	ck_assert_uint_eq(take(1), 53);
	ck_assert_uint_eq(take(1), 0);
	ck_assert_uint_eq(take(3), 0);
	ck_assert_uint_eq(peers_count(peers), 1);
	add(1, 53);
	ck_assert_uint_eq(take(1), 53);
	ck_assert_uint_eq(take(2), 53);
	ck_assert_uint_eq(peers_count(peers), 0);
	peers_destroy(peers);
}
END_TEST

START_TEST(each_is_there_once)
{
	struct record_socket elsewhere = to(1, 53);

	setup(10);
	add(1, 53);
	add(1, 53);
	elsewhere.remote[15] = 2;
	ck_assert_int_eq(peers_add(peers, &elsewhere), 0);
	ck_assert_uint_eq(peers_count(peers), 2);
	/* Where it was told of first. */
	elsewhere.local_port = 4001;
	ck_assert_int_eq(peers_add(peers, &elsewhere), 0);
	ck_assert_uint_eq(peers_count(peers), 2);
	ck_assert_uint_eq(take(1), 53);
	ck_assert_uint_eq(take(1), 53);
	ck_assert_uint_eq(take(1), 0);
	peers_destroy(peers);
}
END_TEST

START_TEST(there_are_no_more_than_there_may_be)
{
	struct record_socket third = to(2, 3);

	setup(2);
	add(1, 1);
	add(2, 2);
	ck_assert_int_eq(peers_add(peers, &third), -ENOBUFS);
	/* One that is there already takes no room. */
	add(1, 1);
	ck_assert_uint_eq(take(1), 1);
	add(2, 3);
	ck_assert_uint_eq(take(2), 3);
	ck_assert_uint_eq(take(2), 2);
	peers_destroy(peers);
	peers_destroy(NULL);
}
END_TEST

START_TEST(all_are_visited_in_order)
{
	setup(10);
	for (uint16_t port = 1; port <= 5; port++)
		add(port % 2, port);
	peers_visit(peers, visit, ports);
	ck_assert_uint_eq(visited, 5);
	for (uint16_t i = 0; i < 5; i++)
		ck_assert_uint_eq(ports[i], i + 1);
	peers_destroy(peers);
}
END_TEST

START_TEST(the_key_is_that_of_the_table)
{
	struct record_socket socket = to(7, 443);
	struct datagram_key key = peer_key(&socket);

	ck_assert_uint_eq(key.socket_id, 7);
	ck_assert_uint_eq(key.remote_port, 443);
	ck_assert_mem_eq(key.remote, socket.remote, 16);
	ck_assert_uint_eq(key.pad, 0);
}
END_TEST

SUITE_MAIN("flow/peers", a_socket_has_those_that_were_added_for_it,
	   each_is_there_once, there_are_no_more_than_there_may_be,
	   all_are_visited_in_order, the_key_is_that_of_the_table)
