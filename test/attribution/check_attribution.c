// SPDX-License-Identifier: MIT
#include "attribution_fixture.h"

#include <errno.h>

#define WEB "192.0.2.80"

static void expect_name(const struct told *event, const char *name,
			enum names_via via)
{
	ck_assert_str_eq(event->name, name);
	ck_assert_int_eq(event->event.connection.choice.via, via);
}

START_TEST(names_what_the_process_asked_for)
{
	const struct told *event;

	setup();
	resolves(actor(2), "a.example", WEB);
	resolves(actor(3), "b.example", WEB);
	resolves(actor(4), "c.example", WEB);
	event = connects(actor(3), WEB);
	expect_name(event, "b.example", NAMES_VIA_PROCESS);
	ck_assert_int_eq(event->event.kind, EVENT_PROCESS_TCP_V4);
	ck_assert_uint_eq(event->event.process.id.tgid, 3);
	ck_assert_uint_eq(event->event.process.tid, 4);
	ck_assert_uint_eq(event->event.process.ppid, 1);
	ck_assert_uint_eq(event->event.process.uid, 1000);
	ck_assert_uint_eq(event->event.process.cgroup_id, 103);
	ck_assert_str_eq(event->comm, "comm-3");
	ck_assert_uint_eq(event->event.netns, 1003);
	teardown();
	attribution_destroy(NULL);
}
END_TEST

START_TEST(names_nothing_that_nobody_asked_for)
{
	setup();
	resolves(actor(2), "a.example", WEB);
	expect_name(connects(actor(2), "192.0.2.81"), "", NAMES_VIA_NONE);
	teardown();
}
END_TEST

/* Also if the connect's record comes last: what counts is when it began. */
START_TEST(an_answer_after_the_connect_never_names_it)
{
	uint64_t begun_ns;

	setup();
	begun_ns = now_ns;
	now_ns += MS;
	resolves(actor(2), "late.example", WEB);
	connect_begun(actor(2), WEB, begun_ns);
	connect_ended(actor(2), begun_ns, 0, true);
	expect_name(last_told(), "", NAMES_VIA_NONE);

	/* Nor if it comes between the connect and its outcome. */
	begun_ns = now_ns;
	connect_begun(actor(2), WEB, begun_ns);
	resolves(actor(2), "later.example", WEB);
	connect_ended(actor(2), begun_ns, 0, true);
	expect_name(last_told(), "late.example", NAMES_VIA_PROCESS);
	teardown();
}
END_TEST

START_TEST(tells_users_of_one_pid_apart)
{
	struct actor first = actor(2), second = actor(2);

	setup();
	second.start_ns += SECOND;
	second.cgroup_id = actor(4).cgroup_id;
	second.netns = actor(4).netns;
	resolves(first, "first.example", WEB);
	resolves(actor(3), "newer.example", WEB);
	expect_name(connects(second, WEB), "newer.example", NAMES_VIA_MACHINE);
	expect_name(connects(first, WEB), "first.example", NAMES_VIA_PROCESS);
	teardown();
}
END_TEST

START_TEST(names_what_an_ancestor_asked_for)
{
	struct actor parent = actor(2), child = child_of(parent, 3);
	struct actor grandchild = child_of(child, 4);

	setup();
	resolves(parent, "parent.example", WEB);
	forks(parent, child);
	forks(child, grandchild);
	/* The middle one ends: another takes its child. */
	grandchild.ppid = 1;
	grandchild.parent_start_ns = SECOND;
	resolves(actor(5), "newer.example", WEB);
	expect_name(connects(grandchild, WEB), "parent.example",
		    NAMES_VIA_ANCESTOR);
	teardown();
}
END_TEST

/* A process of many threads, which resolve names that have one address. */
START_TEST(names_a_thread_and_its_child_by_what_the_thread_asked_for)
{
	struct actor first = actor(2), second = first;

	first.tid = 66;
	second.tid = 77;
	setup();
	resolves(first, "first.example", WEB);
	resolves(second, "second.example", WEB);
	forks(first, child_of(first, 3));
	forks(second, child_of(second, 4));
	resolves(second, "third.example", WEB);
	expect_name(connects(first, WEB), "first.example", NAMES_VIA_PROCESS);
	expect_name(connects(child_of(first, 3), WEB), "first.example",
		    NAMES_VIA_ANCESTOR);
	expect_name(connects(child_of(second, 4), WEB), "second.example",
		    NAMES_VIA_ANCESTOR);
	expect_name(connects(second, WEB), "third.example", NAMES_VIA_PROCESS);
	teardown();
}
END_TEST

