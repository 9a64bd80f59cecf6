// SPDX-License-Identifier: MIT
#include "flow/socket.h"

#include "suite.h"

#include <netinet/in.h>

static struct sockets *sockets;
static uint64_t now_ns;

static void setup(size_t most)
{
	sockets = sockets_create(most);
	ck_assert_ptr_nonnull(sockets);
}

static struct endpoint endpoint(const char *text, uint16_t port)
{
	struct endpoint endpoint = {.port = port};

	ck_assert_int_eq(addr_parse(text, &endpoint.addr), 0);
	return endpoint;
}

static struct socket_place udp(uint32_t netns, const char *text, uint16_t port)
{
	return (struct socket_place){
		.netns = netns,
		.protocol = IPPROTO_UDP,
		.local = endpoint(text, port),
	};
}

/* A connection to a port of one server. */
static struct socket_place tcp(const char *text, uint16_t port,
			       uint16_t remote_port)
{
	return (struct socket_place){
		.netns = 1,
		.protocol = IPPROTO_TCP,
		.local = endpoint(text, port),
		.remote = endpoint("192.0.2.53", remote_port),
	};
}

/* Each claim is later than the one before. */
static void claim_at(struct socket_place place, uint32_t tgid)
{
	struct socket_owner owner = {
		.party.process.tgid = tgid,
		.claimed_ns = ++now_ns,
	};

	ck_assert_int_eq(socket_claim(sockets, &place, &owner), 0);
}

static void claim(uint32_t netns, const char *text, uint16_t port,
		  uint32_t tgid)
{
	claim_at(udp(netns, text, port), tgid);
}

/* The tgid of the owner, 0: nobody. */
static uint32_t owner_at(struct socket_place place)
{
	const struct socket_owner *found = socket_owner(sockets, &place);

	return found ? found->party.process.tgid : 0;
}

static uint32_t owner(uint32_t netns, const char *text, uint16_t port)
{
	return owner_at(udp(netns, text, port));
}

START_TEST(finds_what_was_claimed)
{
	struct socket_place place = udp(4, "10.0.0.1", 1000);
	struct socket_owner told = {
		.party = {{1, 2}, 3, 4, 5},
		.socket_id = 6,
		.claimed_ns = 7,
	};
	const struct socket_owner *found;

	setup(10);
	ck_assert_ptr_null(socket_owner(sockets, &place));
	ck_assert_int_eq(socket_claim(sockets, &place, &told), 0);
	found = socket_owner(sockets, &place);
	ck_assert_ptr_nonnull(found);
	ck_assert_uint_eq(found->party.process.tgid, 1);
	ck_assert_uint_eq(found->party.process.start_ticks, 2);
	ck_assert_uint_eq(found->party.cgroup_id, 3);
	ck_assert_uint_eq(found->party.netns, 4);
	ck_assert_uint_eq(found->party.tid, 5);
	ck_assert_uint_eq(found->socket_id, 6);
	ck_assert_uint_eq(found->claimed_ns, 7);
	sockets_destroy(sockets);
	sockets_destroy(NULL);
}
END_TEST

START_TEST(tells_namespaces_addresses_and_ports_apart)
{
	setup(10);
	claim(1, "10.0.0.1", 1000, 11);
	claim(2, "10.0.0.1", 1000, 12);
	claim(1, "10.0.0.2", 1000, 13);
	claim(1, "10.0.0.1", 1001, 14);
	claim(1, "fd00::1", 1000, 15);
	ck_assert_uint_eq(owner(1, "10.0.0.1", 1000), 11);
	ck_assert_uint_eq(owner(2, "10.0.0.1", 1000), 12);
	ck_assert_uint_eq(owner(1, "10.0.0.2", 1000), 13);
	ck_assert_uint_eq(owner(1, "10.0.0.1", 1001), 14);
	ck_assert_uint_eq(owner(1, "fd00::1", 1000), 15);
	ck_assert_uint_eq(owner(3, "10.0.0.1", 1000), 0);
	ck_assert_uint_eq(owner(1, "10.0.0.3", 1000), 0);
	ck_assert_uint_eq(sockets_count(sockets), 5);
	sockets_destroy(sockets);
}
END_TEST

/* The same port, of datagrams and of connections that lead elsewhere. */
START_TEST(tells_connections_apart_by_both_ends)
{
	setup(10);
	claim(1, "10.0.0.1", 1000, 11);
	claim_at(tcp("10.0.0.1", 1000, 53), 12);
	claim_at(tcp("10.0.0.1", 1000, 5353), 13);
	ck_assert_uint_eq(owner(1, "10.0.0.1", 1000), 11);
	ck_assert_uint_eq(owner_at(tcp("10.0.0.1", 1000, 53)), 12);
	ck_assert_uint_eq(owner_at(tcp("10.0.0.1", 1000, 5353)), 13);
	ck_assert_uint_eq(owner_at(tcp("10.0.0.1", 1000, 54)), 0);
	ck_assert_uint_eq(owner_at(tcp("10.0.0.2", 1000, 53)), 0);
	sockets_destroy(sockets);
}
END_TEST

