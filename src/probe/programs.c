// SPDX-License-Identifier: MIT
#include "probe/programs.h"

#include "base/cleanup.h"
#include "base/cursor.h"
#include "probe/link.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>

#define TABLES_MAX	 32
#define FUNCTIONS_MAX	 64
#define INSTRUCTIONS_MAX 1000000 /* BPF_COMPLEXITY_LIMIT_INSNS */
#define LICENSE_MAX	 16

#define LOAD_TRIES   5
#define VERIFIER_LOG (4u << 20)

/* As bpf(2) is asked for it, and as in a file. */
struct table {
	char name[PROGRAMS_NAME];
	uint32_t type; /* enum bpf_map_type */
	uint32_t key_size;
	uint32_t value_size;
	uint32_t entries;
	uint32_t flags;
};

struct programs {
	char license[LICENSE_MAX];
	uint32_t kernel_version;
	uint32_t table_count;
	uint32_t function_count;
	struct table table[TABLES_MAX];
	int made[TABLES_MAX];  /* the descriptor of each, or -1 */
	int given[TABLES_MAX]; /* the one that it was added with */
	struct function function[FUNCTIONS_MAX];
};

/* What stands before tables and functions in a file. */
struct file_header {
	char magic[16];
	char license[LICENSE_MAX];
	uint32_t kernel_version;
	uint32_t table_count;
	uint32_t function_count;
};

/* What stands before the instructions of each. */
struct file_function {
	char name[PROGRAMS_NAME];
	uint32_t count;
};

static const char magic[16] = "egrets programs";

static int call_bpf(int command, union bpf_attr *attr)
{
	int ret = (int)syscall(__NR_bpf, command, attr, sizeof(*attr));

	return ret < 0 ? -errno : ret;
}

/* false if the name has no room. */
static bool copy_name(char ret[PROGRAMS_NAME], const char *name)
{
	if (strlen(name) >= PROGRAMS_NAME)
		return false;
	strcpy(ret, name);
	return true;
}

struct programs *programs_create(const char *license, uint32_t kernel_version)
{
	struct programs *programs = calloc(1, sizeof(*programs));

	if (!programs)
		return NULL;
	snprintf(programs->license, sizeof(programs->license), "%s", license);
	programs->kernel_version = kernel_version;
	for (size_t i = 0; i < TABLES_MAX; i++)
		programs->made[i] = programs->given[i] = -1;
	return programs;
}

void programs_destroy(struct programs *programs)
{
	if (!programs)
		return;
	for (size_t i = 0; i < programs->table_count; i++)
		if (programs->made[i] >= 0)
			close(programs->made[i]);
	for (size_t i = 0; i < programs->function_count; i++)
		free(programs->function[i].instructions);
	free(programs);
}

int programs_add_table(struct programs *programs, const char *name, int fd)
{
	struct bpf_map_info info = {0};
	union bpf_attr attr = {
		.info =
			{
				.bpf_fd = (uint32_t)fd,
				.info_len = sizeof(info),
				.info = (uintptr_t)&info,
			},
	};
	struct table *table = &programs->table[programs->table_count];
	int err = call_bpf(BPF_OBJ_GET_INFO_BY_FD, &attr);

	if (err)
		return err;
	if (programs->table_count == TABLES_MAX ||
	    !copy_name(table->name, name))
		return -ENOSPC;
	table->type = info.type;
	table->key_size = info.key_size;
	table->value_size = info.value_size;
	table->entries = info.max_entries;
	table->flags = info.map_flags;
	programs->made[programs->table_count] = fcntl(fd, F_DUPFD_CLOEXEC, 0);
	if (programs->made[programs->table_count] < 0)
		return -errno;
	programs->given[programs->table_count++] = fd;
	return 0;
}

/*
 * The two instructions that load a 64-bit constant load a table's address if
 * their source register says so.
 */
static bool is_wide(const struct bpf_insn *instruction)
{
	return instruction->code == (BPF_LD | BPF_IMM | BPF_DW);
}

static int index_of(const int fds[TABLES_MAX], uint32_t count, int fd)
{
	for (uint32_t i = 0; i < count; i++)
		if (fds[i] == fd)
			return (int)i;
	return -1;
}

/* From descriptors to indices. */
static int detach_tables(const struct programs *programs,
			 struct bpf_insn *instructions, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		int index;

		if (!is_wide(&instructions[i]))
			continue;
		if (instructions[i].src_reg == BPF_PSEUDO_MAP_FD) {
			index = index_of(programs->given, programs->table_count,
					 instructions[i].imm);
			if (index < 0)
				return -ENOTSUP;
			instructions[i].imm = index;
		} else if (instructions[i].src_reg) {
			return -ENOTSUP;
		}
		i++;
	}
	return 0;
}

