// SPDX-License-Identifier: MIT
#include "packet/assembly.h"

#include <netinet/in.h>
#include <stdlib.h>

struct assembly {
	const struct dns_ports *ports;
	struct fragments *fragments;
	struct streams *streams;
	packet_fn fn;
	void *context;
};

struct assembly *assembly_create(const struct dns_ports *ports, packet_fn fn,
				 void *context)
{
	struct assembly *assembly = calloc(1, sizeof(*assembly));

	if (!assembly)
		return NULL;
	assembly->ports = ports;
	assembly->fn = fn;
	assembly->context = context;
	assembly->fragments = fragments_create(ports);
	assembly->streams = streams_create();
	if (assembly->fragments && assembly->streams)
		return assembly;
	assembly_destroy(assembly);
	return NULL;
}

void assembly_destroy(struct assembly *assembly)
{
	if (!assembly)
		return;
	fragments_destroy(assembly->fragments);
	streams_destroy(assembly->streams);
	free(assembly);
}

bool assembly_wants(const struct assembly *assembly,
		    const struct packet *packet)
{
	return packet->is_fragment ||
	       packet_may_be_dns(packet, assembly->ports);
}

/* As it came, or since its last fragment. */
static void on_whole(const struct packet *packet, void *context)
{
	struct assembly *assembly = context;

	if (packet->protocol == IPPROTO_UDP)
		assembly->fn(packet, assembly->context);
	else
		streams_add(assembly->streams, packet, assembly->fn,
			    assembly->context);
}

void assembly_add(struct assembly *assembly, const struct packet *packet)
{
	if (packet->is_fragment)
		fragments_add(assembly->fragments, packet, on_whole, assembly);
	else
		on_whole(packet, assembly);
}

void assembly_flush(struct assembly *assembly)
{
	fragments_flush(assembly->fragments, on_whole, assembly);
	streams_flush(assembly->streams, assembly->fn, assembly->context);
}

void assembly_get_stats(const struct assembly *assembly,
			struct assembly_stats *ret)
{
	fragments_get_stats(assembly->fragments, &ret->fragments);
	streams_get_stats(assembly->streams, &ret->streams);
}

uint64_t assembly_lost(const struct assembly_stats *stats)
{
	return stats->fragments.lost + stats->streams.lost +
	       stats->streams.gaps;
}
