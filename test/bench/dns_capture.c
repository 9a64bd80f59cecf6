// SPDX-License-Identifier: MIT
/*
 *	dns_capture [PACKETS [SEED]] >FILE
 *
 * A capture of DNS as a resolver's clients make it, the same for the same
 * arguments: a few names are asked for all the time and most seldom (Zipf),
 * and 500 questions a second by many clients, of whom one in ten has IPv6 and
 * three in four have EDNS, are answered some 60 ms later, but one in a hundred.
 */
#include "dns_answers.h"

#include "dns/code.h"
#include "dns/ports.h"

#include <endian.h>
#include <net/ethernet.h>
#include <netinet/in.h>
#include <netinet/ip.h>
#include <netinet/ip6.h>
#include <netinet/udp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PACKETS 1000000
#define SITES	20000
#define CLIENTS 2000
#define WAITING 64 /* questions at a time */
#define GAP_US	1000

#define FRAME_MAX (ETHER_HDR_LEN + 40 + 8 + MESSAGE_MAX)

struct flow {
	bool waits;
	uint32_t client;
	uint16_t port;
	struct question question;
};

static uint64_t random_state;

static uint32_t random_u32(void)
{
	return (uint32_t)(mix(random_state++) >> 32);
}

static uint32_t random_below(uint32_t limit)
{
	return random_u32() % limit;
}

/* The n-th is asked for 1/n as often as the first. */
static uint32_t random_site(void)
{
	static double sums[SITES];
	uint32_t low = 0, high = SITES - 1;
	double at;

	for (size_t i = 0; !sums[SITES - 1] && i < SITES; i++)
		sums[i] = (i ? sums[i - 1] : 0) + 1.0 / (double)(i + 1);
	at = sums[SITES - 1] * random_u32() / UINT32_MAX;
	while (low < high) {
		uint32_t middle = (low + high) / 2;

		if (sums[middle] > at)
			high = middle;
		else
			low = middle + 1;
	}
	return low;
}

static void ask(struct flow *flow)
{
	/* In a hundred: 60 A, 25 AAAA, 9 HTTPS, 2 each of these. */
	static const uint16_t rare[] = {DNS_TYPE_PTR, DNS_TYPE_MX,
					DNS_TYPE_TXT};
	struct question *question = &flow->question;
	uint32_t dice = random_below(100);

	flow->waits = true;
	flow->client = random_below(CLIENTS);
	flow->port = (uint16_t)(1024 + random_below(64512));
	question->site = random_site();
	question->id = (uint16_t)random_u32();
	question->has_edns = flow->client % 4 != 0;
	question->wants_dnssec = flow->client % 16 == 1;
	question->moment = random_u32();
	if (dice < 60)
		question->type = DNS_TYPE_A;
	else if (dice < 85)
		question->type = DNS_TYPE_AAAA;
	else if (dice < 94)
		question->type = DNS_TYPE_HTTPS;
	else
		question->type = rare[dice % 3];
}

/* RFC 1071: the words of bytes, to be folded at the end. */
static uint32_t sum_words(const void *bytes, size_t len, uint32_t sum)
{
	const uint8_t *at = bytes;

	for (; len > 1; len -= 2, at += 2)
		sum += (uint32_t)at[0] << 8 | at[1];
	return len ? sum + ((uint32_t)at[0] << 8) : sum;
}

static uint16_t checksum(uint32_t sum)
{
	sum = (sum >> 16) + (sum & 0xffff);
	sum = (sum >> 16) + (sum & 0xffff);
	return htobe16((uint16_t)~sum);
}