/* The other way. */
static void attach_tables(const struct programs *programs,
			  struct bpf_insn *instructions, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (!is_wide(&instructions[i]))
			continue;
		if (instructions[i].src_reg == BPF_PSEUDO_MAP_FD)
			instructions[i].imm =
				programs->made[instructions[i].imm];
		i++;
	}
}

/* Whether the indices are of tables that there are. */
static bool tables_exist(const struct programs *programs,
			 const struct bpf_insn *instructions, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (!is_wide(&instructions[i]))
			continue;
		/* Its other half would be another function's beginning. */
		if (i + 1 == count)
			return false;
		if (instructions[i].src_reg == BPF_PSEUDO_MAP_FD &&
		    (instructions[i].imm < 0 ||
		     (uint32_t)instructions[i].imm >= programs->table_count))
			return false;
		i++;
	}
	return true;
}

static struct bpf_insn *copy_instructions(const void *instructions,
					  size_t count)
{
	struct bpf_insn *copy = calloc(count, sizeof(*copy));

	return copy ? memcpy(copy, instructions, count * sizeof(*copy)) : NULL;
}

/* A function with a copy of its instructions, not counted yet, or NULL. */
static struct function *next_function(struct programs *programs,
				      const char *name,
				      const void *instructions, size_t count)
{
	struct function *function =
		&programs->function[programs->function_count];

	if (programs->function_count == FUNCTIONS_MAX || !count ||
	    !copy_name(function->name, name))
		return NULL;
	function->count = count;
	function->instructions = copy_instructions(instructions, count);
	return function->instructions ? function : NULL;
}

int programs_add_function(struct programs *programs, const char *name,
			  const struct bpf_insn *instructions, size_t count)
{
	struct function *function = next_function(programs, name, instructions,
						  count);

	if (!function)
		return -ENOSPC;
	programs->function_count++;
	return detach_tables(programs, function->instructions, count);
}

static int make_table(const struct table *table)
{
	union bpf_attr attr = {
		.map_type = table->type,
		.key_size = table->key_size,
		.value_size = table->value_size,
		.max_entries = table->entries,
		.map_flags = table->flags,
	};

	/* What has no room is cut, as bpf(2) takes no more of it. */
	memcpy(attr.map_name, table->name, sizeof(attr.map_name) - 1);
	return call_bpf(BPF_MAP_CREATE, &attr);
}

int programs_make_tables(struct programs *programs)
{
	for (size_t i = 0; i < programs->table_count; i++) {
		if (programs->made[i] >= 0)
			continue;
		programs->made[i] = make_table(&programs->table[i]);
		if (programs->made[i] < 0)
			return programs->made[i];
	}
	return 0;
}

int programs_table(const struct programs *programs, const char *name)
{
	for (size_t i = 0; i < programs->table_count; i++)
		if (strcmp(programs->table[i].name, name) == 0)
			return programs->made[i];
	return -ENOENT;
}

/* A signal sends the verifier back to its start: it says so. */
static int load(union bpf_attr *attr)
{
	int fd = -EAGAIN;

	for (int i = 0; i < LOAD_TRIES && fd == -EAGAIN; i++)
		fd = call_bpf(BPF_PROG_LOAD, attr);
	return fd;
}

/* Once more for what the verifier has to say. */
static void explain(union bpf_attr *attr, const char *function, int err)
{
	_cleanup_free_ char *log = calloc(1, VERIFIER_LOG);
	int fd;

	if (!log)
		return;
	attr->log_level = 1;
	attr->log_buf = (uintptr_t)log;
	attr->log_size = VERIFIER_LOG;
	fd = load(attr);
	if (fd >= 0)
		close(fd);
	fprintf(stderr, "%s%s: %s\n", log, function, strerror(-err));
}

static struct functions all_functions(const struct programs *programs)
{
	return (struct functions){programs->function, programs->function_count};
}

