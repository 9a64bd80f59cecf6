// SPDX-License-Identifier: MIT
/* Connections until their end, and whose they are. */
#include "attribution/attribution_fixture.h"

#define WEB    "192.0.2.80"
#define CLIENT "192.0.2.7"

static void begin(void)
{
	with_flows = true;
	setup();
}

/* A connection of a process's, from its port 4000 or to its port 80. */
static struct record_connect socket_of(struct actor who, bool is_inbound)
{
	return is_inbound ? connect_of(who, 1, 80, CLIENT, 4000, now_ns)
			  : connect_of(who, 1, 4000, WEB, 80, now_ns);
}

static void connects_to_web(struct actor who)
{
	struct record_connect connect = socket_of(who, false);
	struct record_result result = {
		.header.size = sizeof(result),
		.socket = connect.socket,
		.begun_ns = connect.begun_ns,
		.ended_ns = now_ns,
		.established = true,
	};

	connect.socket.local_port = 0;
	hand_on(&connect, RECORD_TCP_CONNECT);
	hand_on(&result, RECORD_TCP_RESULT);
}

static void arrives(struct actor who)
{
	struct record_arrival arrival = {
		.header.size = sizeof(arrival),
		.socket = socket_of(who, true).socket,
	};

	hand_on(&arrival, RECORD_FLOW_BEGIN);
}

static void claims(struct actor who)
{
	struct record_connect claim = socket_of(who, true);

	hand_on(&claim, RECORD_FLOW_OWNER);
}

static void ends(struct actor who, bool is_inbound, int error)
{
	struct record_traffic end = {
		.header.size = sizeof(end),
		.socket = socket_of(who, is_inbound).socket,
		.counts.bytes_out = 75,
		.counts.bytes_in = 5000000000,
		.counts.packets_out = 7,
		.counts.packets_in = 9,
		.counts.retransmits = 2,
		.counts.rtt_us = 250,
		.error = error,
	};

	hand_on(&end, RECORD_FLOW_END);
}

static void expect_flow(uint32_t tgid, enum event_result result)
{
	const struct event *event = &last_told()->event;

	ck_assert_int_eq(event->kind, EVENT_FLOW);
	ck_assert_uint_eq(event->process.id.tgid, tgid);
	ck_assert_int_eq(event->connection.result, result);
}

START_TEST(tells_what_went_over_a_connection)
{
	struct actor who = actor(2);
	const struct event *event;

	begin();
	resolves(who, "web.example", WEB);
	connects_to_web(who);
	now_ns += 3 * SECOND;
	ends(who, false, 0);
	expect_flow(2, EVENT_RESULT_CLOSED);
	event = &last_told()->event;
	ck_assert_str_eq(last_told()->name, "web.example");
	ck_assert_str_eq(last_told()->comm, "comm-2");
	ck_assert_uint_eq(event->netns, who.netns);
	ck_assert_uint_eq(event->connection.local.port, 4000);
	ck_assert_uint_eq(event->connection.remote.port, 80);
	ck_assert(!event->connection.is_inbound);
	ck_assert(!event->connection.is_old);
	ck_assert_uint_gt(event->connection.duration_ns, 3 * SECOND);
	ck_assert_int_eq(event->connection.choice.via, NAMES_VIA_PROCESS);
	ck_assert_uint_eq(event->connection.traffic.bytes_out, 75);
	ck_assert_uint_eq(event->connection.traffic.bytes_in, 5000000000);
	ck_assert_uint_eq(event->connection.traffic.packets_out, 7);
	ck_assert_uint_eq(event->connection.traffic.packets_in, 9);
	ck_assert_uint_eq(event->connection.traffic.retransmits, 2);
	ck_assert_uint_eq(event->connection.traffic.rtt_us, 250);
	teardown();
}
END_TEST

START_TEST(tells_by_what_it_ended)
{
	struct actor who = actor(2);

	begin();
	connects_to_web(who);
	ends(who, false, 104);
	expect_flow(2, EVENT_RESULT_FAILED);
	ck_assert_int_eq(last_told()->event.connection.error, 104);
	teardown();
}
END_TEST

/* The listener may have accepted it: this one does the work. */
START_TEST(a_connection_from_elsewhere_is_whose_who_first_has_to_do_with_it)
{
	struct actor who = actor(2), child = child_of(who, 3);

	begin();
	arrives(who);
	claims(child);
	claims(who);
	ends(who, true, 0);
	expect_flow(3, EVENT_RESULT_CLOSED);
	ck_assert(last_told()->event.connection.is_inbound);
	teardown();
}
END_TEST

