/* SPDX-License-Identifier: MIT */
#ifndef PROBE_KERNEL_BTF_H
#define PROBE_KERNEL_BTF_H

#include <linux/btf.h>
#include <stddef.h>
#include <stdint.h>

/*
 * The types of a kernel, in the BPF Type Format that it carries
 * (Documentation/bpf/btf.rst).
 *
 * Not libbpf's reader: one that is older than the kernel refuses all of it for
 * a single kind of type that it does not know. Those of Linux 5.13 to 6.0 are
 * unknown to the libbpf of Debian 11, and to its <linux/btf.h>: so the kinds
 * are numbered here.
 */
enum kernel_btf_kind {
	KERNEL_BTF_VOID,
	KERNEL_BTF_INT,
	KERNEL_BTF_PTR,
	KERNEL_BTF_ARRAY,
	KERNEL_BTF_STRUCT,
	KERNEL_BTF_UNION,
	KERNEL_BTF_ENUM,
	KERNEL_BTF_FWD,
	KERNEL_BTF_TYPEDEF,
	KERNEL_BTF_VOLATILE,
	KERNEL_BTF_CONST,
	KERNEL_BTF_RESTRICT,
	KERNEL_BTF_FUNC,
	KERNEL_BTF_FUNC_PROTO,
	KERNEL_BTF_VAR,
	KERNEL_BTF_DATASEC,
	KERNEL_BTF_FLOAT,
	KERNEL_BTF_DECL_TAG,
	KERNEL_BTF_TYPE_TAG,
	KERNEL_BTF_ENUM64,
	KERNEL_BTF_KINDS,
};

struct kernel_btf;

/*
 * Read a file of BTF. 0, or a negative errno: -EINVAL if it is not BTF as we
 * know it. What the functions below return belongs to it.
 */
int kernel_btf_open(const char *path, struct kernel_btf **ret);
void kernel_btf_close(struct kernel_btf *btf);

/* The first type of this kind and name, or NULL. */
const struct btf_type *kernel_btf_find(const struct kernel_btf *btf,
				       enum kernel_btf_kind kind,
				       const char *name);

/* The type behind typedefs and qualifiers, or NULL if that is void. */
const struct btf_type *kernel_btf_resolve(const struct kernel_btf *btf,
					  uint32_t id);

/* In bytes; 0 of what has no size. */
uint32_t kernel_btf_size(const struct kernel_btf *btf, uint32_t id);

/* The name at that offset; "" if there is none. */
const char *kernel_btf_name(const struct kernel_btf *btf, uint32_t offset);

static inline enum kernel_btf_kind kernel_btf_kind(const struct btf_type *type)
{
	return (enum kernel_btf_kind)(type->info >> 24 & 0x1f);
}

/* What follows a type: members, enumerators, or how an array is made. */
static inline const void *kernel_btf_parts(const struct btf_type *type)
{
	return type + 1;
}

static inline uint32_t kernel_btf_part_count(const struct btf_type *type)
{
	return type->info & 0xffff;
}

/* A member of type: where it is, and how many bits it has (0: whole bytes). */
static inline uint32_t kernel_btf_bit_offset(const struct btf_type *type,
					     const struct btf_member *member)
{
	return type->info >> 31 ? member->offset & 0xffffff : member->offset;
}

static inline uint32_t kernel_btf_bitfield_size(const struct btf_type *type,
						const struct btf_member *member)
{
	return type->info >> 31 ? member->offset >> 24 : 0;
}

#endif
