// SPDX-License-Identifier: MIT
#include "names/intern.h"

#include <stdlib.h>
#include <string.h>

static void fold(char *text)
{
	for (; *text; text++)
		if (*text >= 'A' && *text <= 'Z')
			*text = (char)(*text - 'A' + 'a');
}

static struct interned *interned_create(const char *text, size_t len)
{
	struct interned *name = malloc(sizeof(*name) + len + 1);

	if (!name)
		return NULL;
	memset(name, 0, sizeof(*name));
	memcpy(name->text, text, len + 1);
	name->len = len;
	name->references = 1;
	name->folded = name;
	return name;
}

static struct interned *intern_add(struct intern *intern, struct interned *name)
{
	HASH_ADD_KEYPTR(hh, intern->table, name->text, name->len, name);
	if (!name->hh.tbl)
		return NULL;
	intern->text_bytes += name->len + 1;
	return name;
}

/* The copy of a spelling that is held already, with a reference more. */
static struct interned *intern_share(struct intern *intern, const char *text,
				     size_t len)
{
	struct interned *name;

	HASH_FIND(hh, intern->table, text, len, name);
	if (name)
		name->references++;
	return name;
}

/* The all-lower-case form of a new name: name itself, if it is its own. */
static struct interned *intern_folded(struct intern *intern,
				      struct interned *name)
{
	struct interned *folded = interned_create(name->text, name->len);
	struct interned *held;

	if (!folded)
		return NULL;
	fold(folded->text);
	if (!strcmp(folded->text, name->text)) {
		free(folded);
		return name;
	}
	held = intern_share(intern, folded->text, folded->len);
	if (!held)
		held = intern_add(intern, folded);
	if (held != folded)
		free(folded);
	return held;
}

struct interned *intern_get(struct intern *intern, const char *text)
{
	size_t len = strlen(text);
	struct interned *name = intern_share(intern, text, len);

	if (name)
		return name;
	name = interned_create(text, len);
	if (!name)
		return NULL;
	name->folded = intern_folded(intern, name);
	if (!name->folded)
		goto fail;
	if (intern_add(intern, name))
		return name;
	if (name->folded != name)
		intern_put(intern, name->folded);
fail:
	free(name);
	return NULL;
}

void intern_put(struct intern *intern, struct interned *name)
{
	struct interned *folded = name->folded;

	if (--name->references)
		return;
	HASH_DEL(intern->table, name);
	intern->text_bytes -= name->len + 1;
	if (folded != name)
		intern_put(intern, folded);
	free(name);
}

size_t intern_memory(const struct intern *intern)
{
	size_t count = HASH_COUNT(intern->table);
	size_t handles = count * sizeof(UT_hash_handle);

	/* uthash counts its handles, which are part of the names here. */
	return count * sizeof(struct interned) + intern->text_bytes +
	       HASH_OVERHEAD(hh, intern->table) - handles;
}
