// SPDX-License-Identifier: MIT
#include "container/reply.h"

#include "suite.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define ID    "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define OTHER "fedcba9876543210fedcba9876543210fedcba9876543210fedcba9876543210"

/* What Docker 20.10 says of one, without what does not matter here. */
static const char sample[] =
	"{\"Id\":\"" ID "\",\"Created\":\"2026-01-01T00:00:00Z\","
	"\"State\":{\"Status\":\"running\",\"Running\":true,\"Pid\":7},"
	"\"Name\":\"/web\",\"HostConfig\":{\"NetworkMode\":\"front\","
	"\"Binds\":null},\"Config\":{\"Hostname\":\"0123456789ab\","
	"\"Image\":\"nginx:1.25\",\"Labels\":{\"a\":\"b\","
	"\"com.docker.compose.project\":\"shop\","
	"\"com.docker.compose.service\":\"front\"}},"
	"\"NetworkSettings\":{\"IPAddress\":\"\",\"Networks\":{"
	"\"front\":{\"IPAddress\":\"172.18.0.2\","
	"\"GlobalIPv6Address\":\"fd00::2\"},"
	"\"back\":{\"IPAddress\":\"172.19.0.3\","
	"\"GlobalIPv6Address\":\"\"}}}}";

/* A change of the sample: the first `old` in it is `new`. */
static char *changed(const char *old, const char *new)
{
	const char *at = strstr(sample, old);
	size_t size = sizeof(sample) + strlen(new);
	char *text = malloc(size);

	ck_assert_ptr_nonnull(at);
	ck_assert_ptr_nonnull(text);
	snprintf(text, size, "%.*s%s%s", (int)(at - sample), sample, new,
		 at + strlen(old));
	return text;
}

static int read_changed(const char *old, const char *new,
			struct container_facts *facts)
{
	char *text = changed(old, new);
	int err = reply_container(text, strlen(text), ID, facts);

	free(text);
	return err;
}

START_TEST(reads_a_container)
{
	struct container_facts facts = {.name = NULL};

	ck_assert_int_eq(reply_container(sample, strlen(sample), ID, &facts),
			 0);
	ck_assert_str_eq(facts.name, "web");
	ck_assert_str_eq(facts.image, "nginx:1.25");
	ck_assert_str_eq(facts.hostname, "0123456789ab");
	ck_assert_str_eq(facts.addresses, "172.18.0.2,fd00::2,172.19.0.3");
	ck_assert_ptr_null(facts.shares);
	ck_assert_str_eq(facts.project, "shop");
	ck_assert_str_eq(facts.service, "front");
	ck_assert_str_eq(facts.labels, "a=b,com.docker.compose.project=shop,"
				       "com.docker.compose.service=front");
	ck_assert(facts.is_placed);
	container_facts_deinit(&facts);
	ck_assert_ptr_null(facts.name);
}
END_TEST

START_TEST(a_container_may_lack_networks_and_labels)
{
	struct container_facts facts = {.name = NULL};
	static const char networks[] =
		"{\"front\":{\"IPAddress\":\"172.18.0.2\","
		"\"GlobalIPv6Address\":\"fd00::2\"},"
		"\"back\":{\"IPAddress\":\"172.19.0.3\","
		"\"GlobalIPv6Address\":\"\"}}";

	ck_assert_int_eq(read_changed(networks, "null", &facts), 0);
	ck_assert_ptr_null(facts.addresses);
	container_facts_deinit(&facts);
	ck_assert_int_eq(read_changed(networks, "{}", &facts), 0);
	ck_assert_ptr_null(facts.addresses);
	container_facts_deinit(&facts);
	ck_assert_int_eq(read_changed("\"NetworkMode\":\"front\"",
				      "\"NetworkMode\":\"container:" OTHER "\"",
				      &facts),
			 0);
	ck_assert_str_eq(facts.shares, OTHER);
	container_facts_deinit(&facts);
	ck_assert_int_eq(
		read_changed("\"Running\":true", "\"Running\":false", &facts),
		0);
	ck_assert(!facts.is_placed);
	container_facts_deinit(&facts);
}
END_TEST

