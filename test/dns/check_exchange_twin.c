// SPDX-License-Identifier: MIT
#include "exchange_fixture.h"

/*
 * The twin: everything by looking at every record and view, in the order in
 * which they were opened.
 */
#define TWIN_MOST  50
#define TWIN_VIEWS 8
#define TWIN_LOOK  16

struct place {
	uint32_t netns, client;
};

struct twin_record {
	uint32_t topic;
	uint32_t asker;
	uint64_t asked_ns, last_asked_ns;
	bool answered, overdue;
	uint64_t settled_ns, settled; /* the latter is how many were before */
	size_t view_count;
	struct place view[TWIN_VIEWS];
	struct place client; /* of the first view, and whose address it is */
};

struct twin {
	size_t count;
	uint64_t settled;
	struct twin_record records[TWIN_MOST];
	struct exchange_stats stats;
};

/* One random sight; the topic is a name, and the rest does not differ. */
struct twin_sight {
	bool is_answer;
	uint32_t topic;
	struct place at;
	uint32_t asker;
	uint64_t since_ns;
};

static struct twin twin;

static bool twin_is_open(const struct twin_record *record)
{
	return !record->answered && !record->overdue;
}

static void twin_drop(size_t index)
{
	if (twin_is_open(&twin.records[index]))
		twin.stats.open--;
	twin.count--;
	memmove(&twin.records[index], &twin.records[index + 1],
		(twin.count - index) * sizeof(twin.records[0]));
}

static bool twin_is_recent(const struct twin_record *record)
{
	return record->last_asked_ns + EXCHANGE_REPEAT_NS >= now_ns;
}

static void twin_settle(struct twin_record *record)
{
	record->answered = true;
	record->settled_ns = now_ns;
	record->settled = ++twin.settled;
}

static void twin_ask_again(struct twin_record *record)
{
	if (now_ns > record->last_asked_ns)
		record->last_asked_ns = now_ns;
	if (record->answered)
		twin_settle(record);
}

/* The one that was settled first, or NULL. */
static struct twin_record *twin_first_settled(void)
{
	struct twin_record *first = NULL;

	for (size_t i = 0; i < twin.count; i++) {
		struct twin_record *record = &twin.records[i];

		if (record->answered &&
		    (!first || record->settled < first->settled))
			first = record;
	}
	return first;
}

static void twin_make_room(void)
{
	struct twin_record *first;

	while ((first = twin_first_settled()) &&
	       first->settled_ns + EXCHANGE_REPEAT_NS < now_ns)
		twin_drop((size_t)(first - twin.records));
	if (twin.count < TWIN_MOST)
		return;
	if (!first && twin_is_recent(&twin.records[0]))
		twin.stats.forgotten++;
	twin_drop(first ? (size_t)(first - twin.records) : 0);
}

static bool has_place(const struct twin_record *record, size_t i,
		      struct place at)
{
	return record->view[i].netns == at.netns &&
	       record->view[i].client == at.client;
}

static struct twin_record *twin_find(const struct twin_sight *sight,
				     bool *is_first)
{
	for (size_t i = 0; i < twin.count; i++) {
		struct twin_record *record = &twin.records[i];

		for (size_t j = 0; j < record->view_count; j++) {
			if (record->topic != sight->topic ||
			    !has_place(record, j, sight->at))
				continue;
			*is_first = j == 0;
			return record;
		}
	}
	return NULL;
}

static struct twin_record *twin_open(const struct twin_sight *sight)
{
	struct twin_record *record;

	twin_make_room();
	record = &twin.records[twin.count++];
	*record = (struct twin_record){
		.topic = sight->topic,
		.asked_ns = now_ns,
		.last_asked_ns = now_ns,
		.view_count = 1,
		.view = {sight->at},
		.client = sight->at,
	};
	return record;
}

/* The newest of the topic, or NULL when all that may be looked at are seen. */
static struct twin_record *twin_next(const struct twin_sight *sight,
				     size_t *index, int *looked)
{
	while (*index && *looked < TWIN_LOOK) {
		struct twin_record *record = &twin.records[--*index];

		if (record->topic != sight->topic)
			continue;
		++*looked;
		return record;
	}
	return NULL;
}

static struct twin_record *twin_elsewhere(const struct twin_sight *sight)
{
	struct twin_record *record, *rewritten = NULL;
	size_t index = twin.count;
	int looked = 0;

	while ((record = twin_next(sight, &index, &looked))) {
		bool same = record->client.client == sight->at.client;
		bool for_itself = sight->asker &&
				  sight->since_ns >= record->asked_ns;

		if (record->answered || !twin_is_recent(record))
			continue;
		if (for_itself && (record->asker || !same))
			continue;
		if (same)
			return record;
		if (!rewritten)
			rewritten = record;
	}
	return rewritten;
}

static void twin_join(struct twin_record *record,
		      const struct twin_sight *sight)
{
	size_t last = record->view_count;

	twin_ask_again(record);
	if (last == TWIN_VIEWS)
		return;
	record->view[record->view_count++] = sight->at;
	if (!sight->asker || sight->since_ns < record->asked_ns ||
	    record->asker)
		return;
	record->asker = sight->asker;
	record->client.netns = sight->at.netns;
	record->view[last] = record->view[0];
	record->view[0] = sight->at;
}