START_TEST(knows_the_parent_without_a_fork_record)
{
	setup();
	resolves(actor(2), "parent.example", WEB);
	resolves(actor(5), "newer.example", WEB);
	expect_name(connects(child_of(actor(2), 3), WEB), "parent.example",
		    NAMES_VIA_ANCESTOR);
	teardown();
}
END_TEST

START_TEST(names_what_the_cgroup_or_the_namespace_asked_for)
{
	struct actor same_cgroup = actor(3), same_netns = actor(4);

	setup();
	same_cgroup.cgroup_id = actor(2).cgroup_id;
	same_netns.netns = actor(2).netns;
	resolves(actor(2), "a.example", WEB);
	resolves(actor(5), "newer.example", WEB);
	expect_name(connects(same_cgroup, WEB), "a.example", NAMES_VIA_CGROUP);
	expect_name(connects(same_netns, WEB), "a.example", NAMES_VIA_NETNS);
	teardown();
}
END_TEST

START_TEST(the_root_of_the_cgroups_is_shared_by_nobody)
{
	struct actor first = actor(2), second = actor(3);

	setup();
	first.cgroup_id = second.cgroup_id = 1;
	resolves(first, "a.example", WEB);
	expect_name(connects(second, WEB), "a.example", NAMES_VIA_MACHINE);
	teardown();
}
END_TEST

/* Two containers that have the same addresses, ports and even ids. */
START_TEST(tells_namespaces_with_the_same_addresses_apart)
{
	struct actor who[] = {actor(2), actor(3)};
	const char *const names[] = {"a.example", "b.example"};
	struct sight sight = {.client = "10.0.0.1", .port = 4000, .id = 7};

	setup();
	for (int i = 0; i < 2; i++) {
		sends(who[i], 4000, SERVER, 53);
		sight.netns = who[i].netns;
		sight.name = names[i];
		see(sight);
		ck_assert_uint_eq(last_told()->event.process.id.tgid,
				  who[i].tgid);
	}
	sight.addr = WEB;
	for (int i = 0; i < 2; i++) {
		sight.netns = who[i].netns;
		sight.name = names[i];
		see(sight);
	}
	expect_name(connects(who[0], WEB), "a.example", NAMES_VIA_PROCESS);
	expect_name(connects(who[1], WEB), "b.example", NAMES_VIA_PROCESS);
	teardown();
}
END_TEST

START_TEST(asks_the_same_in_two_namespaces_with_the_same_addresses)
{
	struct actor who[] = {actor(2), actor(3)};
	struct sight sight = {.client = "10.0.0.1", .port = 4000, .id = 7};

	setup();
	sight.name = "a.example";
	for (int i = 0; i < 2; i++) {
		sends(who[i], 4000, SERVER, 53);
		sight.netns = who[i].netns;
		see(sight);
	}
	ck_assert_uint_eq(stats().asked, 2);
	sight.addr = WEB;
	for (int i = 0; i < 2; i++) {
		sight.netns = who[i].netns;
		see(sight);
		expect_name(connects(who[i], WEB), "a.example",
			    NAMES_VIA_PROCESS);
	}
	teardown();
}
END_TEST

/* begun_ns is when its socket was opened to the place, if it was. */
START_TEST(a_datagram_is_named_as_of_the_opening_of_its_socket)
{
	struct actor who = actor(2);
	struct record_connect open, other;

	setup();
	resolves(who, "before.example", WEB);
	open = connect_of(who, 77, 5000, WEB, 443, now_ns);
	open.socket.protocol = IPPROTO_UDP;
	resolves(who, "after.example", WEB);
	hand_on(&open, RECORD_SEND);
	expect_name(last_told(), "before.example", NAMES_VIA_PROCESS);
	ck_assert_int_eq(last_told()->event.kind, EVENT_PROCESS_UDP_V4);
	ck_assert_int_eq(last_told()->event.connection.result,
			 EVENT_RESULT_NONE);
	other = open;
	other.socket.remote_port = 444;
	other.begun_ns = now_ns;
	hand_on(&other, RECORD_SEND);
	expect_name(last_told(), "after.example", NAMES_VIA_PROCESS);
	teardown();
}
END_TEST