/* Clients are 10.1.0.0 and up or fd00::a01:0 and up, each with a server. */
static size_t make_ip(const struct flow *flow, bool is_answer, size_t len,
		      uint8_t *header)
{
	uint32_t ends[2] = {0x0a010000 + flow->client,
			    0x0a000035 + flow->client % 3};
	uint32_t source = htobe32(ends[is_answer]);
	uint32_t destination = htobe32(ends[!is_answer]);
	struct iphdr ip4 = {
		.version = 4,
		.ihl = sizeof(ip4) / 4,
		.tot_len = htobe16((uint16_t)(sizeof(ip4) + len)),
		.ttl = 64,
		.protocol = IPPROTO_UDP,
		.saddr = source,
		.daddr = destination,
	};
	struct ip6_hdr ip6 = {
		.ip6_flow = htobe32(6u << 28),
		.ip6_plen = htobe16((uint16_t)len),
		.ip6_nxt = IPPROTO_UDP,
		.ip6_hlim = 64,
		.ip6_src.s6_addr = {0xfd},
		.ip6_dst.s6_addr = {0xfd},
	};

	if (flow->client % 10 == 0) {
		memcpy(ip6.ip6_src.s6_addr + 12, &source, 4);
		memcpy(ip6.ip6_dst.s6_addr + 12, &destination, 4);
		memcpy(header, &ip6, sizeof(ip6));
		return sizeof(ip6);
	}
	ip4.check = checksum(sum_words(&ip4, sizeof(ip4), 0));
	memcpy(header, &ip4, sizeof(ip4));
	return sizeof(ip4);
}

static size_t make_frame(const struct flow *flow, bool is_answer,
			 uint8_t *frame)
{
	struct udphdr udp = {
		.source = htobe16(is_answer ? DNS_PORT : flow->port),
		.dest = htobe16(is_answer ? flow->port : DNS_PORT),
	};
	struct ether_header ethernet = {.ether_type = htobe16(ETHERTYPE_IP)};
	uint8_t message[MESSAGE_MAX], *ip = frame + sizeof(ethernet);
	size_t message_len = make_message(&flow->question, is_answer, message);
	size_t len = sizeof(udp) + message_len;
	size_t ip_len = make_ip(flow, is_answer, len, ip);
	/* The pseudo header: both kinds of IP have their addresses last. */
	size_t addresses = ip_len == sizeof(struct iphdr) ? 8 : 32;
	uint32_t sum = sum_words(ip + ip_len - addresses, addresses,
				 IPPROTO_UDP + (uint32_t)len);

	if (ip_len != sizeof(struct iphdr))
		ethernet.ether_type = htobe16(ETHERTYPE_IPV6);
	udp.len = htobe16((uint16_t)len);
	sum = sum_words(&udp, sizeof(udp), sum);
	udp.check = checksum(sum_words(message, message_len, sum));
	memcpy(frame, &ethernet, sizeof(ethernet));
	memcpy(ip + ip_len, &udp, sizeof(udp));
	memcpy(ip + ip_len + sizeof(udp), message, message_len);
	return sizeof(ethernet) + ip_len + len;
}

static void put(const void *bytes, size_t size)
{
	if (fwrite(bytes, size, 1, stdout) == 1)
		return;
	perror("dns_capture");
	exit(EXIT_FAILURE);
}

static void put_frame(const struct flow *flow, bool is_answer, uint64_t us)
{
	uint8_t frame[FRAME_MAX];
	uint32_t len = (uint32_t)make_frame(flow, is_answer, frame);
	uint32_t record[] = {(uint32_t)(us / 1000000), (uint32_t)(us % 1000000),
			     len, len};

	put(record, sizeof(record));
	put(frame, len);
}

int main(int argc, char **argv)
{
	/* pcap 2.4, with microseconds, of Ethernet. */
	static const uint32_t header[] = {0xa1b2c3d4, 4 << 16 | 2, 0,
					  0,	      65535,	   1};
	static struct flow flows[WAITING];
	size_t count = argc > 1 ? strtoull(argv[1], NULL, 10) : PACKETS;
	uint64_t us = UINT64_C(1700000000) * 1000000;

	random_state = mix(argc > 2 ? strtoull(argv[2], NULL, 10) : 1);
	put(header, sizeof(header));
	while (count) {
		struct flow *flow = &flows[random_below(WAITING)];
		bool is_answer = flow->waits;

		if (!is_answer)
			ask(flow);
		else
			flow->waits = false;
		if (is_answer && random_below(100) == 0)
			continue;
		us += random_below(2 * GAP_US);
		put_frame(flow, is_answer, us);
		count--;
	}
	return fclose(stdout) ? EXIT_FAILURE : EXIT_SUCCESS;
}