/* It may be no engine that answers, or one that lies. */
START_TEST(believes_nothing_else)
{
	static const char *const changes[][2] = {
		{"\"Id\":\"0", "\"Id\":\"1"},
		{"\"Id\":", "\"id\":"},
		{"\"Id\":\"" ID "\"", "\"Id\":7"},
		{"\"State\":{", "\"State\":[],\"x\":{"},
		{"\"Config\":{", "\"Config\":7,\"x\":{"},
		{"\"HostConfig\":{", "\"HostConfig\":\"\",\"x\":{"},
		{"\"NetworkSettings\":{", "\"x\":{"},
		{"\"Name\":\"/web\"", "\"Name\":[\"/web\"]"},
		{"\"Hostname\":\"0123456789ab\"", "\"Hostname\":true"},
		{"\"Image\":\"nginx:1.25\"", "\"Image\":{}"},
		{"\"NetworkMode\":\"front\"", "\"NetworkMode\":1"},
		{"\"Networks\":{", "\"Networks\":7,\"x\":{"},
		{"\"front\":{", "\"front\":7,\"x\":{"},
		{"\"IPAddress\":\"172.18.0.2\"", "\"IPAddress\":\"nowhere\""},
		{"\"IPAddress\":\"172.18.0.2\"", "\"IPAddress\":2}"},
		{"\"Labels\":{", "\"Labels\":7,\"x\":{"},
		{"\"a\":\"b\"", "\"a\":1"},
		{"\"a\":\"b\"", "\"a\":\"b\",\"a\":\"c\""},
		{"}}}}", "}}}"},
		{"}}}}", "}}}}}"},
		{"}}}}", "}}}} x"},
		{"nginx", "ng\xffinx"},
		{"nginx", "ng\ninx"},
	};
	struct container_facts facts = {.name = NULL};

	for (size_t i = 0; i < sizeof(changes) / sizeof(*changes); i++) {
		int err = read_changed(changes[i][0], changes[i][1], &facts);

		ck_assert_msg(err == -EBADMSG, "%s: %d", changes[i][1], err);
		ck_assert_ptr_null(facts.name);
	}
}
END_TEST

START_TEST(rejects_every_truncation)
{
	struct container_facts facts = {.name = NULL};

	for (size_t len = 0; len < sizeof(sample) - 1; len++) {
		char *cut = malloc(len + 1);

		ck_assert_ptr_nonnull(cut);
		memcpy(cut, sample, len);
		ck_assert_int_eq(reply_container(cut, len, ID, &facts),
				 -EBADMSG);
		free(cut);
	}
}
END_TEST

/* Nobody's image is called so: what would be printed is bounded. */
START_TEST(a_text_has_bounds)
{
	struct container_facts facts = {.name = NULL};
	char image[REPLY_TEXT_MAX + 16] = "\"Image\":\"";
	size_t before = strlen(image);

	memset(image + before, 'a', REPLY_TEXT_MAX);
	strcpy(image + before + REPLY_TEXT_MAX, "\"");
	ck_assert_int_eq(
		read_changed("\"Image\":\"nginx:1.25\"", image, &facts), 0);
	ck_assert_uint_eq(strlen(facts.image), REPLY_TEXT_MAX);
	container_facts_deinit(&facts);
	strcpy(image + before + REPLY_TEXT_MAX, "a\"");
	ck_assert_int_eq(
		read_changed("\"Image\":\"nginx:1.25\"", image, &facts),
		-EBADMSG);
	/* Of labels, those that fit are shown. */
	memset(image, 0, sizeof(image));
	strcpy(image, "\"a\":\"");
	before = strlen(image);
	memset(image + before, 'a', REPLY_TEXT_MAX);
	strcpy(image + before + REPLY_TEXT_MAX, "\"");
	ck_assert_int_eq(read_changed("\"a\":\"b\"", image, &facts), 0);
	ck_assert_str_eq(facts.labels, "com.docker.compose.project=shop,"
				       "com.docker.compose.service=front");
	container_facts_deinit(&facts);
}
END_TEST

static struct container_facts named;

static int event_of(const char *text, struct reply_subject *subject)
{
	int event;

	memset(subject, 0, sizeof(*subject));
	container_facts_deinit(&named);
	event = reply_event(text, strlen(text), subject, &named);
	ck_assert(!named.name || event == REPLY_EVENT_NEWS);
	return event;
}

START_TEST(reads_events)
{
	struct reply_subject subject;

	ck_assert_int_eq(
		event_of("{\"Type\":\"container\",\"Action\":\"create\","
			 "\"Actor\":{\"ID\":\"" ID "\",\"Attributes\":{"
			 "\"image\":\"a\",\"name\":\"b\"}}}",
			 &subject),
		REPLY_EVENT_NEWS);
	ck_assert_str_eq(subject.id, ID);
	ck_assert_str_eq(named.image, "a");
	ck_assert_str_eq(named.name, "b");
	ck_assert_int_eq(event_of("{\"Type\":\"container\",\"Action\":\"die\","
				  "\"Actor\":{\"ID\":\"" ID "\"}}",
				  &subject),
			 REPLY_EVENT_OTHER);
	ck_assert_int_eq(
		event_of("{\"Type\":\"network\",\"Action\":\"connect\","
			 "\"Actor\":{\"ID\":\"" OTHER "\",\"Attributes\":{"
			 "\"container\":\"" ID "\"}}}",
			 &subject),
		REPLY_EVENT_CONNECT);
	ck_assert_str_eq(subject.id, ID);
	ck_assert_str_eq(subject.network, OTHER);
	ck_assert_int_eq(event_of("{\"Type\":\"image\",\"Action\":\"create\","
				  "\"Actor\":{\"ID\":\"" ID "\"}}",
				  &subject),
			 REPLY_EVENT_OTHER);
	ck_assert_int_eq(event_of("{\"Type\":\"image\",\"Action\":\"pull\","
				  "\"Actor\":{\"ID\":\"nginx:1.25\"}}",
				  &subject),
			 REPLY_EVENT_OTHER);
}
END_TEST

