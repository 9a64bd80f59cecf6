// SPDX-License-Identifier: MIT
#include "output/socket_names.h"

#include "base/decimal.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <netinet/udp.h>
#include <stdbool.h>
#include <string.h>
#include <sys/socket.h>

/* By number; those that are missing are shown as such. */
static const char *const families[] = {
	[AF_UNIX] = "unix",	  [AF_INET] = "inet",
	[AF_AX25] = "ax25",	  [AF_IPX] = "ipx",
	[AF_X25] = "x25",	  [AF_INET6] = "inet6",
	[AF_KEY] = "key",	  [AF_NETLINK] = "netlink",
	[AF_PACKET] = "packet",	  [AF_RDS] = "rds",
	[AF_LLC] = "llc",	  [AF_CAN] = "can",
	[AF_TIPC] = "tipc",	  [AF_BLUETOOTH] = "bluetooth",
	[AF_RXRPC] = "rxrpc",	  [AF_IEEE802154] = "ieee802154",
	[AF_ALG] = "alg",	  [AF_NFC] = "nfc",
	[AF_VSOCK] = "vsock",	  [AF_KCM] = "kcm",
	[AF_QIPCRTR] = "qipcrtr", [AF_SMC] = "smc",
	[AF_XDP] = "xdp",
};

static const char *const types[] = {
	[SOCK_STREAM] = "stream",
	[SOCK_DGRAM] = "dgram",
	[SOCK_RAW] = "raw",
	[SOCK_RDM] = "rdm",
	[SOCK_SEQPACKET] = "seqpacket",
	[SOCK_DCCP] = "dccp",
	[SOCK_PACKET] = "packet",
};

struct named {
	uint32_t number;
	const char *text;
};

/* Later than glibc 2.31. */
#ifndef IPPROTO_MPTCP
#define IPPROTO_MPTCP 262
#endif
#ifndef SOL_MPTCP
#define SOL_MPTCP 284
#endif

/* clang-format off */
#define NAMED(name)    {name, #name}
#define IP(name, text) {IPPROTO_##name, text}
/* clang-format on */
#define COUNT(array) (sizeof(array) / sizeof(*(array)))

static const struct named protocols[] = {
	IP(ICMP, "icmp"),   IP(IGMP, "igmp"),	    IP(TCP, "tcp"),
	IP(UDP, "udp"),	    IP(DCCP, "dccp"),	    IP(ICMPV6, "icmpv6"),
	IP(SCTP, "sctp"),   IP(UDPLITE, "udplite"), IP(RAW, "raw"),
	IP(MPTCP, "mptcp"),
};

static const struct named levels[] = {
	NAMED(SOL_SOCKET),   NAMED(IPPROTO_IP),	  NAMED(IPPROTO_TCP),
	NAMED(IPPROTO_UDP),  NAMED(IPPROTO_IPV6), NAMED(IPPROTO_ICMPV6),
	NAMED(IPPROTO_SCTP), NAMED(SOL_NETLINK),  NAMED(SOL_PACKET),
	NAMED(SOL_TLS),	     NAMED(SOL_MPTCP),	  NAMED(IPPROTO_RAW),
};

