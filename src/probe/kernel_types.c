// SPDX-License-Identifier: MIT
/*
 * Kernel structures from BTF. Each structure is written packed, with explicit
 * padding before every field, so that the compiler has nothing to decide: the
 * offsets are the kernel's, whatever was configured in between.
 */
#include "probe/kernel_types.h"

#include "base/log.h"
#include "probe/kernel_btf.h"

#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define VMLINUX_BTF "/sys/kernel/btf/vmlinux"

/* Anonymous structs and unions within each other: the kernel has up to 5. */
#define NESTING_MAX   8
#define FIELDS_MAX    64
#define FIELDS_WANTED 16

/* A leading "?": not in every kernel. No field at all: all of them. */
struct wanted_struct {
	const char *name;
	const char *field[FIELDS_WANTED];
};

/* In order of use: a structure that is embedded in another comes first. */
static const struct wanted_struct wanted[] = {
	{"pt_regs", {NULL}},
	{"ns_common", {"inum"}},
	{"?netns_ipv6", {"?fib6_null_entry"}},
	{"net", {"ns", "?ipv6"}},
	{"flowi4", {"daddr"}},
	{"?flowi6", {"daddr"}},
	{"?fib6_result", {"f6i", "fib6_type"}},
	{"sock_common",
	 {"skc_daddr", "skc_rcv_saddr", "skc_dport", "skc_num", "skc_family",
	  "skc_state", "skc_flags", "skc_net", "?skc_v6_daddr",
	  "?skc_v6_rcv_saddr"}},
	{"sock", {"__sk_common", "sk_err", "sk_socket", "sk_protocol"}},
	{"?inet_sock", {"?inet_sport"}},
	{"?inet_connection_sock", {"?icsk_ulp_data"}},
	{"?mptcp_subflow_context", {"?conn"}},
	{"?tcp_sock",
	 {"?bytes_sent", "?bytes_retrans", "?bytes_received", "?segs_out",
	  "?segs_in", "?total_retrans", "?srtt_us", "?write_seq", "?snd_nxt"}},
	{"inode", {"i_ino"}},
	{"socket", {"type", "file", "sk"}},
	{"file", {"private_data"}},
	{"fdtable", {"max_fds", "fd"}},
	{"files_struct", {"fdt"}},
	{"socket_alloc", {"vfs_inode"}},
	{"?net_device", {"name"}},
	{"?packet_type", {"dev"}},
	{"?packet_sock", {"?ifindex", "num", "prot_hook"}},
	{"msghdr", {"msg_name"}},
	{"kernfs_node", {"name", "id", "?parent", "?__parent"}},
	{"cgroup", {"kn", "root"}},
	{"cgroup_subsys_state", {"cgroup"}},
	{"css_set", {"dfl_cgrp", "subsys"}},
	{"mm_struct", {"arg_start", "arg_end"}},
	{"linux_binprm", {"interp"}},
	{"cred", {"uid"}},
	{"signal_struct", {"live", "flags", "group_exit_code"}},
	{"task_struct",
	 {"pid", "tgid", "comm", "group_leader", "real_parent", "cgroups", "mm",
	  "cred", "signal", "exit_code", "files", "start_time",
	  "?start_boottime", "?real_start_time"}},
};

#define WANTED_COUNT (sizeof(wanted) / sizeof(wanted[0]))

/* One field with its place in bytes from the start of the structure. */
struct placed_field {
	const char *name;
	uint32_t type; /* its id */
	uint32_t offset;
};

struct layout {
	const char *name;
	uint32_t size;
	size_t count;
	struct placed_field field[FIELDS_MAX];
};

static bool is(const struct btf_type *type, enum kernel_btf_kind kind)
{
	return type && kernel_btf_kind(type) == kind;
}

static const char *plain_name(const char *field)
{
	return *field == '?' ? field + 1 : field;
}

static bool is_wanted(const struct wanted_struct *want, const char *name)
{
	if (!want->field[0])
		return true;
	for (size_t i = 0; i < FIELDS_WANTED && want->field[i]; i++)
		if (strcmp(plain_name(want->field[i]), name) == 0)
			return true;
	return false;
}

/* Collect the wanted fields of type, looking into its unnamed members. */
static void collect_fields(const struct kernel_btf *btf,
			   const struct btf_type *type,
			   const struct wanted_struct *want, uint32_t base,
			   unsigned int depth, struct layout *layout)
{
	const struct btf_member *member = kernel_btf_parts(type);

	for (uint32_t i = 0; i < kernel_btf_part_count(type); i++, member++) {
		const char *name = kernel_btf_name(btf, member->name_off);
		uint32_t offset = base +
				  kernel_btf_bit_offset(type, member) / 8;
		const struct btf_type *inner = kernel_btf_resolve(btf,
								  member->type);

		if (!inner || kernel_btf_bitfield_size(type, member))
			continue;
		if (!*name && depth < NESTING_MAX &&
		    (is(inner, KERNEL_BTF_STRUCT) ||
		     is(inner, KERNEL_BTF_UNION))) {
			collect_fields(btf, inner, want, offset, depth + 1,
				       layout);
			continue;
		}
		if (!*name || !is_wanted(want, name) ||
		    layout->count == FIELDS_MAX)
			continue;
		layout->field[layout->count++] = (struct placed_field){
			.name = name, .type = member->type, .offset = offset};
	}
}

