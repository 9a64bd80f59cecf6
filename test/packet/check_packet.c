// SPDX-License-Identifier: MIT
#include "packet/packet.h"
#include "suite.h"

#include <netinet/in.h>
#include <string.h>

#define ETHERNET   "\2\0\0\0\0\1\2\0\0\0\0\2"
#define IPV4_TYPE  "\x08\x00"
#define IPV6_TYPE  "\x86\xdd"
#define VLAN	   "\x81\x00\x20\x07"
#define VLAN_OUTER "\x88\xa8\x00\x05"
#define VLAN_OLD   "\x91\x00\x00\x06"
/* 192.0.2.1 to 198.51.100.2 and 2001:db8::1 to 2001:db8::2 */
#define IPV4_ADDRESSES "\300\0\2\1\306\63\144\2"
#define IPV6_NET       "\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0"
#define IPV6_ADDRESSES IPV6_NET "\1" IPV6_NET "\2"
/* Up to the identification, and on after the fragment offset. */
#define IPV4_START(header_words, len) header_words "\0\0" len "\x12\x34"
#define IPV4_END(protocol)	      "\x40" protocol "\0\0" IPV4_ADDRESSES
#define IPV6(next, len)		      "\x60\0\0\0\0" len next "\x40" IPV6_ADDRESSES
#define UDP			      "\x11"
#define TCP			      "\x06"
#define WHOLE			      "\x40\0" /* do not fragment */
/* 41000 to 53 */
#define PORTS "\xa0\x28\0\x35"
#define UDP_ABCD           \
	PORTS "\0\x0c\0\0" \
	      "abcd"
#define TCP_ABCD                                       \
	PORTS "\0\0\0\1\0\0\0\2\x60\x18\x20\0\0\0\0\0" \
	      "\1\1\1\0"                               \
	      "abcd"
#define IPV4_UDP IPV4_START("\x45", "\x20") WHOLE IPV4_END(UDP) UDP_ABCD
#define IPV6_UDP IPV6(UDP, "\x0c") UDP_ABCD

static struct packet packet;

/* The frame in a block of its very size, so that ASan sees the byte after. */
static enum packet_result decode(int link, const char *bytes, size_t len)
{
	static uint8_t *frame;

	free(frame);
	frame = malloc(len);
	ck_assert_ptr_nonnull(frame);
	memcpy(frame, bytes, len);
	memset(&packet, 0xee, sizeof(packet));
	return packet_decode(link, frame, len, &packet);
}

#define DECODE(link, literal) decode(link, literal, sizeof(literal) - 1)

static void check_endpoints(const char *source, const char *destination)
{
	char text[ENDPOINT_TEXT];

	endpoint_format(&packet.source, text);
	ck_assert_str_eq(text, source);
	endpoint_format(&packet.destination, text);
	ck_assert_str_eq(text, destination);
}

static void check_payload(const char *expected, size_t wire)
{
	ck_assert_uint_eq(packet.payload_len, strlen(expected));
	ck_assert_mem_eq(packet.payload, expected, strlen(expected));
	ck_assert_uint_eq(packet.payload_wire, wire);
}

static void check_v4_abcd(void)
{
	check_endpoints("192.0.2.1:41000", "198.51.100.2:53");
	check_payload("abcd", 4);
	ck_assert_uint_eq(packet.protocol, IPPROTO_UDP);
}

static void check_v6_abcd(void)
{
	check_endpoints("[2001:db8::1]:41000", "[2001:db8::2]:53");
	check_payload("abcd", 4);
	ck_assert_uint_eq(packet.protocol, IPPROTO_UDP);
}

START_TEST(decodes_udp_over_ipv4)
{
	ck_assert_int_eq(
		DECODE(PACKET_LINK_ETHERNET, ETHERNET IPV4_TYPE IPV4_UDP),
		PACKET_OK);
	check_v4_abcd();
	ck_assert_uint_eq(packet.direction, PACKET_DIRECTION_UNKNOWN);
	ck_assert_uint_eq(packet.ifindex, 0);
}
END_TEST

