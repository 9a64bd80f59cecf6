// SPDX-License-Identifier: MIT
/*
 * One loop, one thread. Whatever becomes readable starts a round:
 *
 *  1. note the time;
 *  2. take all records out of the perf buffers;
 *  3. where there are packet sockets, then drain every packet ring;
 *  4. hand on, in order of time, what happened up to the noted time.
 *
 * The order is the point. The record of an answer is in a perf buffer (or the
 * answer in a packet ring) before the program that asked receives it, so it is
 * there when that program's connect has been read; and a socket's record is in
 * a perf buffer before its first packet is anywhere. What happened after the
 * noted time waits for the next round, since its causes may have been missed
 * in this one.
 */
#include "monitor.h"

#include "attribution/attribution.h"
#include "base/log.h"
#include "capture/capture.h"
#include "clocks.h"
#include "command.h"
#include "datagrams.h"
#include "inquiry.h"
#include "intake.h"
#include "probe/probe.h"
#include "report.h"
#include "snapshot.h"
#include "wires.h"

#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>
#include <uv.h>

/* Rounds in a row before the loop looks at signals and timers again. */
#define ROUNDS_MAX 16

/*
 * Between rounds in a burst: what gathers meanwhile is taken at once, which
 * costs the machine far fewer switches than a round for each event.
 */
#define ROUND_GAP_NS 4000000

/* Losses are looked for, and records that may have come unnoticed. */
#define SECOND_MS 1000

/* From SIGTERM to SIGKILL for a command whose time is over. */
#define COMMAND_GRACE_MS 2000

struct monitor {
	const struct options *options;
	uv_loop_t loop;
	uv_poll_t probe_poll, output_poll;
	uv_timer_t end_timer, tick_timer, again_timer, second_timer,
		interval_timer;
	uv_signal_t interrupt, terminate, child;
	struct probe *probe;
	struct wires *wires; /* NULL: the probes show packets */
	struct intake *intake;
	struct attribution *attribution;
	struct datagrams *datagrams;
	struct report *report;
	struct inquiry *inquiry;
	struct command command;
	struct command_setting setting; /* as we were started */
	unsigned int renamed;		/* containers, at the last look */
	uint64_t lost; /* records and packets, at the last look */
	uint64_t start_ns;
	uint64_t round_ns; /* when the last round ended */
	uint64_t held_ns;  /* until when events are held; 0: none is */
	bool ending;	   /* nothing is held any more */
	bool interrupted;  /* and a command has been let to end */
	bool terminating;  /* the command has been told that time is over */
	bool stopped;
	int status;
};

static void stop(struct monitor *monitor, int status)
{
	if (status)
		monitor->status = status;
	monitor->stopped = true;
	uv_stop(&monitor->loop);
}

static void drain(struct monitor *monitor)
{
	if (monitor->wires &&
	    wires_drain(monitor->wires, clocks_monotonic_offset(), intake_frame,
			monitor->intake))
		stop(monitor, EXIT_RUN_FAILED);
}

/* Before what has happened since is told of. */
static void check_complete(struct monitor *monitor)
{
	uint64_t lost = probe_records_lost(monitor->probe);

	if (monitor->wires)
		lost += wires_lost(monitor->wires);
	if (lost != monitor->lost)
		attribution_incomplete(monitor->attribution, clocks_now());
	monitor->lost = lost;
}

/* Who has another name may be one of those that are asked for. */
static void check_names(struct monitor *monitor)
{
	struct containers *containers = inquiry_containers(monitor->inquiry);

	if (containers_renamed(containers) == monitor->renamed)
		return;
	monitor->renamed = containers_renamed(containers);
	probe_leave_out_nobody(monitor->probe);
}

static void leave_out(uint64_t cgroup_id, void *context)
{
	struct monitor *monitor = context;

	if (containers_are_sure(inquiry_containers(monitor->inquiry),
				cgroup_id))
		probe_leave_out(monitor->probe, cgroup_id);
}

static void round_once(struct monitor *monitor)
{
	uint64_t now = clocks_now();
	int err;

	probe_read(monitor->probe, intake_record, monitor->intake);
	drain(monitor);
	check_complete(monitor);
	check_names(monitor);
	monitor->held_ns = intake_hand_on(monitor->intake, now,
					  monitor->ending);
	err = report_flush(monitor->report);
	if (err)
		stop(monitor, err == -EPIPE ? 0 : EXIT_RUN_FAILED);
}

static void on_tick(uv_timer_t *timer);

static uint64_t ms_until(uint64_t due_ns)
{
	uint64_t now = clocks_now();

	return due_ns > now ? (due_ns - now) / 1000000 + 1 : 0;
}

