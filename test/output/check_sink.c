// SPDX-License-Identifier: MIT
#include "output/sink.h"

#include "output/json_checker.h"
#include "output/samples.h"
#include "suite.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

static struct sink *sink_to(int fd, enum sink_format format)
{
	struct sink_options options = {
		.fd = fd,
		.format = format,
		.start_ns = SAMPLE_START_NS,
		.wall_offset_ns = SAMPLE_WALL_OFFSET_NS,
	};
	struct sink *sink;

	ck_assert_int_eq(sink_create(&options, &sink), 0);
	return sink;
}

static struct event loss(uint64_t count)
{
	return (struct event){.kind = EVENT_EGRETS_LOST,
			      .time_ns = SAMPLE_TIME_NS,
			      .lost = {.source = "perf", .count = count}};
}

#define LOSS_LINE "WARN[0001] egrets.lost source=perf count="

START_TEST(nothing_is_written_before_a_flush)
{
	struct event event = loss(1);
	struct sink *sink;
	char line[256];
	int ends[2];

	ck_assert_int_eq(pipe2(ends, O_NONBLOCK), 0);
	sink = sink_to(ends[1], SINK_TEXT);
	ck_assert_int_eq(sink_write(sink, &event), 0);
	ck_assert_int_eq(read(ends[0], line, sizeof(line)), -1);
	ck_assert_int_eq(sink_flush(sink), 0);
	ck_assert_int_eq(read(ends[0], line, sizeof(line)),
			 (int)strlen(LOSS_LINE "1\n"));
	ck_assert(!memcmp(line, LOSS_LINE "1\n", strlen(LOSS_LINE "1\n")));
	ck_assert_int_eq(sink_flush(sink), 0);
	ck_assert_int_eq(read(ends[0], line, sizeof(line)), -1);
	sink_destroy(sink);
	sink_destroy(NULL);
}
END_TEST

START_TEST(a_full_buffer_is_written_by_itself)
{
	char path[] = "/tmp/check_sink.XXXXXX";
	int fd = mkstemp(path);
	struct sink *sink = sink_to(fd, SINK_JSON);
	struct event event = sample_full_connection();
	off_t size = 0;
	int count = 0;

	ck_assert_int_ge(fd, 0);
	unlink(path);
	while (!size && count < 10000) {
		ck_assert_int_eq(sink_write(sink, &event), 0);
		size = lseek(fd, 0, SEEK_END);
		count++;
	}
	ck_assert_int_ge(size, 65536);
	ck_assert_int_lt(size, 65536 + 2000);
	/* Whole lines: size is what count events take. */
	ck_assert_int_eq(size % count, 0);
	sink_destroy(sink);
	close(fd);
}
END_TEST

static void ignore(int signal)
{
	(void)signal;
}

/*
 * Read everything slowly and in small pieces, interrupting the writer; exit 0
 * if the lines are those of loss(0), loss(1), … up to count.
 */
static void read_slowly(int fd, pid_t writer_pid, uint64_t count)
{
	static char all[4 << 20];
	size_t len = 0;
	char *at = all;

	for (int piece = 0;; piece++) {
		ssize_t got = read(fd, all + len, 1000);

		if (got <= 0)
			break;
		len += (size_t)got;
		if (piece % 50 == 0) {
			kill(writer_pid, SIGUSR1);
			usleep(1000);
		}
	}
	for (uint64_t i = 0; i < count; i++) {
		char want[256];
		size_t size = (size_t)snprintf(want, sizeof(want),
					       LOSS_LINE "%lu\n", i);

		if ((size_t)(all + len - at) < size || memcmp(at, want, size))
			_exit(1);
		at += size;
	}
	_exit(at == all + len ? 0 : 1);
}

/* Through a pipe of one page: write() is partial, interrupted, or would block. */
static void write_through_a_small_pipe(int flags)
{
	const uint64_t count = 10000;
	struct sigaction action = {.sa_handler = ignore};
	struct sink *sink;
	int ends[2], status;
	pid_t child;

	ck_assert_int_eq(pipe(ends), 0);
	ck_assert_int_eq(fcntl(ends[1], F_SETPIPE_SZ, 4096), 4096);
	ck_assert_int_eq(fcntl(ends[1], F_SETFL, flags), 0);
	sigaction(SIGUSR1, &action, NULL);
	child = fork();
	if (!child) {
		close(ends[1]);
		read_slowly(ends[0], getppid(), count);
	}
	close(ends[0]);
	sink = sink_to(ends[1], SINK_TEXT);
	for (uint64_t i = 0; i < count; i++) {
		struct event event = loss(i);

		ck_assert_int_eq(sink_write(sink, &event), 0);
	}
	ck_assert_int_eq(sink_flush(sink), 0);
	sink_destroy(sink);
	close(ends[1]);
	ck_assert_int_eq(waitpid(child, &status, 0), child);
	ck_assert_int_eq(status, 0);
}