START_TEST(events_that_are_none)
{
	static const char *const texts[] = {
		"",
		"x",
		"[]",
		"{}",
		"{\"Type\":\"container\",\"Action\":\"create\"}",
		"{\"Type\":\"container\",\"Action\":\"create\",\"Actor\":7}",
		"{\"Type\":\"container\",\"Action\":\"start\",\"Actor\":{"
		"\"ID\":\"" ID "\",\"Attributes\":{\"name\":7}}}",
		"{\"Type\":7,\"Action\":\"create\",\"Actor\":{\"ID\":\"\"}}",
		"{\"Type\":\"a\",\"Action\":[],\"Actor\":{\"ID\":\"\"}}",
		"{\"Type\":\"a\",\"Action\":\"b\",\"Actor\":{\"ID\":1}}",
		"{\"Type\":\"a\",\"Action\":\"b\",\"Actor\":{\"ID\":\"\"}",
	};
	struct reply_subject subject;

	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++)
		ck_assert_msg(event_of(texts[i], &subject) == -EBADMSG, "%s",
			      texts[i]);
}
END_TEST

static void network_is(const char *text, int err, const char *addresses)
{
	struct reply_subject subject = {ID, OTHER};
	char *found = NULL;

	ck_assert_int_eq(reply_network(text, strlen(text), &subject, &found),
			 err);
	ck_assert_pstr_eq(found, addresses);
	free(found);
}

START_TEST(reads_addresses_of_a_network)
{
	network_is("{\"Id\":\"" OTHER "\",\"Containers\":{\"" ID "\":{"
		   "\"IPv4Address\":\"172.17.0.2/16\",\"IPv6Address\":\"\"}}}",
		   0, "172.17.0.2");
	network_is("{\"Id\":\"" OTHER "\",\"Containers\":{\"" ID "\":{"
		   "\"IPv4Address\":\"172.17.0.2/16\","
		   "\"IPv6Address\":\"fd00::2/64\"}}}",
		   0, "172.17.0.2,fd00::2");
	network_is("{\"Id\":\"" OTHER "\",\"Containers\":{\"" ID "\":{"
		   "\"IPv4Address\":\"\",\"IPv6Address\":\"\"}}}",
		   0, "");
	network_is("{\"Id\":\"" OTHER "\",\"Containers\":{}}", -ENOENT, NULL);
	network_is("{\"Id\":\"" ID "\",\"Containers\":{}}", -EBADMSG, NULL);
	network_is("{\"Id\":\"" OTHER "\",\"Containers\":[]}", -EBADMSG, NULL);
	network_is("{\"Id\":\"" OTHER "\",\"Containers\":{\"" ID "\":{"
		   "\"IPv4Address\":\"172.17.0/16\"}}}",
		   -EBADMSG, NULL);
	network_is("{\"Id\":\"" OTHER "\",\"Containers\":{\"" ID "\":{"
		   "\"IPv4Address\":7}}}",
		   -EBADMSG, NULL);
	network_is("garbage", -EBADMSG, NULL);
}
END_TEST

/* Those of a network that is told of twice are there once. */
START_TEST(adds_addresses)
{
	struct container_facts facts = {.name = NULL};

	ck_assert_int_eq(container_facts_add_addresses(&facts, "10.0.0.11"), 0);
	ck_assert_int_eq(container_facts_add_addresses(&facts, "10.0.0.1,::1"),
			 0);
	ck_assert_int_eq(container_facts_add_addresses(&facts, "10.0.0.1,::1"),
			 0);
	ck_assert_str_eq(facts.addresses, "10.0.0.11,10.0.0.1,::1");
	container_facts_deinit(&facts);
}
END_TEST

static void on_id(const char *id, void *context)
{
	unsigned int *count = context;

	ck_assert(reply_is_id(id));
	(*count)++;
}

START_TEST(reads_a_list)
{
	static const char list[] = "[{\"Id\":\"" ID "\",\"Names\":[\"/a\"]},"
				   "{\"Id\":\"" OTHER "\"}]";
	static const char bad[] = "[{\"Id\":\"" ID "\"},{\"Id\":\"short\"}]";
	unsigned int count = 0;

	ck_assert_int_eq(reply_list(list, strlen(list), on_id, &count), 0);
	ck_assert_uint_eq(count, 2);
	ck_assert_int_eq(reply_list("[]", 2, on_id, &count), 0);
	ck_assert_int_eq(reply_list("{}", 2, on_id, &count), -EBADMSG);
	ck_assert_int_eq(reply_list(bad, strlen(bad), on_id, &count), -EBADMSG);
}
END_TEST

SUITE_MAIN("container/reply", reads_a_container,
	   a_container_may_lack_networks_and_labels, believes_nothing_else,
	   rejects_every_truncation, a_text_has_bounds, reads_events,
	   events_that_are_none, reads_addresses_of_a_network, adds_addresses,
	   reads_a_list)