START_TEST(decodes_udp_over_ipv6)
{
	ck_assert_int_eq(
		DECODE(PACKET_LINK_ETHERNET, ETHERNET IPV6_TYPE IPV6_UDP),
		PACKET_OK);
	check_v6_abcd();
}
END_TEST

START_TEST(decodes_tcp_and_steps_over_its_options)
{
	ck_assert_int_eq(DECODE(PACKET_LINK_IPV4,
				IPV4_START("\x45", "\x30") WHOLE IPV4_END(TCP)
					TCP_ABCD),
			 PACKET_OK);
	check_endpoints("192.0.2.1:41000", "198.51.100.2:53");
	check_payload("abcd", 4);
	ck_assert_uint_eq(packet.protocol, IPPROTO_TCP);
	ck_assert_uint_eq(packet.tcp.sequence, 1);
	ck_assert_uint_eq(packet.tcp.acknowledged, 2);
	ck_assert_uint_eq(packet.tcp.flags, PACKET_TCP_ACK | 0x08);
	ck_assert_int_eq(DECODE(PACKET_LINK_IPV6, IPV6(TCP, "\x1c") TCP_ABCD),
			 PACKET_OK);
	check_payload("abcd", 4);
}
END_TEST

START_TEST(steps_over_ipv4_options)
{
	ck_assert_int_eq(DECODE(PACKET_LINK_IPV4,
				IPV4_START("\x47", "\x28") WHOLE IPV4_END(
					UDP) "\1\1\1\1\1\1\1\0" UDP_ABCD),
			 PACKET_OK);
	check_v4_abcd();
}
END_TEST

START_TEST(steps_over_vlan_tags)
{
	ck_assert_int_eq(
		DECODE(PACKET_LINK_ETHERNET, ETHERNET VLAN IPV4_TYPE IPV4_UDP),
		PACKET_OK);
	check_v4_abcd();
	ck_assert_int_eq(
		DECODE(PACKET_LINK_ETHERNET,
		       ETHERNET VLAN_OLD VLAN_OUTER VLAN IPV6_TYPE IPV6_UDP),
		PACKET_OK);
	check_v6_abcd();
	ck_assert_int_eq(
		DECODE(PACKET_LINK_ETHERNET,
		       ETHERNET VLAN VLAN VLAN VLAN IPV4_TYPE IPV4_UDP),
		PACKET_OK);
	ck_assert_int_eq(
		DECODE(PACKET_LINK_ETHERNET,
		       ETHERNET VLAN VLAN VLAN VLAN VLAN IPV4_TYPE IPV4_UDP),
		PACKET_MALFORMED);
}
END_TEST

START_TEST(decodes_raw_links)
{
	static const int raw[] = {PACKET_LINK_RAW, PACKET_LINK_RAW_BSD};

	for (size_t i = 0; i < 2; i++) {
		ck_assert_int_eq(DECODE(raw[i], IPV4_UDP), PACKET_OK);
		check_v4_abcd();
		ck_assert_int_eq(DECODE(raw[i], IPV6_UDP), PACKET_OK);
		check_v6_abcd();
		ck_assert_int_eq(DECODE(raw[i], "\x50\0\0\0"), PACKET_NOT_IP);
		ck_assert_int_eq(DECODE(raw[i], ""), PACKET_MALFORMED);
	}
	ck_assert_int_eq(DECODE(PACKET_LINK_IPV4, IPV4_UDP), PACKET_OK);
	ck_assert_int_eq(DECODE(PACKET_LINK_IPV6, IPV6_UDP), PACKET_OK);
	ck_assert_int_eq(DECODE(PACKET_LINK_IPV4, IPV6_UDP), PACKET_MALFORMED);
	ck_assert_int_eq(DECODE(PACKET_LINK_IPV6, IPV4_UDP), PACKET_MALFORMED);
}
END_TEST

