// SPDX-License-Identifier: MIT
#include "container/containers.h"

#include "base/hash.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Containers whose network is another's, whose is another's. */
#define SHARES_MOST 4

/* So much longer than an event waits. */
#define SLOW_NS 500000000u

struct container {
	char id[REPLY_ID_LEN + 1];
	struct container_facts facts;
	bool is_named; /* by an engine, which is of this rank */
	bool is_known; /* and that has told all but addresses */
	unsigned int rank;
	unsigned int asked; /* answers that are to come */
	uint64_t needed_ns; /* the first event that is held; 0: none */
	uint64_t until_ns;  /* and that is the end of it; 0: none yet */
	bool is_held;
	UT_hash_handle hh;
};

/* Needs of cgroups whose records are in a buffer that is yet to be read. */
#define NEEDS_MOST 16

struct need {
	uint64_t cgroup_id;
	uint64_t time_ns;
};

struct containers {
	struct containers_options options;
	struct groups *groups;
	struct engines *engines;      /* NULL: nobody is asked */
	struct container *containers; /* the one not used for longest first */
	unsigned int held;
	unsigned int renamed;
	struct need need[NEEDS_MOST];
	unsigned int need_count;
	uint64_t now_ns;
};

static struct container *find(struct containers *containers, const char *id)
{
	struct container *container;

	HASH_FIND(hh, containers->containers, id, REPLY_ID_LEN, container);
	return container;
}

static void release(struct containers *containers, struct container *container)
{
	if (!container->is_held)
		return;
	container->is_held = false;
	containers->held--;
}

static void forget(struct containers *containers, struct container *container)
{
	release(containers, container);
	/* It may have another name when it is heard of again. */
	containers->renamed += container->is_known;
	HASH_DEL(containers->containers, container);
	container_facts_deinit(&container->facts);
	free(container);
}

/* The container, added if it is new, as most recently used; or NULL. */
static struct container *use(struct containers *containers, const char *id)
{
	struct container *container = find(containers, id);

	if (container) {
		HASH_DEL(containers->containers, container);
	} else {
		if (HASH_COUNT(containers->containers) >= CONTAINERS_MAX)
			forget(containers, containers->containers);
		container = calloc(1, sizeof(*container));
		if (!container)
			return NULL;
		memcpy(container->id, id, REPLY_ID_LEN);
	}
	HASH_ADD(hh, containers->containers, id, REPLY_ID_LEN, container);
	if (container->hh.tbl)
		return container;
	release(containers, container);
	container_facts_deinit(&container->facts);
	free(container);
	return NULL;
}

/* The container whose network it uses, or itself; NULL: not heard of yet. */
static const struct container *network_of(struct containers *containers,
					  const struct container *container)
{
	for (int i = 0; container && container->facts.shares; i++) {
		if (i == SHARES_MOST)
			return NULL;
		container = find(containers, container->facts.shares);
	}
	return container;
}

/* All that engines will say of it: addresses are given when it is started. */
static bool is_complete(struct containers *containers,
			const struct container *container)
{
	const struct container *network = network_of(containers, container);

	return container->is_known && network && network->is_known &&
	       network->facts.is_placed;
}

static void ask(struct containers *containers, struct container *container)
{
	if (containers->engines)
		container->asked += engines_ask(
			containers->engines, container->id, containers->now_ns);
}

static void ask_if_new(struct containers *containers, const char *id)
{
	struct container *container;

	if (!containers->engines || !reply_is_id(id))
		return;
	container = use(containers, id);
	if (container && !container->asked &&
	    !is_complete(containers, container))
		ask(containers, container);
}

static void on_here(void *context)
{
	struct containers *containers = context;
	struct container *container;

	for (container = containers->containers; container;
	     container = container->hh.next) {
		if (is_complete(containers, container))
			continue;
		/* What waited in vain for somebody to ask may wait again. */
		if (!container->is_held)
			container->until_ns = 0;
		ask(containers, container);
	}
}

static void on_news(const char *id, void *context)
{
	struct containers *containers = context;
	struct container *container = use(containers, id);

	if (container)
		ask(containers, container);
}

/*
 * More will be said of it: at its start, if it is known before that; and when
 * there is somebody to ask.
 */
static bool is_awaited(struct containers *containers,
		       const struct container *container)
{
	return containers->engines && !is_complete(containers, container) &&
	       (container->asked || container->is_named ||
		engines_are_coming(containers->engines));
}

