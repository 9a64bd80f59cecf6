// SPDX-License-Identifier: MIT
#include "dns/exchange.h"

#include "base/hash.h"

#include <stdlib.h>
#include <string.h>

/* Views of one exchange: as many namespaces as a packet may cross, and NAT. */
#define VIEWS_MAX 8

/* What a message is about, wherever it is seen. Hashed as bytes: no gaps. */
struct topic {
	uint64_t name_hash;
	uint16_t id;
	uint16_t type;
	uint16_t server_port;
	uint16_t pad;
	struct addr server;
};

struct view_key {
	struct topic topic;
	uint32_t netns;
	uint16_t client_port;
	uint16_t pad;
	struct addr client;
};

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
	bool answered;
	size_t view_count;
	struct view *view[VIEWS_MAX]; /* [0]: where it counts */
	struct record *same_topic;    /* older ones */
	struct record *newer, *older; /* in order of opening */
};

/* The records about one topic, the newest first. */
struct topic_list {
	struct topic topic;
	struct record *first;
	UT_hash_handle hh;
};

struct exchanges {
	struct view *views;
	struct topic_list *topics;
	struct record *newest, *oldest;
	size_t count, most;
	struct exchange_stats stats;
};

struct exchanges *exchanges_create(size_t most)
{
	struct exchanges *exchanges = calloc(1, sizeof(*exchanges));

	if (exchanges)
		exchanges->most = most;
	return exchanges;
}

/* FNV-1a over the name in lower case: clients and servers may play with it. */
static uint64_t name_hash(const char *name)
{
	uint64_t hash = 0xcbf29ce484222325;

	for (; *name; name++) {
		unsigned char byte = (unsigned char)*name;

		if (byte >= 'A' && byte <= 'Z')
			byte = (unsigned char)(byte | 0x20);
		hash = (hash ^ byte) * 0x100000001b3;
	}
	return hash;
}

static void topic_of(const struct dns_message *message,
		     const struct endpoint *server, struct topic *topic)
{
	memset(topic, 0, sizeof(*topic));
	topic->name_hash = name_hash(message->name);
	topic->id = message->id;
	topic->type = message->type;
	topic->server = server->addr;
	topic->server_port = server->port;
}

static void view_key_of(const struct topic *topic, uint32_t netns,
			const struct endpoint *client, struct view_key *key)
{
	memset(key, 0, sizeof(*key));
	key->topic = *topic;
	key->netns = netns;
	key->client = client->addr;
	key->client_port = client->port;
}

static struct view *find_view(struct exchanges *exchanges,
			      const struct view_key *key)
{
	struct view *view;

	HASH_FIND(hh, exchanges->views, key, sizeof(*key), view);
	return view;
}

/* A record that cannot have the view does without: it is seen once more. */
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
	record->same_topic = list->first;
	list->first = record;
	return true;
}

static void leave_topic(struct exchanges *exchanges, struct record *record)
{
	struct topic_list *list = find_topic(exchanges, &record->topic);
	struct record **place;

	if (!list)
		return;
	for (place = &list->first; *place; place = &(*place)->same_topic) {
		if (*place == record) {
			*place = record->same_topic;
			break;
		}
	}
	if (!list->first) {
		HASH_DEL(exchanges->topics, list);
		free(list);
	}
}

static void drop_record(struct exchanges *exchanges, struct record *record)
{
	for (size_t i = 0; i < record->view_count; i++) {
		HASH_DEL(exchanges->views, record->view[i]);
		free(record->view[i]);
	}
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

static struct record *open_record(struct exchanges *exchanges,
				  const struct view_key *key)
{
	struct record *record = calloc(1, sizeof(*record));

	if (!record)
		return NULL;
	if (exchanges->count == exchanges->most) {
		if (!exchanges->oldest->answered)
			exchanges->stats.forgotten++;
		drop_record(exchanges, exchanges->oldest);
	}
	record->topic = key->topic;
	if (!join_topic(exchanges, record)) {
		free(record);
		return NULL;
	}
	record->older = exchanges->newest;
	if (record->older)
		record->older->newer = record;
	else
		exchanges->oldest = record;
	exchanges->newest = record;
	exchanges->count++;
	add_view(exchanges, record, key);
	return record;
}

/*
 * The exchange of which this question is another view: seen in another
 * namespace with the same client, or, if nobody here owns the client's socket,
 * with the client's address rewritten by NAT (which keeps the port if it can).
 */
static struct record *find_elsewhere(struct exchanges *exchanges,
				     const struct exchange_sight *sight,
				     const struct topic *topic,
				     bool owner_known)
{
	struct topic_list *list = find_topic(exchanges, topic);
	struct record *record, *rewritten = NULL;

	for (record = list ? list->first : NULL; record;
	     record = record->same_topic) {
		if (record->answered ||
		    sight->time_ns - record->last_asked_ns > EXCHANGE_REPEAT_NS)
			continue;
		if (endpoint_equal(&record->exchange.client, &sight->source))
			return record;
		if (!rewritten &&
		    record->exchange.client.port == sight->source.port)
			rewritten = record;
	}
	return owner_known ? NULL : rewritten;
}

struct exchange *exchange_question(struct exchanges *exchanges,
				   const struct exchange_sight *sight,
				   const struct names_party *asker)
{
	struct view_key key;
	struct topic topic;
	struct view *view;
	struct record *record;

	topic_of(sight->message, &sight->destination, &topic);
	view_key_of(&topic, sight->netns, &sight->source, &key);
	view = find_view(exchanges, &key);
	if (view) {
		record = view->record;
		if (!record->answered &&
		    sight->time_ns - record->last_asked_ns <=
			    EXCHANGE_REPEAT_NS) {
			record->last_asked_ns = sight->time_ns;
			return NULL;
		}
		drop_record(exchanges, record);
	}
	record = find_elsewhere(exchanges, sight, &topic, asker);
	if (record) {
		add_view(exchanges, record, &key);
		return NULL;
	}
	record = open_record(exchanges, &key);
	if (!record)
		return NULL;
	record->exchange.netns = sight->netns;
	record->exchange.client = sight->source;
	record->exchange.server = sight->destination;
	record->exchange.asked_ns = sight->time_ns;
	record->exchange.solicited = true;
	record->last_asked_ns = sight->time_ns;
	if (asker)
		record->exchange.asker = *asker;
	exchanges->stats.asked++;
	return &record->exchange;
}

struct exchange *exchange_answer(struct exchanges *exchanges,
				 const struct exchange_sight *sight)
{
	struct view_key key;
	struct topic topic;
	struct view *view;
	struct record *record;

	topic_of(sight->message, &sight->source, &topic);
	view_key_of(&topic, sight->netns, &sight->destination, &key);
	view = find_view(exchanges, &key);
	if (view) {
		record = view->record;
		if (record->answered || record->view[0] != view)
			return NULL;
		record->answered = true;
		exchanges->stats.answered++;
		return &record->exchange;
	}
	record = open_record(exchanges, &key);
	if (!record)
		return NULL;
	record->exchange.netns = sight->netns;
	record->exchange.client = sight->destination;
	record->exchange.server = sight->source;
	record->exchange.asked_ns = sight->time_ns;
	record->answered = true;
	exchanges->stats.unsolicited++;
	return &record->exchange;
}

void exchanges_get_stats(const struct exchanges *exchanges,
			 struct exchange_stats *ret)
{
	*ret = exchanges->stats;
}
