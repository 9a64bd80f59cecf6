// SPDX-License-Identifier: MIT
#include "probe/source.h"

#include "base/cleanup.h"
#include "flow/process.h"
#include "machine/machine.h"
#include "probe/kernel_types.h"
#include "probe/probe_text.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>

/* Each uses what stands before it. */
static const char *const parts[] = {
	"event.h",     "subprogram.h",	 "common.h",	 "task.h",
	"wanted.h",    "tcp.bpf.c",	 "udp.bpf.c",	 "raw.bpf.c",
	"frame.bpf.c", "datagram.bpf.c", "dns.bpf.c",	 "socket.bpf.c",
	"flow.bpf.c",  "process.bpf.c",	 "cgroup.bpf.c",
};

const char *kernel_types_text(enum kernel_types types)
{
	switch (types) {
	case KERNEL_TYPES_BTF:
		return "btf";
	case KERNEL_TYPES_HEADERS:
		return "headers";
	default:
		return "auto";
	}
}

bool source_has_typed_task(enum kernel_types types, unsigned int with)
{
	return types == KERNEL_TYPES_BTF && !(with & SOURCE_UNTYPED_TASK) &&
	       machine_has_linux(5, 15);
}

static const char *part_text(const char *name)
{
	for (const struct probe_text *file = probe_texts; file->name; file++)
		if (strcmp(file->name, name) == 0)
			return file->text;
	return NULL;
}

/* Compared with numbers: there are few, and a table would take a look-up. */
static void write_ports(FILE *out, const struct dns_ports *ports)
{
	fputs("#define IS_DNS_PORT(port) (0", out);
	for (size_t i = 0; i < ports->count; i++)
		fprintf(out, " || (port) == %u", ports->port[i]);
	fputs(")\n", out);
}

/*
 * What wanted.h goes by: numbers, which cost the kernel least to compare. Of
 * what follows the end of a name it does not say what it is.
 */
static void write_filter(FILE *out, const struct filter *filter)
{
	char comm[PROCESS_COMM_LEN] = "", mask[PROCESS_COMM_LEN] = "";
	uint64_t part[2], part_mask[2];
	size_t len;

	if (filter->tgid || filter->has_uid || filter->comm)
		fputs("#define ONLY_SOME 1\n", out);
	if (filter->tgid)
		fprintf(out, "#define ONLY_TGID %" PRIu32 "\n", filter->tgid);
	if (filter->has_uid)
		fprintf(out, "#define ONLY_UID %" PRIu32 "u\n", filter->uid);
	if (!filter->comm)
		return;
	len = strnlen(filter->comm, sizeof(comm) - 1);
	memcpy(comm, filter->comm, len);
	memset(mask, 0xff, len + 1);
	memcpy(part, comm, sizeof(part));
	memcpy(part_mask, mask, sizeof(part_mask));
	fprintf(out,
		"#define ONLY_COMM 0x%" PRIx64 "ull\n"
		"#define ONLY_COMM_MASK 0x%" PRIx64 "ull\n"
		"#define ONLY_COMM_8 0x%" PRIx64 "ull\n"
		"#define ONLY_COMM_MASK_8 0x%" PRIx64 "ull\n",
		part[0], part_mask[0], part[1], part_mask[1]);
}

/*
 * What socket.bpf.c goes by: the numbers of calls, as a program like this one
 * makes them, where their fourth argument is, and how to tell other programs.
 */
static void write_calls(FILE *out, const struct filter *filter)
{
	fprintf(out,
		"#define WITH_CALLS 1\n"
		"#define NUMBER_SOCKET %d\n#define NUMBER_BIND %d\n"
		"#define NUMBER_LISTEN %d\n#define NUMBER_ACCEPT %d\n"
		"#define NUMBER_ACCEPT4 %d\n#define NUMBER_CONNECT %d\n"
		"#define NUMBER_SETSOCKOPT %d\n",
		SYS_socket, SYS_bind, SYS_listen, SYS_accept, SYS_accept4,
		SYS_connect, SYS_setsockopt);
#ifdef __x86_64__
	fputs("#define FOURTH_ARGUMENT(regs) ((regs)->r10)\n"
	      "#define COMPAT_SEGMENT 0x23\n", /* __USER32_CS */
	      out);
#else
	fputs("#define FOURTH_ARGUMENT(regs) PT_REGS_PARM4(regs)\n", out);
#endif
	fprintf(out,
		"#define IS_TOLD_FAMILY(family) "
		"((family) < 64 && 0x%" PRIx64 "ull >> (family) & 1)\n",
		filter->families);
}

int source_assemble(enum kernel_types *types, unsigned int with,
		    const struct dns_ports *ports, const struct filter *filter,
		    char **ret)
{
	_cleanup_free_ char *from_btf = NULL;
	char *text = NULL;
	size_t len;
	FILE *out;
	int err;

	if (*types != KERNEL_TYPES_HEADERS) {
		err = kernel_types_generate(NULL, &from_btf);
		if (err && *types == KERNEL_TYPES_BTF)
			return err;
		*types = err ? KERNEL_TYPES_HEADERS : KERNEL_TYPES_BTF;
	}
	out = open_memstream(&text, &len);
	if (!out)
		return -errno;
	if (with & SOURCE_KPROBES)
		fputs("#define WITH_KPROBES 1\n", out);
	if (with & SOURCE_CGROUPS)
		fputs("#define WITH_CGROUPS 1\n", out);
	if (with & SOURCE_STATE_KPROBE)
		fputs("#define WITH_STATE_KPROBE 1\n", out);
	if (with & SOURCE_FLOWS)
		fputs("#define WITH_FLOWS 1\n", out);
	if (with & SOURCE_EXITS)
		fputs("#define WITH_EXITS 1\n", out);
	if (with & SOURCE_FRAMES)
		fputs("#define WITH_FRAMES 1\n", out);
	if (with & SOURCE_CALLS)
		write_calls(out, filter);
	if (with & SOURCE_CLOSES)
		fputs("#define WITH_CLOSES 1\n", out);
	if (with & SOURCE_FOLLOWED)
		fputs("#define ONLY_FOLLOWED 1\n#define ONLY_SOME 1\n", out);
	if (with & SOURCE_LEFT_OUT)
		fputs("#define ONLY_CONTAINERS 1\n#define ONLY_SOME 1\n", out);
	if (!source_has_typed_task(*types, with))
		fputs(SOURCE_UNTYPED_TEXT, out);
	fputs(from_btf ? from_btf : kernel_types_from_headers(), out);
	write_ports(out, ports);
	/* A flow is shown with what its process is when it ends. */
	if (!(with & SOURCE_FLOWS))
		write_filter(out, filter);
	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
		fprintf(out, "\n/* %s */\n%s", parts[i], part_text(parts[i]));
	if (fclose(out)) {
		free(text);
		return -ENOMEM;
	}
	*ret = text;
	return 0;
}

int source_read(const char *path, char **ret)
{
	_cleanup_fclose_ FILE *file = fopen(path, "re");
	char *text = NULL;
	size_t size = 0;

	if (!file)
		return -errno;
	/* Up to a NUL, of which C text has none. */
	if (getdelim(&text, &size, '\0', file) < 0) {
		free(text);
		return -EIO;
	}
	*ret = text;
	return 0;
}
