// SPDX-License-Identifier: MIT
#include "machine/shared_library.h"

#include "base/log.h"

#include <dlfcn.h>
#include <stdbool.h>
#include <string.h>

static bool find(void *library, const struct shared_library_symbol *symbol)
{
	void *found = dlsym(library, symbol->name);

	if (found)
		memcpy(symbol->place, &found, sizeof(found));
	return found;
}

void *shared_library_load(const char *name,
			  const struct shared_library_symbol *symbols,
			  size_t count)
{
	void *library = dlopen(name, RTLD_LAZY | RTLD_LOCAL);

	if (!library) {
		log_debug("%s", dlerror());
		return NULL;
	}
	for (size_t i = 0; i < count; i++) {
		if (find(library, &symbols[i]))
			continue;
		log_debug("%s has no %s", name, symbols[i].name);
		dlclose(library);
		return NULL;
	}
	return library;
}