/* Something new is known: of one, or of those that use its network. */
static void settle(struct containers *containers)
{
	struct container *container;
	unsigned int before = containers->held;

	if (!before)
		return;
	for (container = containers->containers; container;
	     container = container->hh.next)
		if (container->is_held && !is_awaited(containers, container))
			release(containers, container);
	if (containers->held < before)
		containers->options.changed(containers->options.context);
}

static void on_gone(void *context)
{
	settle(context);
}

/* Once: what is news of it will be told. */
static void follow(struct containers *containers, const char *id)
{
	struct container *container = use(containers, id);

	if (container && !container->asked && !container->is_named)
		ask(containers, container);
}

/* After its end it has no addresses any more: it is told with what it had. */
static void take_facts(struct container *container,
		       struct container_facts *facts)
{
	struct container_facts before = container->facts;

	container->facts = *facts;
	memset(facts, 0, sizeof(*facts));
	if (!container->facts.is_placed && before.is_placed) {
		container->facts.is_placed = true;
		free(container->facts.addresses);
		container->facts.addresses = before.addresses;
		before.addresses = NULL;
	}
	container_facts_deinit(&before);
}

/* Engines tell of each network before the container is started. */
static void on_placed(const char *id, unsigned int rank, const char *addresses,
		      void *context)
{
	struct containers *containers = context;
	struct container *container = find(containers, id);
	struct container_facts *facts;

	if (!container || !container->is_named || rank > container->rank)
		return;
	facts = &container->facts;
	facts->is_placed = true;
	if (*addresses)
		container_facts_add_addresses(facts, addresses);
	settle(containers);
}

static void on_named(const char *id, unsigned int rank,
		     struct container_facts *facts, void *context)
{
	struct containers *containers = context;
	struct container *container = use(containers, id);

	if (!container)
		return;
	if (!container->is_named) {
		container->is_named = true;
		container->rank = rank;
		take_facts(container, facts);
	}
	ask(containers, container);
}

static void on_answer(const char *id, unsigned int rank,
		      struct container_facts *facts, void *context)
{
	struct containers *containers = context;
	struct container *container = find(containers, id) ? use(containers, id)
							   : NULL;
	bool was_known = false;

	if (!container)
		return;
	if (container->asked)
		container->asked--;
	/* Who is trusted less does not overrule. */
	if (facts && (!container->is_named || rank <= container->rank)) {
		was_known = container->is_known;
		container->is_named = true;
		container->is_known = true;
		container->rank = rank;
		take_facts(container, facts);
		if (container->facts.shares)
			follow(containers, container->facts.shares);
	}
	settle(containers);
	if (!was_known)
		return;
	containers->renamed++;
	containers->options.changed(containers->options.context);
}

int containers_create(const struct containers_options *options,
		      struct containers **ret)
{
	struct containers *containers = calloc(1, sizeof(*containers));
	struct engines_options engines = {
		.sockets = options->sockets,
		.socket_count = options->socket_count,
		.watch = options->watch,
		.timer = options->timer,
		.loop_context = options->loop_context,
		.here = on_here,
		.gone = on_gone,
		.news = on_news,
		.named = on_named,
		.placed = on_placed,
		.answer = on_answer,
		.context = containers,
	};

	if (!containers)
		return -ENOMEM;
	containers->options = *options;
	containers->groups = groups_create(GROUPS_MAX);
	if (!containers->groups ||
	    (options->watch &&
	     engines_create(&engines, &containers->engines))) {
		containers_destroy(containers);
		return -ENOMEM;
	}
	*ret = containers;
	return 0;
}

void containers_destroy(struct containers *containers)
{
	if (!containers)
		return;
	engines_destroy(containers->engines);
	while (containers->containers)
		forget(containers, containers->containers);
	groups_destroy(containers->groups);
	free(containers);
}

void containers_look(struct containers *containers, uint64_t now_ns)
{
	containers->now_ns = now_ns;
	if (containers->engines)
		engines_look(containers->engines, now_ns);
}

void containers_ready(struct containers *containers, int fd, int what)
{
	engines_ready(containers->engines, fd, what);
}

void containers_expire(struct containers *containers)
{
	engines_expire(containers->engines);
}

void containers_learn(struct containers *containers,
		      const struct record_cgroup *record, uint64_t now_ns)
{
	const struct group *group = groups_learn(containers->groups, record);

	containers->now_ns = now_ns;
	if (group)
		ask_if_new(containers, group->container.id);
}

