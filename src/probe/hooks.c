// SPDX-License-Identifier: MIT
#include "probe/hooks.h"

#include "probe/source.h"

#include <linux/bpf.h>

/* clang-format off */
#define KPROBE(fn, by) {ATTACHMENT_KPROBE, #fn, "kprobe_" #by, 0}
#define RETURN(fn, by) {ATTACHMENT_KRETPROBE, #fn, "kretprobe_" #by, 0}
#define RAW_BY(tp, by) {ATTACHMENT_RAW_TRACEPOINT, #tp, "raw_tracepoint_" #by, 0}
#define RAW(tp)	       RAW_BY(tp, tp)
#define CGROUP(on, as) {ATTACHMENT_CGROUP, #on, "cgroup_" #on, as}
#define PACKETS(on, as) {ATTACHMENT_CGROUP_PACKETS, #on, "cgroup_" #on, as}
#define RELEASE_OR(optional) {ATTACHMENT_CGROUP_SOCKET, "sock_release", "cgroup_sock_release", BPF_CGROUP_INET_SOCK_RELEASE, optional}
#define RELEASE RELEASE_OR(false)
#define MAYBE_RELEASE RELEASE_OR(true)
#define MAYBE_CGROUP(on, as) {ATTACHMENT_CGROUP, #on, "cgroup_" #on, as, true}
#define CALL(name, without, fn) {name, without, \
	{{ATTACH_KPROBE, {KPROBE(__sys_##fn, sys_##fn), RETURN(__sys_##fn, call)}}, \
	 {ATTACH_TRACEPOINT, {RAW(sys_enter), RAW(sys_exit)}}}, \
	NULL, SOURCE_CALLS}
/* clang-format on */

const struct hook hooks[] = {
	{"tcp.state",
	 "TCP connections",
	 {{ATTACH_TRACEPOINT,
	   {RAW_BY(inet_sock_set_state, tcp_begin),
	    RAW_BY(inet_sock_set_state, tcp_end)}},
	  {ATTACH_KPROBE,
	   {KPROBE(tcp_set_state, tcp_begin),
	    KPROBE(tcp_set_state, tcp_end)}}}},
	{"tcp4.connect",
	 "IPv4 connects that fail before a packet is sent",
	 {{ATTACH_KPROBE,
	   {KPROBE(tcp_v4_connect, tcp_connect),
	    RETURN(tcp_v4_connect, tcp_connect)}},
	  {ATTACH_TRACEPOINT,
	   {CGROUP(connect4, BPF_CGROUP_INET4_CONNECT), RAW(fib_table_lookup),
	    RAW(tcp_destroy_sock)}}}},
	{"tcp6.connect",
	 "IPv6 connects that fail before a packet is sent",
	 {{ATTACH_KPROBE,
	   {KPROBE(tcp_v6_connect, tcp_connect),
	    RETURN(tcp_v6_connect, tcp_connect)}},
	  {ATTACH_TRACEPOINT,
	   {CGROUP(connect6, BPF_CGROUP_INET6_CONNECT), RAW(fib6_table_lookup),
	    RAW(tcp_destroy_sock)}}}},
	{"udp4.send",
	 "IPv4 datagrams",
	 {{ATTACH_KPROBE, {KPROBE(udp_sendmsg, udp_sendmsg)}},
	  {ATTACH_TRACEPOINT,
	   {PACKETS(egress, BPF_CGROUP_INET_EGRESS),
	    MAYBE_CGROUP(sendmsg4, BPF_CGROUP_UDP4_SENDMSG),
	    MAYBE_CGROUP(connect4, BPF_CGROUP_INET4_CONNECT)}}}},
	{"udp6.send",
	 "IPv6 datagrams",
	 {{ATTACH_KPROBE, {KPROBE(udpv6_sendmsg, udp_sendmsg)}},
	  {ATTACH_TRACEPOINT,
	   {PACKETS(egress, BPF_CGROUP_INET_EGRESS),
	    MAYBE_CGROUP(sendmsg6, BPF_CGROUP_UDP6_SENDMSG),
	    MAYBE_CGROUP(connect6, BPF_CGROUP_INET6_CONNECT)}}}},
	{"dns.packets",
	 "DNS",
	 {{ATTACH_TRACEPOINT,
	   {PACKETS(egress, BPF_CGROUP_INET_EGRESS),
	    PACKETS(ingress, BPF_CGROUP_INET_INGRESS)}}},
	 "packet sockets in the network namespaces of now"},
	{"raw.send",
	 "pings, SCTP and raw packets",
	 {{ATTACH_TRACEPOINT, {PACKETS(egress, BPF_CGROUP_INET_EGRESS)}}}},
	/* Where there are kprobes it costs others nothing. */
	{"packet.send",
	 "frames that programs make themselves",
	 {{ATTACH_KPROBE, {KPROBE(packet_sendmsg, packet_sendmsg)}},
	  {ATTACH_TRACEPOINT, {RAW(sock_send_length)}}},
	 NULL,
	 SOURCE_KPROBES | SOURCE_FRAMES},
	{"process.exec",
	 "programs and arguments of processes that end at once",
	 {{ATTACH_TRACEPOINT, {RAW(sched_process_exec)}}}},
	{"process.fork",
	 "which process begot which",
	 {{ATTACH_TRACEPOINT, {RAW(sched_process_fork)}}}},
	{"process.exit",
	 "how processes end",
	 {{ATTACH_TRACEPOINT, {RAW(sched_process_exit)}}},
	 NULL,
	 SOURCE_EXITS},
	{"tcp.flow",
	 "what goes over TCP connections",
	 {{ATTACH_TRACEPOINT,
	   {RAW_BY(inet_sock_set_state, tcp_arrival),
	    RAW_BY(inet_sock_set_state, tcp_ending)}}},
	 NULL,
	 SOURCE_FLOWS},
	{"udp.flow",
	 "what goes over UDP sockets",
	 {{ATTACH_TRACEPOINT,
	   {PACKETS(egress, BPF_CGROUP_INET_EGRESS),
	    PACKETS(ingress, BPF_CGROUP_INET_INGRESS), MAYBE_RELEASE}}},
	 NULL,
	 SOURCE_FLOWS},
	{"tcp.owner",
	 "whose the TCP connections from elsewhere are",
	 {{ATTACH_TRACEPOINT, {RAW(tcp_rcv_space_adjust), MAYBE_RELEASE}}},
	 NULL,
	 SOURCE_FLOWS},
	CALL("socket.create", "sockets that are made", socket),
	CALL("socket.bind", "sockets that are bound", bind),
	CALL("socket.listen", "sockets that listen", listen),
	{"socket.accept",
	 "connections that are accepted",
	 {{ATTACH_KPROBE,
	   {KPROBE(__sys_accept4, sys_accept4), RETURN(__sys_accept4, call),
	    KPROBE(fd_install, fd_install)}},
	  {ATTACH_TRACEPOINT, {RAW(sys_enter), RAW(sys_exit)}}},
	 NULL,
	 SOURCE_CALLS},
	CALL("socket.connect", "connects of any family", connect),
	CALL("socket.setsockopt", "options of sockets", setsockopt),
	{"socket.close",
	 "sockets that are closed",
	 {{ATTACH_TRACEPOINT, {RELEASE}}},
	 NULL,
	 SOURCE_CLOSES},
};

const size_t hook_count = sizeof(hooks) / sizeof(hooks[0]);

const char *attachment_kind_text(enum attachment_kind kind)
{
	static const char *const texts[] = {
		[ATTACHMENT_KPROBE] = "kprobe",
		[ATTACHMENT_KRETPROBE] = "kretprobe",
		[ATTACHMENT_RAW_TRACEPOINT] = "raw tracepoint",
		[ATTACHMENT_CGROUP] = "cgroup",
		[ATTACHMENT_CGROUP_PACKETS] = "cgroup",
		[ATTACHMENT_CGROUP_SOCKET] = "cgroup",
	};

	return texts[kind];
}

bool hook_form_exists(const struct hook_form *form)
{
	return form->attachment[0].target;
}

bool hook_form_allowed(const struct hook *hook, const struct hook_form *form,
		       enum attach_mode mode)
{
	if (mode == ATTACH_AUTO || form->mode == mode)
		return true;
	for (int i = 0; i < HOOK_FORMS; i++)
		if (hook_form_exists(&hook->form[i]) &&
		    hook->form[i].mode == mode)
			return false;
	return true;
}

const struct hook_form *hook_likely_form(const struct hook *hook,
					 enum attach_mode mode, bool kprobes)
{
	for (int i = 0; i < HOOK_FORMS; i++) {
		const struct hook_form *form = &hook->form[i];

		if (hook_form_exists(form) &&
		    hook_form_allowed(hook, form, mode) &&
		    (kprobes || form->mode != ATTACH_KPROBE))
			return form;
	}
	return &hook->form[0];
}
