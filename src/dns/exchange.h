/* SPDX-License-Identifier: MIT */
#ifndef DNS_EXCHANGE_H
#define DNS_EXCHANGE_H

#include "base/addr.h"
#include "dns/message.h"
#include "flow/party.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Questions and their answers, each once.
 *
 * One message is seen many times: twice on loopback, and on every interface
 * it crosses, in several network namespaces, perhaps with its source rewritten
 * on the way. The first sight of a question is where its socket lives (a
 * packet leaves there before it arrives anywhere else); later sights are other
 * views of the same exchange. An answer counts where the question's first view
 * is: there, what it says reaches the program that asked, if it comes to the
 * very socket. It may come late, to somebody who has the port by then.
 *
 * A response is believed only if it answers a question that was seen: same
 * namespace, protocol, addresses, ports, id, name and type (RFC 5452 9.1). Only
 * a question to a group (multicast.h) is answered from any address: of multicast
 * DNS, where there is no id to guess, only of the link (RFC 6762 11). Such a
 * question often has no answer, by intention, and is never overdue.
 */

/*
 * A repeated question within this time belongs to the same exchange. For as
 * long later sights of an answer are known to be that; thereafter it is
 * unsolicited.
 */
#define EXCHANGE_REPEAT_NS (15ull * 1000000000)

/*
 * A question that has no answer after this time is told of: glibc asks again
 * then, if nothing else is configured (RES_TIMEOUT).
 */
#define EXCHANGE_TIMEOUT_NS (5ull * 1000000000)

struct exchange {
	uint32_t netns;
	uint8_t protocol; /* IPPROTO_UDP or IPPROTO_TCP */
	struct endpoint client;
	struct endpoint server;
	struct party asker; /* all zero: not known */
	uint64_t asked_ns;  /* the first question */
	bool solicited;	    /* the question was seen */
	bool missed; /* by the asker: the answer came to another socket */
	uint64_t socket_id; /* from which the question came; 0: not known */
	const char *name;   /* asked for */
	uint16_t id, type, class;
};

struct exchanges;

/*
 * Of at most so many: those that have their answers go first, then the oldest.
 * NULL if memory is short.
 */
struct exchanges *exchanges_create(size_t most);
void exchanges_destroy(struct exchanges *exchanges);

/*
 * One message on one wire. Times go forward from call to call, but for the
 * little that sources are out of step.
 */
struct exchange_sight {
	uint64_t time_ns;
	uint32_t netns;
	uint8_t protocol;
	struct endpoint source;
	struct endpoint destination;
	bool is_of_link; /* no router has passed it on */
	/*
	 * Where a question leaves its socket, or a response enters one: which
	 * it is. 0: elsewhere, or not known.
	 */
	uint64_t socket_id;
	const struct dns_message *message;
};

/* The owner of the socket that a question came from. */
struct exchange_asker {
	struct party party;
	uint64_t since_ns; /* when it was last told of */
};

/*
 * A question was seen; asker is its socket's owner in that namespace, or NULL.
 * Returns the exchange it opens, or NULL if it is another sight of one, or a
 * repetition. Good until the next call.
 */
struct exchange *exchange_question(struct exchanges *exchanges,
				   const struct exchange_sight *sight,
				   const struct exchange_asker *asker);

/*
 * A response was seen. Returns its exchange if this is the sight that counts,
 * else NULL. One that answers no question gets an exchange of its own, not
 * solicited, so that it too is told of once.
 */
struct exchange *exchange_answer(struct exchanges *exchanges,
				 const struct exchange_sight *sight);

/*
 * A response to a group, of which there may be one from each member, was seen:
 * fn takes each exchange that asked there for this name and type. Those that
 * nobody asked for are announcements (RFC 6762 8.3).
 */
void exchange_answer_group(struct exchanges *exchanges,
			   const struct exchange_sight *sight,
			   void (*fn)(const struct exchange *exchange,
				      void *context),
			   void *context);

/*
 * A question that is open since EXCHANGE_TIMEOUT_NS, each once; it may still be
 * answered. NULL if there is none. Good until the next call.
 */
struct exchange *exchange_overdue(struct exchanges *exchanges, uint64_t now_ns);

/* When the next one will be, or UINT64_MAX. */
uint64_t exchange_next_overdue(const struct exchanges *exchanges);

struct exchange_stats {
	uint64_t asked;	      /* exchanges opened by a question */
	uint64_t answered;    /* of those, answered */
	uint64_t overdue;     /* not answered in time, if at all */
	uint64_t open;	      /* neither, so far */
	uint64_t unsolicited; /* responses to no question */
	/* Dropped to stay in bounds, while an answer could be expected. */
	uint64_t forgotten;
};

void exchanges_get_stats(const struct exchanges *exchanges,
			 struct exchange_stats *ret);

#endif
