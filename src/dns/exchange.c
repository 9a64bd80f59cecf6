// SPDX-License-Identifier: MIT
#include "dns/exchange.h"

#include "base/hash.h"
#include "dns/multicast.h"
#include "dns/ports.h"

#include <stdlib.h>
#include <string.h>

/* Views of one exchange: as many namespaces as a packet may cross, and NAT. */
#define VIEWS_MAX 8

/*
 * Exchanges looked at to find the one that a sight belongs to. More than one
 * have the same id, name, server and client port only if somebody makes it so,
 * or if it is asked of groups in many namespaces.
 */
#define LOOK_MAX       16
#define GROUP_LOOK_MAX 1024

/*
 * What a message is about, wherever it is seen: NAT keeps the client's port if
 * it can. Hashed as bytes: no gaps.
 */
struct topic {
	uint64_t name_hash;
	uint16_t id;
	uint16_t type;
	uint16_t server_port;
	uint16_t client_port;
	struct addr server;
};

struct view_key {
	struct topic topic;
	uint32_t netns;
	uint32_t protocol;
	struct addr client;
};

_Static_assert(sizeof(struct topic) == 32, "struct topic has gaps");
_Static_assert(sizeof(struct view_key) == 56, "struct view_key has gaps");

struct view {
	struct view_key key;
	struct record *record;
	UT_hash_handle hh;
};

/* An exchange with what is needed to find it again. */
struct record {
	struct exchange exchange;
	struct topic topic;
	uint64_t last_asked_ns;
	struct addr answered_by; /* the last one of a group */
	bool answered;
	bool overdue;	 /* and told of */
	bool is_of_mdns; /* not waited for */
	size_t view_count;
	struct view *view[VIEWS_MAX]; /* [0]: where it counts */
	struct record *topic_newer, *topic_older;
	struct record *newer, *older; /* in order of opening */
	char name[];		      /* asked for */
};

/* The records about one topic. */
struct topic_list {
	struct topic topic;
	struct record *newest;
	UT_hash_handle hh;
};

struct exchanges {
	struct view *views;
	struct topic_list *topics;
	struct record *newest, *oldest;
	struct record *waiting; /* the oldest that may become overdue */
	size_t count, most;
	struct exchange_stats stats;
};

struct exchanges *exchanges_create(size_t most)
{
	struct exchanges *exchanges = calloc(1, sizeof(*exchanges));

	if (exchanges)
		exchanges->most = most ? most : 1;
	return exchanges;
}

static void view_key_of(const struct exchange_sight *sight,
			const struct endpoint *client,
			const struct endpoint *server, struct view_key *key)
{
	const struct dns_message *message = sight->message;

	memset(key, 0, sizeof(*key));
	/* Clients and servers may play with upper and lower case. */
	key->topic.name_hash = hash_masked(message->name, strlen(message->name),
					   HASH_ANY_CASE);
	key->topic.id = message->id;
	key->topic.type = message->type;
	key->topic.server_port = server->port;
	key->topic.client_port = client->port;
	key->topic.server = server->addr;
	key->netns = sight->netns;
	key->protocol = sight->protocol;
	key->client = client->addr;
}

static struct view *find_view(struct exchanges *exchanges,
			      const struct view_key *key)
{
	struct view *view;

	HASH_FIND(hh, exchanges->views, key, sizeof(*key), view);
	return view;
}

/* Without memory for a view, what is seen there is taken for something new. */
static void add_view(struct exchanges *exchanges, struct record *record,
		     const struct view_key *key)
{
	struct view *view;

	if (record->view_count == VIEWS_MAX)
		return;
	view = calloc(1, sizeof(*view));
	if (!view)
		return;
	view->key = *key;
	view->record = record;
	HASH_ADD(hh, exchanges->views, key, sizeof(view->key), view);
	if (view->hh.tbl)
		record->view[record->view_count++] = view;
	else
		free(view);
}

static struct topic_list *find_topic(struct exchanges *exchanges,
				     const struct topic *topic)
{
	struct topic_list *list;

	HASH_FIND(hh, exchanges->topics, topic, sizeof(*topic), list);
	return list;
}

