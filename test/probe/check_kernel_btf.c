// SPDX-License-Identifier: MIT
/*
 * Small files of BTF, written here by hand as the kernel's documentation has
 * it, so that they do not depend on what the headers of this machine know.
 */
#include "probe/kernel_btf.h"

#include "suite.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define KIND(kind, parts) ((uint32_t)(kind) << 24 | (uint32_t)(parts))
#define KIND_FLAG	  (1u << 31)

#define HEADER_LEN 24
#define WORDS_MAX  256

/* Offsets of names. */
static const char names[] = "\0one\0two\0last";
enum { NAME_NONE = 0, NAME_ONE = 1, NAME_TWO = 5, NAME_LAST = 9 };

/* What follows a type of each kind: words at its end, words for each part. */
static const struct {
	uint32_t fixed;
	uint32_t each;
} trailers[KERNEL_BTF_KINDS] = {
	[KERNEL_BTF_INT] = {1, 0},	  [KERNEL_BTF_ARRAY] = {3, 0},
	[KERNEL_BTF_STRUCT] = {0, 3},	  [KERNEL_BTF_UNION] = {0, 3},
	[KERNEL_BTF_ENUM] = {0, 2},	  [KERNEL_BTF_ENUM64] = {0, 3},
	[KERNEL_BTF_FUNC_PROTO] = {0, 2}, [KERNEL_BTF_DATASEC] = {0, 3},
	[KERNEL_BTF_VAR] = {1, 0},	  [KERNEL_BTF_DECL_TAG] = {1, 0},
};

struct image {
	size_t count;
	uint32_t word[WORDS_MAX];
};

static void put(struct image *image, uint32_t word)
{
	ck_assert_uint_lt(image->count, WORDS_MAX);
	image->word[image->count++] = word;
}

static void put_type(struct image *image, uint32_t name, uint32_t info,
		     uint32_t size_or_type)
{
	put(image, name);
	put(image, info);
	put(image, size_or_type);
}

static void put_header(FILE *file, uint32_t types_len, uint16_t magic)
{
	const uint32_t rest[] = {HEADER_LEN, 0, types_len, types_len,
				 sizeof(names)};
	const uint8_t version_and_flags[] = {1, 0};

	fwrite(&magic, sizeof(magic), 1, file);
	fwrite(version_and_flags, sizeof(version_and_flags), 1, file);
	fwrite(rest, sizeof(rest), 1, file);
}

/* The first len bytes of the file (SIZE_MAX: all), opened. */
static int open_cut(const struct image *image, size_t len, uint16_t magic,
		    struct kernel_btf **ret)
{
	char path[] = "/tmp/check_kernel_btf.XXXXXX";
	int fd = mkstemp(path);
	FILE *file = fdopen(fd, "w");
	size_t types_len = image->count * sizeof(image->word[0]);
	int err;

	ck_assert_ptr_nonnull(file);
	put_header(file, (uint32_t)types_len, magic);
	fwrite(image->word, types_len, 1, file);
	fwrite(names, sizeof(names), 1, file);
	fflush(file);
	if (len != SIZE_MAX)
		ck_assert_int_eq(ftruncate(fd, (off_t)len), 0);
	err = kernel_btf_open(path, ret);
	fclose(file);
	unlink(path);
	return err;
}

static struct kernel_btf *open_image(const struct image *image)
{
	struct kernel_btf *btf = NULL;

	ck_assert_int_eq(open_cut(image, SIZE_MAX, 0xeb9f, &btf), 0);
	return btf;
}

/* A kind whose length is wrong would hide all that stands behind it. */
START_TEST(steps_over_every_kind)
{
	for (uint32_t kind = 1; kind < KERNEL_BTF_KINDS; kind++) {
		struct image image = {0};
		struct kernel_btf *btf;
		const struct btf_type *last;
		uint32_t parts = trailers[kind].each ? 3 : 0;

		put_type(&image, NAME_ONE, KIND(kind, parts), 4);
		for (uint32_t i = 0; i < trailers[kind].fixed; i++)
			put(&image, UINT32_MAX);
		for (uint32_t i = 0; i < trailers[kind].each * parts; i++)
			put(&image, UINT32_MAX);
		put_type(&image, NAME_LAST, KIND(KERNEL_BTF_STRUCT, 0), 77);

		btf = open_image(&image);
		last = kernel_btf_find(btf, KERNEL_BTF_STRUCT, "last");
		ck_assert_msg(last, "lost behind kind %u", kind);
		ck_assert_uint_eq(last->size, 77);
		ck_assert_uint_eq(kernel_btf_size(btf, 2), 77);
		kernel_btf_close(btf);
	}
}
END_TEST

