// SPDX-License-Identifier: MIT
#include "base/log.h"

#include <stdarg.h>
#include <stdio.h>
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
	size_t len;
	va_list args;

	if (level > current_level)
		return;
	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);

	len = (size_t)snprintf(line, sizeof(line), "egrets: ");
	for (const char *c = text; *c; c++) {
		unsigned char byte = (unsigned char)*c;

		if (byte < 0x20 || byte == 0x7f)
			len += (size_t)snprintf(line + len, 5, "\\x%02x", byte);
		else
			line[len++] = *c;
	}
	line[len++] = '\n';
	/* One write: lines of a child and ours do not tear each other. */
	if (write(STDERR_FILENO, line, len) < 0)
		return;
}
