// SPDX-License-Identifier: MIT
#include "output/socket_names.h"

#include "suite.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/socket.h>

static char buf[SOCKET_NAME_TEXT];

START_TEST(what_has_a_name_is_called_so)
{
	ck_assert_str_eq(socket_family_text(AF_INET, buf), "inet");
	ck_assert_str_eq(socket_family_text(AF_INET6, buf), "inet6");
	ck_assert_str_eq(socket_family_text(AF_UNIX, buf), "unix");
	ck_assert_str_eq(socket_type_text(SOCK_STREAM, buf), "stream");
	ck_assert_str_eq(socket_type_text(SOCK_SEQPACKET, buf), "seqpacket");
	ck_assert_str_eq(socket_protocol_text(AF_INET, IPPROTO_UDP, buf),
			 "udp");
	ck_assert_str_eq(socket_protocol_text(AF_INET, 262, buf), "mptcp");
	ck_assert_str_eq(socket_level_text(AF_INET6, SOL_SOCKET, buf),
			 "SOL_SOCKET");
	ck_assert_str_eq(
		socket_option_text(AF_INET6, SOL_SOCKET, SO_REUSEPORT, buf),
		"SO_REUSEPORT");
	ck_assert_str_eq(
		socket_option_text(AF_INET6, IPPROTO_TCP, TCP_NODELAY, buf),
		"TCP_NODELAY");
	/* The same number at another level. */
	ck_assert_str_eq(socket_option_text(AF_INET6, IPPROTO_UDP, 1, buf),
			 "UDP_CORK");
	ck_assert_str_eq(
		socket_option_text(AF_INET6, IPPROTO_IPV6, IPV6_V6ONLY, buf),
		"IPV6_V6ONLY");
}
END_TEST

START_TEST(what_has_none_is_a_number)
{
	ck_assert_str_eq(socket_family_text(0, buf), "0");
	ck_assert_str_eq(socket_family_text(65535, buf), "65535");
	ck_assert_str_eq(socket_type_text(0, buf), "0");
	ck_assert_str_eq(socket_type_text(15, buf), "15");
	ck_assert_str_eq(socket_protocol_text(AF_INET, 0, buf), "0");
	ck_assert_str_eq(socket_level_text(AF_INET6, UINT32_MAX, buf),
			 "4294967295");
	ck_assert_str_eq(
		socket_option_text(AF_INET6, UINT32_MAX, UINT32_MAX, buf),
		"4294967295");
	ck_assert_str_eq(socket_option_text(AF_INET6, SOL_SOCKET, 9999, buf),
			 "9999");
}
END_TEST

START_TEST(other_families_have_other_numbers)
{
	ck_assert_str_eq(socket_protocol_text(AF_NETLINK, IPPROTO_TCP, buf),
			 "6");
	ck_assert_str_eq(socket_level_text(AF_BLUETOOTH, 6, buf), "6");
	ck_assert_str_eq(socket_option_text(AF_BLUETOOTH, 6, 1, buf), "1");
	ck_assert_str_eq(socket_level_text(AF_UNIX, SOL_SOCKET, buf),
			 "SOL_SOCKET");
	ck_assert_str_eq(
		socket_option_text(AF_UNIX, SOL_SOCKET, SO_PASSCRED, buf),
		"SO_PASSCRED");
	ck_assert_str_eq(socket_level_text(AF_NETLINK, SOL_NETLINK, buf),
			 "SOL_NETLINK");
}
END_TEST

static int parse(const char *name)
{
	return socket_family_parse(name, strlen(name));
}

START_TEST(families_are_found_by_name)
{
	for (uint16_t family = 0; family < AF_MAX; family++) {
		const char *name = socket_family_text(family, buf);

		if (*name > '9')
			ck_assert_int_eq(parse(name), family);
	}
	ck_assert_int_eq(socket_family_parse("inet6,unix", 5), AF_INET6);
	ck_assert_int_eq(parse(""), -EINVAL);
	ck_assert_int_eq(parse("ine"), -EINVAL);
	ck_assert_int_eq(parse("inet4"), -EINVAL);
	ck_assert_int_eq(parse("2"), -EINVAL);
}
END_TEST

SUITE_MAIN("output/socket_names", what_has_a_name_is_called_so,
	   what_has_none_is_a_number, other_families_have_other_numbers,
	   families_are_found_by_name)