static void schedule_tick(struct monitor *monitor)
{
	uint64_t due = attribution_next_tick(monitor->attribution);

	if (monitor->held_ns && due < monitor->held_ns)
		due = monitor->held_ns;
	if (due == UINT64_MAX)
		uv_timer_stop(&monitor->tick_timer);
	else
		uv_timer_start(&monitor->tick_timer, on_tick, ms_until(due), 0);
}

static void rounds(struct monitor *monitor);

static void on_again(uv_timer_t *timer)
{
	rounds(timer->data);
}

/* In a burst, let some more gather. */
static void pace(const struct monitor *monitor)
{
	uint64_t since_ns = clocks_now() - monitor->round_ns;
	struct timespec rest = {.tv_nsec = ROUND_GAP_NS - (long)since_ns};

	if (since_ns < ROUND_GAP_NS)
		nanosleep(&rest, NULL);
}

/* What happened while a round went on takes another one. */
static void catch_up(struct monitor *monitor)
{
	int left = ROUNDS_MAX;

	do
		round_once(monitor);
	while (intake_count(monitor->intake) && !monitor->held_ns && --left);
}

static void rounds(struct monitor *monitor)
{
	pace(monitor);
	catch_up(monitor);
	if (intake_count(monitor->intake))
		uv_timer_start(&monitor->again_timer, on_again,
			       ms_until(monitor->held_ns), 0);
	schedule_tick(monitor);
	monitor->round_ns = clocks_now();
}

static void on_tick(uv_timer_t *timer)
{
	rounds(timer->data);
}

static void on_probe_ready(uv_poll_t *poll, int status, int events)
{
	(void)status;
	(void)events;
	rounds(poll->data);
}

/* An engine has answered, within its own turn of the loop. */
static void on_inquiry(void *context)
{
	struct monitor *monitor = context;

	uv_timer_start(&monitor->again_timer, on_again, 0, 0);
}

static void on_wires_ready(void *context)
{
	rounds(context);
}

static void on_end(uv_timer_t *timer)
{
	struct monitor *monitor = timer->data;

	/* A command is ended with us: its status is waited for. */
	if (!monitor->command.pid || monitor->command.ended) {
		stop(monitor, 0);
		return;
	}
	kill(monitor->command.pid, monitor->terminating ? SIGKILL : SIGTERM);
	monitor->terminating = true;
	uv_timer_start(timer, on_end, COMMAND_GRACE_MS, 0);
}

/*
 * Ctrl-C reaches the command too, which decides what it makes of it. Asked
 * twice, we do not wait for that.
 */
static void on_interrupt(uv_signal_t *handle, int number)
{
	struct monitor *monitor = handle->data;

	if (monitor->command.pid && !monitor->command.ended &&
	    !monitor->interrupted) {
		monitor->interrupted = true;
		if (number == SIGTERM)
			kill(monitor->command.pid, SIGTERM);
		return;
	}
	stop(monitor, 0);
}

static void on_child(uv_signal_t *handle, int number)
{
	struct monitor *monitor = handle->data;

	(void)number;
	command_reap(&monitor->command);
	if (monitor->command.ended)
		stop(monitor, 0);
}

/* Standard output has lost its reader. */
static void on_output_closed(uv_poll_t *poll, int status, int events)
{
	(void)status;
	(void)events;
	uv_poll_stop(poll);
	stop(poll->data, 0);
}

/* --interval: flows that go on. */
static void on_interval(uv_timer_t *timer)
{
	struct monitor *monitor = timer->data;

	rounds(monitor);
	snapshot_traffic(monitor->attribution, false);
	datagrams_tell(monitor->datagrams);
	rounds(monitor);
}

static void check_losses(struct monitor *monitor)
{
	struct attribution_stats stats;
	uint64_t counts[LOSSES] = {0};

	attribution_get_stats(monitor->attribution, &stats);
	counts[LOSS_PROBES] = probe_lost(monitor->probe);
	if (monitor->wires)
		counts[LOSS_PACKETS] = wires_lost(monitor->wires);
	counts[LOSS_QUESTIONS] = stats.questions_forgotten;
	counts[LOSS_CONNECTS] = stats.connects_forgotten;
	counts[LOSS_FLOWS] = stats.flows_forgotten +
			     datagrams_left_out(monitor->datagrams);
	counts[LOSS_NAMES] = stats.names.evicted;
	counts[LOSS_MESSAGES] = assembly_lost(&stats.assembly);
	counts[LOSS_MEMORY] = stats.no_memory +
			      intake_no_memory(monitor->intake);
	report_losses(monitor->report, clocks_now(), counts);
}

static void on_second(uv_timer_t *timer)
{
	rounds(timer->data);
	check_losses(timer->data);
}

/* Two descriptors go to each network namespace. */
static void raise_file_limit(struct monitor *monitor)
{
	struct rlimit limit;

	getrlimit(RLIMIT_NOFILE, &monitor->setting.files);
	limit = monitor->setting.files;
	limit.rlim_cur = limit.rlim_max;
	setrlimit(RLIMIT_NOFILE, &limit);
}

