/* SPDX-License-Identifier: MIT */
#ifndef CAPTURE_CAPTURE_H
#define CAPTURE_CAPTURE_H

#include "dns/ports.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Where packets come from: every interface of one network namespace, or a
 * capture file. Live captures let the kernel filter, so that only what may be
 * DNS reaches us, and are non-blocking, in immediate mode: a packet is in the
 * ring before the kernel hands it to the program it is for.
 */
struct capture;

struct capture_frame {
	/* CLOCK_MONOTONIC, or for a file nanoseconds since 1970. */
	uint64_t time_ns;
	uint32_t netns; /* inode number; 0 for a file */
	int link;	/* libpcap's DLT_ number */
	const uint8_t *bytes;
	size_t len; /* captured */
};

typedef void (*capture_frame_fn)(const struct capture_frame *frame,
				 void *context);

/*
 * Capture in the calling thread's network namespace, of which netns is the
 * inode number, what may be DNS at these ports, into a ring of ring_bytes. 0, or
 * a negative errno with the reason logged (-EPERM: no CAP_NET_RAW).
 */
int capture_open_live(uint32_t netns, const struct dns_ports *ports,
		      size_t ring_bytes, struct capture **ret);

/*
 * The filter for what may be DNS at these ports, for libpcap to compile; where
 * it can know the direction, what leaves by loopback is left out. The caller
 * frees it. NULL: no memory.
 */
char *capture_filter(const struct dns_ports *ports, bool knows_direction);

/*
 * Read a pcap or pcapng file; "-" is standard input. 0, or a negative errno
 * with the reason logged.
 */
int capture_open_file(const char *path, struct capture **ret);

/*
 * How large a ring to give to one more capture, when `opened` are there: all
 * together are bounded, whatever the number of namespaces.
 */
size_t capture_ring_bytes(size_t opened);

void capture_close(struct capture *capture);

/* Live: becomes readable when packets wait. */
int capture_fd(const struct capture *capture);

/*
 * Hand over packets: of a live capture all that wait, of a file up to most.
 * Returns how many, or a negative errno with the reason logged (-EBADMSG: the
 * file is damaged; what was before the damage has been handed over).
 * A frame is borrowed. monotonic_offset_ns is added to live time stamps.
 */
int capture_read(struct capture *capture, int most, int64_t monotonic_offset_ns,
		 capture_frame_fn fn, void *context);

/* Packets so far that the kernel could not keep for us. */
uint64_t capture_lost(struct capture *capture);

#endif