START_TEST(waits_for_whose_it_was)
{
	struct actor who = actor(2);
	size_t before;

	begin();
	arrives(who);
	before = told_count;
	ends(who, true, 0);
	ck_assert_uint_eq(told_count, before);
	claims(who);
	expect_flow(2, EVENT_RESULT_CLOSED);
	ck_assert_uint_eq(last_told()->event.connection.traffic.bytes_out, 75);
	/* Once. */
	before = told_count;
	claims(who);
	attribution_finish(attribution);
	ck_assert_uint_eq(told_count, before);
	teardown();
}
END_TEST

START_TEST(does_not_wait_for_long)
{
	struct actor who = actor(2);
	uint64_t due;

	begin();
	arrives(who);
	ends(who, true, 0);
	due = attribution_next_tick(attribution);
	ck_assert_uint_le(due, now_ns + ATTRIBUTION_OWNER_NS);
	attribution_tick(attribution, due - 1);
	ck_assert_uint_eq(told_count, 0);
	attribution_tick(attribution, due);
	expect_flow(0, EVENT_RESULT_CLOSED);
	ck_assert_uint_eq(attribution_next_tick(attribution), UINT64_MAX);
	/* Nor when egrets ends, or the place is somebody else's. */
	arrives(who);
	ends(who, true, 0);
	arrives(who);
	ck_assert_uint_eq(told_count, 2);
	ends(who, true, 104);
	attribution_finish(attribution);
	ck_assert_uint_eq(told_count, 3);
	expect_flow(0, EVENT_RESULT_FAILED);
	teardown();
}
END_TEST

static struct attribution_connection connection_of(struct actor who)
{
	return (struct attribution_connection){
		.time_ns = now_ns,
		.netns = who.netns,
		.local = {address(who.addr), 4000},
		.remote = {address(WEB), 80},
		.inode = 7,
		.process = {who.tgid, 7},
		.traffic = {.bytes_out = 12},
	};
}

/* The program of one that was reset closes it when another is in its place. */
START_TEST(does_not_take_one_for_its_successor)
{
	struct actor who = actor(2), child = child_of(who, 3);
	struct record_connect claim = socket_of(child, true);

	begin();
	arrives(who);
	ends(who, true, 104);
	arrives(who);
	claim.socket.id = 99;
	hand_on(&claim, RECORD_FLOW_OWNER);
	claims(who);
	ends(who, true, 0);
	expect_flow(2, EVENT_RESULT_CLOSED);
	ck_assert_uint_eq(told_count, 2);
	teardown();
}
END_TEST

/* The process table may be full of others by then. */
START_TEST(a_process_that_is_forgotten_keeps_its_flows)
{
	struct actor who = actor(2);

	begin();
	connects_to_web(who);
	for (uint32_t tgid = 10; tgid < 9000; tgid++)
		execs(actor(tgid), "/bin/true");
	ends(who, false, 0);
	expect_flow(2, EVENT_RESULT_CLOSED);
	ck_assert_str_eq(last_told()->comm, "comm-2");
	ck_assert_uint_eq(last_told()->event.process.uid, 1000);
	ck_assert_uint_eq(last_told()->event.process.ppid, 1);
	ck_assert_str_eq(last_told()->executable, "");
	teardown();
}
END_TEST

START_TEST(knows_whose_those_from_before_are_but_not_since_when)
{
	struct actor who = actor(2);
	struct attribution_connection old = connection_of(who);

	begin();
	attribution_connection(attribution, &old);
	ends(who, false, 0);
	expect_flow(2, EVENT_RESULT_CLOSED);
	ck_assert(last_told()->event.connection.is_old);
	/* One that is not even known from before. */
	ends(who, false, 0);
	ck_assert_uint_eq(told_count, 2);
	expect_flow(0, EVENT_RESULT_CLOSED);
	ck_assert(last_told()->event.connection.is_old);
	/* What the probes have said counts. */
	connects_to_web(who);
	old.process.tgid = 9;
	attribution_connection(attribution, &old);
	ends(who, false, 0);
	expect_flow(2, EVENT_RESULT_CLOSED);
	ck_assert(!last_told()->event.connection.is_old);
	teardown();
}
END_TEST

START_TEST(tells_what_has_gone_over_an_open_one)
{
	struct actor who = actor(2);
	struct attribution_connection open = connection_of(who);

	begin();
	attribution_traffic(attribution, &open);
	ck_assert_uint_eq(told_count, 0);
	connects_to_web(who);
	attribution_traffic(attribution, &open);
	expect_flow(2, EVENT_RESULT_OPEN);
	ck_assert_uint_eq(last_told()->event.connection.traffic.bytes_out, 12);
	/* What its program has closed is over, as far as egrets goes. */
	open.inode = 0;
	attribution_traffic(attribution, &open);
	expect_flow(2, EVENT_RESULT_CLOSED);
	attribution_traffic(attribution, &open);
	ck_assert_uint_eq(told_count, 3);
	connects_to_web(who);
	ends(who, false, 0);
	expect_flow(2, EVENT_RESULT_CLOSED);
	teardown();
}
END_TEST