static const struct named of_socket[] = {
	NAMED(SO_DEBUG),
	NAMED(SO_REUSEADDR),
	NAMED(SO_DONTROUTE),
	NAMED(SO_BROADCAST),
	NAMED(SO_SNDBUF),
	NAMED(SO_RCVBUF),
	NAMED(SO_SNDBUFFORCE),
	NAMED(SO_RCVBUFFORCE),
	NAMED(SO_KEEPALIVE),
	NAMED(SO_OOBINLINE),
	NAMED(SO_NO_CHECK),
	NAMED(SO_PRIORITY),
	NAMED(SO_LINGER),
	NAMED(SO_REUSEPORT),
	NAMED(SO_PASSCRED),
	NAMED(SO_RCVLOWAT),
	NAMED(SO_SNDLOWAT),
	NAMED(SO_RCVTIMEO),
	NAMED(SO_SNDTIMEO),
	NAMED(SO_BINDTODEVICE),
	NAMED(SO_ATTACH_FILTER),
	NAMED(SO_DETACH_FILTER),
	NAMED(SO_TIMESTAMP),
	NAMED(SO_PASSSEC),
	NAMED(SO_TIMESTAMPNS),
	NAMED(SO_MARK),
	NAMED(SO_TIMESTAMPING),
	NAMED(SO_RXQ_OVFL),
	NAMED(SO_WIFI_STATUS),
	NAMED(SO_PEEK_OFF),
	NAMED(SO_NOFCS),
	NAMED(SO_LOCK_FILTER),
	NAMED(SO_SELECT_ERR_QUEUE),
	NAMED(SO_BUSY_POLL),
	NAMED(SO_MAX_PACING_RATE),
	NAMED(SO_INCOMING_CPU),
	NAMED(SO_ATTACH_BPF),
	NAMED(SO_ATTACH_REUSEPORT_CBPF),
	NAMED(SO_ATTACH_REUSEPORT_EBPF),
	NAMED(SO_ZEROCOPY),
	NAMED(SO_TXTIME),
	NAMED(SO_BINDTOIFINDEX),
};

static const struct named of_ip[] = {
	NAMED(IP_TOS),
	NAMED(IP_TTL),
	NAMED(IP_HDRINCL),
	NAMED(IP_OPTIONS),
	NAMED(IP_RECVOPTS),
	NAMED(IP_RETOPTS),
	NAMED(IP_PKTINFO),
	NAMED(IP_MTU_DISCOVER),
	NAMED(IP_RECVERR),
	NAMED(IP_RECVTTL),
	NAMED(IP_RECVTOS),
	NAMED(IP_FREEBIND),
	NAMED(IP_TRANSPARENT),
	NAMED(IP_ORIGDSTADDR),
	NAMED(IP_MINTTL),
	NAMED(IP_NODEFRAG),
	NAMED(IP_BIND_ADDRESS_NO_PORT),
	NAMED(IP_MULTICAST_IF),
	NAMED(IP_MULTICAST_TTL),
	NAMED(IP_MULTICAST_LOOP),
	NAMED(IP_ADD_MEMBERSHIP),
	NAMED(IP_DROP_MEMBERSHIP),
	NAMED(IP_MULTICAST_ALL),
	NAMED(IP_UNICAST_IF),
};

static const struct named of_ipv6[] = {
	NAMED(IPV6_UNICAST_HOPS),     NAMED(IPV6_MULTICAST_IF),
	NAMED(IPV6_MULTICAST_HOPS),   NAMED(IPV6_MULTICAST_LOOP),
	NAMED(IPV6_JOIN_GROUP),	      NAMED(IPV6_LEAVE_GROUP),
	NAMED(IPV6_MTU_DISCOVER),     NAMED(IPV6_MTU),
	NAMED(IPV6_RECVERR),	      NAMED(IPV6_V6ONLY),
	NAMED(IPV6_RECVPKTINFO),      NAMED(IPV6_PKTINFO),
	NAMED(IPV6_RECVHOPLIMIT),     NAMED(IPV6_RECVTCLASS),
	NAMED(IPV6_TCLASS),	      NAMED(IPV6_DONTFRAG),
	NAMED(IPV6_FREEBIND),	      NAMED(IPV6_TRANSPARENT),
	NAMED(IPV6_ADDR_PREFERENCES),
};

