// SPDX-License-Identifier: MIT
#include "probe/kernel_btf.h"

#include "base/cleanup.h"
#include "base/log.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>

/* Qualifiers, typedefs and dimensions in a row; the kernel has a few. */
#define CHAIN_MAX 32

/* A kernel's is 4 to 10 MB; with every debug option, 30. */
#define FILE_MAX (256 << 20)

struct kernel_btf {
	char *bytes; /* MAP_FAILED: not there yet */
	size_t len;
	const char *names; /* ends with a zero byte */
	uint32_t names_len;
	uint32_t count;
	uint32_t *at; /* where in bytes type i + 1 is */
};

/* The length of what follows a type: fixed, and for each of its parts. */
static const struct {
	uint32_t fixed;
	uint32_t each;
} trailers[KERNEL_BTF_KINDS] = {
	[KERNEL_BTF_INT] = {4, 0},
	[KERNEL_BTF_ARRAY] = {sizeof(struct btf_array), 0},
	[KERNEL_BTF_STRUCT] = {0, sizeof(struct btf_member)},
	[KERNEL_BTF_UNION] = {0, sizeof(struct btf_member)},
	[KERNEL_BTF_ENUM] = {0, sizeof(struct btf_enum)},
	[KERNEL_BTF_FUNC_PROTO] = {0, sizeof(struct btf_param)},
	[KERNEL_BTF_VAR] = {4, 0},
	[KERNEL_BTF_DATASEC] = {0, 12},
	[KERNEL_BTF_DECL_TAG] = {4, 0},
	[KERNEL_BTF_ENUM64] = {0, 12},
};