/* A datagram socket of somebody's, and one of its places. */
static struct record_connect datagrams_of(struct actor who, uint64_t socket_id,
					  const char *remote)
{
	struct record_connect record = connect_of(who, socket_id, 4000, remote,
						  443, now_ns);

	record.socket.protocol = IPPROTO_UDP;
	return record;
}

static void datagram_leaves(struct actor who, uint64_t socket_id,
			    const char *remote)
{
	struct record_connect sent = datagrams_of(who, socket_id, remote);

	hand_on(&sent, RECORD_FLOW_OWNER);
}

static void datagram_enters(uint64_t socket_id, const char *remote)
{
	struct record_arrival arrival = {
		.header.size = sizeof(arrival),
		.socket = datagrams_of(actor(2), socket_id, remote).socket,
	};

	hand_on(&arrival, RECORD_FLOW_BEGIN);
}

static void datagrams_went(uint32_t kind, uint64_t socket_id,
			   const char *remote, uint64_t bytes_out)
{
	struct record_traffic traffic = {
		.header.size = sizeof(traffic),
		.socket = datagrams_of(actor(2), socket_id, remote).socket,
		.counts.bytes_out = bytes_out,
		.counts.packets_out = 1,
	};

	hand_on(&traffic, kind);
}

START_TEST(a_datagram_socket_has_a_flow_with_each_place)
{
	struct actor who = actor(2);

	begin();
	resolves(who, "web.example", WEB);
	resolves(who, "other.example", CLIENT);
	datagram_leaves(who, 1, WEB);
	datagram_leaves(who, 1, CLIENT);
	datagram_leaves(who, 3, WEB);
	now_ns += SECOND;
	datagrams_went(RECORD_FLOW_END, 1, CLIENT, 10);
	expect_flow(2, EVENT_RESULT_CLOSED);
	ck_assert_str_eq(last_told()->name, "other.example");
	ck_assert_uint_eq(last_told()->event.connection.traffic.bytes_out, 10);
	ck_assert_uint_gt(last_told()->event.connection.duration_ns, SECOND);
	ck_assert(!last_told()->event.connection.is_inbound);
	datagrams_went(RECORD_FLOW_END, 1, WEB, 20);
	ck_assert_str_eq(last_told()->name, "web.example");
	/* Another socket's, with the same addresses and ports. */
	datagrams_went(RECORD_FLOW_END, 3, WEB, 30);
	expect_flow(2, EVENT_RESULT_CLOSED);
	ck_assert(!last_told()->event.connection.is_old);
	ck_assert_int_eq(last_told()->event.connection.protocol, IPPROTO_UDP);
	teardown();
}
END_TEST

START_TEST(datagrams_from_elsewhere_are_whose_who_answers)
{
	struct actor who = actor(2), child = child_of(who, 3);

	begin();
	datagram_enters(1, CLIENT);
	datagrams_went(RECORD_FLOW_TRAFFIC, 1, CLIENT, 0);
	expect_flow(0, EVENT_RESULT_OPEN);
	datagram_leaves(child, 1, CLIENT);
	datagram_leaves(who, 1, CLIENT);
	datagrams_went(RECORD_FLOW_TRAFFIC, 1, CLIENT, 5);
	expect_flow(3, EVENT_RESULT_OPEN);
	datagrams_went(RECORD_FLOW_END, 1, CLIENT, 7);
	expect_flow(3, EVENT_RESULT_CLOSED);
	ck_assert_uint_eq(last_told()->event.connection.traffic.bytes_out, 7);
	ck_assert(last_told()->event.connection.is_inbound);
	ck_assert_uint_eq(told_count, 3);
	teardown();
}
END_TEST

SUITE_MAIN("attribution/flows", tells_what_went_over_a_connection,
	   tells_by_what_it_ended,
	   a_connection_from_elsewhere_is_whose_who_first_has_to_do_with_it,
	   waits_for_whose_it_was, does_not_wait_for_long,
	   does_not_take_one_for_its_successor,
	   a_process_that_is_forgotten_keeps_its_flows,
	   knows_whose_those_from_before_are_but_not_since_when,
	   tells_what_has_gone_over_an_open_one,
	   a_datagram_socket_has_a_flow_with_each_place,
	   datagrams_from_elsewhere_are_whose_who_answers)
