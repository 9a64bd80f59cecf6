// SPDX-License-Identifier: MIT
#include "dns/exchange.h"

#include "base/chains.h"
#include "base/hash.h"
#include "base/list.h"
#include "dns/multicast.h"
#include "dns/ports.h"

#include <stdlib.h>
#include <string.h>

/* Views of one exchange: as many namespaces as a packet may cross, and NAT. */
#define VIEWS_MAX 8

/*
 * Exchanges looked at to find the one that a sight belongs to. More than one
 * have the same id, name, server and client port only if somebody makes it so.
 */
#define LOOK_MAX 16

/*
 * What a message is about, wherever it is seen: NAT keeps the client's port if
 * it can. What is asked of a group is seen on its link only, where no NAT is.
 * Hashed as bytes: no gaps.
 */
struct topic {
	uint64_t name_hash;
	uint16_t id;
	uint16_t type;
	uint16_t server_port;
	uint16_t client_port;
	struct addr server;
	uint32_t group_netns; /* if a group is asked, else 0 */
	uint32_t protocol;
};

struct view_key {
	struct topic topic;
	uint64_t netns;
	struct addr client;
};

_Static_assert(sizeof(struct topic) == 40, "struct topic has gaps");
_Static_assert(sizeof(struct view_key) == 64, "struct view_key has gaps");

/* One place where an exchange is seen. */
struct view {
	struct chain_link link; /* by topic */
	struct view_key key;
	struct record *record;
	struct view *other; /* of the same record */
};

/* An exchange with what is needed to find it again. */
struct record {
	struct exchange exchange;
	uint64_t last_asked_ns;
	struct addr answered_by; /* the last one of a group */
	bool answered;
	bool overdue;	     /* and told of */
	bool is_of_mdns;     /* not waited for */
	uint64_t settled_ns; /* when it was last of use, if it is settled */
	unsigned int view_count;
	struct view opened;  /* mostly the only one */
	struct view *views;  /* all of them */
	struct view *counts; /* where an answer does */
	struct record *prev, *next;
	char name[]; /* asked for */
};

/*
 * A record is waited for, or settled: answered, or of multicast DNS. What is
 * settled is kept for later sights of it, and goes first when there are too
 * many; nobody gets rid of questions by sending answers.
 */
struct exchanges {
	struct chains views;
	struct record *waiting; /* in order of opening */
	struct record *due;	/* the first of them that is not overdue */
	struct record *settled; /* in order of settled_ns */
	size_t count, most;
	struct exchange_stats stats;
};

struct exchanges *exchanges_create(size_t most)
{
	struct exchanges *exchanges = calloc(1, sizeof(*exchanges));

	if (!exchanges)
		return NULL;
	exchanges->most = most ? most : 1;
	if (!chains_init(&exchanges->views, exchanges->most * 2))
		return exchanges;
	free(exchanges);
	return NULL;
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
	if (dns_multicast_is_group(server))
		key->topic.group_netns = sight->netns;
	key->topic.protocol = sight->protocol;
	key->netns = sight->netns;
	key->client = client->addr;
}

static uint32_t hash_of(const struct topic *topic)
{
	return (uint32_t)hash_bytes(topic, sizeof(*topic));
}

static struct view *view_of(struct chain_link *link)
{
	return link ? chain_entry(link, struct view, link) : NULL;
}

static struct view *find_view(struct exchanges *exchanges,
			      const struct view_key *key)
{
	struct chain_link *link = chains_first(&exchanges->views,
					       hash_of(&key->topic));

	while (link && memcmp(&view_of(link)->key, key, sizeof(*key)) != 0)
		link = chains_next(link);
	return view_of(link);
}

/* From a view on, the next that is the first one of a record about a topic. */
static struct view *about(struct chain_link *link, const struct topic *topic)
{
	for (; link; link = chains_next(link)) {
		struct view *view = view_of(link);

		if (view == &view->record->opened &&
		    memcmp(&view->key.topic, topic, sizeof(*topic)) == 0)
			return view;
	}
	return NULL;
}

/* The newest record about a topic, and the next. */
static struct view *first_about(struct exchanges *exchanges,
				const struct topic *topic)
{
	return about(chains_first(&exchanges->views, hash_of(topic)), topic);
}

static struct view *next_about(struct view *view)
{
	return about(chains_next(&view->link), &view->key.topic);
}

/* Without memory for a view, what is seen there is taken for something new. */
static void add_view(struct exchanges *exchanges, struct record *record,
		     const struct view_key *key)
{
	struct view *view = &record->opened;

	if (record->view_count == VIEWS_MAX)
		return;
	if (record->view_count)
		view = calloc(1, sizeof(*view));
	if (!view)
		return;
	view->key = *key;
	view->record = record;
	chains_put(&exchanges->views, &view->link, hash_of(&key->topic));
	view->other = record->views;
	record->views = view;
	record->view_count++;
}

