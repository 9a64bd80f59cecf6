/* SPDX-License-Identifier: MIT */
#ifndef DNS_MULTICAST_H
#define DNS_MULTICAST_H

#include "base/addr.h"
#include "dns/message.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Questions to everybody on a link: multicast DNS (RFC 6762) and LLMNR (RFC
 * 4795). They go to a group, and whoever knows answers: from an address of its
 * own, to the one who asked; in multicast DNS mostly to the group again, then
 * with neither an id nor a question.
 */

/* Whether these are a group's address and port. */
bool dns_multicast_is_group(const struct endpoint *endpoint);

/*
 * What comes from the link itself has this time to live, or hop limit; routers
 * would have lowered it (RFC 6762 11).
 */
#define DNS_MULTICAST_TTL 255

/* Whether a port is one of theirs, and so what is said there is of the link. */
bool dns_multicast_is_port(uint16_t port);

/*
 * The group whose member answers from here: of the same family and port. False
 * if from there nobody answers for a group.
 */
bool dns_multicast_group_of(const struct endpoint *source,
			    struct endpoint *ret);

#define DNS_SUBJECTS_MAX 32

/*
 * What one multicast DNS message is about, each of which was asked, or may have
 * been asked, by itself: the questions of a query, the names and types of the
 * answers of a response, each once, in their order.
 */
struct dns_subjects {
	size_t count;
	struct dns_subject subject[DNS_SUBJECTS_MAX];
};

/*
 * The first DNS_SUBJECTS_MAX of them. Of a message that ends too early, what
 * there is of it: that it is well-formed is for dns_message_parse_about() to
 * say. A query may have none: then it goes on with what is known of another's
 * questions (RFC 6762 7.2).
 */
void dns_subjects_read(const void *bytes, size_t len, struct dns_subjects *ret);

#endif
