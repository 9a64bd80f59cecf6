// SPDX-License-Identifier: MIT
#include "probe/library.h"

#include "base/cleanup.h"

#include <limits.h>
#include <link.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

static const char *file_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

/* Whether it is stem itself: libbcc_bpf.so is not libbcc. */
static bool is_library(const char *path, const char *stem)
{
	const char *name = file_name(path);
	size_t len = strlen(stem);

	return strncmp(name, stem, len) == 0 &&
	       (name[len] == '.' || name[len] == '-');
}

void library_version(const char *path, const char *stem,
		     char ret[LIBRARY_TEXT / 2])
{
	const char *rest = file_name(path) + strlen(stem);

	*ret = '\0';
	if (!is_library(path, stem))
		return;
	if (*rest == '-')
		rest++;
	else if (strncmp(rest, ".so.", 4) == 0)
		rest += 4;
	snprintf(ret, LIBRARY_TEXT / 2, "%.*s",
		 (int)strspn(rest, "0123456789."), rest);
	/* The point of ".so" is not of the version. */
	if (*ret && ret[strlen(ret) - 1] == '.')
		ret[strlen(ret) - 1] = '\0';
}

struct libraries {
	char bcc[LIBRARY_TEXT / 2];
	char llvm[LIBRARY_TEXT / 2];
};

/* Links lead from the name that is asked for to one with the whole version. */
static int look_at_object(struct dl_phdr_info *object, size_t size,
			  void *context)
{
	struct libraries *libraries = context;
	_cleanup_free_ char *path = NULL;

	(void)size;
	if (is_library(object->dlpi_name, "libbcc")) {
		path = realpath(object->dlpi_name, NULL);
		library_version(path ? path : object->dlpi_name, "libbcc",
				libraries->bcc);
	}
	if (is_library(object->dlpi_name, "libLLVM"))
		library_version(object->dlpi_name, "libLLVM", libraries->llvm);
	return 0;
}

void library_describe(char ret[LIBRARY_TEXT])
{
	struct libraries libraries = {"", ""};

	dl_iterate_phdr(look_at_object, &libraries);
	*ret = '\0';
	if (*libraries.bcc)
		snprintf(ret, LIBRARY_TEXT, "%.24s, LLVM %.24s", libraries.bcc,
			 *libraries.llvm ? libraries.llvm : "built in");
}
