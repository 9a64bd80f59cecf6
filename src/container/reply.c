// SPDX-License-Identifier: MIT
#include "container/reply.h"

#include <arpa/inet.h>
#include <errno.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#define READ_STRICTLY (JSON_REJECT_DUPLICATES)

static const char shares_prefix[] = "container:";
static const char project_label[] = "com.docker.compose.project";
static const char service_label[] = "com.docker.compose.service";

void container_facts_deinit(struct container_facts *facts)
{
	free(facts->name);
	free(facts->image);
	free(facts->hostname);
	free(facts->addresses);
	free(facts->shares);
	free(facts->labels);
	free(facts->project);
	free(facts->service);
	memset(facts, 0, sizeof(*facts));
}

bool reply_is_id(const char *text)
{
	return strspn(text, "0123456789abcdef") == REPLY_ID_LEN &&
	       !text[REPLY_ID_LEN];
}

/* A string, or absent or null: then "". NULL: something else. */
static const char *text_of(const json_t *value)
{
	if (!value || json_is_null(value))
		return "";
	if (!json_is_string(value) ||
	    json_string_length(value) > REPLY_TEXT_MAX)
		return NULL;
	return json_string_value(value);
}

static int copy(const char *text, char **ret)
{
	if (!text)
		return -EBADMSG;
	*ret = strdup(text);
	return *ret ? 0 : -ENOMEM;
}

/* Add to a list with commas; what would make it too long is left out. */
static int append(char **list, const char *key, const char *text)
{
	size_t before = *list ? strlen(*list) : 0;
	size_t len = before + strlen(key) + strlen(text) + 3;
	char *longer;

	if (len > REPLY_TEXT_MAX)
		return 0;
	longer = realloc(*list, len);
	if (!longer)
		return -ENOMEM;
	longer[before] = '\0';
	if (before)
		strcat(longer, ",");
	strcat(longer, key);
	if (*key)
		strcat(longer, "=");
	strcat(longer, text);
	*list = longer;
	return 0;
}

int container_facts_add_addresses(struct container_facts *facts,
				  const char *text)
{
	size_t len = strcspn(text, ",");
	const char *at = facts->addresses;

	while (at && *at) {
		size_t at_len = strcspn(at, ",");

		if (at_len == len && !memcmp(at, text, len))
			return 0;
		at += at_len + (at[at_len] == ',');
	}
	return append(&facts->addresses, "", text);
}

static bool is_address(const char *text)
{
	struct in6_addr addr;

	return inet_pton(AF_INET, text, &addr) == 1 ||
	       inet_pton(AF_INET6, text, &addr) == 1;
}

static int add_address(const json_t *network, const char *member,
		       struct container_facts *facts)
{
	const char *text = text_of(json_object_get(network, member));

	if (!text || (*text && !is_address(text)))
		return -EBADMSG;
	return *text ? append(&facts->addresses, "", text) : 0;
}

/* One at the top, or in each of its networks; there may be no networks. */
static int read_addresses(const json_t *settings, struct container_facts *facts)
{
	json_t *networks = json_object_get(settings, "Networks"), *network;
	const char *name;
	int err = 0;

	if (networks && !json_is_null(networks) && !json_is_object(networks))
		return -EBADMSG;
	json_object_foreach(networks, name, network)
	{
		if (!json_is_object(network))
			return -EBADMSG;
		if (!err)
			err = add_address(network, "IPAddress", facts);
		if (!err)
			err = add_address(network, "GlobalIPv6Address", facts);
	}
	if (!err && !facts->addresses)
		err = add_address(settings, "IPAddress", facts);
	return err;
}

static int read_labels(json_t *labels, struct container_facts *facts)
{
	const char *key;
	json_t *value;
	int err = 0;

	if (!labels || json_is_null(labels))
		return 0;
	if (!json_is_object(labels))
		return -EBADMSG;
	json_object_foreach(labels, key, value)
	{
		const char *text = json_string_value(value);

		if (!text)
			return -EBADMSG;
		if (!err)
			err = append(&facts->labels, key, text);
		if (!err && !strcmp(key, project_label))
			err = append(&facts->project, "", text);
		if (!err && !strcmp(key, service_label))
			err = append(&facts->service, "", text);
	}
	return err;
}

static int read_shares(const json_t *host, struct container_facts *facts)
{
	const char *mode = text_of(json_object_get(host, "NetworkMode"));
	size_t len = sizeof(shares_prefix) - 1;

	if (!mode)
		return -EBADMSG;
	if (strncmp(mode, shares_prefix, len) != 0 || !reply_is_id(mode + len))
		return 0;
	return copy(mode + len, &facts->shares);
}

/* Docker puts a slash before names. */
static const char *without_slash(const char *name)
{
	return name && *name == '/' ? name + 1 : name;
}

static int read_container(const json_t *root, const char *id,
			  struct container_facts *facts)
{
	const json_t *config = json_object_get(root, "Config");
	const json_t *host = json_object_get(root, "HostConfig");
	const json_t *state = json_object_get(root, "State");
	const json_t *settings = json_object_get(root, "NetworkSettings");
	const char *found = text_of(json_object_get(root, "Id"));
	int err;