START_TEST(decodes_loopback_links_in_either_byte_order)
{
	ck_assert_int_eq(DECODE(PACKET_LINK_NULL, "\2\0\0\0" IPV4_UDP),
			 PACKET_OK);
	check_v4_abcd();
	ck_assert_int_eq(DECODE(PACKET_LINK_NULL, "\0\0\0\2" IPV4_UDP),
			 PACKET_OK);
	ck_assert_int_eq(DECODE(PACKET_LINK_LOOP, "\0\0\0\2" IPV4_UDP),
			 PACKET_OK);
	/* LOOP is in network order and in no other. */
	ck_assert_int_eq(DECODE(PACKET_LINK_LOOP, "\2\0\0\0" IPV4_UDP),
			 PACKET_NOT_IP);
}
END_TEST

START_TEST(knows_the_ipv6_families_of_other_systems)
{
	static const uint8_t families[] = {10, 24, 28, 30};
	char frame[] = "\0\0\0\0" IPV6_UDP;

	for (size_t i = 0; i < sizeof(families); i++) {
		memset(frame, 0, 4);
		frame[3] = (char)families[i];
		ck_assert_int_eq(
			decode(PACKET_LINK_LOOP, frame, sizeof(frame) - 1),
			PACKET_OK);
		check_v6_abcd();
		frame[0] = frame[3];
		frame[3] = 0;
		ck_assert_int_eq(
			decode(PACKET_LINK_NULL, frame, sizeof(frame) - 1),
			PACKET_OK);
		check_v6_abcd();
	}
	frame[0] = 7;
	ck_assert_int_eq(decode(PACKET_LINK_NULL, frame, sizeof(frame) - 1),
			 PACKET_NOT_IP);
}
END_TEST

static const uint8_t directions[] = {
	PACKET_INCOMING, PACKET_INCOMING, PACKET_INCOMING,
	PACKET_PASSING,	 PACKET_OUTGOING, PACKET_DIRECTION_UNKNOWN,
};

START_TEST(decodes_cooked_links_with_their_direction)
{
	char frame[] = "\0\0\0\1\0\6\2\0\0\0\0\1\0\0" IPV4_TYPE IPV4_UDP;

	for (size_t i = 0; i < sizeof(directions); i++) {
		frame[1] = (char)i;
		ck_assert_int_eq(
			decode(PACKET_LINK_LINUX_SLL, frame, sizeof(frame) - 1),
			PACKET_OK);
		check_v4_abcd();
		ck_assert_uint_eq(packet.direction, directions[i]);
		ck_assert_uint_eq(packet.ifindex, 0);
	}
}
END_TEST

START_TEST(decodes_cooked_v2_links_with_interface_and_direction)
{
	char frame[] = IPV6_TYPE
		"\0\0\0\1\2\3\0\1\0\6\2\0\0\0\0\1\0\0" IPV6_UDP;

	for (size_t i = 0; i < sizeof(directions); i++) {
		frame[10] = (char)i;
		ck_assert_int_eq(decode(PACKET_LINK_LINUX_SLL2, frame,
					sizeof(frame) - 1),
				 PACKET_OK);
		check_v6_abcd();
		ck_assert_uint_eq(packet.direction, directions[i]);
		ck_assert_uint_eq(packet.ifindex, 0x10203);
	}
}
END_TEST

START_TEST(steps_over_ipv6_extension_headers)
{
	/* Hop-by-hop, routing, AH, atomic fragment, destination options. */
	ck_assert_int_eq(
		DECODE(PACKET_LINK_IPV6,
		       IPV6("\0", "\x44") "\x2b\0\1\4\0\0\0\0"
					  "\x33\1\4\0\0\0\0\0\xff\xff\xff\xff"
					  "\xff\xff\xff\xff"
					  "\x2c\2\0\0\0\0\0\1\0\0\0\1\0\0\0\0"
					  "\x3c\xff\0\0\0\0\0\7"
					  "\x11\0\1\4\0\0\0\0" UDP_ABCD),
		PACKET_OK);
	check_v6_abcd();
}
END_TEST

#define DESTINATION_OPTIONS "\x3c\0\1\4\0\0\0\0"