static bool join_topic(struct exchanges *exchanges, struct record *record)
{
	struct topic_list *list = find_topic(exchanges, &record->topic);

	if (!list) {
		list = calloc(1, sizeof(*list));
		if (!list)
			return false;
		list->topic = record->topic;
		HASH_ADD(hh, exchanges->topics, topic, sizeof(list->topic),
			 list);
		if (!list->hh.tbl) {
			free(list);
			return false;
		}
	}
	record->topic_older = list->newest;
	if (list->newest)
		list->newest->topic_newer = record;
	list->newest = record;
	return true;
}

static void leave_topic(struct exchanges *exchanges, struct record *record)
{
	struct topic_list *list;

	if (record->topic_older)
		record->topic_older->topic_newer = record->topic_newer;
	if (record->topic_newer) {
		record->topic_newer->topic_older = record->topic_older;
		return;
	}
	list = find_topic(exchanges, &record->topic);
	if (!list)
		return;
	list->newest = record->topic_older;
	if (!list->newest) {
		HASH_DEL(exchanges->topics, list);
		free(list);
	}
}

static bool is_open(const struct record *record)
{
	return !record->answered && !record->overdue && !record->is_of_mdns;
}

static void drop_record(struct exchanges *exchanges, struct record *record)
{
	for (size_t i = 0; i < record->view_count; i++) {
		HASH_DEL(exchanges->views, record->view[i]);
		free(record->view[i]);
	}
	if (is_open(record))
		exchanges->stats.open--;
	if (exchanges->waiting == record)
		exchanges->waiting = record->newer;
	leave_topic(exchanges, record);
	if (record->newer)
		record->newer->older = record->older;
	else
		exchanges->newest = record->older;
	if (record->older)
		record->older->newer = record->newer;
	else
		exchanges->oldest = record->newer;
	exchanges->count--;
	free(record);
}

void exchanges_destroy(struct exchanges *exchanges)
{
	if (!exchanges)
		return;
	while (exchanges->oldest)
		drop_record(exchanges, exchanges->oldest);
	free(exchanges);
}

/* Sources are not quite in step: what is a little earlier is recent, too. */
static bool is_recent(const struct record *record, uint64_t time_ns)
{
	return time_ns <= record->last_asked_ns ||
	       time_ns - record->last_asked_ns <= EXCHANGE_REPEAT_NS;
}

static void ask_again(struct record *record, uint64_t time_ns)
{
	if (time_ns > record->last_asked_ns)
		record->last_asked_ns = time_ns;
}

static struct record *open_record(struct exchanges *exchanges,
				  const struct view_key *key,
				  const struct exchange_sight *sight)
{
	size_t name_size = strlen(sight->message->name) + 1;
	struct record *record = calloc(1, sizeof(*record) + name_size);
	struct record *oldest = exchanges->oldest;

	if (!record)
		return NULL;
	memcpy(record->name, sight->message->name, name_size);
	record->topic = key->topic;
	if (exchanges->count == exchanges->most) {
		if (!oldest->answered && is_recent(oldest, sight->time_ns))
			exchanges->stats.forgotten++;
		drop_record(exchanges, oldest);
	}
	if (!join_topic(exchanges, record)) {
		free(record);
		return NULL;
	}
	record->exchange.netns = sight->netns;
	record->exchange.protocol = sight->protocol;
	record->exchange.asked_ns = sight->time_ns;
	record->exchange.name = record->name;
	record->exchange.id = sight->message->id;
	record->exchange.type = sight->message->type;
	record->exchange.class = sight->message->class;
	record->last_asked_ns = sight->time_ns;
	record->older = exchanges->newest;
	if (record->older)
		record->older->newer = record;
	else
		exchanges->oldest = record;
	exchanges->newest = record;
	exchanges->count++;
	if (!exchanges->waiting)
		exchanges->waiting = record;
	add_view(exchanges, record, key);
	return record;
}

/*
 * Two names may have one hash, if somebody looks for them; and the same may be
 * asked over UDP and TCP.
 */
static bool is_about(const struct record *record,
		     const struct exchange_sight *sight)
{
	return record->exchange.protocol == sight->protocol &&
	       dns_name_equal(record->name, sight->message->name);
}

