// SPDX-License-Identifier: MIT
#include "names/intern.h"

#include "base/hash.h"

#include <stdbool.h>
#include <string.h>

/* Names in a chain, when all are there. */
#define CHAIN_LEN 4

int intern_init(struct intern *intern, size_t names)
{
	intern->bytes = 0;
	return chains_init(&intern->chains, names / CHAIN_LEN);
}

void intern_deinit(struct intern *intern)
{
	chains_deinit(&intern->chains);
}

static bool is_capital(char c)
{
	return c >= 'A' && c <= 'Z';
}

static bool has_capitals(const char *text)
{
	while (*text && !is_capital(*text))
		text++;
	return *text;
}

static void fold(char *text)
{
	for (; *text; text++)
		if (is_capital(*text))
			*text = (char)(*text - 'A' + 'a');
}

static struct interned *interned_of(struct chain_link *link)
{
	return chain_entry(link, struct interned, link);
}

static struct interned *find(struct intern *intern, const char *text,
			     size_t len, uint32_t hash)
{
	struct chain_link *link = chains_first(&intern->chains, hash);

	for (; link; link = chains_next(link)) {
		struct interned *name = interned_of(link);

		if (name->len == len && memcmp(name->text, text, len) == 0)
			return name;
	}
	return NULL;
}

static struct interned *interned_create(const char *text, size_t len)
{
	struct interned *name = malloc(sizeof(*name) + len + 1);

	if (!name)
		return NULL;
	memset(name, 0, sizeof(*name));
	memcpy(name->text, text, len + 1);
	name->folded = name;
	name->references = 1;
	name->len = len;
	return name;
}

static size_t interned_size(const struct interned *name)
{
	return sizeof(*name) + name->len + 1;
}

static void add(struct intern *intern, struct interned *name, uint32_t hash)
{
	chains_put(&intern->chains, &name->link, hash);
	intern->bytes += interned_size(name);
}

/* The all-lower-case form of a name. NULL: no memory. */
static struct interned *folded_of(struct intern *intern,
				  const struct interned *name, uint32_t hash)
{
	struct interned *folded = interned_create(name->text, name->len);
	struct interned *held;

	if (!folded)
		return NULL;
	fold(folded->text);
	held = find(intern, folded->text, folded->len, hash);
	if (held) {
		free(folded);
		return intern_hold(held);
	}
	add(intern, folded, hash);
	return folded;
}

struct interned *intern_get(struct intern *intern, const char *text)
{
	size_t len = strlen(text);
	uint32_t hash = (uint32_t)hash_masked(text, len, HASH_ANY_CASE);
	struct interned *name = find(intern, text, len, hash);

	if (name)
		return intern_hold(name);
	name = interned_create(text, len);
	if (!name)
		return NULL;
	if (has_capitals(text))
		name->folded = folded_of(intern, name, hash);
	if (!name->folded) {
		free(name);
		return NULL;
	}
	add(intern, name, hash);
	return name;
}

void intern_put(struct intern *intern, struct interned *name)
{
	if (--name->references)
		return;
	chains_cut(&intern->chains, &name->link);
	intern->bytes -= interned_size(name);
	if (name->folded != name)
		intern_put(intern, name->folded);
	free(name);
}
