/* SPDX-License-Identifier: MIT */
#ifndef CONTAINER_CURL_LIBRARY_H
#define CONTAINER_CURL_LIBRARY_H

#include <curl/curl.h>

/*
 * libcurl, loaded when there is an engine to ask: with what it brings it takes
 * 6 MiB, three times as much as all the rest of us.
 */
struct curl_library {
	void *handle; /* NULL: not loaded */
	typeof(&curl_global_init) global_init;
	typeof(&curl_global_cleanup) global_cleanup;
	typeof(&curl_easy_init) easy_init;
	typeof(&curl_easy_setopt) easy_setopt;
	typeof(&curl_easy_getinfo) easy_getinfo;
	typeof(&curl_easy_cleanup) easy_cleanup;
	typeof(&curl_multi_init) multi_init;
	typeof(&curl_multi_setopt) multi_setopt;
	typeof(&curl_multi_add_handle) multi_add_handle;
	typeof(&curl_multi_remove_handle) multi_remove_handle;
	typeof(&curl_multi_socket_action) multi_socket_action;
	typeof(&curl_multi_info_read) multi_info_read;
	typeof(&curl_multi_cleanup) multi_cleanup;
};

/* 0, or -ELIBACC: why goes to the log, at its most talkative. */
int curl_library_load(struct curl_library *ret);
void curl_library_unload(struct curl_library *library);

#endif