START_TEST(bounds_the_number_of_extension_headers)
{
#define SEVEN                                                               \
	DESTINATION_OPTIONS DESTINATION_OPTIONS DESTINATION_OPTIONS         \
		DESTINATION_OPTIONS DESTINATION_OPTIONS DESTINATION_OPTIONS \
			DESTINATION_OPTIONS
	ck_assert_int_eq(DECODE(PACKET_LINK_IPV6, IPV6("\x3c", "\x4c") SEVEN
				"\x11\0\1\4\0\0\0\0" UDP_ABCD),
			 PACKET_OK);
	ck_assert_int_eq(DECODE(PACKET_LINK_IPV6,
				IPV6("\x3c", "\x54") SEVEN DESTINATION_OPTIONS
				"\x11\0\1\4\0\0\0\0" UDP_ABCD),
			 PACKET_MALFORMED);
}
END_TEST

START_TEST(extension_headers_end_with_the_packet)
{
	/* The frame goes on, but the IPv6 header says that the packet ends. */
	ck_assert_int_eq(
		DECODE(PACKET_LINK_IPV6,
		       IPV6("\x3c", "\x08") "\x11\1\1\4\0\0\0\0"
					    "\0\0\0\0\0\0\0\0" UDP_ABCD),
		PACKET_MALFORMED);
}
END_TEST

START_TEST(other_protocols_are_told_apart)
{
	ck_assert_int_eq(DECODE(PACKET_LINK_IPV4,
				IPV4_START("\x45", "\x20") WHOLE IPV4_END("\1")
					UDP_ABCD),
			 PACKET_OTHER_PROTOCOL);
	ck_assert_int_eq(
		DECODE(PACKET_LINK_IPV6, IPV6("\x3a", "\x0c") UDP_ABCD),
		PACKET_OTHER_PROTOCOL);
	ck_assert_int_eq(DECODE(PACKET_LINK_ETHERNET,
				ETHERNET "\x08\x06\0\1\x08\0\6\4\0\1"),
			 PACKET_NOT_IP);
	/* IEEE 802.3: a length where the type would be. */
	ck_assert_int_eq(
		DECODE(PACKET_LINK_ETHERNET, ETHERNET "\0\x26\x42\x42\x03"),
		PACKET_NOT_IP);
	ck_assert_int_eq(DECODE(105, IPV4_UDP), PACKET_UNSUPPORTED);
	ck_assert_int_eq(DECODE(-1, IPV4_UDP), PACKET_UNSUPPORTED);
}
END_TEST

static void check_fragment(uint32_t id, uint16_t offset, bool is_last)
{
	check_endpoints(addr_is_v4(&packet.source.addr) ? "192.0.2.1:0"
							: "[2001:db8::1]:0",
			addr_is_v4(&packet.source.addr) ? "198.51.100.2:0"
							: "[2001:db8::2]:0");
	ck_assert(packet.is_fragment);
	ck_assert_uint_eq(packet.protocol, IPPROTO_UDP);
	ck_assert_uint_eq(packet.fragment.id, id);
	ck_assert_uint_eq(packet.fragment.offset, offset);
	ck_assert(packet.fragment.is_last == is_last);
	ck_assert_uint_eq(packet.payload_len, 12);
	ck_assert_uint_eq(packet.payload_wire, 12);
	ck_assert_mem_eq(packet.payload + 8, "abcd", 4);
}

START_TEST(fragments_have_no_ports)
{
	ck_assert_int_eq(DECODE(PACKET_LINK_IPV4,
				IPV4_START("\x45", "\x20") "\x20\0" IPV4_END(
					UDP) UDP_ABCD),
			 PACKET_OK);
	check_fragment(0x1234, 0, false);
	ck_assert_int_eq(DECODE(PACKET_LINK_IPV4,
				IPV4_START("\x45", "\x20") "\0\1" IPV4_END(UDP)
					UDP_ABCD),
			 PACKET_OK);
	check_fragment(0x1234, 8, true);
	ck_assert_int_eq(DECODE(PACKET_LINK_IPV4,
				IPV4_START("\x45", "\x20") "\x3f\xff" IPV4_END(
					UDP) UDP_ABCD "padding"),
			 PACKET_OK);
	check_fragment(0x1234, 65528, false);
	ck_assert_int_eq(
		DECODE(PACKET_LINK_IPV6,
		       IPV6("\x2c", "\x14") "\x11\0\0\1\0\1\0\7" UDP_ABCD),
		PACKET_OK);
	check_fragment(0x10007, 0, false);
	ck_assert_int_eq(
		DECODE(PACKET_LINK_IPV6,
		       IPV6("\x2c", "\x14") "\x11\0\0\x0e\0\1\0\7" UDP_ABCD),
		PACKET_OK);
	check_fragment(0x10007, 8, true);
}
END_TEST

