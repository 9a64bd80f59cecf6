// SPDX-License-Identifier: MIT
#include "base/log.h"
#include "base/utf8.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define LOG_LINE_MAX 2048

static enum log_level current_level = LOG_LEVEL_INFO;

void log_set_level(enum log_level level)
{
	current_level = level;
}

enum log_level log_get_level(void)
{
	return current_level;
}

void log_line(enum log_level level, const char *format, ...)
{
	char text[LOG_LINE_MAX];
	char line[LOG_LINE_MAX * 4 + 16];
	size_t text_len, len;
	va_list args;

	if (level > current_level)
		return;
	text[0] = '\0';
	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);

	text_len = strlen(text);
	len = (size_t)snprintf(line, sizeof(line), "egrets: ");
	for (size_t i = 0; i < text_len;) {
		size_t safe = utf8_safe_length(text + i, text_len - i);

		if (safe) {
			memcpy(line + len, text + i, safe);
			len += safe;
			i += safe;
		} else {
			len += (size_t)snprintf(line + len, 5, "\\x%02x",
						(unsigned char)text[i++]);
		}
	}
	line[len++] = '\n';
	/* One write: lines of a child and ours do not tear each other. */
	if (write(STDERR_FILENO, line, len) < 0)
		return;
}
