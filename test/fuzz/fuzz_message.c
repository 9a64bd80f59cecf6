// SPDX-License-Identifier: MIT
/*
 * The input is a DNS message. It is parsed whole, as if the capture had missed
 * its end, and with its second half missing; and names are read at every place
 * near the question.
 */
#include "dns/message.h"
#include "fuzz.h"
#include "message_invariants.h"
#include "message_twin.h"

#include <errno.h>
#include <stdint.h>

#define NAME_PLACES_MAX 16

static struct dns_message message;
static struct dns_message cut;

static void names_check(const uint8_t *data, size_t size)
{
	char text[DNS_NAME_TEXT_MAX];
	struct cursor read, skipped;
	size_t start = DNS_HEADER_LEN;

	for (size_t i = 0; i < NAME_PLACES_MAX && start + i <= size; i++) {
		size_t at = start + i;

		cursor_init(&read, data, size);
		cursor_seek(&read, at);
		skipped = read;
		dns_name_skip(&skipped);
		must(cursor_offset(&skipped) >= at);
		must(cursor_offset(&skipped) <= size);
		if (dns_name_read(&read, text) < 0) {
			must(cursor_failed(&read));
			continue;
		}
		must(must_be_text(text, sizeof(text)) > 0);
		must(dns_name_equal(text, text));
		must(!cursor_failed(&read));
		must(!cursor_failed(&skipped));
		must(cursor_offset(&read) > at);
		must(cursor_offset(&read) == cursor_offset(&skipped));
	}
}

/* The first half, of which the bytes after it are not to be seen. */
static void half_check(const uint8_t *data, size_t size, bool whole_is_good)
{
	size_t half = size / 2;
	uint8_t *bytes = malloc(half);

	must(bytes);
	memcpy(bytes, data, half);
	if (dns_message_parse(bytes, half, size, &cut) == 0) {
		must_be_message(&cut);
		must(cut.is_cut == (half < size));
		if (whole_is_good)
			must(cut.record_count <= message.record_count);
	}
	free(bytes);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	int error = dns_message_parse(data, size, size, &message);

	must(error == 0 || error == -EBADMSG);
	names_check(data, size);
	half_check(data, size, error == 0);
	if (error)
		return 0;
	must_be_message(&message);
	must(!message.is_cut);
	must_be_like_twin(data, size, &message);

	must(dns_message_parse(data, size, size + 1, &cut) == 0);
	must_be_message(&cut);
	must(cut.is_cut);
	must(cut.record_count == message.record_count);
	for (size_t i = 0; i < cut.record_count; i++)
		must(cut.record[i].on_chain == message.record[i].on_chain);
	return 0;
}
