// SPDX-License-Identifier: MIT
#include "container/engines.h"

#include "base/log.h"
#include "container/transfer.h"

#include <errno.h>
#include <glob.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define ENGINES_MAX	32
#define REQUESTS_MAX	1024
#define CONNECTIONS_MAX 32L

/* For an answer to the first request. */
#define ANSWER_NS 10000000000ull

#define RETRY_FIRST_S 1
#define RETRY_MOST_S  32
#define NS_PER_SECOND 1000000000ull

enum state {
	STATE_AWAY,
	STATE_TRYING, /* its events have been asked for */
	STATE_HERE,   /* and are coming */
};

struct engine {
	char *path;
	unsigned int rank;
	enum state state;
	struct transfer *events;
	uint64_t due_ns; /* away: when to try; trying: when to give up */
	unsigned int retry_s;
	bool was_asked_for; /* by the user: missed if it is not there */
	bool has_warned;    /* until it has been of use again */
};

struct engines {
	struct engines_options options;
	struct curl_library curl; /* loaded once there is somebody to ask */
	bool has_no_curl;
	CURLM *multi;
	struct engine engine[ENGINES_MAX];
	unsigned int count;
	struct transfer *requests;
	unsigned int request_count;
	uint64_t now_ns;
};

/* The transfer is done with; facts: what is said of the container it is of. */
static void end_request(struct engines *engines, struct transfer *transfer,
			struct container_facts *facts)
{
	const struct engines_options *options = &engines->options;
	const struct engine *engine = transfer->engine;
	struct transfer **at = &engines->requests;

	while (*at != transfer)
		at = &(*at)->next;
	*at = transfer->next;
	engines->request_count--;
	if (transfer->kind == TRANSFER_CONTAINER)
		options->answer(transfer->subject.id, engine->rank, facts,
				options->context);
	transfer_end(transfer);
}

static void end_requests_to(struct engines *engines,
			    const struct engine *engine)
{
	struct transfer *transfer = engines->requests, *next;

	for (; transfer; transfer = next) {
		next = transfer->next;
		if (transfer->engine == engine)
			end_request(engines, transfer, NULL);
	}
}

/* An engine is of no use, for now. */
static void leave(struct engines *engines, struct engine *engine,
		  const char *why)
{
	transfer_end(engine->events);
	engine->events = NULL;
	engine->state = STATE_AWAY;
	engine->due_ns = engines->now_ns + engine->retry_s * NS_PER_SECOND;
	if (engine->retry_s < RETRY_MOST_S)
		engine->retry_s *= 2;
	if (!engine->has_warned)
		log_warn("the container engine at %s %s; its containers are "
			 "told by id until it answers again",
			 engine->path, why);
	engine->has_warned = true;
	end_requests_to(engines, engine);
	engines->options.gone(engines->options.context);
}

static bool request(struct engines *engines, struct engine *engine,
		    enum transfer_kind kind,
		    const struct reply_subject *subject)
{
	struct transfer *transfer;

	if (engine->state != STATE_HERE ||
	    engines->request_count == REQUESTS_MAX)
		return false;
	transfer = transfer_begin(&engines->curl, engines->multi, engine->path,
				  kind, subject);
	if (!transfer)
		return false;
	transfer->engine = engine;
	transfer->begun_ns = engines->now_ns;
	transfer->next = engines->requests;
	engines->requests = transfer;
	engines->request_count++;
	return true;
}

/* 0, or -EBADMSG. */
static int take_event(struct engines *engines, struct engine *engine,
		      const char *line, size_t len)
{
	const struct engines_options *options = &engines->options;
	struct container_facts facts = {.name = NULL};
	struct reply_subject subject = {.id = ""};
	int event = reply_event(line, len, &subject, &facts);

	if (event == REPLY_EVENT_NEWS)
		options->named(subject.id, engine->rank, &facts,
			       options->context);
	container_facts_deinit(&facts);
	if (event == REPLY_EVENT_CONNECT)
		request(engines, engine, TRANSFER_NETWORK, &subject);
	return event == -EBADMSG ? event : 0;
}

static void take_events(struct engines *engines, struct engine *engine)
{
	struct transfer *events = engine->events;
	size_t taken = 0;
	const char *end;

	while (events->len > taken && (end = memchr(events->text + taken, '\n',
						    events->len - taken))) {
		const char *line = events->text + taken;

		if (take_event(engines, engine, line, (size_t)(end - line))) {
			leave(engines, engine, "sends events that are none");
			return;
		}
		taken += (size_t)(end + 1 - line);
	}
	if (taken)
		transfer_take(events, taken);
}

static int take_container(struct engines *engines, struct transfer *transfer)
{
	struct container_facts facts = {.name = NULL};
	int err = reply_container(transfer->text, transfer->len,
				  transfer->subject.id, &facts);

	end_request(engines, transfer, err ? NULL : &facts);
	container_facts_deinit(&facts);
	return err;
}