static bool follows_flows(const struct options *options)
{
	return options_parts(options) & SOURCE_FLOWS;
}

static int open_sources(struct monitor *monitor)
{
	struct loader_options probes = {
		.attach = monitor->options->attach,
		.types = monitor->options->types,
		.dns_ports = monitor->options->dns_ports,
		.parts = options_parts(monitor->options),
		.filter = &monitor->options->filter,
	};
	int err;

	/* A flow may be another's by then. */
	if (monitor->options->command && !follows_flows(monitor->options))
		probes.parts |= SOURCE_FOLLOWED;
	if (monitor->options->filter.container &&
	    !follows_flows(monitor->options))
		probes.parts |= SOURCE_LEFT_OUT;
	raise_file_limit(monitor);
	err = probe_start(&probes, &monitor->probe);
	if (err) {
		log_error("cannot make a process to load the probes: %s",
			  strerror(-err));
		return err;
	}
	err = probe_wait(monitor->probe);
	probe_log(monitor->probe);
	if (!err && !probe_shows_packets(monitor->probe))
		err = wires_open(&monitor->options->dns_ports, &monitor->wires);
	return err;
}

static void poll_output(struct monitor *monitor)
{
	int fd = report_reader_fd(monitor->report);

	if (fd < 0 || uv_poll_init(&monitor->loop, &monitor->output_poll, fd))
		return;
	monitor->output_poll.data = monitor;
	uv_poll_start(&monitor->output_poll, UV_READABLE, on_output_closed);
}

static void start_timer(struct monitor *monitor, uv_timer_t *timer)
{
	uv_timer_init(&monitor->loop, timer);
	timer->data = monitor;
}

static void start_signal(struct monitor *monitor, uv_signal_t *handle,
			 uv_signal_cb fn, int number)
{
	uv_signal_init(&monitor->loop, handle);
	handle->data = monitor;
	uv_signal_start(handle, fn, number);
}

static void start_loop(struct monitor *monitor)
{
	uint64_t interval_ms = (monitor->options->interval_ns + 999999) /
			       1000000;

	/* The loop's idea of now is from before the probes were compiled. */
	uv_update_time(&monitor->loop);
	uv_poll_init(&monitor->loop, &monitor->probe_poll,
		     probe_fd(monitor->probe));
	monitor->probe_poll.data = monitor;
	uv_poll_start(&monitor->probe_poll, UV_READABLE, on_probe_ready);
	if (monitor->wires)
		wires_poll(monitor->wires, &monitor->loop, on_wires_ready,
			   monitor);
	poll_output(monitor);

	start_timer(monitor, &monitor->end_timer);
	start_timer(monitor, &monitor->tick_timer);
	start_timer(monitor, &monitor->again_timer);
	start_timer(monitor, &monitor->second_timer);
	start_timer(monitor, &monitor->interval_timer);
	uv_timer_start(&monitor->second_timer, on_second, SECOND_MS, SECOND_MS);
	if (interval_ms)
		uv_timer_start(&monitor->interval_timer, on_interval,
			       interval_ms, interval_ms);
	if (monitor->options->time_ns)
		uv_timer_start(&monitor->end_timer, on_end,
			       monitor->options->time_ns / 1000000, 0);
	start_signal(monitor, &monitor->interrupt, on_interrupt, SIGINT);
	start_signal(monitor, &monitor->terminate, on_interrupt, SIGTERM);
	start_signal(monitor, &monitor->child, on_child, SIGCHLD);
}

static int begin_command(struct monitor *monitor)
{
	int err = command_prepare(monitor->options->command, &monitor->setting,
				  &monitor->command);

	if (err)
		return err;
	attribution_follow(monitor->attribution, monitor->command.id);
	probe_follow(monitor->probe, monitor->command.id.tgid);
	report_follow(monitor->report, monitor->attribution);
	command_begin(&monitor->command);
	return 0;
}

/* What is still in the buffers, the connects without outcome, the summary. */
static void finish(struct monitor *monitor)
{
	struct attribution_stats stats;

	monitor->ending = true;
	catch_up(monitor);
	/* What ends meanwhile is told once more, rather than not at all. */
	if (follows_flows(monitor->options)) {
		snapshot_traffic(monitor->attribution, true);
		datagrams_tell(monitor->datagrams);
		catch_up(monitor);
	}
	attribution_finish(monitor->attribution);
	check_losses(monitor);
	if (report_flush(monitor->report) &&
	    report_flush(monitor->report) != -EPIPE)
		monitor->status = EXIT_RUN_FAILED;
	attribution_get_stats(monitor->attribution, &stats);
	report_summary(monitor->report, clocks_now() - monitor->start_ns,
		       &stats);
	log_debug("%" PRIu64 " records of sockets from the kernel",
		  probe_records(monitor->probe));
	if (monitor->command.ended && !monitor->status)
		monitor->status = monitor->command.status;
}