/* What is asked of a group stays on its link, where no NAT is. */
static bool is_beyond(const struct exchange *exchange,
		      const struct exchange_sight *sight,
		      const struct exchange_asker *asker)
{
	static const struct process_id nobody;

	return dns_multicast_is_group(&exchange->server) &&
	       (exchange->netns != sight->netns ||
		!process_id_equal(exchange->asker.process,
				  asker ? asker->party.process : nobody));
}

/*
 * The exchange of which this question is another sight: seen in another
 * namespace with the same client, or with the client's address rewritten by
 * NAT. An asker that took its socket since that exchange began asks for itself;
 * one that did so before may have closed it long ago.
 */
static struct record *find_elsewhere(struct exchanges *exchanges,
				     const struct exchange_sight *sight,
				     const struct topic *topic,
				     const struct exchange_asker *asker)
{
	struct topic_list *list = find_topic(exchanges, topic);
	struct record *record = list ? list->newest : NULL;
	struct record *rewritten = NULL;

	for (int i = 0; record && i < LOOK_MAX;
	     i++, record = record->topic_older) {
		const struct exchange *exchange = &record->exchange;
		bool for_itself = asker &&
				  asker->since_ns >= exchange->asked_ns;
		bool same_client = addr_equal(&exchange->client.addr,
					      &sight->source.addr);

		if (record->answered || !is_recent(record, sight->time_ns) ||
		    !is_about(record, sight) ||
		    is_beyond(exchange, sight, asker))
			continue;
		if (for_itself &&
		    (!same_client || process_id_known(exchange->asker.process)))
			continue;
		if (same_client)
			return record;
		if (!rewritten)
			rewritten = record;
	}
	return rewritten;
}

/*
 * Another sight of an exchange. If only here the asker is known, and took its
 * socket just now, then this is where the question left, seen a little late.
 */
static void join_record(struct exchanges *exchanges, struct record *record,
			const struct view_key *key,
			const struct exchange_sight *sight,
			const struct exchange_asker *asker)
{
	struct exchange *exchange = &record->exchange;
	size_t last = record->view_count;
	struct view *first;

	ask_again(record, sight->time_ns);
	add_view(exchanges, record, key);
	if (!asker || asker->since_ns < exchange->asked_ns ||
	    process_id_known(exchange->asker.process) ||
	    record->view_count == last)
		return;
	exchange->asker = asker->party;
	exchange->netns = sight->netns;
	first = record->view[0];
	record->view[0] = record->view[last];
	record->view[last] = first;
}

struct exchange *exchange_question(struct exchanges *exchanges,
				   const struct exchange_sight *sight,
				   const struct exchange_asker *asker)
{
	struct view_key key;
	struct view *view;
	struct record *record;

	view_key_of(sight, &sight->source, &sight->destination, &key);
	view = find_view(exchanges, &key);
	if (view) {
		record = view->record;
		/*
		 * A question sent again may meet its answer on the way: then it
		 * goes on, and is seen where it comes by, but was not asked
		 * anew, which would have been seen where it counts.
		 */
		if (is_about(record, sight) &&
		    is_recent(record, sight->time_ns) &&
		    (!record->answered || record->view[0] != view)) {
			ask_again(record, sight->time_ns);
			return NULL;
		}
		drop_record(exchanges, record);
	}
	record = find_elsewhere(exchanges, sight, &key.topic, asker);
	if (record) {
		join_record(exchanges, record, &key, sight, asker);
		return NULL;
	}
	record = open_record(exchanges, &key, sight);
	if (!record)
		return NULL;
	record->exchange.client = sight->source;
	record->exchange.server = sight->destination;
	record->exchange.solicited = true;
	if (asker)
		record->exchange.asker = asker->party;
	record->is_of_mdns = sight->destination.port == MDNS_PORT &&
			     dns_multicast_is_group(&sight->destination);
	exchanges->stats.asked++;
	exchanges->stats.open += is_open(record);
	return &record->exchange;
}

