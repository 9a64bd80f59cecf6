// SPDX-License-Identifier: MIT
/*
 * Packets of any protocol of IP to a named host:
 *
 *	raw_client [-6] PROTOCOL NAME		three, from one raw socket
 *	raw_client -h PROTOCOL NAME		with an IPv4 header made here
 *	raw_client -s PORT NAME			an association of SCTP
 *	raw_client -p ETHERTYPE INTERFACE	frames to everybody there
 *
 * Prints a line "PID ADDRESS", or "PID INTERFACE". Ends with 77 if this kernel has no such sockets,
 * and does not mind if nobody answers.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <net/if.h>
#include <netdb.h>
#include <netpacket/packet.h>
#include <netinet/ip.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static int find(const char *name, int family, struct addrinfo **ret)
{
	const struct addrinfo hints = {.ai_family = family,
				       .ai_socktype = SOCK_DGRAM};
	char text[INET6_ADDRSTRLEN];
	int error = getaddrinfo(name, NULL, &hints, ret);

	if (!error)
		error = getnameinfo((*ret)->ai_addr, (*ret)->ai_addrlen, text,
				    sizeof(text), NULL, 0, NI_NUMERICHOST);
	if (error) {
		fprintf(stderr, "raw_client: %s: %s\n", name,
			gai_strerror(error));
		return -1;
	}
	printf("%d %s\n", getpid(), text);
	return 0;
}

static int send_raw(int fd, const struct addrinfo *to, int header_of)
{
	struct {
		struct iphdr ip;
		char text[8];
	} packet = {.text = "hello"};
	const char *bytes = packet.text;
	size_t len = sizeof(packet.text);

	if (header_of) {
		const struct sockaddr_in *in = (const void *)to->ai_addr;

		/* The kernel fills in the rest. */
		packet.ip.version = 4;
		packet.ip.ihl = 5;
		packet.ip.ttl = 64;
		packet.ip.protocol = (uint8_t)header_of;
		packet.ip.daddr = in->sin_addr.s_addr;
		bytes = (const char *)&packet;
		len = sizeof(packet);
	}
	for (int i = 0; i < 3; i++)
		if (sendto(fd, bytes, len, 0, to->ai_addr, to->ai_addrlen) < 0)
			return -1;
	return 0;
}

static int associate(int fd, struct addrinfo *to, int port)
{
	((struct sockaddr_in *)(void *)to->ai_addr)->sin_port = htons(
		(uint16_t)port);
	if (connect(fd, to->ai_addr, to->ai_addrlen) && errno != ECONNREFUSED)
		return -1;
	return 0;
}

static int send_frames(int ethertype, const char *interface)
{
	struct sockaddr_ll to = {
		.sll_family = AF_PACKET,
		.sll_protocol = htons((uint16_t)ethertype),
		.sll_ifindex = (int)if_nametoindex(interface),
		.sll_halen = 6,
		.sll_addr = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff},
	};
	int fd = socket(AF_PACKET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	printf("%d %s\n", getpid(), interface);
	for (int i = 0; i < 3; i++)
		if (sendto(fd, "hello", 5, 0, (struct sockaddr *)&to,
			   sizeof(to)) < 0) {
			perror("raw_client");
			return 1;
		}
	return 0;
}

static bool is_missing(int error)
{
	return error == EPROTONOSUPPORT || error == ESOCKTNOSUPPORT ||
	       error == EAFNOSUPPORT;
}

int main(int argc, char **argv)
{
	int family = AF_INET, option, fd, number, error;
	bool makes_header = false, is_sctp = false, is_frame = false;
	struct addrinfo *to;

	while ((option = getopt(argc, argv, "6hps")) != -1) {
		if (option == '6')
			family = AF_INET6;
		else if (option == 'h')
			makes_header = true;
		else if (option == 'p')
			is_frame = true;
		else if (option == 's')
			is_sctp = true;
		else
			return 2;
	}
	if (argc - optind != 2) {
		fputs("usage: raw_client [-6] [-h|-p|-s] NUMBER NAME\n",
		      stderr);
		return 2;
	}
	number = atoi(argv[optind]);
	if (is_frame)
		return send_frames(number, argv[optind + 1]);
	if (is_sctp)
		fd = socket(family, SOCK_STREAM | SOCK_CLOEXEC, IPPROTO_SCTP);
	else
		fd = socket(family, SOCK_RAW | SOCK_CLOEXEC,
			    makes_header ? IPPROTO_RAW : number);
	if (fd < 0 && is_missing(errno))
		return 77;
	if (fd < 0 || find(argv[optind + 1], family, &to)) {
		perror("raw_client");
		return 1;
	}
	if (is_sctp)
		error = associate(fd, to, number);
	else
		error = send_raw(fd, to, makes_header ? number : 0);
	if (error)
		perror("raw_client");
	freeaddrinfo(to);
	return error ? 1 : 0;
}
