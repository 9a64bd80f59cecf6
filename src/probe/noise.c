// SPDX-License-Identifier: MIT
#include "probe/noise.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

int noise_catch(void)
{
	int fd = memfd_create("noise", MFD_CLOEXEC);

	if (fd < 0)
		return -errno;
	fflush(stderr);
	if (dup2(fd, STDERR_FILENO) < 0) {
		int err = -errno;

		close(fd);
		return err;
	}
	return fd;
}

/* Its end, from a line's beginning on; an empty text if there is none. */
static char *read_end(int noise, char bytes[NOISE_BYTES + 1])
{
	off_t len = lseek(noise, 0, SEEK_END);
	off_t from = len > NOISE_BYTES ? len - NOISE_BYTES : 0;
	ssize_t got = pread(noise, bytes, NOISE_BYTES, from);
	char *begin;

	bytes[got > 0 ? got : 0] = '\0';
	begin = from ? strchr(bytes, '\n') : NULL;
	return begin ? begin + 1 : bytes;
}

void noise_tell(int noise, void (*fn)(const char *line, void *context),
		void *context)
{
	char bytes[NOISE_BYTES + 1];
	char *rest = NULL;

	for (char *line = strtok_r(read_end(noise, bytes), "\n", &rest); line;
	     line = strtok_r(NULL, "\n", &rest))
		fn(line, context);
	if (ftruncate(noise, 0) == 0)
		lseek(noise, 0, SEEK_SET);
}

bool noise_find(int noise, const char *text, char found[NOISE_LINE])
{
	char bytes[NOISE_BYTES + 1];
	char *rest = NULL;

	for (char *line = strtok_r(read_end(noise, bytes), "\n", &rest); line;
	     line = strtok_r(NULL, "\n", &rest)) {
		if (!strstr(line, text))
			continue;
		snprintf(found, NOISE_LINE, "%s", line);
		return true;
	}
	return false;
}
