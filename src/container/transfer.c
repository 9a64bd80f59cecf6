// SPDX-License-Identifier: MIT
#include "container/transfer.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A list is of some 2 KB for each container. */
#define TEXT_MAX (1u << 20)
#define LIST_MAX (16u << 20)
#define HEAD_MAX (64u << 10)

#define CONNECT_MS 1000
#define REPLY_MS   5000

static const char too_much[] = "sends more than any engine does";

void transfer_end(struct transfer *transfer)
{
	if (!transfer)
		return;
	if (transfer->handle) {
		transfer->curl->multi_remove_handle(transfer->multi,
						    transfer->handle);
		transfer->curl->easy_cleanup(transfer->handle);
	}
	free(transfer->text);
	free(transfer);
}

void transfer_take(struct transfer *transfer, size_t len)
{
	transfer->len -= len;
	memmove(transfer->text, transfer->text + len, transfer->len);
}

static size_t on_body(char *bytes, size_t size, size_t count, void *context)
{
	struct transfer *transfer = context;
	size_t len = size * count;
	size_t most = transfer->kind == TRANSFER_LIST ? LIST_MAX : TEXT_MAX;
	char *longer;

	if (len > most - transfer->len) {
		transfer->trouble = too_much;
		return 0;
	}
	longer = realloc(transfer->text, transfer->len + len + 1);
	if (!longer)
		return 0;
	transfer->text = longer;
	memcpy(longer + transfer->len, bytes, len);
	transfer->len += len;
	return len;
}

static size_t on_head(char *bytes, size_t size, size_t count, void *context)
{
	struct transfer *transfer = context;
	size_t len = size * count;
	long status = 0;

	(void)bytes;
	transfer->head_len += len;
	if (transfer->head_len > HEAD_MAX) {
		transfer->trouble = too_much;
		return 0;
	}
	transfer->curl->easy_getinfo(transfer->handle, CURLINFO_RESPONSE_CODE,
				     &status);
	transfer->is_answered = status == 200;
	return len;
}

static void write_url(const struct transfer *transfer, char *url, size_t size)
{
	const struct reply_subject *subject = &transfer->subject;

	switch (transfer->kind) {
	case TRANSFER_EVENTS:
		snprintf(url, size, "http://engine/events");
		break;
	case TRANSFER_LIST:
		snprintf(url, size, "http://engine/containers/json?all=true");
		break;
	case TRANSFER_CONTAINER:
		snprintf(url, size, "http://engine/containers/%s/json",
			 subject->id);
		break;
	case TRANSFER_NETWORK:
		snprintf(url, size, "http://engine/networks/%s",
			 subject->network);
		break;
	}
}

static bool set_options(struct transfer *transfer, const char *socket)
{
	typeof(&curl_easy_setopt) set = transfer->curl->easy_setopt;
	CURL *handle = transfer->handle;
	long most_ms = transfer->kind == TRANSFER_EVENTS ? 0 : REPLY_MS;
	char url[128];

	write_url(transfer, url, sizeof(url));
	return !set(handle, CURLOPT_URL, url) &&
	       !set(handle, CURLOPT_UNIX_SOCKET_PATH, socket) &&
	       !set(handle, CURLOPT_PROXY, "") &&
	       !set(handle, CURLOPT_NOSIGNAL, 1L) &&
	       !set(handle, CURLOPT_CONNECTTIMEOUT_MS, (long)CONNECT_MS) &&
	       !set(handle, CURLOPT_TIMEOUT_MS, most_ms) &&
	       !set(handle, CURLOPT_WRITEFUNCTION, on_body) &&
	       !set(handle, CURLOPT_WRITEDATA, transfer) &&
	       !set(handle, CURLOPT_HEADERFUNCTION, on_head) &&
	       !set(handle, CURLOPT_HEADERDATA, transfer) &&
	       !set(handle, CURLOPT_PRIVATE, transfer);
}

struct transfer *transfer_begin(const struct curl_library *curl, CURLM *multi,
				const char *socket, enum transfer_kind kind,
				const struct reply_subject *subject)
{
	struct transfer *transfer = calloc(1, sizeof(*transfer));

	if (!transfer)
		return NULL;
	transfer->kind = kind;
	transfer->subject = *subject;
	transfer->curl = curl;
	transfer->multi = multi;
	transfer->handle = curl->easy_init();
	if (transfer->handle && set_options(transfer, socket) &&
	    !curl->multi_add_handle(multi, transfer->handle))
		return transfer;
	transfer_end(transfer);
	return NULL;
}

const char *transfer_trouble(const struct transfer *transfer, CURLcode result)
{
	if (transfer->trouble)
		return transfer->trouble;
	switch (result) {
	case CURLE_OK:
	case CURLE_RECV_ERROR:
	case CURLE_SEND_ERROR:
	case CURLE_PARTIAL_FILE:
	case CURLE_GOT_NOTHING:
		return "has gone away";
	case CURLE_OPERATION_TIMEDOUT:
		return "does not answer";
	case CURLE_COULDNT_CONNECT:
		return "cannot be connected to";
	case CURLE_WEIRD_SERVER_REPLY:
	case CURLE_UNSUPPORTED_PROTOCOL:
		return "does not speak HTTP";
	default:
		return "cannot be asked";
	}
}