static void drop_view(struct exchanges *exchanges, struct view *view)
{
	chains_cut(&exchanges->views, &view->link);
	if (view != &view->record->opened)
		free(view);
}

static bool is_waiting(const struct record *record)
{
	return !record->answered && !record->is_of_mdns;
}

static void list_put(struct exchanges *exchanges, struct record *record,
		     uint64_t time_ns)
{
	if (!is_waiting(record)) {
		record->settled_ns = time_ns;
		DL_APPEND(exchanges->settled, record);
		return;
	}
	DL_APPEND(exchanges->waiting, record);
	if (!exchanges->due)
		exchanges->due = record;
	exchanges->stats.open++;
}

/* Nobody waits for it any longer. */
static void due_cut(struct exchanges *exchanges, struct record *record)
{
	if (exchanges->due == record)
		exchanges->due = record->next;
	exchanges->stats.open--;
}

static void list_cut(struct exchanges *exchanges, struct record *record)
{
	if (!is_waiting(record)) {
		DL_DELETE(exchanges->settled, record);
		return;
	}
	if (!record->overdue)
		due_cut(exchanges, record);
	DL_DELETE(exchanges->waiting, record);
}

static void drop_record(struct exchanges *exchanges, struct record *record)
{
	struct view *next;

	for (struct view *view = record->views; view; view = next) {
		next = view->other;
		drop_view(exchanges, view);
	}
	list_cut(exchanges, record);
	exchanges->count--;
	free(record);
}

void exchanges_destroy(struct exchanges *exchanges)
{
	if (!exchanges)
		return;
	while (exchanges->settled)
		drop_record(exchanges, exchanges->settled);
	while (exchanges->waiting)
		drop_record(exchanges, exchanges->waiting);
	chains_deinit(&exchanges->views);
	free(exchanges);
}

/* Sources are not quite in step: what is a little earlier is recent, too. */
static bool is_recent(const struct record *record, uint64_t time_ns)
{
	return time_ns <= record->last_asked_ns ||
	       time_ns - record->last_asked_ns <= EXCHANGE_REPEAT_NS;
}

static void ask_again(struct exchanges *exchanges, struct record *record,
		      uint64_t time_ns)
{
	if (time_ns > record->last_asked_ns)
		record->last_asked_ns = time_ns;
	if (is_waiting(record))
		return;
	list_cut(exchanges, record);
	list_put(exchanges, record, time_ns);
}

/* Room for one more. */
static void make_room(struct exchanges *exchanges, uint64_t time_ns)
{
	struct record *record;

	while ((record = exchanges->settled) &&
	       record->settled_ns + EXCHANGE_REPEAT_NS < time_ns)
		drop_record(exchanges, record);
	if (exchanges->count < exchanges->most)
		return;
	record = exchanges->settled;
	if (!record) {
		record = exchanges->waiting;
		if (is_recent(record, time_ns))
			exchanges->stats.forgotten++;
	}
	drop_record(exchanges, record);
}

/* Not in a list yet. NULL: no memory. */
static struct record *open_record(struct exchanges *exchanges,
				  const struct view_key *key,
				  const struct exchange_sight *sight)
{
	size_t name_size = strlen(sight->message->name) + 1;
	struct record *record = malloc(sizeof(*record) + name_size);

	if (!record)
		return NULL;
	memset(record, 0, sizeof(*record));
	memcpy(record->name, sight->message->name, name_size);
	make_room(exchanges, sight->time_ns);
	record->exchange.netns = sight->netns;
	record->exchange.protocol = sight->protocol;
	record->exchange.asked_ns = sight->time_ns;
	record->exchange.name = record->name;
	record->exchange.id = sight->message->id;
	record->exchange.type = sight->message->type;
	record->exchange.class = sight->message->class;
	record->last_asked_ns = sight->time_ns;
	exchanges->count++;
	add_view(exchanges, record, key);
	record->counts = record->views;
	return record;
}

/* Two names may have one hash, if somebody looks for them. */
static bool is_about(const struct record *record,
		     const struct exchange_sight *sight)
{
	return dns_name_equal(record->name, sight->message->name);
}

