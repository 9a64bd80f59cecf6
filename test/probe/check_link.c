// SPDX-License-Identifier: MIT
#include "probe/link.h"

#include "subprogram.h"
#include "suite.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))

/* clang-format off */
#define CALL(number) {.code = BPF_JMP | BPF_CALL, .imm = (number)}
#define CALL_SUBPROGRAM(number) CALL(SUBPROGRAM_FIRST + (number))
#define SET(value) {.code = BPF_ALU64 | BPF_MOV | BPF_K, .imm = (value)}
#define EXIT {.code = BPF_JMP | BPF_EXIT}
#define FUNCTION(name, instructions) {name, LENGTH(instructions), instructions}
/* clang-format on */

static struct bpf_insn calls_nothing[] = {SET(1), CALL(14), EXIT};
static struct bpf_insn calls_first[] = {SET(2), CALL_SUBPROGRAM(1),
					CALL_SUBPROGRAM(2), CALL_SUBPROGRAM(1),
					EXIT};
static struct bpf_insn first[] = {SET(3), CALL_SUBPROGRAM(2), EXIT};
static struct bpf_insn second[] = {SET(4), EXIT};
static struct bpf_insn calls_itself[] = {CALL_SUBPROGRAM(3), EXIT};
static struct bpf_insn calls_nobody[] = {CALL_SUBPROGRAM(4), EXIT};
static struct bpf_insn constant[] = {
	{.code = BPF_LD | BPF_IMM | BPF_DW, .imm = SUBPROGRAM_FIRST + 1},
	{.imm = SUBPROGRAM_FIRST + 1},
	EXIT,
};

static const struct function all[] = {
	FUNCTION("calls_nothing", calls_nothing),
	FUNCTION("subprogram_2", second),
	FUNCTION("calls_first", calls_first),
	FUNCTION("subprogram_1", first),
	FUNCTION("subprogram_3", calls_itself),
	FUNCTION("calls_nobody", calls_nobody),
	FUNCTION("constant", constant),
};
static const struct functions functions = {all, LENGTH(all)};

static struct bpf_insn *linked(const char *name, size_t *ret_count)
{
	const struct function *function = functions_find(&functions, name);
	struct bpf_insn *ret;

	ck_assert(link_is_complete(&functions, function));
	ck_assert_int_eq(link_functions(&functions, function, &ret, ret_count),
			 0);
	return ret;
}

static void expect_call(const struct bpf_insn *image, int from, int to)
{
	ck_assert_uint_eq(image[from].code, BPF_JMP | BPF_CALL);
	ck_assert_uint_eq(image[from].src_reg, BPF_PSEUDO_CALL);
	/* From the instruction after the call. */
	ck_assert_int_eq(image[from].imm, to - (from + 1));
}

static void expect_same(const char *name)
{
	const struct function *function = functions_find(&functions, name);
	struct bpf_insn *image;
	size_t count;

	image = linked(name, &count);
	ck_assert_uint_eq(count, function->count);
	ck_assert_mem_eq(image, function->instructions, count * sizeof(*image));
	free(image);
}

START_TEST(what_calls_none_stays_as_it_is)
{
	expect_same("calls_nothing");
	expect_same("constant");
}
END_TEST

START_TEST(what_is_called_stands_behind_once)
{
	struct bpf_insn *image;
	size_t count;

	image = linked("calls_first", &count);
	ck_assert_uint_eq(count, 5 + 3 + 2);
	ck_assert_int_eq(image[0].imm, 2);
	ck_assert_int_eq(image[5].imm, 3);
	ck_assert_int_eq(image[8].imm, 4);
	expect_call(image, 1, 5);
	expect_call(image, 2, 8);
	expect_call(image, 3, 5);
	expect_call(image, 6, 8);
	free(image);
	/* The functions are as before, for the next program. */
	ck_assert_int_eq(calls_first[1].imm, SUBPROGRAM_FIRST + 1);
	ck_assert_int_eq(first[1].imm, SUBPROGRAM_FIRST + 2);
}
END_TEST

/* The kernel refuses it; we come to an end. */
START_TEST(one_may_call_itself)
{
	struct bpf_insn *image;
	size_t count;

	image = linked("subprogram_3", &count);
	ck_assert_uint_eq(count, 2 + 2);
	expect_call(image, 0, 2);
	expect_call(image, 2, 2);
	free(image);
}
END_TEST

START_TEST(one_that_is_not_there_is_an_error)
{
	const struct function *function = functions_find(&functions,
							 "calls_nobody");
	struct bpf_insn *image;
	size_t count;

	ck_assert(!link_is_complete(&functions, function));
	ck_assert_int_eq(link_functions(&functions, function, &image, &count),
			 -EBADMSG);
	ck_assert_ptr_null(functions_find(&functions, "subprogram_4"));
}
END_TEST

SUITE_MAIN("probe/link", what_calls_none_stays_as_it_is,
	   what_is_called_stands_behind_once, one_may_call_itself,
	   one_that_is_not_there_is_an_error)
