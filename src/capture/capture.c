// SPDX-License-Identifier: MIT
#include "capture/capture.h"

#include "base/cleanup.h"
#include "base/log.h"

#include <errno.h>
#include <pcap.h>
#include <stdlib.h>
#include <string.h>

/* TCP that begins, ends, or brings bytes: not what only acknowledges. */
#define TCP_V4                                  \
	"(ip and tcp and (tcp[13] & 7 != 0 or " \
	"ip[2:2] != ((ip[0] & 15) << 2) + (tcp[12] >> 4 << 2)))"
#define TCP_V6                                   \
	"(ip6 and tcp and (ip6[53] & 7 != 0 or " \
	"ip6[4:2] != ip6[52] >> 4 << 2))"

/* All of them: the first ones tell which of the others are of interest. */
#define FRAGMENTS_V4 "(ip[6:2] & 0x3fff != 0 and (ip[9] = 17 or ip[9] = 6))"

/*
 * Hop-by-hop options, routing, fragment and destination options, which a kernel
 * filter cannot walk.
 */
#define EXTENSIONS_V6                                                     \
	"(ip6 and (ip6[6] = 0 or ip6[6] = 43 or ip6[6] = 44 or ip6[6] = " \
	"60))"

/* The ports go between the two. */
#define DNS_BEGIN "(((udp or " TCP_V4 " or " TCP_V6 ") and ("
#define DNS_END	  ")) or " FRAGMENTS_V4 " or " EXTENSIONS_V6 ")"

/* What leaves by loopback is seen again as it arrives. */
#define NOT_TWICE "not (ifindex 1 and outbound) and "

/*
 * The ring has slots for frames of this size. With libpcap's header it makes
 * two pages, which is what a slot of more than one takes; and it holds all of a
 * datagram or a segment, but for those that the kernel cuts up only later.
 */
#define SNAPSHOT_LEN 8000

/* Captures that get a large one. */
#define LARGE_RINGS 16

struct capture {
	pcap_t *pcap;
	uint32_t netns;
	int link;
	int fd;
	const char *path; /* of a file, borrowed */

	/* While capture_read() runs. */
	int64_t offset_ns;
	capture_frame_fn fn;
	void *context;
};

static int error_of(int status)
{
	switch (status) {
	case PCAP_ERROR_PERM_DENIED:
		return -EPERM;
	case PCAP_ERROR_IFACE_NOT_UP:
		return -ENETDOWN;
	default:
		return -EIO;
	}
}

char *capture_filter(const struct dns_ports *ports, bool knows_direction)
{
	char *text = NULL;
	size_t len;
	FILE *out = open_memstream(&text, &len);

	if (!out)
		return NULL;
	fprintf(out, "%s%s", knows_direction ? NOT_TWICE : "", DNS_BEGIN);
	for (size_t i = 0; i < ports->count; i++)
		fprintf(out, "%sport %u", i ? " or " : "", ports->port[i]);
	fputs(DNS_END, out);
	if (!fclose(out))
		return text;
	free(text);
	return NULL;
}

static int set_filter(struct capture *capture, const struct dns_ports *ports)
{
	_cleanup_free_ char *text = capture_filter(
		ports, capture->link == DLT_LINUX_SLL2);
	struct bpf_program filter;
	int status;

	if (!text) {
		log_error("out of memory; free some and try again");
		return PCAP_ERROR;
	}
	status = pcap_compile(capture->pcap, &filter, text, 1,
			      PCAP_NETMASK_UNKNOWN);
	if (status < 0)
		return status;
	status = pcap_setfilter(capture->pcap, &filter);
	pcap_freecode(&filter);
	return status;
}

static int activate(struct capture *capture, const struct dns_ports *ports,
		    size_t ring_bytes)
{
	pcap_t *pcap = capture->pcap;
	int status;

	pcap_set_snaplen(pcap, SNAPSHOT_LEN);
	pcap_set_buffer_size(pcap, (int)ring_bytes);
	pcap_set_immediate_mode(pcap, 1);
	pcap_set_promisc(pcap, 0);
	pcap_set_tstamp_precision(pcap, PCAP_TSTAMP_PRECISION_NANO);
	status = pcap_activate(pcap);
	if (status < 0)
		return status;
	/* Tells interface and direction; libpcap has it since 1.10. */
	if (pcap_set_datalink(pcap, DLT_LINUX_SLL2))
		log_debug("%s", pcap_geterr(pcap));
	capture->link = pcap_datalink(pcap);
	return set_filter(capture, ports);
}

