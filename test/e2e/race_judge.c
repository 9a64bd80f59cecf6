// SPDX-License-Identifier: MIT
/*
 * Compares what the race workload did (its truth file) with what egrets said
 * about it, and works out what simpler tools would have said.
 *
 *	race_judge TRUTH SEEN
 *
 * SEEN has one line a connection, made from egrets' JSON lines: pid, local
 * port (0: not known), remote address and name ("-": none; "?": one that is told
 * as unsure), with tabs between
 * them. Lines of processes that the truth does not know are left out; each
 * other line is the first of the connects with its pid, port and address that
 * has none yet; a connect without a line is lost. Exit status: 0 every connect
 * is there with its name, 1 not.
 *
 * The right name of a connect is the one that its thread asked for last.
 *
 * Two policies that others have are worked out from the truth, at their very
 * best: they are given every answer at the time when it came and every connect
 * at the time when it began, none too late and none out of order, and know
 * processes apart for good, whoever has their numbers later.
 *
 *	last answer wins    one map for the machine: an address has the name of
 *	                    the last answer with it, whoever had asked
 *	per pid only        an address has the name of the last answer with it
 *	                    that the connecting process itself has received
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

struct entry {
	struct truth truth;
	bool is_seen;
};

/* Sorted by process and address; answers that no connect was for come first. */
struct table {
	struct entry *entries;
	size_t count, room;
	size_t connects;
};

struct verdict {
	size_t right, wrong, empty, lost, unsure;
};

struct noise {
	size_t surplus; /* lines that no connect is left for */
	size_t others;	/* lines of other processes */
};

static void judge_name(struct verdict *verdict, const char *name,
		       const struct truth *truth)
{
	if (!name)
		verdict->empty++;
	else if (!strcmp(name, truth->name))
		verdict->right++;
	else
		verdict->wrong++;
}

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

static void table_add(struct table *table, const struct truth *truth)
{
	if (table->count == table->room) {
		table->room = table->room ? 2 * table->room : 4096;
		table->entries = realloc(table->entries,
					 table->room * sizeof(*table->entries));
		if (!table->entries)
			abort();
	}
	table->entries[table->count++] = (struct entry){.truth = *truth};
	table->connects += truth->begun_ns != 0;
}

static int truth_read(const char *path, struct table *table)
{
	FILE *file = fopen(path, "re");
	char line[512];

	if (!file)
		return -errno;
	while (fgets(line, sizeof(line), file)) {
		struct truth truth = {0};

		if (sscanf(line, TRUTH_SCAN, &truth.asker, &truth.pid,
			   &truth.local_port, truth.remote, truth.name,
			   &truth.answered_ns, &truth.begun_ns, &truth.ended_ns,
			   &truth.retries, &truth.error) != 10) {
			fclose(file);
			return -EBADMSG;
		}
		table_add(table, &truth);
	}
	fclose(file);
	if (table->count)
		qsort(table->entries, table->count, sizeof(*table->entries),
		      by_identity);
	return 0;
}

/* The first entry of a process and an address, or where it would be. */
static size_t table_find(const struct table *table, int pid, const char *remote)
{
	size_t low = 0, high = table->count;

	while (low < high) {
		size_t middle = (low + high) / 2;
		const struct truth *truth = &table->entries[middle].truth;
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

	return at < table->count && table->entries[at].truth.pid == pid;
}

static struct entry *table_match(struct table *table, const struct seen *seen)
{
	for (size_t i = table_find(table, seen->pid, seen->remote);
	     i < table->count; i++) {
		struct entry *at = &table->entries[i];

		if (at->truth.pid != seen->pid ||
		    strcmp(at->truth.remote, seen->remote))
			return NULL;
		if (!at->is_seen && at->truth.begun_ns &&
		    (!seen->local_port ||
		     at->truth.local_port == seen->local_port))
			return at;
	}
	return NULL;
}

static void judge_line(struct table *table, const struct seen *seen,
		       struct verdict *verdict, struct noise *noise)
{
	const char *name = strcmp(seen->name, "-") ? seen->name : NULL;
	struct entry *is;

	if (!table_has_process(table, seen->pid)) {
		noise->others++;
		return;
	}
	is = table_match(table, seen);
	if (!is) {
		noise->surplus++;
		fprintf(stderr, "surplus: pid %d port %u to %s, named %s\n",
			seen->pid, seen->local_port, seen->remote, seen->name);
		return;
	}
	is->is_seen = true;
	if (!strcmp(seen->name, "?")) {
		verdict->unsure++;
		return;
	}
	judge_name(verdict, name, &is->truth);
	if (!name || strcmp(name, is->truth.name))
		fprintf(stderr,
			"not right: pid %d port %u to %s, named %s "
			"for %s\n",
			seen->pid, seen->local_port, seen->remote, seen->name,
			is->truth.name);
}

static int judge_lines(const char *path, struct table *table,
		       struct verdict *verdict, struct noise *noise)
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
		judge_line(table, &seen, verdict, noise);
	}
	fclose(file);
	verdict->lost = table->connects - verdict->right - verdict->wrong -
			verdict->empty - verdict->unsure;
	return 0;
}