static int take_network(struct engines *engines, struct transfer *transfer)
{
	const struct engines_options *options = &engines->options;
	const struct engine *engine = transfer->engine;
	char *addresses = NULL;
	int err = reply_network(transfer->text, transfer->len,
				&transfer->subject, &addresses);

	if (!err)
		options->placed(transfer->subject.id, engine->rank, addresses,
				options->context);
	free(addresses);
	end_request(engines, transfer, NULL);
	return err;
}

static int take_list(struct engines *engines, struct transfer *transfer)
{
	int err = reply_list(transfer->text, transfer->len,
			     engines->options.news, engines->options.context);

	end_request(engines, transfer, NULL);
	return err;
}

static void take_reply(struct engines *engines, struct transfer *transfer)
{
	struct engine *engine = transfer->engine;
	int err;

	/* 404: not one of its. */
	if (!transfer->is_answered || !transfer->text) {
		end_request(engines, transfer, NULL);
		return;
	}
	if (transfer->kind == TRANSFER_LIST)
		err = take_list(engines, transfer);
	else if (transfer->kind == TRANSFER_NETWORK)
		err = take_network(engines, transfer);
	else
		err = take_container(engines, transfer);
	if (err == -EBADMSG) {
		leave(engines, engine, "sends answers that are none");
	} else if (!err) {
		engine->has_warned = false;
		engine->retry_s = RETRY_FIRST_S;
	}
}

static void take_done(struct engines *engines)
{
	CURLMsg *message;
	int left;

	while ((message = engines->curl.multi_info_read(engines->multi,
							&left))) {
		CURLcode result = message->data.result;
		struct transfer *transfer;

		if (message->msg != CURLMSG_DONE ||
		    engines->curl.easy_getinfo(message->easy_handle,
					       CURLINFO_PRIVATE, &transfer))
			continue;
		if (transfer->kind != TRANSFER_EVENTS && result == CURLE_OK)
			take_reply(engines, transfer);
		else
			leave(engines, transfer->engine,
			      transfer_trouble(transfer, result));
	}
}

/* What is there already is asked for, too. */
static void arrive(struct engines *engines, struct engine *engine)
{
	static const struct reply_subject all = {.id = ""};

	engine->state = STATE_HERE;
	log_debug("the container engine at %s is there", engine->path);
	request(engines, engine, TRANSFER_LIST, &all);
	engines->options.here(engines->options.context);
}

/* Not within its callbacks: there, curl takes no requests. */
static void act(struct engines *engines, int fd, int what)
{
	int running;

	engines->curl.multi_socket_action(engines->multi, fd, what, &running);
	for (unsigned int i = 0; i < engines->count; i++) {
		struct engine *engine = &engines->engine[i];

		if (engine->state == STATE_TRYING &&
		    engine->events->is_answered)
			arrive(engines, engine);
		if (engine->state == STATE_HERE)
			take_events(engines, engine);
	}
	take_done(engines);
}

void engines_ready(struct engines *engines, int fd, int what)
{
	act(engines, fd,
	    (what & ENGINES_WATCH_IN ? CURL_CSELECT_IN : 0) |
		    (what & ENGINES_WATCH_OUT ? CURL_CSELECT_OUT : 0));
}

void engines_expire(struct engines *engines)
{
	act(engines, CURL_SOCKET_TIMEOUT, 0);
}

static int on_socket(CURL *curl, curl_socket_t fd, int what, void *context,
		     void *of_socket)
{
	struct engines *engines = context;
	int watch = ENGINES_WATCH_NOTHING;

	(void)curl;
	(void)of_socket;
	if (what == CURL_POLL_IN || what == CURL_POLL_INOUT)
		watch |= ENGINES_WATCH_IN;
	if (what == CURL_POLL_OUT || what == CURL_POLL_INOUT)
		watch |= ENGINES_WATCH_OUT;
	engines->options.watch(fd, watch, engines->options.loop_context);
	return 0;
}

static int on_timer(CURLM *multi, long after_ms, void *context)
{
	struct engines *engines = context;

	(void)multi;
	engines->options.timer(after_ms, engines->options.loop_context);
	return 0;
}

static bool is_known(const struct engines *engines, const char *path)
{
	for (unsigned int i = 0; i < engines->count; i++)
		if (!strcmp(engines->engine[i].path, path))
			return true;
	return false;
}

static struct engine *add_engine(struct engines *engines, const char *path)
{
	struct engine *engine = &engines->engine[engines->count];

	if (engines->count == ENGINES_MAX || is_known(engines, path))
		return NULL;
	engine->path = strdup(path);
	if (!engine->path)
		return NULL;
	engine->rank = engines->count++;
	engine->retry_s = RETRY_FIRST_S;
	return engine;
}

static void add_wanted(struct engines *engines, const char *path)
{
	struct engine *engine = add_engine(engines, path);

	if (engine)
		engine->was_asked_for = true;
}

/* What users run is asked last: they may say anything. */
static void find_rootless(struct engines *engines)
{
	static const char *const patterns[] = {
		"/run/user/*/docker.sock", "/run/user/*/podman/podman.sock"};
	glob_t found;

	for (size_t i = 0; i < sizeof(patterns) / sizeof(patterns[0]); i++) {
		if (glob(patterns[i], GLOB_NOSORT, NULL, &found))
			continue;
		for (size_t j = 0; j < found.gl_pathc; j++)
			add_engine(engines, found.gl_pathv[j]);
		globfree(&found);
	}
}