/* Whether there is an exchange seen at so many places that it has no more. */
static bool is_seen_everywhere(struct exchanges *exchanges,
			       const struct exchange_sight *sight,
			       const struct topic *topic)
{
	struct topic_list *list = find_topic(exchanges, topic);
	struct record *record = list ? list->newest : NULL;

	for (int i = 0; record && i < LOOK_MAX;
	     i++, record = record->topic_older)
		if (record->view_count == VIEWS_MAX &&
		    is_recent(record, sight->time_ns) &&
		    is_about(record, sight))
			return true;
	return false;
}

/* The question of which a member of the group that was asked has answered. */
static struct view *find_group_view(struct exchanges *exchanges,
				    const struct exchange_sight *sight,
				    struct view_key key)
{
	struct endpoint group;

	if (!dns_multicast_group_of(&sight->source, &group) ||
	    (group.port == MDNS_PORT && !sight->is_of_link))
		return NULL;
	key.topic.server = group.addr;
	return find_view(exchanges, &key);
}

static void mark_answered(struct exchanges *exchanges, struct record *record)
{
	if (record->answered)
		return;
	if (is_open(record))
		exchanges->stats.open--;
	record->answered = true;
	exchanges->stats.answered++;
}

struct exchange *exchange_answer(struct exchanges *exchanges,
				 const struct exchange_sight *sight)
{
	struct view_key key;
	struct view *view;
	struct record *record;

	view_key_of(sight, &sight->destination, &sight->source, &key);
	view = find_view(exchanges, &key);
	if (!view)
		view = find_group_view(exchanges, sight, key);
	if (view && !is_about(view->record, sight)) {
		drop_record(exchanges, view->record);
		view = NULL;
	}
	if (view) {
		record = view->record;
		if (record->answered || record->view[0] != view)
			return NULL;
		mark_answered(exchanges, record);
		return &record->exchange;
	}
	if (is_seen_everywhere(exchanges, sight, &key.topic))
		return NULL;
	record = open_record(exchanges, &key, sight);
	if (!record)
		return NULL;
	record->exchange.client = sight->destination;
	record->exchange.server = sight->source;
	record->answered = true;
	exchanges->stats.unsolicited++;
	return &record->exchange;
}

void exchange_answer_group(struct exchanges *exchanges,
			   const struct exchange_sight *sight,
			   void (*fn)(const struct exchange *exchange,
				      void *context),
			   void *context)
{
	struct topic_list *list;
	struct record *record;
	struct view_key key;

	if (!sight->is_of_link)
		return;
	/* Who listens to the group asks from its port, all with the same id. */
	view_key_of(sight, &sight->destination, &sight->destination, &key);
	key.topic.id = 0;
	list = find_topic(exchanges, &key.topic);
	record = list ? list->newest : NULL;
	for (int i = 0; record && i < GROUP_LOOK_MAX;
	     i++, record = record->topic_older) {
		if (record->exchange.netns != sight->netns ||
		    !is_recent(record, sight->time_ns) ||
		    !is_about(record, sight))
			continue;
		/* Each of the sockets that listen shows it once more. */
		if (record->answered &&
		    addr_equal(&record->answered_by, &sight->source.addr))
			continue;
		mark_answered(exchanges, record);
		record->answered_by = sight->source.addr;
		fn(&record->exchange, context);
	}
}

/* Passes by what has been answered in the meantime. */
static struct record *first_open(struct exchanges *exchanges)
{
	while (exchanges->waiting && !is_open(exchanges->waiting))
		exchanges->waiting = exchanges->waiting->newer;
	return exchanges->waiting;
}

struct exchange *exchange_overdue(struct exchanges *exchanges, uint64_t now_ns)
{
	struct record *record = first_open(exchanges);

	if (!record || now_ns < record->exchange.asked_ns ||
	    now_ns - record->exchange.asked_ns < EXCHANGE_TIMEOUT_NS)
		return NULL;
	record->overdue = true;
	exchanges->stats.open--;
	exchanges->stats.overdue++;
	return &record->exchange;
}

uint64_t exchange_next_overdue(struct exchanges *exchanges)
{
	const struct record *record = first_open(exchanges);

	return record ? record->exchange.asked_ns + EXCHANGE_TIMEOUT_NS
		      : UINT64_MAX;
}

void exchanges_get_stats(const struct exchanges *exchanges,
			 struct exchange_stats *ret)
{
	*ret = exchanges->stats;
}