struct moment {
	uint64_t time_ns;
	int pid; /* of whoever the answer or the connect was */
	const struct truth *truth;
	bool is_answer;
};

static int by_address_and_time(const void *a, const void *b)
{
	const struct moment *x = a, *y = b;
	int order = strcmp(x->truth->remote, y->truth->remote);

	if (!order)
		order = (x->time_ns > y->time_ns) - (x->time_ns < y->time_ns);
	return order ? order : y->is_answer - x->is_answer;
}

static int by_pid_address_and_time(const void *a, const void *b)
{
	const struct moment *x = a, *y = b;

	if (x->pid != y->pid)
		return x->pid < y->pid ? -1 : 1;
	return by_address_and_time(a, b);
}

static struct moment *moments_of(const struct table *table, size_t *count_ret)
{
	struct moment *moments = calloc(2 * table->count + 1, sizeof(*moments));
	size_t count = 0;

	if (!moments)
		abort();
	for (size_t i = 0; i < table->count; i++) {
		const struct truth *truth = &table->entries[i].truth;

		if (truth->answered_ns)
			moments[count++] = (struct moment){
				truth->answered_ns, truth->asker, truth, true};
		if (truth->begun_ns)
			moments[count++] = (struct moment){
				truth->begun_ns, truth->pid, truth, false};
	}
	*count_ret = count;
	return moments;
}

/* The last answer before a connect, among what only_own allows. */
static struct verdict last_answer(const struct table *table, bool only_own)
{
	size_t count;
	struct moment *moments = moments_of(table, &count);
	struct verdict verdict = {0};
	const struct moment *last = NULL;

	qsort(moments, count, sizeof(*moments),
	      only_own ? by_pid_address_and_time : by_address_and_time);
	for (size_t i = 0; i < count; i++) {
		const struct moment *at = &moments[i];

		if (last && (strcmp(last->truth->remote, at->truth->remote) ||
			     (only_own && last->pid != at->pid)))
			last = NULL;
		if (at->is_answer)
			last = at;
		else
			judge_name(&verdict, last ? last->truth->name : NULL,
				   at->truth);
	}
	free(moments);
	return verdict;
}

static void print_verdict(const char *policy, struct verdict verdict)
{
	printf("%s: right %zu, wrong %zu, empty %zu, lost %zu", policy,
	       verdict.right, verdict.wrong, verdict.empty, verdict.lost);
	if (verdict.unsure)
		printf(", unsure %zu", verdict.unsure);
	putchar('\n');
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
	struct noise noise = {0};
	int error;

	if (argc != 3) {
		fputs("usage: race_judge TRUTH SEEN\n", stderr);
		return 2;
	}
	error = truth_read(argv[1], &table);
	if (error)
		return complain(argv[1], error);
	error = judge_lines(argv[2], &table, &verdict, &noise);
	if (error)
		return complain(argv[2], error);
	printf("connects: %zu, surplus lines: %zu, of other processes: %zu\n",
	       table.connects, noise.surplus, noise.others);
	print_verdict("egrets", verdict);
	print_verdict("last answer wins", last_answer(&table, false));
	print_verdict("per pid only", last_answer(&table, true));
	free(table.entries);
	return verdict.right != table.connects || noise.surplus ||
	       !table.connects;
}