static bool is_socket(const char *path)
{
	struct stat found;

	return stat(path, &found) == 0 && S_ISSOCK(found.st_mode);
}

static bool open_multi(struct engines *engines)
{
	typeof(&curl_multi_setopt) set = engines->curl.multi_setopt;
	CURLM *multi = engines->curl.multi_init();

	engines->multi = multi;
	return multi && !set(multi, CURLMOPT_SOCKETFUNCTION, on_socket) &&
	       !set(multi, CURLMOPT_SOCKETDATA, engines) &&
	       !set(multi, CURLMOPT_TIMERFUNCTION, on_timer) &&
	       !set(multi, CURLMOPT_TIMERDATA, engines) &&
	       !set(multi, CURLMOPT_MAX_TOTAL_CONNECTIONS, CONNECTIONS_MAX);
}

static void close_multi(struct engines *engines)
{
	if (engines->multi)
		engines->curl.multi_cleanup(engines->multi);
	engines->multi = NULL;
	curl_library_unload(&engines->curl);
}

/* Whether engines can be asked, from the first one on. */
static bool can_ask(struct engines *engines)
{
	if (engines->multi || engines->has_no_curl)
		return engines->multi;
	if (curl_library_load(&engines->curl) == 0 && open_multi(engines))
		return true;
	close_multi(engines);
	engines->has_no_curl = true;
	log_warn("cannot load libcurl, to ask container engines: containers "
		 "are told by id; install libcurl4 (Debian, Ubuntu) or libcurl "
		 "(Fedora, Arch)");
	return false;
}

static void try(struct engines *engines, struct engine *engine)
{
	static const struct reply_subject all = {.id = ""};

	engine->events = transfer_begin(&engines->curl, engines->multi,
					engine->path, TRANSFER_EVENTS, &all);
	if (!engine->events)
		return;
	engine->events->engine = engine;
	engine->state = STATE_TRYING;
	engine->due_ns = engines->now_ns + ANSWER_NS;
}

static void look(struct engines *engines, struct engine *engine)
{
	if (engine->state == STATE_HERE || engine->due_ns > engines->now_ns)
		return;
	if (engine->state == STATE_TRYING) {
		leave(engines, engine, "does not answer");
	} else if (is_socket(engine->path)) {
		if (can_ask(engines))
			try(engines, engine);
	} else if (engine->was_asked_for && !engine->has_warned) {
		log_warn("no container engine listens at %s; its containers "
			 "are told by id until one does",
			 engine->path);
		engine->has_warned = true;
	}
}

void engines_look(struct engines *engines, uint64_t now_ns)
{
	engines->now_ns = now_ns;
	find_rootless(engines);
	for (unsigned int i = 0; i < engines->count; i++)
		look(engines, &engines->engine[i]);
}

int engines_create(const struct engines_options *options, struct engines **ret)
{
	static const char unix_prefix[] = "unix://";
	const char *host = getenv("DOCKER_HOST");
	struct engines *engines = calloc(1, sizeof(*engines));

	if (!engines)
		return -ENOMEM;
	engines->options = *options;
	for (size_t i = 0; i < options->socket_count; i++)
		add_wanted(engines, options->sockets[i]);
	if (host && !strncmp(host, unix_prefix, sizeof(unix_prefix) - 1))
		add_wanted(engines, host + sizeof(unix_prefix) - 1);
	add_engine(engines, "/run/docker.sock");
	add_engine(engines, "/run/podman/podman.sock");
	*ret = engines;
	return 0;
}

void engines_destroy(struct engines *engines)
{
	if (!engines)
		return;
	while (engines->requests) {
		struct transfer *transfer = engines->requests;

		engines->requests = transfer->next;
		transfer_end(transfer);
	}
	for (unsigned int i = 0; i < engines->count; i++) {
		transfer_end(engines->engine[i].events);
		free(engines->engine[i].path);
	}
	close_multi(engines);
	free(engines);
}

unsigned int engines_ask(struct engines *engines, const char *id,
			 uint64_t now_ns)
{
	struct reply_subject subject = {.network = ""};
	unsigned int asked = 0;

	engines->now_ns = now_ns;
	if (!reply_is_id(id))
		return 0;
	memcpy(subject.id, id, REPLY_ID_LEN);
	for (unsigned int i = 0; i < engines->count; i++)
		asked += request(engines, &engines->engine[i],
				 TRANSFER_CONTAINER, &subject);
	return asked;
}

bool engines_are_slow(const struct engines *engines, uint64_t before_ns)
{
	const struct transfer *transfer = engines->requests;

	for (; transfer; transfer = transfer->next)
		if (transfer->begun_ns < before_ns)
			return true;
	return false;
}

bool engines_are_coming(const struct engines *engines)
{
	for (unsigned int i = 0; i < engines->count; i++)
		if (engines->engine[i].state == STATE_TRYING &&
		    !engines->engine[i].has_warned)
			return true;
	return false;
}