int programs_load(const struct programs *programs, const char *name, int type,
		  int attach_type)
{
	/* All that the kernel would keep of the name. */
	static const char long_prefix[] = "raw_tracepoint_";
	bool is_long = strncmp(name, long_prefix, strlen(long_prefix)) == 0;
	const struct functions functions = all_functions(programs);
	const struct function *function = functions_find(&functions, name);
	struct bpf_insn *instructions;
	union bpf_attr attr;
	size_t count;
	int fd;

	if (!function)
		return -ENOENT;
	fd = link_functions(&functions, function, &instructions, &count);
	if (fd < 0)
		return fd;
	attach_tables(programs, instructions, count);
	memset(&attr, 0, sizeof(attr));
	attr.prog_type = (uint32_t)type;
	attr.expected_attach_type = (uint32_t)attach_type;
	attr.insns = (uintptr_t)instructions;
	attr.insn_cnt = (uint32_t)count;
	attr.license = (uintptr_t)programs->license;
	attr.kern_version = programs->kernel_version;
	strncpy(attr.prog_name, name + (is_long ? strlen(long_prefix) : 0),
		sizeof(attr.prog_name) - 1);
	fd = load(&attr);
	if (fd < 0)
		explain(&attr, name, fd);
	free(instructions);
	return fd;
}

int programs_write(const struct programs *programs, FILE *out)
{
	struct file_header header = {
		.kernel_version = programs->kernel_version,
		.table_count = programs->table_count,
		.function_count = programs->function_count,
	};

	memcpy(header.magic, magic, sizeof(magic));
	memcpy(header.license, programs->license, sizeof(header.license));
	fwrite(&header, sizeof(header), 1, out);
	fwrite(programs->table, sizeof(*programs->table), programs->table_count,
	       out);
	for (size_t i = 0; i < programs->function_count; i++) {
		const struct function *function = &programs->function[i];
		struct file_function entry = {
			.count = (uint32_t)function->count};

		memcpy(entry.name, function->name, sizeof(entry.name));
		fwrite(&entry, sizeof(entry), 1, out);
		fwrite(function->instructions, sizeof(*function->instructions),
		       function->count, out);
	}
	return fflush(out) || ferror(out) ? -EIO : 0;
}

/* false if there are fewer bytes. */
static bool take(struct cursor *cursor, void *ret, size_t size)
{
	const uint8_t *bytes = cursor_take(cursor, size);

	if (bytes)
		memcpy(ret, bytes, size);
	return bytes;
}

static bool is_text(const char *text, size_t size)
{
	return memchr(text, '\0', size);
}

static bool read_header(struct cursor *cursor, struct file_header *ret)
{
	return take(cursor, ret, sizeof(*ret)) &&
	       memcmp(ret->magic, magic, sizeof(magic)) == 0 &&
	       is_text(ret->license, sizeof(ret->license)) &&
	       ret->table_count <= TABLES_MAX &&
	       ret->function_count <= FUNCTIONS_MAX;
}

static bool read_table(struct cursor *cursor, struct programs *programs)
{
	struct table *table = &programs->table[programs->table_count];

	if (!take(cursor, table, sizeof(*table)) ||
	    !is_text(table->name, sizeof(table->name)))
		return false;
	programs->table_count++;
	return true;
}

static bool read_function(struct cursor *cursor, struct programs *programs)
{
	struct file_function entry;
	struct function *function;
	const uint8_t *bytes;

	if (!take(cursor, &entry, sizeof(entry)) ||
	    !is_text(entry.name, sizeof(entry.name)) ||
	    entry.count > INSTRUCTIONS_MAX)
		return false;
	bytes = cursor_take(cursor, entry.count * sizeof(struct bpf_insn));
	if (!bytes)
		return false;
	function = next_function(programs, entry.name, bytes, entry.count);
	if (!function)
		return false;
	programs->function_count++;
	return tables_exist(programs, function->instructions, function->count);
}

/* Whether functions call those that there are. */
static bool calls_exist(const struct programs *programs)
{
	const struct functions functions = all_functions(programs);

	for (size_t i = 0; i < functions.count; i++)
		if (!link_is_complete(&functions, &functions.function[i]))
			return false;
	return true;
}

static bool read_all(struct cursor *cursor, const struct file_header *header,
		     struct programs *programs)
{
	for (uint32_t i = 0; i < header->table_count; i++)
		if (!read_table(cursor, programs))
			return false;
	for (uint32_t i = 0; i < header->function_count; i++)
		if (!read_function(cursor, programs))
			return false;
	return !cursor_failed(cursor) && cursor_left(cursor) == 0 &&
	       calls_exist(programs);
}

int programs_read(const void *bytes, size_t len, struct programs **ret)
{
	struct programs *programs;
	struct file_header header;
	struct cursor cursor;

	cursor_init(&cursor, bytes, len);
	if (!read_header(&cursor, &header))
		return -EBADMSG;
	programs = programs_create(header.license, header.kernel_version);
	if (!programs)
		return -ENOMEM;
	if (!read_all(&cursor, &header, programs)) {
		programs_destroy(programs);
		return -EBADMSG;
	}
	*ret = programs;
	return 0;
}