int capture_open_live(uint32_t netns, const struct dns_ports *ports,
		      size_t ring_bytes, struct capture **ret)
{
	char message[PCAP_ERRBUF_SIZE] = "";
	struct capture *capture = calloc(1, sizeof(*capture));
	int status;

	if (!capture)
		return -ENOMEM;
	capture->netns = netns;
	capture->pcap = pcap_create("any", message);
	if (!capture->pcap) {
		log_error("cannot capture packets: %s", message);
		capture_close(capture);
		return -EIO;
	}
	status = activate(capture, ports, ring_bytes);
	if (!status)
		status = pcap_setnonblock(capture->pcap, 1, message);
	if (status) {
		log_error("cannot capture packets: %s%s",
			  pcap_geterr(capture->pcap),
			  status == PCAP_ERROR_PERM_DENIED
				  ? "; egrets needs CAP_NET_RAW, run it as root"
				  : "");
		capture_close(capture);
		return error_of(status);
	}
	capture->fd = pcap_get_selectable_fd(capture->pcap);
	*ret = capture;
	return 0;
}

int capture_open_file(const char *path, struct capture **ret)
{
	char message[PCAP_ERRBUF_SIZE] = "";
	struct capture *capture = calloc(1, sizeof(*capture));

	if (!capture)
		return -ENOMEM;
	capture->path = path;
	capture->fd = -1;
	errno = 0;
	capture->pcap = pcap_open_offline_with_tstamp_precision(
		path, PCAP_TSTAMP_PRECISION_NANO, message);
	if (!capture->pcap) {
		int err = errno ? -errno : -EBADMSG;

		/* libpcap names the file, unless it is not a capture. */
		log_error("cannot read %s%s%s; give a pcap or pcapng file",
			  strstr(message, path) ? "" : path,
			  strstr(message, path) ? "" : ": ", message);
		capture_close(capture);
		return err;
	}
	capture->link = pcap_datalink(capture->pcap);
	*ret = capture;
	return 0;
}

size_t capture_ring_bytes(size_t opened)
{
	return opened < LARGE_RINGS ? 8 << 20 : 512 << 10;
}

void capture_close(struct capture *capture)
{
	if (!capture)
		return;
	if (capture->pcap)
		pcap_close(capture->pcap);
	free(capture);
}

int capture_fd(const struct capture *capture)
{
	return capture->fd;
}

/* With nanosecond precision tv_usec holds nanoseconds. */
static void on_frame(u_char *user, const struct pcap_pkthdr *header,
		     const u_char *bytes)
{
	struct capture *capture = (struct capture *)(void *)user;
	int64_t time_ns = (int64_t)header->ts.tv_sec * 1000000000 +
			  header->ts.tv_usec + capture->offset_ns;
	struct capture_frame frame = {
		.time_ns = (uint64_t)time_ns,
		.netns = capture->netns,
		.link = capture->link,
		.bytes = bytes,
		.len = header->caplen,
	};

	capture->fn(&frame, capture->context);
}

int capture_read(struct capture *capture, int most, int64_t monotonic_offset_ns,
		 capture_frame_fn fn, void *context)
{
	int count;

	capture->offset_ns = capture->path ? 0 : monotonic_offset_ns;
	capture->fn = fn;
	capture->context = context;
	count = pcap_dispatch(capture->pcap, capture->path ? most : -1,
			      on_frame, (u_char *)(void *)capture);
	if (count >= 0)
		return count;
	if (capture->path) {
		log_error("%s is damaged: %s; what was before is shown",
			  capture->path, pcap_geterr(capture->pcap));
		return -EBADMSG;
	}
	log_error("cannot capture packets: %s", pcap_geterr(capture->pcap));
	return -EIO;
}

uint64_t capture_lost(struct capture *capture)
{
	struct pcap_stat stat;

	if (capture->path || pcap_stats(capture->pcap, &stat))
		return 0;
	return (uint64_t)stat.ps_drop + stat.ps_ifdrop;
}
