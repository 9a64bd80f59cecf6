// SPDX-License-Identifier: MIT
#include "checkup.h"

#include "base/log.h"
#include "clocks.h"
#include "machine/machine.h"
#include "output/finding.h"
#include "probe/probe.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>

/* libbcc, and what else may keep the probes from loading. */
#define MORE_FINDINGS 2

struct checkup {
	const struct options *options;
	struct finding machine[MACHINE_FINDINGS + MORE_FINDINGS];
	size_t machine_count;
	struct finding *hooks;
	bool can_run;
};

static struct machine_question question_of(const struct options *options)
{
	return (struct machine_question){
		.btf = options->types != KERNEL_TYPES_HEADERS,
		.headers = options->types != KERNEL_TYPES_BTF,
	};
}

bool checkup_can_run(const struct options *options)
{
	struct machine_question question = question_of(options);
	struct finding findings[MACHINE_FINDINGS];
	const struct finding *fatal;
	size_t count;

	question.fatal_only = true;
	count = machine_look(&question, findings);
	fatal = finding_first_fatal(findings, count);
	if (fatal)
		log_error("%s: %s%s%s", fatal->name, fatal->found,
			  *fatal->cure ? "; " : "", fatal->cure);
	return !fatal;
}

static struct finding *add_finding(struct checkup *checkup, const char *name)
{
	struct finding *finding = &checkup->machine[checkup->machine_count++];

	*finding = (struct finding){.name = name};
	return finding;
}

/* "what; cure" */
static void set_trouble(struct finding *finding, const char *trouble)
{
	const char *cure = strstr(trouble, "; ");

	finding->state = FINDING_FATAL;
	finding_found(finding, "%.*s",
		      cure ? (int)(cure - trouble) : (int)strlen(trouble),
		      trouble);
	if (cure)
		finding_cure(finding, "%s", cure + 2);
}

static void check_library(struct checkup *checkup, const struct probe *probe)
{
	struct finding *finding = add_finding(checkup, "libbcc");
	const char *trouble = probe_trouble(probe);

	if (*probe_library(probe)) {
		finding_found(finding, "%s", probe_library(probe));
		if (!*trouble)
			return;
		finding = add_finding(checkup, "probes");
	}
	set_trouble(finding, trouble);
}

/* "cgroup connect4, raw tracepoint fib_table_lookup, tcp_destroy_sock" */
static void describe_form(struct finding *finding, const struct hook_form *form,
			  unsigned int left_out)
{
	const char *last_kind = "", *last_target = "";
	size_t len = 0;

	for (size_t i = 0; i < FORM_ATTACHMENTS; i++) {
		const struct attachment *attachment = &form->attachment[i];
		const char *kind = attachment_kind_text(attachment->kind);
		bool alike = strcmp(last_kind, kind) == 0;

		if (!attachment->target)
			break;
		if (left_out >> i & 1 || len >= sizeof(finding->found) ||
		    (alike && strcmp(last_target, attachment->target) == 0))
			continue;
		len += (size_t)snprintf(
			finding->found + len, sizeof(finding->found) - len,
			"%s%s%s%s", len ? ", " : "", alike ? "" : kind,
			alike ? "" : " ", attachment->target);
		last_kind = kind;
		last_target = attachment->target;
	}
}

static void check_hook(const struct options *options, size_t index,
		       const struct probe_hook *became, struct finding *finding)
{
	const struct hook *hook = &hooks[index];

	*finding = (struct finding){.name = hook->name};
	if (became && became->form) {
		describe_form(finding, became->form, became->left_out);
		if (*became->why) {
			finding->state = FINDING_MISSING;
			finding_cost(finding, "less of %s, without %s",
				     hook->without, became->why);
		}
		return;
	}
	if (became) {
		finding->state = FINDING_MISSING;
		finding_found(finding, "%s", became->why);
		if (hook->instead)
			finding_cost(finding, "%s from %s", hook->without,
				     hook->instead);
		else
			finding_cost(finding, "not shown: %s", hook->without);
		return;
	}
	finding->state = FINDING_UNTRIED;
	describe_form(
		finding,
		hook_likely_form(hook, options->attach, machine_has_kprobes()),
		0);
}

/* The fewest steps that show what can be shown; 0, or a negative errno. */
static int load(struct checkup *checkup, bool fatal, struct probe **ret)
{
	struct loader_options options = {
		.attach = checkup->options->attach,
		.types = checkup->options->types,
		.dns_ports = checkup->options->dns_ports,
		.filter = &checkup->options->filter,
		.library = fatal ? LIBRARY_ONLY : LIBRARY_ALWAYS,
		.parts = SOURCE_PARTS,
	};
	int err = probe_start(&options, ret);

	if (!err)
		probe_wait(*ret);
	return err;
}

static int look(struct checkup *checkup)
{
	struct machine_question question = question_of(checkup->options);
	struct probe *probe;
	bool fatal, tried;
	int err;

	checkup->machine_count = machine_look(&question, checkup->machine);
	fatal = finding_first_fatal(checkup->machine, checkup->machine_count);
	err = load(checkup, fatal, &probe);
	if (err)
		return err;
	check_library(checkup, probe);
	checkup->can_run = !finding_first_fatal(checkup->machine,
						checkup->machine_count);
	tried = !fatal && *probe_library(probe);
	for (size_t i = 0; i < hook_count; i++)
		check_hook(checkup->options, i,
			   tried ? probe_hook(probe, i) : NULL,
			   &checkup->hooks[i]);
	probe_destroy(probe);
	return 0;
}

static int print(const struct checkup *checkup)
{
	struct utsname name;
	struct findings findings = {
		.machine = checkup->machine,
		.machine_count = checkup->machine_count,
		.hooks = checkup->hooks,
		.hook_count = hook_count,
		.kernel = name.release,
		.architecture = name.machine,
		.wall_ns = clocks_now() - (uint64_t)clocks_monotonic_offset(),
		.can_run = checkup->can_run,
	};
	struct writer writer;
	bool failed;

	uname(&name);
	writer_init(&writer);
	if (checkup->options->format == SINK_JSON)
		findings_json(&writer, &findings);
	else
		findings_text(&writer, &findings);
	failed = writer_failed(&writer) ||
		 fwrite(writer.text, 1, writer.len, stdout) != writer.len ||
		 fflush(stdout) == EOF;
	writer_deinit(&writer);
	if (failed)
		log_error("cannot write to standard output");
	return failed ? -EIO : 0;
}

int checkup_run(const struct options *options)
{
	struct checkup checkup = {.options = options};
	int err = -ENOMEM;

	checkup.hooks = calloc(hook_count, sizeof(*checkup.hooks));
	if (checkup.hooks)
		err = look(&checkup);
	if (err)
		log_error("cannot make a process to load the probes: %s",
			  strerror(-err));
	else
		err = print(&checkup);
	free(checkup.hooks);
	if (err)
		return EXIT_RUN_FAILED;
	return checkup.can_run ? EXIT_AS_ASKED : EXIT_CANNOT_RUN;
}
