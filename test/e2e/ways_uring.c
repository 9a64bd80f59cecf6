// SPDX-License-Identifier: MIT
/*
 * io_uring without its library: one ring, one operation at a time.
 */
#include "ways.h"

#include <errno.h>
#include <linux/io_uring.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#define ENTRIES 4

static struct {
	int fd;
	struct io_uring_sqe *entries;
	char *submitted, *completed;
	struct io_uring_params params;
} ring;

static char *map(size_t len, off_t what)
{
	void *at = mmap(NULL, len, PROT_READ | PROT_WRITE,
			MAP_SHARED | MAP_POPULATE, ring.fd, what);

	return at == MAP_FAILED ? NULL : at;
}

int uring_open(void)
{
	const struct io_sqring_offsets *sq = &ring.params.sq_off;
	const struct io_cqring_offsets *cq = &ring.params.cq_off;

	ring.fd = (int)syscall(__NR_io_uring_setup, ENTRIES, &ring.params);
	if (ring.fd < 0)
		return -1;
	ring.submitted = map(sq->array +
				     ring.params.sq_entries * sizeof(uint32_t),
			     IORING_OFF_SQ_RING);
	ring.completed = map(cq->cqes + ring.params.cq_entries *
						sizeof(struct io_uring_cqe),
			     IORING_OFF_CQ_RING);
	ring.entries = (void *)map(ring.params.sq_entries *
					   sizeof(struct io_uring_sqe),
				   IORING_OFF_SQES);
	return ring.submitted && ring.completed && ring.entries ? 0 : -1;
}

static uint32_t *word(char *area, uint32_t offset)
{
	return (void *)(area + offset);
}

/* What the operation comes to; as its system call returns it. */
static int run(const struct io_uring_sqe *entry)
{
	const struct io_sqring_offsets *sq = &ring.params.sq_off;
	const struct io_cqring_offsets *cq = &ring.params.cq_off;
	uint32_t *tail = word(ring.submitted, sq->tail);
	uint32_t *head = word(ring.completed, cq->head);
	uint32_t index = *tail & *word(ring.submitted, sq->ring_mask);
	const struct io_uring_cqe *done;
	int result;

	ring.entries[index] = *entry;
	word(ring.submitted, sq->array)[index] = index;
	__atomic_store_n(tail, *tail + 1, __ATOMIC_RELEASE);
	do
		result = (int)syscall(__NR_io_uring_enter, ring.fd, 1, 1,
				      IORING_ENTER_GETEVENTS, NULL, 0);
	while (result < 0 && errno == EINTR);
	if (result < 0)
		return -1;
	done = (const void *)(ring.completed + cq->cqes);
	done += *head & *word(ring.completed, cq->ring_mask);
	result = done->res;
	__atomic_store_n(head, *head + 1, __ATOMIC_RELEASE);
	if (result >= 0)
		return result;
	errno = -result;
	return -1;
}

static int begin_connect(int fd, const union ways_addr *to, socklen_t len,
			 uint8_t flags)
{
	struct io_uring_sqe entry = {
		.opcode = IORING_OP_CONNECT,
		.flags = flags,
		.fd = fd,
		.addr = (uintptr_t)to,
		.off = len,
	};

	return run(&entry);
}

int uring_connect(int fd, const union ways_addr *to, socklen_t len)
{
	return begin_connect(fd, to, len, 0);
}

int uring_connect_async(int fd, const union ways_addr *to, socklen_t len)
{
	return begin_connect(fd, to, len, IOSQE_ASYNC);
}

static ssize_t transfer(uint8_t opcode, int fd, const void *bytes, size_t len,
			uint8_t flags)
{
	struct io_uring_sqe entry = {
		.opcode = opcode,
		.flags = flags,
		.fd = fd,
		.addr = (uintptr_t)bytes,
		.len = (uint32_t)len,
	};

	return run(&entry);
}

ssize_t uring_send(int fd, const char *bytes, size_t len)
{
	return transfer(IORING_OP_SEND, fd, bytes, len, 0);
}

ssize_t uring_send_async(int fd, const char *bytes, size_t len)
{
	return transfer(IORING_OP_SEND, fd, bytes, len, IOSQE_ASYNC);
}

ssize_t uring_receive(int fd, char *bytes, size_t len)
{
	return transfer(IORING_OP_RECV, fd, bytes, len, 0);
}
