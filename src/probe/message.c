// SPDX-License-Identifier: MIT
#include "probe/message.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>

int message_send(int socket, const struct loader_message *message,
		 const int *fds)
{
	union {
		struct cmsghdr header;
		char space[CMSG_SPACE(sizeof(int) * FORM_ATTACHMENTS)];
	} control = {0};
	struct loader_message copy = *message;
	struct iovec bytes = {&copy, sizeof(copy)};
	struct msghdr packet = {.msg_iov = &bytes, .msg_iovlen = 1};
	size_t fds_len = sizeof(int) * message->fd_count;

	if (fds && message->fd_count) {
		packet.msg_control = control.space;
		packet.msg_controllen = CMSG_SPACE(fds_len);
		control.header.cmsg_level = SOL_SOCKET;
		control.header.cmsg_type = SCM_RIGHTS;
		control.header.cmsg_len = CMSG_LEN(fds_len);
		memcpy(CMSG_DATA(&control.header), fds, fds_len);
	}
	return sendmsg(socket, &packet, MSG_NOSIGNAL) < 0 ? -errno : 0;
}

int message_receive(int socket, struct loader_message *ret, int *fds)
{
	union {
		struct cmsghdr header;
		char space[CMSG_SPACE(sizeof(int) * FORM_ATTACHMENTS)];
	} control;
	struct iovec bytes = {ret, sizeof(*ret)};
	struct msghdr packet = {
		.msg_iov = &bytes,
		.msg_iovlen = 1,
		.msg_control = control.space,
		.msg_controllen = sizeof(control.space),
	};
	struct cmsghdr *header;
	ssize_t len;

	do
		len = recvmsg(socket, &packet, MSG_CMSG_CLOEXEC);
	while (len < 0 && errno == EINTR);
	if (len != (ssize_t)sizeof(*ret))
		return -EPIPE;
	header = CMSG_FIRSTHDR(&packet);
	if (packet.msg_flags & MSG_CTRUNC)
		return -EMFILE;
	if (!header != !ret->fd_count || ret->fd_count > FORM_ATTACHMENTS)
		return -EPIPE;
	if (header)
		memcpy(fds, CMSG_DATA(header), sizeof(int) * ret->fd_count);
	return 0;
}
