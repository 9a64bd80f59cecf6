// SPDX-License-Identifier: MIT
#include "probe/programs.h"

#include "subprogram.h"
#include "suite.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* r0 = 0; exit */
static const struct bpf_insn nothing[] = {
	{.code = BPF_ALU64 | BPF_MOV | BPF_K},
	{.code = BPF_JMP | BPF_EXIT},
};

/* r1 = the address of table imm, or of what is in that, or imm; r0 = 0; exit */
static const struct bpf_insn table_address = {
	.code = BPF_LD | BPF_IMM | BPF_DW,
	.dst_reg = BPF_REG_1,
	.src_reg = BPF_PSEUDO_MAP_FD,
};
static const struct bpf_insn value_address = {
	.code = BPF_LD | BPF_IMM | BPF_DW,
	.dst_reg = BPF_REG_1,
	.src_reg = BPF_PSEUDO_MAP_VALUE,
};
static const struct bpf_insn constant = {
	.code = BPF_LD | BPF_IMM | BPF_DW,
	.dst_reg = BPF_REG_1,
};

static void load_wide(struct bpf_insn ret[4], struct bpf_insn first,
		      int32_t imm)
{
	memset(ret, 0, 4 * sizeof(*ret));
	ret[0] = first;
	ret[0].imm = imm;
	memcpy(&ret[2], nothing, sizeof(nothing));
}

struct file {
	char *bytes;
	size_t len;
};

static struct file write_programs(const struct programs *programs)
{
	struct file file;
	FILE *out = open_memstream(&file.bytes, &file.len);

	ck_assert_int_eq(programs_write(programs, out), 0);
	fclose(out);
	return file;
}

static struct programs *two_functions(void)
{
	struct programs *programs = programs_create("GPL", 0x60100);
	struct bpf_insn wide[4];

	load_wide(wide, constant, 7);
	ck_assert_int_eq(programs_add_function(programs, "first", nothing, 2),
			 0);
	ck_assert_int_eq(programs_add_function(programs, "second", wide, 4), 0);
	return programs;
}

START_TEST(reads_what_was_written)
{
	struct programs *programs = two_functions(), *read;
	struct file file = write_programs(programs), again;

	ck_assert_int_eq(programs_read(file.bytes, file.len, &read), 0);
	again = write_programs(read);
	ck_assert_mem_eq(again.bytes, file.bytes, file.len);
	ck_assert_uint_eq(again.len, file.len);
	ck_assert_int_eq(programs_load(read, "third", 0, 0), -ENOENT);
	ck_assert_int_eq(programs_table(read, "first"), -ENOENT);
	programs_destroy(read);
	programs_destroy(programs);
	free(file.bytes);
	free(again.bytes);
}
END_TEST

START_TEST(of_any_other_length_it_is_not_read)
{
	struct programs *programs = two_functions(), *read;
	struct file file = write_programs(programs);
	char *longer = calloc(1, file.len + 1);

	for (size_t len = 0; len < file.len; len++) {
		/* Of that very size, for AddressSanitizer. */
		char *cut = malloc(len + !len);

		memcpy(cut, file.bytes, len);
		ck_assert_int_eq(programs_read(cut, len, &read), -EBADMSG);
		free(cut);
	}
	memcpy(longer, file.bytes, file.len);
	ck_assert_int_eq(programs_read(longer, file.len + 1, &read), -EBADMSG);
	free(longer);
	free(file.bytes);
	programs_destroy(programs);
}
END_TEST