static const struct named of_tcp[] = {
	NAMED(TCP_NODELAY),
	NAMED(TCP_MAXSEG),
	NAMED(TCP_CORK),
	NAMED(TCP_KEEPIDLE),
	NAMED(TCP_KEEPINTVL),
	NAMED(TCP_KEEPCNT),
	NAMED(TCP_SYNCNT),
	NAMED(TCP_LINGER2),
	NAMED(TCP_DEFER_ACCEPT),
	NAMED(TCP_WINDOW_CLAMP),
	NAMED(TCP_QUICKACK),
	NAMED(TCP_CONGESTION),
	NAMED(TCP_MD5SIG),
	NAMED(TCP_THIN_LINEAR_TIMEOUTS),
	NAMED(TCP_USER_TIMEOUT),
	NAMED(TCP_REPAIR),
	NAMED(TCP_FASTOPEN),
	NAMED(TCP_TIMESTAMP),
	NAMED(TCP_NOTSENT_LOWAT),
	NAMED(TCP_SAVE_SYN),
	NAMED(TCP_ULP),
	NAMED(TCP_FASTOPEN_CONNECT),
	NAMED(TCP_FASTOPEN_KEY),
	NAMED(TCP_FASTOPEN_NO_COOKIE),
	NAMED(TCP_ZEROCOPY_RECEIVE),
	NAMED(TCP_INQ),
	NAMED(TCP_TX_DELAY),
};

static const struct named of_udp[] = {
	NAMED(UDP_CORK),
	NAMED(UDP_ENCAP),
	NAMED(UDP_SEGMENT),
	NAMED(UDP_GRO),
};

static const struct {
	uint32_t level;
	const struct named *options;
	size_t count;
} options[] = {
	{SOL_SOCKET, of_socket, COUNT(of_socket)},
	{IPPROTO_IP, of_ip, COUNT(of_ip)},
	{IPPROTO_IPV6, of_ipv6, COUNT(of_ipv6)},
	{IPPROTO_TCP, of_tcp, COUNT(of_tcp)},
	{IPPROTO_UDP, of_udp, COUNT(of_udp)},
};

static const char *number_text(uint32_t number, char *buf)
{
	buf[decimal_write(number, buf)] = '\0';
	return buf;
}

static const char *find(const struct named *named, size_t count,
			uint32_t number, char *buf)
{
	for (size_t i = 0; i < count; i++)
		if (named[i].number == number)
			return named[i].text;
	return number_text(number, buf);
}

const char *socket_family_text(uint16_t family, char *buf)
{
	if (family < COUNT(families) && families[family])
		return families[family];
	return number_text(family, buf);
}

const char *socket_type_text(uint16_t type, char *buf)
{
	if (type < COUNT(types) && types[type])
		return types[type];
	return number_text(type, buf);
}

static bool is_ip(uint16_t family)
{
	return family == AF_INET || family == AF_INET6;
}

const char *socket_protocol_text(uint16_t family, uint16_t protocol, char *buf)
{
	if (!is_ip(family))
		return number_text(protocol, buf);
	return find(protocols, COUNT(protocols), protocol, buf);
}

/* IP's levels are its protocols. */
static bool is_level_of(uint16_t family, uint32_t level)
{
	return is_ip(family) || level == SOL_SOCKET || level > UINT8_MAX;
}

const char *socket_level_text(uint16_t family, uint32_t level, char *buf)
{
	if (!is_level_of(family, level))
		return number_text(level, buf);
	return find(levels, COUNT(levels), level, buf);
}

const char *socket_option_text(uint16_t family, uint32_t level, uint32_t option,
			       char *buf)
{
	if (!is_level_of(family, level))
		return number_text(option, buf);
	for (size_t i = 0; i < COUNT(options); i++)
		if (options[i].level == level)
			return find(options[i].options, options[i].count,
				    option, buf);
	return number_text(option, buf);
}

int socket_family_parse(const char *text, size_t len)
{
	for (size_t i = 0; i < COUNT(families); i++)
		if (families[i] && strlen(families[i]) == len &&
		    memcmp(families[i], text, len) == 0)
			return (int)i;
	return -EINVAL;
}
