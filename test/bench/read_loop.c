// SPDX-License-Identifier: MIT
/*
 *	read_loop FILE
 *
 * The floor for reading a capture: libpcap and nothing else, with the filter
 * that egrets gives the kernel for a live one. Prints how many packets it lets
 * through.
 */
#include "capture/capture.h"

#include <pcap.h>
#include <stdio.h>
#include <stdlib.h>

int main(int argc, char **argv)
{
	static const struct dns_ports ports = DNS_PORTS_USUAL;
	char message[PCAP_ERRBUF_SIZE];
	struct pcap_pkthdr *header;
	struct bpf_program filter;
	const u_char *bytes;
	size_t count = 0;
	char *text;
	pcap_t *pcap;

	if (argc != 2) {
		fputs("usage: read_loop FILE\n", stderr);
		return 2;
	}
	pcap = pcap_open_offline(argv[1], message);
	if (!pcap) {
		fprintf(stderr, "read_loop: %s\n", message);
		return EXIT_FAILURE;
	}
	text = capture_filter(&ports, false);
	if (!text || pcap_compile(pcap, &filter, text, 1, 0) ||
	    pcap_setfilter(pcap, &filter)) {
		fprintf(stderr, "read_loop: %s\n", pcap_geterr(pcap));
		return EXIT_FAILURE;
	}
	while (pcap_next_ex(pcap, &header, &bytes) == 1)
		count++;
	printf("%zu\n", count);
	pcap_freecode(&filter);
	pcap_close(pcap);
	free(text);
	return EXIT_SUCCESS;
}