START_TEST(finds_by_kind_and_name)
{
	struct image image = {0};
	struct kernel_btf *btf;

	put_type(&image, NAME_ONE, KIND(KERNEL_BTF_UNION, 0), 1);
	put_type(&image, NAME_ONE, KIND(KERNEL_BTF_STRUCT, 0), 2);
	put_type(&image, NAME_ONE, KIND(KERNEL_BTF_STRUCT, 0), 3);
	btf = open_image(&image);
	ck_assert_uint_eq(kernel_btf_find(btf, KERNEL_BTF_STRUCT, "one")->size,
			  2);
	ck_assert_ptr_null(kernel_btf_find(btf, KERNEL_BTF_STRUCT, "two"));
	ck_assert_ptr_null(kernel_btf_find(btf, KERNEL_BTF_ENUM, "one"));
	kernel_btf_close(btf);
}
END_TEST

START_TEST(sizes_come_from_behind_typedefs_and_dimensions)
{
	struct image image = {0};
	struct kernel_btf *btf;

	/* 1: a number of 4 bytes */
	put_type(&image, NAME_ONE, KIND(KERNEL_BTF_INT, 0), 4);
	put(&image, 32);
	/* 2: volatile 1, 3: a type tag on 2, 4: typedef 3 */
	put_type(&image, NAME_NONE, KIND(KERNEL_BTF_VOLATILE, 0), 1);
	put_type(&image, NAME_TWO, KIND(KERNEL_BTF_TYPE_TAG, 0), 2);
	put_type(&image, NAME_TWO, KIND(KERNEL_BTF_TYPEDEF, 0), 3);
	/* 5: 4[6], 6: 5[7], 7: 6 * */
	put_type(&image, NAME_NONE, KIND(KERNEL_BTF_ARRAY, 0), 0);
	put(&image, 4);
	put(&image, 1);
	put(&image, 6);
	put_type(&image, NAME_NONE, KIND(KERNEL_BTF_ARRAY, 0), 0);
	put(&image, 5);
	put(&image, 1);
	put(&image, 7);
	put_type(&image, NAME_NONE, KIND(KERNEL_BTF_PTR, 0), 6);
	/* 8: only declared */
	put_type(&image, NAME_TWO, KIND(KERNEL_BTF_FWD, 0), 0);

	btf = open_image(&image);
	ck_assert_uint_eq(kernel_btf_size(btf, 4), 4);
	ck_assert_uint_eq(kernel_btf_size(btf, 5), 24);
	ck_assert_uint_eq(kernel_btf_size(btf, 6), 168);
	ck_assert_uint_eq(kernel_btf_size(btf, 7), sizeof(void *));
	ck_assert_uint_eq(kernel_btf_size(btf, 8), 0);
	ck_assert_int_eq(kernel_btf_kind(kernel_btf_resolve(btf, 4)),
			 KERNEL_BTF_INT);
	ck_assert_str_eq(
		kernel_btf_name(btf, kernel_btf_resolve(btf, 4)->name_off),
		"one");
	/* void, and no such type. */
	ck_assert_ptr_null(kernel_btf_resolve(btf, 0));
	ck_assert_ptr_null(kernel_btf_resolve(btf, 9));
	ck_assert_uint_eq(kernel_btf_size(btf, UINT32_MAX), 0);
	ck_assert_str_eq(kernel_btf_name(btf, UINT32_MAX), "");
	kernel_btf_close(btf);
}
END_TEST