/* UDP says 16 bytes, of which there are the header and four. */
#define UDP_LONGER         \
	PORTS "\0\x18\0\0" \
	      "abcd"

START_TEST(goes_on_from_a_fragment_to_its_datagram)
{
	struct packet before;

	DECODE(PACKET_LINK_IPV4,
	       IPV4_START("\x45", "\x20") "\x20\0" IPV4_END(UDP) UDP_ABCD);
	ck_assert_int_eq(packet_decode_datagram(&packet, false), PACKET_OK);
	check_v4_abcd();
	ck_assert(!packet.is_fragment);

	/* What is missing is taken for cut off, if it is known to be. */
	DECODE(PACKET_LINK_IPV4,
	       IPV4_START("\x45", "\x20") "\x20\0" IPV4_END(UDP) UDP_LONGER);
	before = packet;
	ck_assert_int_eq(packet_decode_datagram(&packet, false),
			 PACKET_MALFORMED);
	ck_assert_mem_eq(&packet, &before, sizeof(packet));
	ck_assert_int_eq(packet_decode_datagram(&packet, true), PACKET_OK);
	check_payload("abcd", 16);

	/* Of IPv6, extension headers may be in fragments as well. */
	DECODE(PACKET_LINK_IPV6,
	       IPV6("\x2c", "\x1c") "\x3c\0\0\1\0\0\0\7"
				    "\x11\0\1\4\0\0\0\0" UDP_ABCD);
	ck_assert_uint_eq(packet.protocol, IPPROTO_DSTOPTS);
	ck_assert_int_eq(packet_decode_datagram(&packet, false), PACKET_OK);
	check_v6_abcd();
}
END_TEST

START_TEST(fragments_within_fragments_are_malformed)
{
	DECODE(PACKET_LINK_IPV6,
	       IPV6("\x2c", "\x1c") "\x2c\0\0\1\0\0\0\7"
				    "\x11\0\0\1\0\0\0\x08" UDP_ABCD);
	ck_assert(packet.is_fragment);
	ck_assert_uint_eq(packet.fragment.id, 7);
	ck_assert_int_eq(packet_decode_datagram(&packet, true),
			 PACKET_MALFORMED);
}
END_TEST

START_TEST(udp_length_beyond_the_packet_is_malformed)
{
	ck_assert_int_eq(DECODE(PACKET_LINK_IPV4,
				IPV4_START("\x45", "\x20") WHOLE IPV4_END(UDP)
					UDP_LONGER),
			 PACKET_MALFORMED);
	ck_assert_int_eq(
		DECODE(PACKET_LINK_IPV6,
		       IPV6("\x2c", "\x14") "\x11\0\0\0\0\0\0\7" UDP_LONGER),
		PACKET_MALFORMED);
	/* Trailing bytes of the frame do not make up for it. */
	ck_assert_int_eq(DECODE(PACKET_LINK_IPV4,
				IPV4_START("\x45", "\x20") WHOLE IPV4_END(UDP)
					UDP_LONGER "paddingpadding"),
			 PACKET_MALFORMED);
}
END_TEST

START_TEST(other_ip_versions_are_malformed)
{
	ck_assert_int_eq(DECODE(PACKET_LINK_IPV4,
				IPV4_START("\x55", "\x20") WHOLE IPV4_END(UDP)
					UDP_ABCD),
			 PACKET_MALFORMED);
	ck_assert_int_eq(
		DECODE(PACKET_LINK_IPV6,
		       "\x50\0\0\0\0\x0c\x11\x40" IPV6_ADDRESSES UDP_ABCD),
		PACKET_MALFORMED);
}
END_TEST

