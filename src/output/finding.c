// SPDX-License-Identifier: MIT
#include "output/finding.h"

#include "base/utf8.h"
#include "output/json.h"

#include <stdarg.h>
#include <stdio.h>

#define TABLE_WIDTH  100
#define STATE_COLUMN 19
#define TEXT_COLUMN  27

const char *finding_state_text(enum finding_state state)
{
	static const char *const texts[] = {
		[FINDING_OK] = "ok",
		[FINDING_MISSING] = "missing",
		[FINDING_FATAL] = "fatal",
		[FINDING_UNTRIED] = "untried",
	};

	return texts[state];
}

/* What is too long is cut: it is for people. */
#define SET_TEXT(text, format)                                 \
	do {                                                   \
		va_list args;                                  \
                                                               \
		va_start(args, format);                        \
		vsnprintf((text), sizeof(text), format, args); \
		va_end(args);                                  \
	} while (0)

void finding_found(struct finding *finding, const char *format, ...)
{
	SET_TEXT(finding->found, format);
}

void finding_cost(struct finding *finding, const char *format, ...)
{
	SET_TEXT(finding->cost, format);
}

void finding_cure(struct finding *finding, const char *format, ...)
{
	SET_TEXT(finding->cure, format);
}

const struct finding *finding_first_fatal(const struct finding *findings,
					  size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (findings[i].state == FINDING_FATAL)
			return &findings[i];
	return NULL;
}

/* A line so far: where it began in the writer. */
static void pad_to(struct writer *writer, size_t line, size_t column)
{
	do
		writer_char(writer, ' ');
	while (!writer_failed(writer) && writer->len - line < column);
}

/* What libraries say may be anything. */
static void write_safe(struct writer *writer, const char *bytes, size_t len)
{
	while (len) {
		size_t safe = utf8_safe_length(bytes, len);
		char hex[5];

		if (safe) {
			writer_bytes(writer, bytes, safe);
		} else {
			snprintf(hex, sizeof(hex), "\\x%02x",
				 (unsigned char)*bytes);
			writer_string(writer, hex);
			safe = 1;
		}
		bytes += safe;
		len -= safe;
	}
}

/* Words, from the text column on, broken before the table's end. */
static void write_words(struct writer *writer, size_t line, const char *text)
{
	bool first = true;

	while (*text) {
		size_t len = strcspn(text, " ");

		if (!first && writer->len - line + 1 + len > TABLE_WIDTH) {
			writer_char(writer, '\n');
			line = writer->len;
			pad_to(writer, line, TEXT_COLUMN);
		} else if (!first) {
			writer_char(writer, ' ');
		}
		write_safe(writer, text, len);
		text += len;
		text += strspn(text, " ");
		first = false;
	}
	writer_char(writer, '\n');
}

/* "what: text", below what was found. */
static void write_more(struct writer *writer, const char *what,
		       const char *text)
{
	size_t line = writer->len;

	if (!*text)
		return;
	pad_to(writer, line, TEXT_COLUMN);
	writer_string(writer, what);
	write_words(writer, line, text);
}

static void write_rows(struct writer *writer, const struct finding *findings,
		       size_t count)
{
	for (size_t i = 0; i < count; i++) {
		const struct finding *finding = &findings[i];
		size_t line = writer->len;

		writer_string(writer, finding->name);
		pad_to(writer, line, STATE_COLUMN);
		writer_string(writer, finding_state_text(finding->state));
		pad_to(writer, line, TEXT_COLUMN);
		write_words(writer, line, finding->found);
		write_more(writer, "cost: ", finding->cost);
		write_more(writer, "cure: ", finding->cure);
	}
}

void findings_text(struct writer *writer, const struct findings *findings)
{
	write_rows(writer, findings->machine, findings->machine_count);
	writer_char(writer, '\n');
	write_rows(writer, findings->hooks, findings->hook_count);
	writer_char(writer, '\n');
	writer_string(writer, findings->can_run ? "egrets can run here\n"
						: "egrets cannot run here\n");
}

/* Keys are literals, with what stands before them. */
static void add_string(struct writer *writer, const char *key,
		       const char *value)
{
	if (!*value)
		return;
	writer_string(writer, key);
	writer_json_string(writer, value, strlen(value));
}

static void add_list(struct writer *writer, const struct finding *findings,
		     size_t count)
{
	writer_char(writer, '[');
	for (size_t i = 0; i < count; i++) {
		const struct finding *finding = &findings[i];

		add_string(writer,
			   i ? ",{\"name\":" : "{\"name\":", finding->name);
		add_string(writer,
			   ",\"state\":", finding_state_text(finding->state));
		add_string(writer, ",\"found\":", finding->found);
		add_string(writer, ",\"cost\":", finding->cost);
		add_string(writer, ",\"cure\":", finding->cure);
		writer_char(writer, '}');
	}
	writer_char(writer, ']');
}

void findings_json(struct writer *writer, const struct findings *findings)
{
	writer_string(writer, "{\"@timestamp\":\"");
	writer_timestamp(writer, findings->wall_ns);
	writer_string(writer,
		      "\",\"ecs\":{\"version\":\"" JSON_ECS_VERSION "\"},"
		      "\"event\":{\"kind\":\"state\",\"category\":[\"host\"],"
		      "\"type\":[\"info\"],\"dataset\":\"egrets\","
		      "\"action\":\"egrets.check\",\"outcome\":");
	writer_string(writer,
		      findings->can_run ? "\"success\"" : "\"failure\"");
	add_string(writer,
		   "},\"host\":{\"architecture\":", findings->architecture);
	add_string(writer,
		   ",\"os\":{\"type\":\"linux\",\"kernel\":", findings->kernel);
	writer_string(writer, "}},\"egrets\":{\"check\":{\"can_run\":");
	writer_string(writer, findings->can_run ? "true" : "false");
	writer_string(writer, ",\"machine\":");
	add_list(writer, findings->machine, findings->machine_count);
	writer_string(writer, ",\"hooks\":");
	add_list(writer, findings->hooks, findings->hook_count);
	writer_string(writer, "}}}\n");
}