/* Read or refused, and then what was read can be written. */
START_TEST(any_byte_may_be_another)
{
	struct programs *programs = two_functions(), *read;
	struct file file = write_programs(programs), again;
	size_t refused = 0;

	for (size_t i = 0; i < file.len; i++)
		for (int bit = 0; bit < 8; bit++) {
			file.bytes[i] = (char)(file.bytes[i] ^ 1 << bit);
			if (programs_read(file.bytes, file.len, &read) == 0) {
				again = write_programs(read);
				ck_assert_uint_eq(again.len, file.len);
				free(again.bytes);
				programs_destroy(read);
			} else {
				refused++;
			}
			file.bytes[i] = (char)(file.bytes[i] ^ 1 << bit);
		}
	/* Of the header alone: 16 bytes of magic, and the numbers. */
	ck_assert_uint_ge(refused, 16 * 8 + 2 * 32);
	free(file.bytes);
	programs_destroy(programs);
}
END_TEST

START_TEST(a_table_that_is_not_there_is_refused)
{
	struct programs *programs = programs_create("GPL", 0), *read;
	struct bpf_insn wide[4];
	struct file file;

	load_wide(wide, table_address, 3);
	ck_assert_int_eq(programs_add_function(programs, "f", wide, 4),
			 -ENOTSUP);
	load_wide(wide, value_address, 3);
	ck_assert_int_eq(programs_add_function(programs, "f", wide, 4),
			 -ENOTSUP);
	programs_destroy(programs);

	programs = programs_create("GPL", 0);
	load_wide(wide, constant, 0);
	ck_assert_int_eq(programs_add_function(programs, "f", wide, 4), 0);
	file = write_programs(programs);
	load_wide(wide, table_address, 0);
	memcpy(file.bytes + file.len - sizeof(wide), wide, sizeof(wide));
	ck_assert_int_eq(programs_read(file.bytes, file.len, &read), -EBADMSG);
	free(file.bytes);
	programs_destroy(programs);
}
END_TEST

START_TEST(half_a_constant_is_refused)
{
	struct programs *programs = programs_create("GPL", 0), *read;
	struct bpf_insn wide[4];
	struct file file;

	load_wide(wide, constant, 0);
	ck_assert_int_eq(programs_add_function(programs, "f", wide, 1), 0);
	file = write_programs(programs);
	ck_assert_int_eq(programs_read(file.bytes, file.len, &read), -EBADMSG);
	free(file.bytes);
	programs_destroy(programs);
}
END_TEST

START_TEST(a_call_of_what_is_not_there_is_refused)
{
	static const struct bpf_insn calls[] = {
		{.code = BPF_JMP | BPF_CALL, .imm = SUBPROGRAM_FIRST + 1},
		{.code = BPF_JMP | BPF_EXIT},
	};
	struct programs *programs = programs_create("GPL", 0), *read;
	struct file file;

	ck_assert_int_eq(programs_add_function(programs, "f", calls, 2), 0);
	ck_assert_int_eq(programs_load(programs, "f", 0, 0), -EBADMSG);
	file = write_programs(programs);
	ck_assert_int_eq(programs_read(file.bytes, file.len, &read), -EBADMSG);
	free(file.bytes);

	ck_assert_int_eq(programs_add_function(programs, SUBPROGRAM_PREFIX "1",
					       nothing, 2),
			 0);
	file = write_programs(programs);
	ck_assert_int_eq(programs_read(file.bytes, file.len, &read), 0);
	programs_destroy(read);
	free(file.bytes);
	programs_destroy(programs);
}
END_TEST

START_TEST(names_have_a_length)
{
	struct programs *programs = programs_create("GPL", 0);
	char name[PROGRAMS_NAME + 1];

	memset(name, 'n', sizeof(name));
	name[PROGRAMS_NAME] = '\0';
	ck_assert_int_eq(programs_add_function(programs, name, nothing, 2),
			 -ENOSPC);
	name[PROGRAMS_NAME - 1] = '\0';
	ck_assert_int_eq(programs_add_function(programs, name, nothing, 2), 0);
	programs_destroy(programs);
}
END_TEST

SUITE_MAIN("probe/programs", reads_what_was_written,
	   of_any_other_length_it_is_not_read, any_byte_may_be_another,
	   a_table_that_is_not_there_is_refused, half_a_constant_is_refused,
	   a_call_of_what_is_not_there_is_refused, names_have_a_length)