START_TEST(headers_shorter_than_themselves_are_malformed)
{
	/* UDP of 7 bytes, also where that is not beyond the packet's end. */
	ck_assert_int_eq(DECODE(PACKET_LINK_IPV4,
				IPV4_START("\x45", "\x20") WHOLE IPV4_END(UDP)
					PORTS "\0\7\0\0abcd"),
			 PACKET_MALFORMED);
	DECODE(PACKET_LINK_IPV4, IPV4_START("\x45", "\x20") "\x20\0" IPV4_END(
					 UDP) PORTS "\0\7\0\0abcd");
	ck_assert_int_eq(packet_decode_datagram(&packet, true),
			 PACKET_MALFORMED);
	/* TCP of 4 words. */
	ck_assert_int_eq(DECODE(PACKET_LINK_IPV6, IPV6(TCP, "\x14") PORTS
				"\0\0\0\1\0\0\0\2\x40\x18\x20\0\0\0\0\0"),
			 PACKET_MALFORMED);
	/* IPv4 of 4 words, behind which there would be a good UDP header. */
	ck_assert_int_eq(DECODE(PACKET_LINK_IPV4,
				IPV4_START("\x44", "\x20") WHOLE IPV4_END(
					UDP) "\0\x0c\0\x35" UDP_ABCD),
			 PACKET_MALFORMED);
	/* IPv4's total length does not even hold its header. */
	ck_assert_int_eq(DECODE(PACKET_LINK_IPV4,
				IPV4_START("\x45", "\x13") WHOLE IPV4_END(UDP)
					UDP_ABCD),
			 PACKET_MALFORMED);
	/* TCP options that lead out of the packet. */
	ck_assert_int_eq(DECODE(PACKET_LINK_IPV6, IPV6(TCP, "\x14") PORTS
				"\0\0\0\1\0\0\0\2\x60\x18\x20\0\0\0\0\0"
				"\1\1\1\1"),
			 PACKET_MALFORMED);
}
END_TEST

START_TEST(lengths_rule_over_padding)
{
	ck_assert_int_eq(DECODE(PACKET_LINK_ETHERNET,
				ETHERNET IPV4_TYPE IPV4_UDP "\0\0\0\0\0\0"),
			 PACKET_OK);
	check_v4_abcd();
	ck_assert_int_eq(DECODE(PACKET_LINK_ETHERNET,
				ETHERNET IPV6_TYPE IPV6_UDP "\0\0\0\0\0\0"),
			 PACKET_OK);
	check_v6_abcd();
	/* The UDP length within the IP length, too. */
	ck_assert_int_eq(DECODE(PACKET_LINK_IPV4,
				IPV4_START("\x45", "\x22") WHOLE IPV4_END(UDP)
					UDP_ABCD "xx"),
			 PACKET_OK);
	check_v4_abcd();
	/* An empty payload is one, and not the padding behind it. */
	ck_assert_int_eq(DECODE(PACKET_LINK_IPV4,
				IPV4_START("\x45", "\x1c") WHOLE IPV4_END(UDP)
					PORTS "\0\x08\0\0xxxx"),
			 PACKET_OK);
	check_payload("", 0);
}
END_TEST

START_TEST(length_zero_means_all_that_was_captured)
{
	/* What segmentation offload hands over can be too long for the field. */
	ck_assert_int_eq(DECODE(PACKET_LINK_IPV4,
				IPV4_START("\x45", "\0") WHOLE IPV4_END(TCP)
					TCP_ABCD),
			 PACKET_OK);
	check_payload("abcd", 4);
	ck_assert_int_eq(DECODE(PACKET_LINK_IPV6, IPV6(TCP, "\0") TCP_ABCD),
			 PACKET_OK);
	check_payload("abcd", 4);
}
END_TEST

