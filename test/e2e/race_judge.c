// SPDX-License-Identifier: MIT
/*
 * Compares what the race workload did (its truth file) with what egrets said
 * about it, and works out what a simpler tool would have said.
 *
 *	race_judge TRUTH SEEN
 *
 * SEEN has one line a connection, made from egrets' JSON lines: pid, local
 * port (0: not known), remote address and name ("-": none), with tabs between
 * them. Lines of processes that the truth does not know are left out; each
 * other line is the first of the connects with its pid, port and address that
 * has none yet. Exit status: 0 every connect is there with its name, 1 not.
 */
#include "race_truth.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

struct seen {
	int pid;
	unsigned int local_port;
	char remote[TRUTH_ADDR_LEN];
	char name[TRUTH_NAME_LEN];
};

struct connect {
	struct truth truth;
	bool is_seen;
};

struct table {
	struct connect *connects;
	size_t count;
};

struct verdict {
	size_t right, wrong, empty, missing;
	size_t surplus; /* lines that no connect is left for */
	size_t others;	/* lines of other processes */
	size_t last_right;
};

static int by_identity(const void *a, const void *b)
{
	const struct truth *x = a, *y = b;
	int order = (x->pid > y->pid) - (x->pid < y->pid);

	if (!order)
		order = strcmp(x->remote, y->remote);
	if (!order)
		order = (x->begun_ns > y->begun_ns) -
			(x->begun_ns < y->begun_ns);
	return order;
}

static int truth_read(const char *path, struct table *table)
{
	FILE *file = fopen(path, "re");
	size_t room = 0;
	char line[512];

	if (!file)
		return -errno;
	while (fgets(line, sizeof(line), file)) {
		struct truth truth = {0};

		if (sscanf(line, TRUTH_SCAN, &truth.pid, &truth.local_port,
			   truth.remote, truth.name, &truth.answered_ns,
			   &truth.begun_ns, &truth.ended_ns, &truth.retries,
			   &truth.error) != 9) {
			fclose(file);
			return -EBADMSG;
		}
		if (table->count == room) {
			room = room ? 2 * room : 4096;
			table->connects = realloc(
				table->connects,
				room * sizeof(*table->connects));
			if (!table->connects)
				abort();
		}
		table->connects[table->count++] = (struct connect){
			.truth = truth};
	}
	fclose(file);
	qsort(table->connects, table->count, sizeof(*table->connects),
	      by_identity);
	return 0;
}

/* The first connect of a process to an address, or where it would be. */
static size_t table_find(const struct table *table, int pid, const char *remote)
{
	size_t low = 0, high = table->count;

	while (low < high) {
		size_t middle = (low + high) / 2;
		const struct truth *truth = &table->connects[middle].truth;
		int order = (truth->pid > pid) - (truth->pid < pid);

		if (!order)
			order = strcmp(truth->remote, remote);
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static bool table_has_process(const struct table *table, int pid)
{
	size_t at = table_find(table, pid, "");

	return at < table->count && table->connects[at].truth.pid == pid;
}

static struct connect *table_match(struct table *table, const struct seen *seen)
{
	for (size_t i = table_find(table, seen->pid, seen->remote);
	     i < table->count; i++) {
		struct connect *at = &table->connects[i];

		if (at->truth.pid != seen->pid ||
		    strcmp(at->truth.remote, seen->remote))
			return NULL;
		if (!at->is_seen && (!seen->local_port ||
				     at->truth.local_port == seen->local_port))
			return at;
	}
	return NULL;
}

static void judge_line(struct table *table, const struct seen *seen,
		       struct verdict *verdict)
{
	struct connect *is;

	if (!table_has_process(table, seen->pid)) {
		verdict->others++;
		return;
	}
	is = table_match(table, seen);
	if (!is) {
		verdict->surplus++;
		fprintf(stderr, "surplus: pid %d port %u to %s, named %s\n",
			seen->pid, seen->local_port, seen->remote, seen->name);
		return;
	}
	is->is_seen = true;
	if (!strcmp(seen->name, "-"))
		verdict->empty++;
	else if (!strcmp(seen->name, is->truth.name))
		verdict->right++;
	else
		verdict->wrong++;
}

static int judge_lines(const char *path, struct table *table,
		       struct verdict *verdict)
{
	FILE *file = fopen(path, "re");
	char line[512];
	struct seen seen;

	if (!file)
		return -errno;
	while (fgets(line, sizeof(line), file)) {
		if (sscanf(line, "%d %u %45s %63s", &seen.pid, &seen.local_port,
			   seen.remote, seen.name) != 4) {
			fclose(file);
			return -EBADMSG;
		}
		judge_line(table, &seen, verdict);
	}
	fclose(file);
	for (size_t i = 0; i < table->count; i++)
		verdict->missing += !table->connects[i].is_seen;
	return 0;
}

struct moment {
	uint64_t time_ns;
	const struct truth *truth;
	bool is_answer;
};

static int by_address_and_time(const void *a, const void *b)
{
	const struct moment *x = a, *y = b;
	int order = strcmp(x->truth->remote, y->truth->remote);

	if (!order)
		order = (x->time_ns > y->time_ns) - (x->time_ns < y->time_ns);
	return order;
}

/*
 * How many connects one map from address to the name that was last answered,
 * whoever asked, would have named right.
 */
static size_t last_answer_wins(const struct table *table)
{
	struct moment *moments = calloc(2 * table->count + 1, sizeof(*moments));
	const char *last = NULL;
	size_t right = 0;

	if (!moments)
		abort();
	for (size_t i = 0; i < table->count; i++) {
		const struct truth *truth = &table->connects[i].truth;

		moments[2 * i] = (struct moment){truth->answered_ns, truth,
						 true};
		moments[2 * i + 1] = (struct moment){truth->begun_ns, truth,
						     false};
	}
	qsort(moments, 2 * table->count, sizeof(*moments), by_address_and_time);
	/* The first moment of an address is an answer: last is always its own. */
	for (size_t i = 0; i < 2 * table->count; i++) {
		if (moments[i].is_answer)
			last = moments[i].truth->name;
		else if (last)
			right += !strcmp(last, moments[i].truth->name);
	}
	free(moments);
	return right;
}

static int complain(const char *path, int error)
{
	fprintf(stderr, "race_judge: %s: %s\n", path, strerror(-error));
	return 2;
}

int main(int argc, char **argv)
{
	struct table table = {0};
	struct verdict verdict = {0};
	int error;

	if (argc != 3) {
		fputs("usage: race_judge TRUTH SEEN\n", stderr);
		return 2;
	}
	error = truth_read(argv[1], &table);
	if (error)
		return complain(argv[1], error);
	error = judge_lines(argv[2], &table, &verdict);
	if (error)
		return complain(argv[2], error);
	printf("connects: %zu\nnamed right: %zu\nwrong: %zu\nempty: %zu\n"
	       "missing: %zu\nsurplus: %zu\nof other processes: %zu\n"
	       "a last-answer-wins map would have named right: %zu\n",
	       table.count, verdict.right, verdict.wrong, verdict.empty,
	       verdict.missing, verdict.surplus, verdict.others,
	       last_answer_wins(&table));
	free(table.connects);
	return verdict.right != table.count || verdict.surplus || !table.count;
}
