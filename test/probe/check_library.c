// SPDX-License-Identifier: MIT
#include "probe/library.h"

#include "suite.h"

#include <string.h>

static const char *version_of(const char *path, const char *stem)
{
	static char version[LIBRARY_TEXT / 2];

	strcpy(version, "not written");
	library_version(path, stem, version);
	return version;
}

START_TEST(reads_names_of_every_debian)
{
	ck_assert_str_eq(version_of("/usr/lib/x86_64-linux-gnu/"
				    "libbcc.so.0.18.0",
				    "libbcc"),
			 "0.18.0");
	ck_assert_str_eq(version_of("/usr/lib/libbcc.so.0.31.0", "libbcc"),
			 "0.31.0");
	ck_assert_str_eq(version_of("/lib/libLLVM-11.so.1", "libLLVM"), "11");
	ck_assert_str_eq(version_of("/lib/libLLVM-14.so.1", "libLLVM"), "14");
	ck_assert_str_eq(version_of("/lib/libLLVM-14.0.6.so.1", "libLLVM"),
			 "14.0.6");
	ck_assert_str_eq(version_of("/lib/libLLVM.so.19.1", "libLLVM"), "19.1");
	ck_assert_str_eq(version_of("libLLVM.so.19.1", "libLLVM"), "19.1");
}
END_TEST

START_TEST(takes_no_other_library)
{
	ck_assert_str_eq(version_of("/lib/libbcc_bpf.so.0.26.0", "libbcc"), "");
	ck_assert_str_eq(version_of("/lib/libbccx.so.1", "libbcc"), "");
	ck_assert_str_eq(version_of("/libbcc.so.0/other.so.1", "libbcc"), "");
	ck_assert_str_eq(version_of("", "libbcc"), "");
	ck_assert_str_eq(version_of("/lib/libbcc", "libbcc"), "");
}
END_TEST

START_TEST(says_nothing_of_a_name_without_version)
{
	ck_assert_str_eq(version_of("/lib/libbcc.so", "libbcc"), "");
	ck_assert_str_eq(version_of("/lib/libbcc.so.", "libbcc"), "");
	ck_assert_str_eq(version_of("/lib/libLLVM-.so", "libLLVM"), "");
	ck_assert_str_eq(version_of("/lib/libLLVM-git.so", "libLLVM"), "");
}
END_TEST

START_TEST(cuts_a_version_without_end)
{
	char path[256] = "libbcc.so.";

	memset(path + strlen(path), '1', 200);
	ck_assert_uint_eq(strlen(version_of(path, "libbcc")),
			  LIBRARY_TEXT / 2 - 1);
}
END_TEST

/* The compiler's process has it loaded; this one has not. */
START_TEST(knows_what_is_not_loaded)
{
	char text[LIBRARY_TEXT] = "not written";

	library_describe(text);
	ck_assert_str_eq(text, "");
}
END_TEST

SUITE_MAIN("probe/library", reads_names_of_every_debian, takes_no_other_library,
	   says_nothing_of_a_name_without_version, cuts_a_version_without_end,
	   knows_what_is_not_loaded)
