/* SPDX-License-Identifier: MIT */
#ifndef TEST_OUTPUT_JSON_CHECKER_H
#define TEST_OUTPUT_JSON_CHECKER_H

#include "base/utf8.h"

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

/*
 * A strict reader of JSON (RFC 8259) that only says yes or no. Beyond the
 * grammar it wants valid UTF-8 with nothing in it that is unsafe to show, paired
 * surrogates, no key twice in an object, no null and nothing empty.
 */
#define JSON_KEYS_MAX 64

struct json_checker {
	const char *at;
	const char *end;
};

static bool json_value(struct json_checker *json, int depth);

static inline bool json_byte(struct json_checker *json, char byte)
{
	if (json->at == json->end || *json->at != byte)
		return false;
	json->at++;
	return true;
}

static inline bool json_hex4(struct json_checker *json, unsigned int *ret)
{
	*ret = 0;
	for (int i = 0; i < 4; i++) {
		static const char digits[] = "0123456789abcdef";
		const char *digit;

		if (json->at == json->end || !*json->at)
			return false;
		digit = strchr(digits, *json->at++);
		if (!digit)
			return false;
		*ret = *ret << 4 | (unsigned int)(digit - digits);
	}
	return true;
}

static inline bool json_escape(struct json_checker *json)
{
	unsigned int unit, low;

	if (json->at == json->end || !*json->at)
		return false;
	if (strchr("\"\\/bfnrt", *json->at)) {
		json->at++;
		return true;
	}
	if (!json_byte(json, 'u') || !json_hex4(json, &unit))
		return false;
	if (unit < 0xd800 || unit > 0xdfff)
		return true;
	return unit <= 0xdbff && json_byte(json, '\\') &&
	       json_byte(json, 'u') && json_hex4(json, &low) && low >= 0xdc00 &&
	       low <= 0xdfff;
}

static inline bool json_string(struct json_checker *json)
{
	if (!json_byte(json, '"'))
		return false;
	while (json->at < json->end) {
		size_t left = (size_t)(json->end - json->at);
		size_t used = utf8_safe_length(json->at, left);

		if (json_byte(json, '"'))
			return true;
		if (json_byte(json, '\\')) {
			if (!json_escape(json))
				return false;
			continue;
		}
		if (!used)
			return false;
		json->at += used;
	}
	return false;
}

/* Only what egrets writes: whole numbers. */
static inline bool json_number(struct json_checker *json)
{
	const char *start;

	if (json->at < json->end && *json->at == '-')
		json->at++;
	start = json->at;
	while (json->at < json->end && *json->at >= '0' && *json->at <= '9')
		json->at++;
	return json->at > start && (*start != '0' || json->at == start + 1);
}

static inline bool json_object(struct json_checker *json, int depth)
{
	struct {
		const char *at;
		size_t len;
	} keys[JSON_KEYS_MAX];
	size_t count = 0;

	do {
		const char *key = json->at;
		size_t len;

		if (!json_string(json) || count == JSON_KEYS_MAX)
			return false;
		len = (size_t)(json->at - key);
		for (size_t i = 0; i < count; i++) {
			if (keys[i].len == len && !memcmp(keys[i].at, key, len))
				return false;
		}
		keys[count].at = key;
		keys[count++].len = len;
		if (!json_byte(json, ':') || !json_value(json, depth + 1))
			return false;
	} while (json_byte(json, ','));
	return json_byte(json, '}');
}

static inline bool json_array(struct json_checker *json, int depth)
{
	do {
		if (!json_value(json, depth + 1))
			return false;
	} while (json_byte(json, ','));
	return json_byte(json, ']');
}

static inline bool json_value(struct json_checker *json, int depth)
{
	size_t left = (size_t)(json->end - json->at);

	if (depth > 16)
		return false;
	if (json_byte(json, '{'))
		return json_object(json, depth);
	if (json_byte(json, '['))
		return json_array(json, depth);
	if (left >= 4 && !memcmp(json->at, "true", 4)) {
		json->at += 4;
		return true;
	}
	if (left >= 5 && !memcmp(json->at, "false", 5)) {
		json->at += 5;
		return true;
	}
	return json_number(json) || json_string(json);
}

static inline bool json_is_valid(const char *text, size_t len)
{
	struct json_checker json = {.at = text, .end = text + len};

	return json_value(&json, 0) && json.at == json.end;
}

/* One object and its newline, and no other newline. */
static inline bool json_is_line(const char *text, size_t len)
{
	return len > 2 && *text == '{' && text[len - 1] == '\n' &&
	       json_is_valid(text, len - 1);
}

#endif
