// SPDX-License-Identifier: MIT
#include "probe/link.h"

#include "subprogram.h"

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct image {
	struct bpf_insn *instructions;
	size_t count;
	size_t *at; /* where each function begins; 0: not called yet */
};

const struct function *functions_find(const struct functions *functions,
				      const char *name)
{
	for (size_t i = 0; i < functions->count; i++)
		if (strcmp(functions->function[i].name, name) == 0)
			return &functions->function[i];
	return NULL;
}

static bool is_call(const struct bpf_insn *instruction)
{
	return instruction->code == (BPF_JMP | BPF_CALL) &&
	       instruction->src_reg == 0 &&
	       instruction->imm >= SUBPROGRAM_FIRST;
}

static const struct function *find_called(const struct functions *functions,
					  const struct bpf_insn *call)
{
	char name[PROGRAMS_NAME];

	snprintf(name, sizeof(name), SUBPROGRAM_PREFIX "%d",
		 call->imm - SUBPROGRAM_FIRST);
	return functions_find(functions, name);
}

bool link_is_complete(const struct functions *functions,
		      const struct function *function)
{
	for (size_t i = 0; i < function->count; i++)
		if (is_call(&function->instructions[i]) &&
		    !find_called(functions, &function->instructions[i]))
			return false;
	return true;
}

static int append(struct image *image, const struct function *function)
{
	struct bpf_insn *grown = reallocarray(image->instructions,
					      image->count + function->count,
					      sizeof(*grown));

	if (!grown)
		return -ENOMEM;
	memcpy(&grown[image->count], function->instructions,
	       function->count * sizeof(*grown));
	image->instructions = grown;
	image->count += function->count;
	return 0;
}

/* The instruction at index is a call: make it one that the kernel knows. */
static int link_call(const struct functions *functions, struct image *image,
		     size_t index)
{
	const struct function *called = find_called(
		functions, &image->instructions[index]);
	struct bpf_insn *call;
	size_t *at;
	int err;

	if (!called)
		return -EBADMSG;
	at = &image->at[called - functions->function];
	if (!*at) {
		*at = image->count;
		err = append(image, called);
		if (err)
			return err;
	}
	call = &image->instructions[index];
	call->src_reg = BPF_PSEUDO_CALL;
	call->imm = (int32_t)((ssize_t)*at - (ssize_t)index - 1);
	return 0;
}

int link_functions(const struct functions *functions,
		   const struct function *function, struct bpf_insn **ret,
		   size_t *ret_count)
{
	struct image image = {
		.at = calloc(functions->count, sizeof(*image.at))};
	int err = image.at ? append(&image, function) : -ENOMEM;

	for (size_t i = 0; i < image.count && !err; i++)
		if (is_call(&image.instructions[i]))
			err = link_call(functions, &image, i);
	free(image.at);
	if (err) {
		free(image.instructions);
		return err;
	}
	*ret = image.instructions;
	*ret_count = image.count;
	return 0;
}