	if (!json_is_object(config) || !json_is_object(host) ||
	    !json_is_object(state) || !json_is_object(settings) || !found ||
	    strcmp(found, id) != 0)
		return -EBADMSG;
	facts->is_placed = json_is_true(json_object_get(state, "Running"));
	err = copy(without_slash(text_of(json_object_get(root, "Name"))),
		   &facts->name);
	if (!err)
		err = copy(text_of(json_object_get(config, "Image")),
			   &facts->image);
	if (!err)
		err = copy(text_of(json_object_get(config, "Hostname")),
			   &facts->hostname);
	if (!err)
		err = read_shares(host, facts);
	if (!err)
		err = read_addresses(settings, facts);
	return err ? err
		   : read_labels(json_object_get(config, "Labels"), facts);
}

int reply_container(const char *text, size_t len, const char *id,
		    struct container_facts *ret)
{
	struct container_facts facts = {.name = NULL};
	json_t *root = json_loadb(text, len, READ_STRICTLY, NULL);
	int err = root ? read_container(root, id, &facts) : -EBADMSG;

	json_decref(root);
	if (err)
		container_facts_deinit(&facts);
	else
		*ret = facts;
	return err;
}

int reply_list(const char *text, size_t len,
	       void (*fn)(const char *id, void *context), void *context)
{
	json_t *root = json_loadb(text, len, READ_STRICTLY, NULL), *one;
	int err = json_is_array(root) ? 0 : -EBADMSG;
	size_t i;

	json_array_foreach(root, i, one)
	{
		const char *id = text_of(json_object_get(one, "Id"));

		if (!id || !reply_is_id(id))
			err = -EBADMSG;
		else
			fn(id, context);
	}
	json_decref(root);
	return err;
}

static void copy_id(const char *id, char *ret)
{
	memcpy(ret, id, REPLY_ID_LEN + 1);
}

static int read_names(const json_t *attributes, struct container_facts *facts)
{
	int err = copy(text_of(json_object_get(attributes, "name")),
		       &facts->name);

	return err ? err
		   : copy(text_of(json_object_get(attributes, "image")),
			  &facts->image);
}

/* What says that there is something new to be asked for. */
static int read_event(const json_t *root, struct reply_subject *ret,
		      struct container_facts *facts)
{
	static const char *const news[] = {"create", "start", "rename"};
	const json_t *actor = json_object_get(root, "Actor");
	const json_t *attributes = json_object_get(actor, "Attributes");
	const char *type = text_of(json_object_get(root, "Type"));
	const char *action = text_of(json_object_get(root, "Action"));
	const char *id = text_of(json_object_get(actor, "ID"));
	const char *inside = text_of(json_object_get(attributes, "container"));

	if (!json_is_object(actor) || !type || !action || !id || !inside)
		return -EBADMSG;
	if (!reply_is_id(id))
		return REPLY_EVENT_OTHER;
	if (!strcmp(type, "network") && !strcmp(action, "connect") &&
	    reply_is_id(inside)) {
		copy_id(inside, ret->id);
		copy_id(id, ret->network);
		return REPLY_EVENT_CONNECT;
	}
	copy_id(id, ret->id);
	for (size_t i = 0; i < sizeof(news) / sizeof(news[0]); i++)
		if (!strcmp(type, "container") && !strcmp(action, news[i])) {
			int err = read_names(attributes, facts);

			return err ? err : REPLY_EVENT_NEWS;
		}
	return REPLY_EVENT_OTHER;
}

int reply_event(const char *text, size_t len, struct reply_subject *ret,
		struct container_facts *facts_ret)
{
	struct container_facts facts = {.name = NULL};
	json_t *root = json_loadb(text, len, READ_STRICTLY, NULL);
	int event = read_event(root, ret, &facts);

	json_decref(root);
	if (event == REPLY_EVENT_NEWS)
		*facts_ret = facts;
	else
		container_facts_deinit(&facts);
	return event;
}

/* With the length of the network's prefix behind a slash. */
static int add_prefixed(const json_t *value, char **list)
{
	const char *text = text_of(value);
	char addr[INET6_ADDRSTRLEN];
	size_t len = text ? strcspn(text, "/") : 0;

	if (!text || len >= sizeof(addr))
		return -EBADMSG;
	memcpy(addr, text, len);
	addr[len] = '\0';
	if (!len)
		return 0;
	return is_address(addr) ? append(list, "", addr) : -EBADMSG;
}

static int read_network(const json_t *root, const struct reply_subject *subject,
			char **ret)
{
	const json_t *all = json_object_get(root, "Containers");
	const json_t *one = json_object_get(all, subject->id);
	const char *id = text_of(json_object_get(root, "Id"));
	int err;

	if (!id || strcmp(id, subject->network) != 0 || !json_is_object(all))
		return -EBADMSG;
	if (!one)
		return -ENOENT;
	err = add_prefixed(json_object_get(one, "IPv4Address"), ret);
	return err ? err
		   : add_prefixed(json_object_get(one, "IPv6Address"), ret);
}

int reply_network(const char *text, size_t len,
		  const struct reply_subject *subject, char **ret)
{
	json_t *root = json_loadb(text, len, READ_STRICTLY, NULL);
	char *addresses = NULL;
	int err = read_network(root, subject, &addresses);

	json_decref(root);
	if (!err && !addresses)
		err = copy("", &addresses);
	if (err)
		free(addresses);
	else
		*ret = addresses;
	return err;
}