/* No ports, and no socket of theirs asks questions. */
START_TEST(tells_protocols_apart)
{
	static const struct {
		const char *remote;
		uint16_t protocol;
		bool is_raw;
		enum event_kind kind;
	} cases[] = {
		{WEB, IPPROTO_ICMP, false, EVENT_PROCESS_ICMP_V4},
		{WEB, IPPROTO_ICMP, true, EVENT_PROCESS_ICMP_V4},
		{"fd00::2", IPPROTO_ICMPV6, false, EVENT_PROCESS_ICMP_V6},
		{WEB, IPPROTO_SCTP, false, EVENT_PROCESS_SCTP},
		{WEB, IPPROTO_SCTP, true, EVENT_PROCESS_RAW},
		{WEB, IPPROTO_TCP, true, EVENT_PROCESS_RAW},
		{"fd00::2", IPPROTO_UDP, true, EVENT_PROCESS_RAW},
		{WEB, IPPROTO_GRE, true, EVENT_PROCESS_RAW},
	};
	struct actor who = actor(2);

	setup();
	resolves(who, "web.example", WEB);
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct record_connect record = connect_of(
			who, 77, 0, cases[i].remote, 0, now_ns);

		record.socket.protocol = cases[i].protocol;
		record.socket.is_raw = cases[i].is_raw;
		hand_on(&record, RECORD_SEND);
		ck_assert_int_eq(last_told()->event.kind, cases[i].kind);
		ck_assert_int_eq(last_told()->event.connection.protocol,
				 cases[i].protocol);
	}
	expect_name(last_told(), "web.example", NAMES_VIA_PROCESS);
	teardown();
}
END_TEST

START_TEST(frames_have_an_interface)
{
	struct actor who = actor(2);
	struct record_frame frame = {
		.header.size = sizeof(frame),
		.task = task_of(who),
		.netns = who.netns,
		.ifindex = 3,
		.protocol = 0x88b5,
		.interface = "eth0",
	};
	const struct event *event;

	setup();
	execs(who, "/bin/ping");
	hand_on(&frame, RECORD_FRAME);
	event = &last_told()->event;
	ck_assert_int_eq(event->kind, EVENT_PROCESS_PACKET);
	ck_assert_uint_eq(event->process.id.tgid, 2);
	ck_assert_str_eq(last_told()->executable, "/bin/ping");
	ck_assert_uint_eq(event->netns, who.netns);
	ck_assert_uint_eq(event->frame.ifindex, 3);
	ck_assert_uint_eq(event->frame.protocol, 0x88b5);
	ck_assert_str_eq(event->frame.interface, "eth0");
	frame.interface[0] = '\0';
	hand_on(&frame, RECORD_FRAME);
	ck_assert_ptr_null(last_told()->event.frame.interface);
	teardown();
}
END_TEST

START_TEST(programs_begin_and_end)
{
	struct actor who = actor(2), child = child_of(who, 3);
	struct record_exit end = {
		.header.size = sizeof(end),
		.task = task_of(child),
		.status = 3 << 8,
		.lived_ns = SECOND,
	};
	const struct event *event = &told[0].event;

	with_programs = true;
	setup();
	with_programs = false;
	forks(who, child);
	ck_assert_uint_eq(told_count, 0);
	execs(child, "/bin/true");
	ck_assert_uint_eq(told_count, 1);
	ck_assert_int_eq(event->kind, EVENT_PROCESS_EXEC);
	ck_assert_uint_eq(event->process.id.tgid, 3);
	ck_assert_uint_eq(event->process.ppid, 2);
	ck_assert_str_eq(told[0].executable, "/bin/true");
	hand_on(&end, RECORD_EXIT);
	event = &last_told()->event;
	ck_assert_int_eq(event->kind, EVENT_PROCESS_EXIT);
	ck_assert_uint_eq(event->exit.code, 3);
	ck_assert_uint_eq(event->exit.signal, 0);
	ck_assert_uint_eq(event->exit.lived_ns, SECOND);
	ck_assert_str_eq(last_told()->executable, "/bin/true");
	/* With a core, too. */
	end.status = 0x80 | 11;
	hand_on(&end, RECORD_EXIT);
	ck_assert_uint_eq(last_told()->event.exit.signal, 11);
	teardown();
	/* Not for those who have not asked. */
	setup();
	execs(child, "/bin/true");
	ck_assert_uint_eq(told_count, 0);
	teardown();
}
END_TEST

