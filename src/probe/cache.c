// SPDX-License-Identifier: MIT
#include "probe/cache.h"

#include "base/cleanup.h"
#include "base/cursor.h"
#include "base/hash.h"

#include <bpf/libbpf.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/utsname.h>

#define FILE_MAX (64 << 20)

/*
 * A file is the key, a hash of what follows, and what programs_write() writes.
 */
struct place {
	char *key; /* ends with NUL, as in the file */
	size_t key_len;
	char name[32];
};

static int trouble(int err, const char *what, char cause[CACHE_CAUSE])
{
	snprintf(cause, CACHE_CAUSE, "%s: %s", what, strerror(-err));
	return err;
}

/*
 * What the text says nothing of: the kernel whose headers it includes, and how
 * many buffers a perf table has.
 */
static int find_place(const char *text, struct place *ret)
{
	struct utsname name;
	int len;

	uname(&name);
	len = asprintf(&ret->key, "%s %s %s, %d processors\n%s", name.machine,
		       name.release, name.version, libbpf_num_possible_cpus(),
		       text);
	if (len < 0) {
		ret->key = NULL;
		return -ENOMEM;
	}
	ret->key_len = (size_t)len + 1;
	snprintf(ret->name, sizeof(ret->name), "%016" PRIx64 ".bpf",
		 hash_bytes(ret->key, ret->key_len));
	return 0;
}

/* Whether nobody but us and root can have written it. */
static bool is_ours(const struct stat *stat)
{
	return S_ISREG(stat->st_mode) && !(stat->st_mode & 022) &&
	       (stat->st_uid == 0 || stat->st_uid == geteuid());
}

/* Up to size bytes; how many there were, or a negative errno. */
static ssize_t read_bytes(int fd, char *bytes, size_t size)
{
	size_t len = 0;
	ssize_t more;

	while ((more = read(fd, bytes + len, size - len)) > 0)
		len += (size_t)more;
	return more < 0 ? -errno : (ssize_t)len;
}

static int read_file(int fd, char **ret, size_t *len_ret)
{
	struct stat stat;
	ssize_t len;

	if (fstat(fd, &stat))
		return -errno;
	if (!is_ours(&stat))
		return -EPERM;
	if (stat.st_size > FILE_MAX)
		return -EFBIG;
	*ret = malloc((size_t)stat.st_size + 1);
	if (!*ret)
		return -ENOMEM;
	len = read_bytes(fd, *ret, (size_t)stat.st_size);
	if (len < 0)
		return (int)len;
	*len_ret = (size_t)len;
	return 0;
}

static int find(int dir, const struct place *place, struct programs **ret)
{
	_cleanup_close_ int fd = openat(dir, place->name,
					O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	_cleanup_free_ char *bytes = NULL;
	const uint8_t *key, *hash, *programs;
	struct cursor cursor;
	uint64_t expected;
	size_t len = 0;
	int err;

	if (fd < 0)
		return -errno;
	err = read_file(fd, &bytes, &len);
	if (err)
		return err;
	cursor_init(&cursor, bytes, len);
	key = cursor_take(&cursor, place->key_len);
	hash = cursor_take(&cursor, sizeof(expected));
	if (!hash || memcmp(key, place->key, place->key_len) != 0)
		return -EBADMSG;
	len = cursor_left(&cursor);
	programs = cursor_take(&cursor, len);
	expected = hash_bytes(programs, len);
	if (memcmp(hash, &expected, sizeof(expected)) != 0)
		return -EBADMSG;
	return programs_read(programs, len, ret);
}

int cache_find(int dir, const char *text, struct programs **ret,
	       char cause[CACHE_CAUSE])
{
	struct place place = {0};
	int err = find_place(text, &place);

	if (!err)
		err = find(dir, &place, ret);
	free(place.key);
	return err ? trouble(err, place.name, cause) : 0;
}

static int write_bytes(const struct programs *programs, char **ret, size_t *len)
{
	FILE *file = open_memstream(ret, len);
	int err = file ? programs_write(programs, file) : -ENOMEM;

	if (file && fclose(file) && !err)
		err = -ENOMEM;
	return err;
}

static int write_file(int fd, const struct place *place,
		      const struct programs *programs)
{
	_cleanup_free_ char *bytes = NULL;
	FILE *file = fdopen(fd, "w");
	uint64_t hash;
	size_t len;
	int err;

	if (!file) {
		close(fd);
		return -ENOMEM;
	}
	err = write_bytes(programs, &bytes, &len);
	if (!err) {
		hash = hash_bytes(bytes, len);
		fwrite(place->key, 1, place->key_len, file);
		fwrite(&hash, sizeof(hash), 1, file);
		fwrite(bytes, 1, len, file);
	}
	errno = EIO;
	return (ferror(file) | fclose(file)) && !err ? -errno : err;
}

/* Whole under its name, or not at all. */
static int keep(int dir, const struct place *place,
		const struct programs *programs)
{
	char name[64];
	int err, fd;

	snprintf(name, sizeof(name), "%s.%d", place->name, getpid());
	fd = openat(dir, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd < 0)
		return -errno;
	err = write_file(fd, place, programs);
	if (!err && renameat(dir, name, dir, place->name))
		err = -errno;
	if (err)
		unlinkat(dir, name, 0);
	return err;
}

int cache_keep(int dir, const char *text, const struct programs *programs,
	       char cause[CACHE_CAUSE])
{
	struct place place = {0};
	int err = find_place(text, &place);

	if (!err)
		err = keep(dir, &place, programs);
	free(place.key);
	return err ? trouble(err, place.name, cause) : 0;
}