static void close_handle(uv_handle_t *handle, void *context)
{
	(void)context;
	if (!uv_is_closing(handle))
		uv_close(handle, NULL);
}

static void deinit(struct monitor *monitor)
{
	inquiry_close(monitor->inquiry);
	uv_walk(&monitor->loop, close_handle, NULL);
	uv_run(&monitor->loop, UV_RUN_DEFAULT);
	uv_loop_close(&monitor->loop);
	inquiry_destroy(monitor->inquiry);
	probe_destroy(monitor->probe);
	wires_close(monitor->wires);
	intake_destroy(monitor->intake);
	datagrams_destroy(monitor->datagrams);
	attribution_destroy(monitor->attribution);
	report_destroy(monitor->report);
}

static int init(struct monitor *monitor, const struct options *options)
{
	struct attribution_options attribution = {
		.max_names = options->max_names,
		.with_flows = follows_flows(options),
		.with_programs = options->filter.kind[EVENT_PROCESS_EXEC],
		.with_calls = options_parts(options) & SOURCE_CALLS,
		.with_closes = options_parts(options) & SOURCE_CLOSES,
		.ports = options->dns_ports,
		.fn = report_event,
	};
	int err;

	memset(monitor, 0, sizeof(*monitor));
	monitor->options = options;
	monitor->start_ns = clocks_now();
	uv_loop_init(&monitor->loop);
	err = report_create(options, monitor->start_ns,
			    -clocks_monotonic_offset(), &monitor->report);
	if (!err)
		err = inquiry_open(&monitor->loop, options, on_inquiry, monitor,
				   &monitor->inquiry);
	if (err)
		return err;
	report_ask(monitor->report, inquiry_containers(monitor->inquiry));
	report_leave_out(monitor->report, leave_out, monitor);
	attribution.context = monitor->report;
	return attribution_create(&attribution, &monitor->attribution);
}

static int open_intake(struct monitor *monitor)
{
	struct intake_options intake = {
		.attribution = monitor->attribution,
		.containers = inquiry_containers(monitor->inquiry),
		.unordered = getenv("EGRETS_DEBUG_UNORDERED"),
	};
	int err = datagrams_create(monitor->probe, monitor->attribution,
				   &monitor->datagrams);

	if (err)
		return err;
	intake.datagrams = monitor->datagrams;
	return intake_create(&intake, &monitor->intake);
}

static void say_ready(const struct monitor *monitor)
{
	uint64_t took_ns = clocks_now() - monitor->start_ns;
	char dns[64] = "its sockets";

	if (monitor->wires)
		snprintf(dns, sizeof(dns),
			 "packet sockets in %zu network "
			 "namespaces",
			 wires_count(monitor->wires));
	log_info("ready in %.2f s: attached by %s, kernel types from %s, DNS "
		 "seen at %s",
		 (double)took_ns / 1e9, probe_attach_text(monitor->probe),
		 kernel_types_text(probe_types(monitor->probe)), dns);
}

/*
 * epoll asks a perf buffer whether there is anything when it is told of the
 * buffer, and then forgets it: what rang before would not be heard. So the first
 * look comes after that.
 */
static void run_loop(struct monitor *monitor)
{
	uv_run(&monitor->loop, UV_RUN_NOWAIT);
	if (!monitor->stopped)
		rounds(monitor);
	if (!monitor->stopped)
		uv_run(&monitor->loop, UV_RUN_DEFAULT);
}

int monitor_run(const struct options *options)
{
	struct monitor monitor;
	int err = init(&monitor, options);

	/*
	 * We do little, but when a burst comes we must not wait behind it: the
	 * kernel's buffers hold some tenths of a second.
	 */
	monitor.setting.niceness = getpriority(PRIO_PROCESS, 0);
	setpriority(PRIO_PROCESS, 0, -20);

	if (!err)
		err = open_sources(&monitor);
	if (!err)
		err = open_intake(&monitor);
	if (err == -ENOMEM)
		log_error("out of memory; free some and try again");
	if (err) {
		deinit(&monitor);
		return EXIT_CANNOT_RUN;
	}
	start_loop(&monitor);
	snapshot_take(monitor.attribution, inquiry_containers(monitor.inquiry),
		      &options->dns_ports, follows_flows(options));
	say_ready(&monitor);
	if (options->command && begin_command(&monitor)) {
		deinit(&monitor);
		return EXIT_RUN_FAILED;
	}
	run_loop(&monitor);
	finish(&monitor);
	deinit(&monitor);
	return monitor.status;
}