static int by_offset(const void *a, const void *b)
{
	const struct placed_field *left = a, *right = b;

	return (left->offset > right->offset) - (left->offset < right->offset);
}

static bool has_field(const struct layout *layout, const char *name)
{
	for (size_t i = 0; i < layout->count; i++)
		if (strcmp(layout->field[i].name, name) == 0)
			return true;
	return false;
}

static bool is_wanted_struct(const char *name)
{
	for (size_t i = 0; i < WANTED_COUNT; i++)
		if (strcmp(plain_name(wanted[i].name), name) == 0)
			return true;
	return false;
}

static bool is_number(const struct btf_type *type)
{
	return is(type, KERNEL_BTF_INT) || is(type, KERNEL_BTF_ENUM) ||
	       is(type, KERNEL_BTF_ENUM64);
}

/*
 * Write one field's declaration and return its size in bytes. What is not a
 * number, a pointer or a structure of ours is written as so many bytes.
 */
static uint32_t write_field(FILE *out, const struct kernel_btf *btf,
			    const struct placed_field *field)
{
	const struct btf_type *type = kernel_btf_resolve(btf, field->type);
	uint32_t size = kernel_btf_size(btf, field->type);
	const struct btf_array *array = is(type, KERNEL_BTF_ARRAY)
						? kernel_btf_parts(type)
						: NULL;
	const char *name;

	if (is(type, KERNEL_BTF_PTR)) {
		const struct btf_type *to = kernel_btf_resolve(btf, type->type);

		name = to ? kernel_btf_name(btf, to->name_off) : "";
		if (is(to, KERNEL_BTF_STRUCT) && is_wanted_struct(name))
			fprintf(out, "\tstruct %s *%s;\n", name, field->name);
		else
			fprintf(out, "\tvoid *%s;\n", field->name);
		return size;
	}
	name = kernel_btf_name(btf, type->name_off);
	if (is(type, KERNEL_BTF_STRUCT) && is_wanted_struct(name))
		fprintf(out, "\tstruct %s %s;\n", name, field->name);
	else if (is_number(type) && size <= 8)
		fprintf(out, "\t__u%u %s;\n", size * 8, field->name);
	else if (array &&
		 is(kernel_btf_resolve(btf, array->type), KERNEL_BTF_PTR))
		fprintf(out, "\tvoid *%s[%u];\n", field->name, array->nelems);
	else
		fprintf(out, "\tchar %s[%u];\n", field->name, size);
	return size;
}

static void write_struct(FILE *out, const struct kernel_btf *btf,
			 const struct layout *layout)
{
	uint32_t at = 0;
	unsigned int pads = 0;

	fprintf(out, "struct %s {\n", layout->name);
	for (size_t i = 0; i < layout->count; i++) {
		const struct placed_field *field = &layout->field[i];

		/* A second member of a union: its offset is in field one. */
		if (field->offset < at)
			continue;
		if (field->offset > at)
			fprintf(out, "\tchar pad%u[%u];\n", pads++,
				field->offset - at);
		at = field->offset + write_field(out, btf, field);
	}
	if (at < layout->size)
		fprintf(out, "\tchar pad%u[%u];\n", pads, layout->size - at);
	/* Packed alone makes clang read byte by byte, which a context forbids. */
	fprintf(out, "} __attribute__((packed%s));\n",
		layout->size % 8 == 0 ? ", aligned(8)" : "");
}

static int generate_struct(FILE *out, const struct kernel_btf *btf,
			   const struct wanted_struct *want)
{
	struct layout layout = {.name = plain_name(want->name)};
	const struct btf_type *type = kernel_btf_find(btf, KERNEL_BTF_STRUCT,
						      layout.name);

	if (!type) {
		log_debug("BTF has no struct %s", layout.name);
		return layout.name == want->name ? -ENODATA : 0;
	}
	layout.size = type->size;
	collect_fields(btf, type, want, 0, 0, &layout);
	qsort(layout.field, layout.count, sizeof(layout.field[0]), by_offset);
	write_struct(out, btf, &layout);

	for (size_t i = 0; i < FIELDS_WANTED && want->field[i]; i++) {
		const char *name = plain_name(want->field[i]);
		bool optional = name != want->field[i];

		if (has_field(&layout, name)) {
			if (optional)
				fprintf(out, "#define HAVE_%s_%s 1\n",
					layout.name, name);
		} else if (!optional) {
			log_debug("BTF: struct %s has no %s", layout.name,
				  name);
			return -ENODATA;
		}
	}
	return 0;
}

