// SPDX-License-Identifier: MIT
#include "container/curl_library.h"

#include "machine/shared_library.h"

#include <dlfcn.h>
#include <errno.h>
#include <stddef.h>

#define LIBCURL "libcurl.so.4"

int curl_library_load(struct curl_library *ret)
{
	struct curl_library library;
	const struct shared_library_symbol symbols[] = {
		{"curl_global_init", &library.global_init},
		{"curl_global_cleanup", &library.global_cleanup},
		{"curl_easy_init", &library.easy_init},
		{"curl_easy_setopt", &library.easy_setopt},
		{"curl_easy_getinfo", &library.easy_getinfo},
		{"curl_easy_cleanup", &library.easy_cleanup},
		{"curl_multi_init", &library.multi_init},
		{"curl_multi_setopt", &library.multi_setopt},
		{"curl_multi_add_handle", &library.multi_add_handle},
		{"curl_multi_remove_handle", &library.multi_remove_handle},
		{"curl_multi_socket_action", &library.multi_socket_action},
		{"curl_multi_info_read", &library.multi_info_read},
		{"curl_multi_cleanup", &library.multi_cleanup},
	};

	library.handle = shared_library_load(
		LIBCURL, symbols, sizeof(symbols) / sizeof(symbols[0]));
	if (!library.handle)
		return -ELIBACC;
	if (library.global_init(CURL_GLOBAL_NOTHING)) {
		dlclose(library.handle);
		return -ELIBACC;
	}
	*ret = library;
	return 0;
}

void curl_library_unload(struct curl_library *library)
{
	if (!library->handle)
		return;
	library->global_cleanup();
	dlclose(library->handle);
	library->handle = NULL;
}