START_TEST(tells_bitfields_only_where_they_are_marked)
{
	struct image image = {0};
	struct kernel_btf *btf;
	const struct btf_type *type;
	const struct btf_member *member;

	for (uint32_t flag = 0; flag < 2; flag++) {
		put_type(&image, flag ? NAME_TWO : NAME_ONE,
			 KIND(KERNEL_BTF_STRUCT, 1) | (flag ? KIND_FLAG : 0),
			 8);
		put(&image, NAME_LAST);
		put(&image, 0);
		put(&image, 3u << 24 | 40);
	}
	btf = open_image(&image);
	type = kernel_btf_find(btf, KERNEL_BTF_STRUCT, "one");
	member = kernel_btf_parts(type);
	ck_assert_uint_eq(kernel_btf_part_count(type), 1);
	ck_assert_uint_eq(kernel_btf_bit_offset(type, member), 3u << 24 | 40);
	ck_assert_uint_eq(kernel_btf_bitfield_size(type, member), 0);
	type = kernel_btf_find(btf, KERNEL_BTF_STRUCT, "two");
	member = kernel_btf_parts(type);
	ck_assert_uint_eq(kernel_btf_part_count(type), 1);
	ck_assert_uint_eq(kernel_btf_bit_offset(type, member), 40);
	ck_assert_uint_eq(kernel_btf_bitfield_size(type, member), 3);
	kernel_btf_close(btf);
}
END_TEST

START_TEST(circles_end)
{
	struct image image = {0};
	struct kernel_btf *btf;

	put_type(&image, NAME_ONE, KIND(KERNEL_BTF_TYPEDEF, 0), 2);
	put_type(&image, NAME_NONE, KIND(KERNEL_BTF_CONST, 0), 1);
	put_type(&image, NAME_NONE, KIND(KERNEL_BTF_ARRAY, 0), 0);
	put(&image, 3);
	put(&image, 1);
	put(&image, 1);
	btf = open_image(&image);
	ck_assert_ptr_null(kernel_btf_resolve(btf, 1));
	ck_assert_uint_eq(kernel_btf_size(btf, 1), 0);
	ck_assert_uint_eq(kernel_btf_size(btf, 3), 0);
	kernel_btf_close(btf);
}
END_TEST

START_TEST(rejects_every_truncation)
{
	struct image image = {0};
	struct kernel_btf *btf = NULL;
	size_t len;

	put_type(&image, NAME_ONE, KIND(KERNEL_BTF_FWD, 0), 0);
	put_type(&image, NAME_ONE, KIND(KERNEL_BTF_STRUCT, 1), 8);
	put(&image, NAME_TWO);
	put(&image, 0);
	put(&image, 0);
	len = HEADER_LEN + image.count * sizeof(image.word[0]) + sizeof(names);
	for (size_t cut = 0; cut < len; cut++)
		ck_assert_int_eq(open_cut(&image, cut, 0xeb9f, &btf), -EINVAL);
	/* Members that are not there: the type section's end, not the file's. */
	image.count--;
	ck_assert_int_eq(open_cut(&image, SIZE_MAX, 0xeb9f, &btf), -EINVAL);
	ck_assert_ptr_null(btf);
}
END_TEST

START_TEST(rejects_what_it_does_not_know)
{
	struct image image = {0};
	struct kernel_btf *btf = NULL;

	put_type(&image, NAME_ONE, KIND(KERNEL_BTF_STRUCT, 0), 8);
	ck_assert_int_eq(open_cut(&image, SIZE_MAX, 0x9feb, &btf), -EINVAL);
	put_type(&image, NAME_ONE, KIND(KERNEL_BTF_KINDS, 0), 8);
	ck_assert_int_eq(open_cut(&image, SIZE_MAX, 0xeb9f, &btf), -EINVAL);
	ck_assert_int_eq(kernel_btf_open("/nonexistent", &btf), -ENOENT);
	ck_assert_int_ne(kernel_btf_open("/", &btf), 0);
	ck_assert_ptr_null(btf);
}
END_TEST

SUITE_MAIN("probe/kernel_btf", steps_over_every_kind, finds_by_kind_and_name,
	   sizes_come_from_behind_typedefs_and_dimensions,
	   tells_bitfields_only_where_they_are_marked, circles_end,
	   rejects_every_truncation, rejects_what_it_does_not_know)