/* Linux 6.16 and newer show their own without copying it; else read it. */
static int map_file(struct kernel_btf *btf, const char *path)
{
	_cleanup_close_ int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct stat stat;
	size_t at = 0;

	if (fd < 0 || fstat(fd, &stat))
		return -errno;
	if (stat.st_size <= 0 || stat.st_size > FILE_MAX)
		return -EINVAL;
	btf->len = (size_t)stat.st_size;
	btf->bytes = mmap(NULL, btf->len, PROT_READ, MAP_PRIVATE, fd, 0);
	if (btf->bytes != MAP_FAILED)
		return 0;
	btf->bytes = mmap(NULL, btf->len, PROT_READ | PROT_WRITE,
			  MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (btf->bytes == MAP_FAILED)
		return -errno;
	while (at < btf->len) {
		ssize_t more = read(fd, btf->bytes + at, btf->len - at);

		if (more <= 0)
			return more < 0 ? -errno : -EINVAL;
		at += (size_t)more;
	}
	return 0;
}

/* Note where each type begins. */
static int index_types(struct kernel_btf *btf, uint32_t start, uint32_t len)
{
	uint32_t at = 0;

	btf->at = malloc(len / sizeof(struct btf_type) * sizeof(*btf->at) + 1);
	if (!btf->at)
		return -ENOMEM;
	while (at < len) {
		const struct btf_type *type = (const void *)(btf->bytes +
							     start + at);
		enum kernel_btf_kind kind;
		size_t size = sizeof(*type);

		if (len - at < size)
			return -EINVAL;
		kind = kernel_btf_kind(type);
		if (kind == KERNEL_BTF_VOID || kind >= KERNEL_BTF_KINDS) {
			log_debug("BTF: egrets knows no type of kind %d", kind);
			return -EINVAL;
		}
		size += trailers[kind].fixed;
		size += (size_t)trailers[kind].each *
			kernel_btf_part_count(type);
		if (len - at < size)
			return -EINVAL;
		btf->at[btf->count++] = start + at;
		at += (uint32_t)size;
	}
	return 0;
}

static int parse(struct kernel_btf *btf)
{
	struct btf_header header;
	size_t room;

	if (btf->len < sizeof(header))
		return -EINVAL;
	memcpy(&header, btf->bytes, sizeof(header));
	if (header.magic != BTF_MAGIC || header.version != BTF_VERSION ||
	    header.hdr_len < sizeof(header) || header.hdr_len > btf->len)
		return -EINVAL;
	room = btf->len - header.hdr_len;
	if (header.type_off > room ||
	    header.type_len > room - header.type_off || header.str_off > room ||
	    header.str_len > room - header.str_off ||
	    (header.hdr_len + header.type_off) % 4 || header.str_len == 0)
		return -EINVAL;
	btf->names = btf->bytes + header.hdr_len + header.str_off;
	btf->names_len = header.str_len;
	if (btf->names[btf->names_len - 1] != '\0')
		return -EINVAL;
	return index_types(btf, header.hdr_len + header.type_off,
			   header.type_len);
}

int kernel_btf_open(const char *path, struct kernel_btf **ret)
{
	struct kernel_btf *btf = calloc(1, sizeof(*btf));
	int err;

	if (!btf)
		return -ENOMEM;
	btf->bytes = MAP_FAILED;
	err = map_file(btf, path);
	if (!err)
		err = parse(btf);
	if (err) {
		kernel_btf_close(btf);
		return err;
	}
	*ret = btf;
	return 0;
}

void kernel_btf_close(struct kernel_btf *btf)
{
	if (!btf)
		return;
	free(btf->at);
	if (btf->bytes != MAP_FAILED)
		munmap(btf->bytes, btf->len);
	free(btf);
}

static const struct btf_type *type_at(const struct kernel_btf *btf,
				      uint32_t index)
{
	return (const void *)(btf->bytes + btf->at[index]);
}

/* The first is number 1: 0 is void. */
static const struct btf_type *type_by_id(const struct kernel_btf *btf,
					 uint32_t id)
{
	return id > 0 && id <= btf->count ? type_at(btf, id - 1) : NULL;
}

const struct btf_type *kernel_btf_find(const struct kernel_btf *btf,
				       enum kernel_btf_kind kind,
				       const char *name)
{
	for (uint32_t i = 0; i < btf->count; i++) {
		const struct btf_type *type = type_at(btf, i);

		if (kernel_btf_kind(type) == kind &&
		    strcmp(kernel_btf_name(btf, type->name_off), name) == 0)
			return type;
	}
	return NULL;
}

static bool says_nothing_of_layout(const struct btf_type *type)
{
	switch (kernel_btf_kind(type)) {
	case KERNEL_BTF_TYPEDEF:
	case KERNEL_BTF_VOLATILE:
	case KERNEL_BTF_CONST:
	case KERNEL_BTF_RESTRICT:
	case KERNEL_BTF_TYPE_TAG:
		return true;
	default:
		return false;
	}
}

const struct btf_type *kernel_btf_resolve(const struct kernel_btf *btf,
					  uint32_t id)
{
	const struct btf_type *type = type_by_id(btf, id);

	for (int i = 0; type && says_nothing_of_layout(type); i++) {
		if (i == CHAIN_MAX)
			return NULL;
		type = type_by_id(btf, type->type);
	}
	return type;
}

uint32_t kernel_btf_size(const struct kernel_btf *btf, uint32_t id)
{
	uint32_t size = 1;

	for (int i = 0; i < CHAIN_MAX; i++) {
		const struct btf_type *type = kernel_btf_resolve(btf, id);
		const struct btf_array *array;

		if (!type)
			return 0;
		switch (kernel_btf_kind(type)) {
		case KERNEL_BTF_ARRAY:
			array = kernel_btf_parts(type);
			size *= array->nelems;
			id = array->type;
			break;
		case KERNEL_BTF_PTR:
			return size * (uint32_t)sizeof(void *);
		case KERNEL_BTF_INT:
		case KERNEL_BTF_STRUCT:
		case KERNEL_BTF_UNION:
		case KERNEL_BTF_ENUM:
		case KERNEL_BTF_FLOAT:
		case KERNEL_BTF_ENUM64:
			return size * type->size;
		default:
			return 0;
		}
	}
	return 0;
}

const char *kernel_btf_name(const struct kernel_btf *btf, uint32_t offset)
{
	return offset < btf->names_len ? btf->names + offset : "";
}