START_TEST(partial_and_interrupted_writes_lose_nothing)
{
	write_through_a_small_pipe(0);
}
END_TEST

START_TEST(a_descriptor_that_became_nonblocking_loses_nothing)
{
	write_through_a_small_pipe(O_NONBLOCK);
}
END_TEST

START_TEST(a_reader_that_left_is_epipe_for_good)
{
	struct event event = loss(1);
	struct sink *sink;
	int ends[2];

	signal(SIGPIPE, SIG_IGN);
	ck_assert_int_eq(pipe(ends), 0);
	close(ends[0]);
	sink = sink_to(ends[1], SINK_TEXT);
	ck_assert_int_eq(sink_write(sink, &event), 0);
	ck_assert_int_eq(sink_flush(sink), -EPIPE);
	ck_assert_int_eq(sink_write(sink, &event), -EPIPE);
	ck_assert_int_eq(sink_flush(sink), -EPIPE);
	sink_destroy(sink);
}
END_TEST

START_TEST(a_full_disk_is_said_by_the_write_that_met_it)
{
	struct event event = sample_full_connection();
	int fd = open("/dev/full", O_WRONLY | O_CLOEXEC);
	struct sink *sink = sink_to(fd, SINK_JSON);
	int error = 0;

	ck_assert_int_ge(fd, 0);
	for (int i = 0; i < 10000 && !error; i++)
		error = sink_write(sink, &event);
	ck_assert_int_eq(error, -ENOSPC);
	ck_assert_int_eq(sink_write(sink, &event), -ENOSPC);
	ck_assert_int_eq(sink_flush(sink), -ENOSPC);
	sink_destroy(sink);
	close(fd);
}
END_TEST

START_TEST(a_closed_descriptor_is_an_error)
{
	struct event event = loss(1);
	struct sink *sink = sink_to(-1, SINK_TEXT);

	ck_assert_int_eq(sink_flush(sink), 0);
	ck_assert_int_eq(sink_write(sink, &event), 0);
	ck_assert_int_eq(sink_flush(sink), -EBADF);
	sink_destroy(sink);
}
END_TEST

/* With what a kind of event has of its own. */
static struct event sample_of(enum event_kind kind)
{
	static struct dns_message message;
	struct event event;

	switch (kind) {
	case EVENT_DNS_QUERY:
	case EVENT_DNS_ANSWER:
	case EVENT_DNS_TIMEOUT:
		event = sample_answer(&message);
		break;
	case EVENT_EGRETS_LOST:
		return loss(1);
	case EVENT_PROCESS_PACKET:
		event = sample_full_connection();
		event.frame = (struct event_frame){2, "eth0", 0x88cc};
		break;
	case EVENT_PROCESS_EXIT:
		event = sample_full_connection();
		event.exit = (struct event_exit){.signal = 9};
		break;
	default:
		event = sample_full_connection();
	}
	event.kind = kind;
	return event;
}

START_TEST(every_kind_goes_out_in_both_formats)
{
	static const enum sink_format formats[] = {SINK_TEXT, SINK_JSON};

	for (int i = 0; i < EVENT_KINDS * 2; i++) {
		struct event event = sample_of((enum event_kind)(i / 2));
		struct sink *sink;
		char line[4096];
		ssize_t len;
		int ends[2];

		ck_assert_int_eq(pipe(ends), 0);
		sink = sink_to(ends[1], formats[i % 2]);
		ck_assert_int_eq(sink_write(sink, &event), 0);
		ck_assert_int_eq(sink_flush(sink), 0);
		len = read(ends[0], line, sizeof(line) - 1);
		ck_assert_int_gt(len, 0);
		line[len] = '\0';
		ck_assert_ptr_nonnull(strstr(line, event_name(event.kind)));
		ck_assert_int_eq(line[len - 1], '\n');
		ck_assert_int_eq(json_is_line(line, (size_t)len), i % 2);
		sink_destroy(sink);
		close(ends[0]);
		close(ends[1]);
	}
}
END_TEST

SUITE_MAIN("output/sink", nothing_is_written_before_a_flush,
	   a_full_buffer_is_written_by_itself,
	   partial_and_interrupted_writes_lose_nothing,
	   a_descriptor_that_became_nonblocking_loses_nothing,
	   a_reader_that_left_is_epipe_for_good,
	   a_full_disk_is_said_by_the_write_that_met_it,
	   a_closed_descriptor_is_an_error, every_kind_goes_out_in_both_formats)
