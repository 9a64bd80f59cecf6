// SPDX-License-Identifier: MIT
#include "probe/records.h"

#include "probe/compat.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/* Memory for all perf buffers together, and the most for one of them. */
#define BYTES_ALL (8u << 20)
#define BYTES_MAX (4u << 20)

struct records {
	struct perf_buffer *events;
	struct perf_buffer *bells;
	struct shared *shared; /* shared with the probes */
	size_t page;
	struct shared before; /* while nobody listened yet */
	uint64_t of_sockets;

	union {
		struct record_header header;
		struct {
			struct record_packet packet;
			uint8_t bytes[RECORD_PACKET_LEN + 8];
		} largest;
	} record;

	/* While records_read() runs. */
	records_fn fn;
	void *context;
};

static size_t record_size(uint32_t kind)
{
	switch (kind) {
	case RECORD_EXEC:
		return offsetof(struct record_exec, args);
	case RECORD_FORK:
		return sizeof(struct record_fork);
	case RECORD_EXIT:
		return sizeof(struct record_exit);
	case RECORD_TCP_RESULT:
		return sizeof(struct record_result);
	case RECORD_PACKET:
		return sizeof(struct record_packet);
	case RECORD_FLOW_BEGIN:
		return sizeof(struct record_arrival);
	case RECORD_FLOW_END:
		return sizeof(struct record_traffic);
	case RECORD_FRAME:
		return sizeof(struct record_frame);
	case RECORD_CGROUP:
		return sizeof(struct record_cgroup);
	case RECORD_SOCKET_CALL:
		return sizeof(struct record_call);
	case RECORD_SOCKET_CLOSE:
		return sizeof(struct record_close);
	case RECORD_FLOW_OWNER:
	case RECORD_TCP_CONNECT:
	case RECORD_SEND:
		return sizeof(struct record_connect);
	default:
		return SIZE_MAX;
	}
}

static bool is_of_socket(uint32_t kind)
{
	return kind != RECORD_EXEC && kind != RECORD_FORK &&
	       kind != RECORD_EXIT && kind != RECORD_CGROUP &&
	       kind != RECORD_PACKET;
}

/* perf aligns a record to 4 bytes and pads its end: copy it out. */
static void take(struct records *records, const void *bytes, uint32_t len)
{
	struct record_header *record = &records->record.header;

	if (len < sizeof(*record))
		return;
	if (len > sizeof(records->record))
		len = sizeof(records->record);
	memcpy(record, bytes, len);
	if (record->size > len || record->size < record_size(record->kind))
		return;
	records->of_sockets += is_of_socket(record->kind);
	records->fn(record, records->context);
}

/* perf_event_open(2): what PERF_SAMPLE_RAW looks like. */
static enum bpf_perf_event_ret on_event(void *context, int cpu,
					struct perf_event_header *header)
{
	const struct {
		struct perf_event_header header;
		uint32_t len;
		uint8_t bytes[];
	} *sample = (const void *)header;
	struct records *records = context;

	(void)cpu;
	/* Those that are lost the probes count: PERF_RECORD_LOST comes late. */
	if (header->type == PERF_RECORD_SAMPLE)
		take(records, sample->bytes, sample->len);
	return LIBBPF_PERF_EVENT_CONT;
}

static enum bpf_perf_event_ret on_bell(void *context, int cpu,
				       struct perf_event_header *header)
{
	(void)context;
	(void)cpu;
	(void)header;
	return LIBBPF_PERF_EVENT_CONT;
}

static struct perf_buffer *open_buffers(struct records *records, int table,
					size_t bytes, bool wake,
					perf_buffer_event_fn fn)
{
	struct perf_event_attr attr = {
		.size = sizeof(attr),
		.type = PERF_TYPE_SOFTWARE,
		.config = PERF_COUNT_SW_BPF_OUTPUT,
		.sample_type = PERF_SAMPLE_RAW,
		.sample_period = 1,
		.wakeup_events = wake,
	};

	return compat_perf_buffer_new(table, bytes / records->page, &attr, fn,
				      records);
}

/*
 * Without CAP_IPC_LOCK the kernel bounds the memory of all buffers together:
 * smaller ones do, too.
 */
static int open_events(struct records *records, int table)
{
	long cpus = sysconf(_SC_NPROCESSORS_ONLN);
	size_t bytes = BYTES_MAX;
	int err = EPERM;

	while (bytes > RECORDS_BYTES_MIN &&
	       bytes * (size_t)(cpus > 0 ? cpus : 1) > BYTES_ALL)
		bytes /= 2;
	for (; err == EPERM && bytes >= RECORDS_BYTES_MIN; bytes /= 2) {
		records->events = open_buffers(records, table, bytes, false,
					       on_event);
		if (records->events)
			return 0;
		err = errno;
	}
	return -err;
}

int records_open(const struct records_tables *tables, struct records **ret)
{
	struct records *records = calloc(1, sizeof(*records));
	void *shared;
	int err;

	if (!records)
		return -ENOMEM;
	records->page = (size_t)sysconf(_SC_PAGESIZE);
	shared = mmap(NULL, records->page, PROT_READ | PROT_WRITE, MAP_SHARED,
		      tables->shared, 0);
	if (shared == MAP_FAILED) {
		err = -errno;
		goto fail;
	}
	records->shared = shared;
	records->bells = open_buffers(records, tables->bells, records->page,
				      true, on_bell);
	if (!records->bells) {
		err = -errno;
		goto fail;
	}
	err = open_events(records, tables->events);
	if (err)
		goto fail;
	records->before = *records->shared;
	/* There may be some already. */
	records->shared->is_awaited = 1;
	*ret = records;
	return 0;
fail:
	records_close(records);
	return err;
}

void records_close(struct records *records)
{
	if (!records)
		return;
	perf_buffer__free(records->events);
	perf_buffer__free(records->bells);
	if (records->shared)
		munmap(records->shared, records->page);
	free(records);
}

int records_fd(const struct records *records)
{
	return perf_buffer__epoll_fd(records->bells);
}

void records_read(struct records *records, records_fn fn, void *context)
{
	records->fn = fn;
	records->context = context;
	/* In this order: what is written after the look must ring. */
	__atomic_store_n(&records->shared->is_awaited, 1, __ATOMIC_SEQ_CST);
	perf_buffer__consume(records->bells);
	perf_buffer__consume(records->events);
}

uint64_t records_of_sockets(const struct records *records)
{
	return records->of_sockets;
}

static uint64_t load(const uint64_t *count)
{
	return __atomic_load_n(count, __ATOMIC_SEQ_CST);
}

uint64_t records_lost(const struct records *records)
{
	return load(&records->shared->lost) - records->before.lost;
}

uint64_t records_dropped(const struct records *records)
{
	return load(&records->shared->drops) - records->before.drops;
}