START_TEST(the_remote_end_of_datagrams_does_not_matter)
{
	struct socket_place elsewhere = udp(1, "10.0.0.1", 1000);

	setup(10);
	claim(1, "10.0.0.1", 1000, 11);
	elsewhere.remote = endpoint("192.0.2.53", 53);
	ck_assert_uint_eq(owner_at(elsewhere), 11);
	/* But it is theirs alone to be on all addresses. */
	claim_at(tcp("0.0.0.0", 2000, 53), 12);
	ck_assert_uint_eq(owner_at(tcp("10.0.0.1", 2000, 53)), 0);
	sockets_destroy(sockets);
}
END_TEST

START_TEST(a_socket_on_all_addresses_sends_from_each)
{
	setup(10);
	claim(1, "0.0.0.0", 1000, 11);
	ck_assert_uint_eq(owner(1, "10.0.0.1", 1000), 11);
	ck_assert_uint_eq(owner(1, "fd00::1", 1000), 0);
	ck_assert_uint_eq(owner(1, "10.0.0.1", 1001), 0);
	ck_assert_uint_eq(owner(2, "10.0.0.1", 1000), 0);
	claim(1, "::", 2000, 12);
	ck_assert_uint_eq(owner(1, "fd00::1", 2000), 12);
	ck_assert_uint_eq(owner(1, "10.0.0.1", 2000), 12);
	sockets_destroy(sockets);
}
END_TEST

/*
 * A connected socket had the port once. The one on all addresses that has it
 * now was overlooked, and what it sent was taken for the other's.
 */
START_TEST(the_latest_claim_to_a_port_counts)
{
	setup(10);
	claim(1, "10.0.0.1", 1000, 11);
	claim(1, "0.0.0.0", 1000, 12);
	ck_assert_uint_eq(owner(1, "10.0.0.1", 1000), 12);
	claim(1, "::", 1000, 13);
	ck_assert_uint_eq(owner(1, "10.0.0.1", 1000), 13);
	claim(1, "0.0.0.0", 1000, 14);
	ck_assert_uint_eq(owner(1, "10.0.0.1", 1000), 14);
	claim(1, "10.0.0.1", 1000, 15);
	ck_assert_uint_eq(owner(1, "10.0.0.1", 1000), 15);
	ck_assert_uint_eq(owner(1, "10.0.0.2", 1000), 14);
	ck_assert_uint_eq(owner(1, "fd00::1", 1000), 13);
	ck_assert_uint_eq(sockets_count(sockets), 3);
	sockets_destroy(sockets);
}
END_TEST

START_TEST(forgets_the_longest_unheard_and_counts_it)
{
	setup(3);
	claim(1, "10.0.0.1", 1, 11);
	claim(1, "10.0.0.1", 2, 12);
	claim(1, "10.0.0.1", 3, 13);
	claim(1, "10.0.0.1", 1, 14);
	ck_assert_uint_eq(sockets_forgotten(sockets), 0);
	claim(1, "10.0.0.1", 4, 15);
	ck_assert_uint_eq(sockets_count(sockets), 3);
	ck_assert_uint_eq(sockets_forgotten(sockets), 1);
	ck_assert_uint_eq(owner(1, "10.0.0.1", 2), 0);
	ck_assert_uint_eq(owner(1, "10.0.0.1", 1), 14);
	ck_assert_uint_eq(owner(1, "10.0.0.1", 3), 13);
	sockets_destroy(sockets);
}
END_TEST

/*
 * A resolver keeps one socket to its server for hours, and the probes tell of a
 * socket and a place just once: it must not be forgotten while it is in use.
 */
START_TEST(a_socket_is_heard_of_when_it_sends)
{
	setup(3);
	claim(1, "10.0.0.1", 1000, 11);
	for (uint16_t port = 1; port < 20; port++) {
		claim(1, "10.0.0.1", port, 12);
		ck_assert_uint_eq(owner(1, "10.0.0.1", 1000), 11);
	}
	sockets_destroy(sockets);
}
END_TEST

SUITE_MAIN("flow/socket", finds_what_was_claimed,
	   tells_namespaces_addresses_and_ports_apart,
	   tells_connections_apart_by_both_ends,
	   the_remote_end_of_datagrams_does_not_matter,
	   a_socket_on_all_addresses_sends_from_each,
	   the_latest_claim_to_a_port_counts,
	   forgets_the_longest_unheard_and_counts_it,
	   a_socket_is_heard_of_when_it_sends)