/* What somebody else has asked the same group, from the same port. */
static bool is_anothers(const struct exchange *exchange,
			const struct exchange_asker *asker)
{
	static const struct process_id nobody;

	return dns_multicast_is_group(&exchange->server) &&
	       !process_id_equal(exchange->asker.process,
				 asker ? asker->party.process : nobody);
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
	struct view *view = first_about(exchanges, topic);
	struct record *rewritten = NULL;

	for (int i = 0; view && i < LOOK_MAX; i++, view = next_about(view)) {
		struct record *record = view->record;
		const struct exchange *exchange = &record->exchange;
		bool for_itself = asker &&
				  asker->since_ns >= exchange->asked_ns;
		bool same_client = addr_equal(&exchange->client.addr,
					      &sight->source.addr);

		if (record->answered || !is_recent(record, sight->time_ns) ||
		    !is_about(record, sight) || is_anothers(exchange, asker))
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
	struct view *last = record->views;

	ask_again(exchanges, record, sight->time_ns);
	add_view(exchanges, record, key);
	if (!asker || asker->since_ns < exchange->asked_ns ||
	    process_id_known(exchange->asker.process) || record->views == last)
		return;
	exchange->asker = asker->party;
	exchange->netns = sight->netns;
	exchange->socket_id = sight->socket_id;
	record->counts = record->views;
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
		    (!record->answered || record->counts != view)) {
			ask_again(exchanges, record, sight->time_ns);
			if (sight->socket_id)
				record->exchange.socket_id = sight->socket_id;
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
	record->exchange.socket_id = sight->socket_id;
	record->exchange.solicited = true;
	if (asker)
		record->exchange.asker = asker->party;
	record->is_of_mdns = sight->destination.port == MDNS_PORT &&
			     dns_multicast_is_group(&sight->destination);
	exchanges->stats.asked++;
	list_put(exchanges, record, sight->time_ns);
	return &record->exchange;
}

/* Whether there is an exchange seen at so many places that it has no more. */
static bool is_seen_everywhere(struct exchanges *exchanges,
			       const struct exchange_sight *sight,
			       const struct topic *topic)
{
	struct view *view = first_about(exchanges, topic);

	for (int i = 0; view && i < LOOK_MAX; i++, view = next_about(view))
		if (view->record->view_count == VIEWS_MAX &&
		    is_recent(view->record, sight->time_ns) &&
		    is_about(view->record, sight))
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
	key.topic.group_netns = sight->netns;
	return find_view(exchanges, &key);
}

static void mark_answered(struct exchanges *exchanges, struct record *record,
			  uint64_t time_ns)
{
	if (record->answered)
		return;
	list_cut(exchanges, record);
	record->answered = true;
	list_put(exchanges, record, time_ns);
	exchanges->stats.answered++;
}

/* Where the question was seen to leave its socket, the answer enters one. */
static bool is_at_socket(const struct exchange *exchange,
			 const struct exchange_sight *sight)
{
	return sight->socket_id || !exchange->socket_id;
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
		if (record->answered || record->counts != view ||
		    !is_at_socket(&record->exchange, sight))
			return NULL;
		record->exchange.missed = record->exchange.socket_id &&
					  record->exchange.socket_id !=
						  sight->socket_id;
		mark_answered(exchanges, record, sight->time_ns);
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
	list_put(exchanges, record, sight->time_ns);
	exchanges->stats.unsolicited++;
	return &record->exchange;
}

void exchange_answer_group(struct exchanges *exchanges,
			   const struct exchange_sight *sight,
			   void (*fn)(const struct exchange *exchange,
				      void *context),
			   void *context)
{
	struct view_key key;
	struct view *view;

	if (!sight->is_of_link)
		return;
	/* Who listens to the group asks from its port, all with the same id. */
	view_key_of(sight, &sight->destination, &sight->destination, &key);
	key.topic.id = 0;
	view = first_about(exchanges, &key.topic);
	for (int i = 0; view && i < LOOK_MAX; i++, view = next_about(view)) {
		struct record *record = view->record;

		if (!is_recent(record, sight->time_ns) ||
		    !is_about(record, sight))
			continue;
		/* Each of the sockets that listen shows it once more. */
		if (record->answered &&
		    addr_equal(&record->answered_by, &sight->source.addr))
			continue;
		mark_answered(exchanges, record, sight->time_ns);
		record->answered_by = sight->source.addr;
		fn(&record->exchange, context);
	}
}

struct exchange *exchange_overdue(struct exchanges *exchanges, uint64_t now_ns)
{
	struct record *record = exchanges->due;

	if (!record || now_ns < record->exchange.asked_ns ||
	    now_ns - record->exchange.asked_ns < EXCHANGE_TIMEOUT_NS)
		return NULL;
	due_cut(exchanges, record);
	record->overdue = true;
	exchanges->stats.overdue++;
	return &record->exchange;
}

uint64_t exchange_next_overdue(const struct exchanges *exchanges)
{
	const struct record *record = exchanges->due;

	return record ? record->exchange.asked_ns + EXCHANGE_TIMEOUT_NS
		      : UINT64_MAX;
}

void exchanges_get_stats(const struct exchanges *exchanges,
			 struct exchange_stats *ret)
{
	*ret = exchanges->stats;
}