START_TEST(tells_the_families_apart)
{
	struct actor who = actor(2);

	setup();
	who.addr = "fd00::1";
	ck_assert_int_eq(connects(who, "fd00::2")->event.kind,
			 EVENT_PROCESS_TCP_V6);
	/* A v6 socket that goes to a v4 address. */
	ck_assert_int_eq(connects(who, "::ffff:192.0.2.1")->event.kind,
			 EVENT_PROCESS_TCP_V4);
	sends(who, 1, "fd00::2", 2);
	ck_assert_int_eq(last_told()->event.kind, EVENT_PROCESS_UDP_V6);
	teardown();
}
END_TEST

START_TEST(children_run_what_their_parent_runs_until_they_exec)
{
	struct actor parent = actor(2), child = child_of(parent, 3);
	const struct told *event;

	setup();
	execs(parent, "/bin/sh");
	forks(parent, child);
	event = connects(child, WEB);
	ck_assert_str_eq(event->executable, "/bin/sh");
	ck_assert_uint_eq(event->event.process.args_len, 4);
	execs(child, "/bin/curl");
	ck_assert_str_eq(connects(child, WEB)->executable, "/bin/curl");
	/* The kernel could not say what it runs. */
	execs(child, NULL);
	ck_assert_str_eq(connects(child, WEB)->executable, "/bin/curl");
	ck_assert_str_eq(connects(parent, WEB)->executable, "/bin/sh");
	ck_assert_str_eq(connects(actor(9), WEB)->executable, "");
	teardown();
}
END_TEST

START_TEST(knows_processes_from_before)
{
	struct attribution_process before = {
		.id = {2, 200},
		.parent = {1, 100},
		.uid = 7,
		.comm = "a-name-that-is-longer-than-the-kernels",
		.path = "/bin/before",
		.args = "before",
		.args_len = 7,
	};

	setup();
	attribution_process(attribution, &before);
	before.path = "/bin/again";
	attribution_process(attribution, &before);
	ck_assert_str_eq(connects(actor(2), WEB)->executable, "/bin/before");
	/* What the probes tell is newer. */
	execs(actor(2), "/bin/after");
	attribution_process(attribution, &before);
	ck_assert_str_eq(connects(actor(2), WEB)->executable, "/bin/after");
	/* A kernel thread runs nothing. */
	before.id.tgid = 3;
	before.path = NULL;
	attribution_process(attribution, &before);
	ck_assert_uint_eq(stats().no_memory, 0);
	teardown();
}
END_TEST

static bool follows(struct actor who)
{
	struct process_id id = {who.tgid, (uint32_t)(who.start_ns / 10000000)};

	return attribution_follows(attribution, id);
}

START_TEST(follows_a_process_and_its_descendants)
{
	struct actor root = actor(2), child = child_of(root, 3);
	struct actor grandchild = child_of(child, 4);

	setup();
	attribution_follow(attribution, (struct process_id){2, 200});
	ck_assert(follows(root));
	forks(root, child);
	forks(child, grandchild);
	forks(actor(5), child_of(actor(5), 6));
	execs(grandchild, "/bin/true");
	ck_assert(follows(child));
	ck_assert(follows(grandchild));
	ck_assert(!follows(actor(5)));
	ck_assert(!follows(child_of(actor(5), 6)));
	/* One whose birth nobody told of. */
	connects(child_of(grandchild, 7), WEB);
	ck_assert(follows(actor(7)));
	ck_assert(follows(root));
	teardown();
}
END_TEST

SUITE_MAIN("attribution/attribution", names_what_the_process_asked_for,
	   names_nothing_that_nobody_asked_for,
	   an_answer_after_the_connect_never_names_it,
	   tells_users_of_one_pid_apart, names_what_an_ancestor_asked_for,
	   names_a_thread_and_its_child_by_what_the_thread_asked_for,
	   knows_the_parent_without_a_fork_record,
	   names_what_the_cgroup_or_the_namespace_asked_for,
	   the_root_of_the_cgroups_is_shared_by_nobody,
	   tells_namespaces_with_the_same_addresses_apart,
	   asks_the_same_in_two_namespaces_with_the_same_addresses,
	   a_datagram_is_named_as_of_the_opening_of_its_socket,
	   tells_protocols_apart, tells_the_families_apart,
	   frames_have_an_interface, programs_begin_and_end,
	   children_run_what_their_parent_runs_until_they_exec,
	   knows_processes_from_before, follows_a_process_and_its_descendants)