static const struct twin_record *twin_question(const struct twin_sight *sight)
{
	bool is_first;
	struct twin_record *record = twin_find(sight, &is_first);

	if (record) {
		if (twin_is_recent(record) &&
		    (!record->answered || !is_first)) {
			twin_ask_again(record);
			return NULL;
		}
		twin_drop((size_t)(record - twin.records));
	}
	record = twin_elsewhere(sight);
	if (record) {
		twin_join(record, sight);
		return NULL;
	}
	record = twin_open(sight);
	record->asker = sight->asker;
	twin.stats.asked++;
	twin.stats.open++;
	return record;
}

static const struct twin_record *twin_answer(const struct twin_sight *sight)
{
	bool is_first;
	struct twin_record *record = twin_find(sight, &is_first);
	size_t index = twin.count;
	int looked = 0;

	if (record) {
		if (record->answered || !is_first)
			return NULL;
		if (twin_is_open(record))
			twin.stats.open--;
		twin_settle(record);
		twin.stats.answered++;
		return record;
	}
	while ((record = twin_next(sight, &index, &looked)))
		if (record->view_count == TWIN_VIEWS && twin_is_recent(record))
			return NULL;
	record = twin_open(sight);
	twin_settle(record);
	twin.stats.unsolicited++;
	return record;
}

/* The first that is open, of which the time may be over. */
static struct twin_record *twin_first_open(void)
{
	for (size_t i = 0; i < twin.count; i++)
		if (twin_is_open(&twin.records[i]))
			return &twin.records[i];
	return NULL;
}

static const struct twin_record *twin_overdue(void)
{
	struct twin_record *record = twin_first_open();

	if (!record || now_ns < record->asked_ns + EXCHANGE_TIMEOUT_NS)
		return NULL;
	record->overdue = true;
	twin.stats.open--;
	twin.stats.overdue++;
	return record;
}

static uint32_t random_state;

static uint32_t random_below(uint32_t limit)
{
	random_state = random_state * 1664525 + 1013904223;
	return (random_state >> 8) % limit;
}

static struct twin_sight random_sight(void)
{
	struct twin_sight sight = {
		.is_answer = random_below(4) == 0,
		.topic = random_below(random_below(2) ? 1 : 12),
		.at = {1 + random_below(4), random_below(6)},
		.asker = random_below(2) ? 1 + random_below(3) : 0,
		.since_ns = now_ns - random_below(3) * SECOND,
	};

	return sight;
}

static const struct exchange *show(const struct twin_sight *sight)
{
	struct exchange_asker who = asker(sight->asker, sight->since_ns);
	struct endpoint client = endpoint(CLIENT, PORT);

	client.addr.bytes[15] = (uint8_t)sight->at.client;
	message.name[0] = (char)('a' + sight->topic);
	if (sight->is_answer)
		return answer_to(sight->at.netns, client);
	return ask_from(sight->at.netns, client, sight->asker ? &who : NULL);
}

static bool agree(const struct exchange *exchange,
		  const struct twin_record *record)
{
	if (!exchange || !record)
		return !exchange == !record;
	return exchange->netns == record->client.netns &&
	       exchange->client.addr.bytes[15] == record->client.client &&
	       exchange->asker.process.tgid == record->asker &&
	       exchange->asked_ns == record->asked_ns;
}

static bool agree_on_overdue(void)
{
	uint64_t next_ns = exchange_next_overdue(exchanges);
	const struct twin_record *record = twin_first_open();

	if (next_ns !=
	    (record ? record->asked_ns + EXCHANGE_TIMEOUT_NS : UINT64_MAX))
		return false;
	do
		record = twin_overdue();
	while (agree(exchange_overdue(exchanges, now_ns), record) && record);
	return !record;
}

START_TEST(equals_a_naive_twin)
{
	setup(TWIN_MOST);
	now_ns = 1000 * SECOND;
	random_state = 11;
	for (int i = 0; i < 100000; i++) {
		struct twin_sight sight = random_sight();
		const struct exchange *exchange = show(&sight);
		const struct twin_record *record =
			sight.is_answer ? twin_answer(&sight)
					: twin_question(&sight);
		bool same = agree(exchange, record) &&
			    (random_below(4) || agree_on_overdue());
		struct exchange_stats got = stats();

		if (!same || memcmp(&got, &twin.stats, sizeof(got)) != 0)
			ck_abort_msg("they differ at sight %d", i);
		/* Often at the same time, sometimes a little before. */
		now_ns += random_below(3) ? 0 : random_below(2) * SECOND;
		now_ns -= random_below(50) ? 0 : SECOND / 2;
		now_ns += random_below(100) ? 0 : random_below(20) * SECOND;
	}
	ck_assert_uint_gt(twin.stats.asked, 1000);
	ck_assert_uint_gt(twin.stats.answered, 1000);
	ck_assert_uint_gt(twin.stats.unsolicited, 1000);
	ck_assert_uint_gt(twin.stats.forgotten, 100);
	ck_assert_uint_gt(twin.stats.overdue, 1000);
	exchanges_destroy(exchanges);
}
END_TEST

SUITE_MAIN("dns/exchange_twin", equals_a_naive_twin)