/* The indices of controllers in css_set.subsys: enumerators. */
static void generate_controllers(FILE *out, const struct kernel_btf *btf)
{
	static const char *const names[][2] = {
		{"pids_cgrp_id", "CGROUP_PIDS"},
		{"memory_cgrp_id", "CGROUP_MEMORY"},
		{"devices_cgrp_id", "CGROUP_DEVICES"},
	};
	const struct btf_type *type = kernel_btf_find(btf, KERNEL_BTF_ENUM,
						      "cgroup_subsys_id");
	const struct btf_enum *value;

	if (!type)
		return;
	value = kernel_btf_parts(type);
	for (uint32_t i = 0; i < kernel_btf_part_count(type); i++, value++) {
		const char *name = kernel_btf_name(btf, value->name_off);

		for (size_t j = 0; j < sizeof(names) / sizeof(names[0]); j++)
			if (strcmp(name, names[j][0]) == 0)
				fprintf(out, "#define %s %d\n", names[j][1],
					value->val);
	}
}

int kernel_types_generate(const char *path, char **ret)
{
	struct kernel_btf *btf;
	size_t len;
	char *text = NULL;
	FILE *out;
	int err;

	err = kernel_btf_open(path ? path : VMLINUX_BTF, &btf);
	if (err)
		return err;
	out = open_memstream(&text, &len);
	if (!out) {
		err = -errno;
		goto free_btf;
	}
	fprintf(out, "/* From this kernel's BTF. */\n");
	err = 0;
	for (size_t i = 0; i < WANTED_COUNT && !err; i++)
		err = generate_struct(out, btf, &wanted[i]);
	generate_controllers(out, btf);
	if (fclose(out) && !err)
		err = -errno;
	if (err)
		free(text);
	else
		*ret = text;
free_btf:
	kernel_btf_close(btf);
	return err;
}

/*
 * libbcc has a copy of its own of the kernel's uapi/linux/bpf.h, which lacks
 * what came later: then linux/bpf.h of the kernel asks for the sizes of things
 * that nobody has declared. We have no use for them; one that is always there
 * will do.
 */
#define OF_LATER_KERNELS                        \
	"#define bpf_list_head bpf_spin_lock\n" \
	"#define bpf_list_node bpf_spin_lock\n" \
	"#define bpf_rb_root bpf_spin_lock\n"   \
	"#define bpf_rb_node bpf_spin_lock\n"   \
	"#define bpf_refcount bpf_spin_lock\n"  \
	"#define bpf_timer bpf_spin_lock\n"     \
	"#define bpf_wq bpf_spin_lock\n"

const char *kernel_types_from_headers(void)
{
	return "/* From the installed kernel headers. */\n" OF_LATER_KERNELS
	       "#include <linux/binfmts.h>\n"
	       "#include <linux/cgroup-defs.h>\n"
	       "#include <linux/cred.h>\n"
	       "#ifdef WITH_CALLS\n"
	       "#include <linux/fdtable.h>\n"
	       "#endif\n"
	       "#include <linux/fs.h>\n"
	       "#include <linux/kernfs.h>\n"
	       "#include <linux/mm_types.h>\n"
	       "#include <linux/net.h>\n"
	       "#include <linux/sched.h>\n"
	       "#ifdef WITH_EXITS\n"
	       "#include <linux/sched/signal.h>\n"
	       "#endif\n"
	       "#include <linux/socket.h>\n"
	       "#ifdef WITH_FLOWS\n"
	       "#include <linux/tcp.h>\n"
	       "#endif\n"
	       "#include <linux/version.h>\n"
	       "#include <net/flow.h>\n"
	       "#include <net/ip6_fib.h>\n"
	       "#include <net/net_namespace.h>\n"
	       "#include <net/sock.h>\n"
	       "#define HAVE_task_struct_start_boottime 1\n"
	       "#define HAVE_inet_sock_inet_sport 1\n"
	       "#define HAVE_tcp_sock_bytes_sent 1\n"
	       "#define HAVE_tcp_sock_write_seq 1\n"
	       "#if IS_ENABLED(CONFIG_IPV6)\n"
	       "#define HAVE_sock_common_skc_v6_daddr 1\n"
	       "#define HAVE_net_ipv6 1\n"
	       "#endif\n"
	       "#if IS_ENABLED(CONFIG_CGROUP_PIDS)\n"
	       "#define CGROUP_PIDS pids_cgrp_id\n"
	       "#endif\n"
	       "#if IS_ENABLED(CONFIG_MEMCG)\n"
	       "#define CGROUP_MEMORY memory_cgrp_id\n"
	       "#endif\n"
	       "#if IS_ENABLED(CONFIG_CGROUP_DEVICE)\n"
	       "#define CGROUP_DEVICES devices_cgrp_id\n"
	       "#endif\n"
	       "#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 15, 0)\n"
	       "#define HAVE_kernfs_node_parent 1\n"
	       "#endif\n";
}
