/* SPDX-License-Identifier: MIT */
#ifndef BASE_LOG_H
#define BASE_LOG_H

/*
 * Diagnostics for the person at the terminal, one line each, on stderr:
 *
 *	egrets: cannot read x.pcap: No such file or directory
 *
 * Text that comes from outside (a library's message, a file name) is written
 * with \xNN for invalid UTF-8 and for what could drive or deceive a terminal
 * (base/utf8.h). Events are not diagnostics: they go to stdout through output/.
 */
enum log_level {
	LOG_LEVEL_ERROR,
	LOG_LEVEL_WARN,	 /* -q shows up to here */
	LOG_LEVEL_INFO,	 /* the default */
	LOG_LEVEL_DEBUG, /* -v */
};

void log_set_level(enum log_level level);
enum log_level log_get_level(void);

__attribute__((format(printf, 2, 3))) void log_line(enum log_level level,
						    const char *format, ...);

#define log_error(...) log_line(LOG_LEVEL_ERROR, __VA_ARGS__)
#define log_warn(...)  log_line(LOG_LEVEL_WARN, __VA_ARGS__)
#define log_info(...)  log_line(LOG_LEVEL_INFO, __VA_ARGS__)
#define log_debug(...) log_line(LOG_LEVEL_DEBUG, __VA_ARGS__)

#endif