/* Up to the payload nothing is to be had, from there on what was captured. */
static void check_truncations(int link, const char *frame, size_t len)
{
	for (size_t cut = 0; cut < len; cut++) {
		enum packet_result result = decode(link, frame, cut);

		if (cut + 4 < len) {
			ck_assert_int_eq(result, PACKET_MALFORMED);
			continue;
		}
		ck_assert_int_eq(result, PACKET_OK);
		ck_assert_uint_eq(packet.payload_len, cut + 4 - len);
		ck_assert_uint_eq(packet.payload_wire, 4);
		ck_assert_mem_eq(packet.payload, "abcd", packet.payload_len);
	}
	ck_assert_int_eq(decode(link, frame, len), PACKET_OK);
}

#define CHECK_TRUNCATIONS(link, literal) \
	check_truncations(link, literal, sizeof(literal) - 1)

START_TEST(rejects_or_marks_every_truncation)
{
	CHECK_TRUNCATIONS(PACKET_LINK_ETHERNET, ETHERNET IPV4_TYPE IPV4_UDP);
	CHECK_TRUNCATIONS(PACKET_LINK_ETHERNET,
			  ETHERNET VLAN_OUTER VLAN IPV6_TYPE IPV6_UDP);
	CHECK_TRUNCATIONS(PACKET_LINK_LINUX_SLL,
			  "\0\4\0\1\0\6\2\0\0\0\0\1\0\0" IPV4_TYPE IPV4_UDP);
	CHECK_TRUNCATIONS(PACKET_LINK_LINUX_SLL2, IPV6_TYPE
			  "\0\0\0\0\0\3\0\1\4\6\2\0\0\0\0\1\0\0" IPV6_UDP);
	CHECK_TRUNCATIONS(PACKET_LINK_NULL, "\2\0\0\0" IPV4_UDP);
	CHECK_TRUNCATIONS(PACKET_LINK_RAW,
			  IPV4_START("\x45", "\x30") WHOLE IPV4_END(TCP)
				  TCP_ABCD);
	CHECK_TRUNCATIONS(PACKET_LINK_IPV6,
			  IPV6("\x2c", "\x1c") "\x3c\0\0\0\0\0\0\7"
					       "\x11\0\1\4\0\0\0\0" UDP_ABCD);
	/* What there is of a fragment is its payload. */
	CHECK_TRUNCATIONS(
		PACKET_LINK_IPV4,
		IPV4_START("\x45", "\x18") "\x20\0" IPV4_END(UDP) "abcd");
	CHECK_TRUNCATIONS(PACKET_LINK_IPV6,
			  IPV6("\x2c", "\x0c") "\x11\0\0\1\0\0\0\7"
					       "abcd");
}
END_TEST

START_TEST(writes_nothing_unless_ok)
{
	struct packet before;

	memset(&before, 0xee, sizeof(before));
	ck_assert_int_eq(DECODE(PACKET_LINK_IPV4,
				IPV4_START("\x45", "\x20") WHOLE IPV4_END(UDP)
					UDP_LONGER),
			 PACKET_MALFORMED);
	ck_assert_mem_eq(&packet, &before, sizeof(packet));
}
END_TEST

SUITE_MAIN("packet/packet", decodes_udp_over_ipv4, decodes_udp_over_ipv6,
	   decodes_tcp_and_steps_over_its_options, steps_over_ipv4_options,
	   steps_over_vlan_tags, decodes_raw_links,
	   decodes_loopback_links_in_either_byte_order,
	   knows_the_ipv6_families_of_other_systems,
	   decodes_cooked_links_with_their_direction,
	   decodes_cooked_v2_links_with_interface_and_direction,
	   steps_over_ipv6_extension_headers,
	   bounds_the_number_of_extension_headers,
	   extension_headers_end_with_the_packet,
	   other_protocols_are_told_apart, fragments_have_no_ports,
	   goes_on_from_a_fragment_to_its_datagram,
	   fragments_within_fragments_are_malformed,
	   udp_length_beyond_the_packet_is_malformed,
	   other_ip_versions_are_malformed,
	   headers_shorter_than_themselves_are_malformed,
	   lengths_rule_over_padding, length_zero_means_all_that_was_captured,
	   rejects_or_marks_every_truncation, writes_nothing_unless_ok)