void containers_learn_text(struct containers *containers, const char *text,
			   uint64_t now_ns, uint64_t *id_ret)
{
	const struct group *group = groups_learn_text(containers->groups, text,
						      id_ret);

	containers->now_ns = now_ns;
	if (group)
		ask_if_new(containers, group->container.id);
}

/* False: the cgroup is not known. */
static bool need(struct containers *containers, uint64_t cgroup_id,
		 uint64_t time_ns)
{
	const struct group *group = group_find(containers->groups, cgroup_id);
	struct container *container;

	if (!group || !reply_is_id(group->container.id))
		return group;
	container = use(containers, group->container.id);
	if (!container || container->until_ns)
		return true;
	/* If it was asked for too early: by now it runs. */
	if (!container->asked && !is_complete(containers, container))
		ask(containers, container);
	if (!is_awaited(containers, container))
		return true;
	container->needed_ns = time_ns;
	container->until_ns = time_ns + containers->options.wait_ns;
	container->is_held = true;
	containers->held++;
	return true;
}

void containers_need(struct containers *containers, uint64_t cgroup_id,
		     uint64_t time_ns)
{
	if (need(containers, cgroup_id, time_ns) ||
	    containers->need_count == NEEDS_MOST)
		return;
	containers->need[containers->need_count++] = (struct need){cgroup_id,
								   time_ns};
}

bool containers_are_sure(struct containers *containers, uint64_t cgroup_id)
{
	const struct group *group = group_find(containers->groups, cgroup_id);
	const struct container *container;

	if (!group || !*group->container.id)
		return group;
	container = reply_is_id(group->container.id)
			    ? find(containers, group->container.id)
			    : NULL;
	return container && is_complete(containers, container);
}

unsigned int containers_renamed(const struct containers *containers)
{
	return containers->renamed;
}

bool containers_hold(struct containers *containers, uint64_t now_ns,
		     uint64_t *from_ns_ret, uint64_t *until_ns_ret)
{
	struct container *container;
	bool is_held = false;

	for (unsigned int i = 0; i < containers->need_count; i++)
		need(containers, containers->need[i].cgroup_id,
		     containers->need[i].time_ns);
	containers->need_count = 0;
	if (!containers->held)
		return false;
	/* Who answers nobody is not waited for. */
	if (engines_are_slow(containers->engines,
			     now_ns - containers->options.wait_ns - SLOW_NS))
		now_ns = UINT64_MAX;
	for (container = containers->containers; container;
	     container = container->hh.next) {
		if (!container->is_held)
			continue;
		if (container->until_ns <= now_ns) {
			release(containers, container);
			continue;
		}
		if (!is_held || container->needed_ns < *from_ns_ret)
			*from_ns_ret = container->needed_ns;
		if (!is_held || container->until_ns < *until_ns_ret)
			*until_ns_ret = container->until_ns;
		is_held = true;
	}
	return is_held;
}

static const char *text_or_null(const char *text)
{
	return text && *text ? text : NULL;
}

/*
 * What an engine says of it, and of the one whose network it uses: with Docker
 * it has that one's hostname, too, whatever was said of it before its start.
 */
static void describe_known(struct containers *containers,
			   const struct container *container,
			   struct event_container *ret)
{
	const struct container_facts *facts = &container->facts;
	const struct container *network = network_of(containers, container);

	ret->name = text_or_null(facts->name);
	ret->image = text_or_null(facts->image);
	ret->hostname = text_or_null(facts->hostname);
	ret->labels = text_or_null(facts->labels);
	ret->project = text_or_null(facts->project);
	ret->service = text_or_null(facts->service);
	if (!network || !network->is_named)
		return;
	ret->ip = text_or_null(network->facts.addresses);
	if (!ret->hostname || (ret->engine && !strcmp(ret->engine, "docker")))
		ret->hostname = text_or_null(network->facts.hostname);
	ret->is_known = container->is_known && network->facts.is_placed;
}

void containers_describe(struct containers *containers, struct event *event)
{
	const struct group *group = group_find(containers->groups,
					       event->process.cgroup_id);
	const struct container_name *name;
	const struct container *container;

	if (!group)
		return;
	name = &group->container;
	event->process.cgroup = group->leaf;
	event->process.unit = text_or_null(group->unit);
	if (!name->id[0])
		return;
	event->container.id = name->id;
	event->container.engine = name->engine;
	event->container.parent = text_or_null(name->parent);
	event->container.pod = text_or_null(name->pod);
	event->container.qos = name->qos;
	container = reply_is_id(name->id) ? find(containers, name->id) : NULL;
	if (container && container->is_named)
		describe_known(containers, container, &event->container);
}
