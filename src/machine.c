// SPDX-License-Identifier: MIT
#include "machine.h"

#include "base/log.h"
#include "probe/features.h"
#include "probe/probe.h"

#include <stdio.h>

bool machine_can_run(void)
{
	struct feature features[FEATURES_MAX];
	size_t count = features_probe(features);
	const struct feature *fatal = features_fatal(features, count);

	if (fatal)
		log_error("%s: %s; %s", fatal->name, fatal->found, fatal->cost);
	return !fatal;
}

static void print_features(const struct feature *features, size_t count)
{
	static const char *const states[] = {
		[FEATURE_THERE] = "ok",
		[FEATURE_MISSING] = "missing",
		[FEATURE_FATAL] = "FATAL",
	};

	for (size_t i = 0; i < count; i++) {
		const struct feature *feature = &features[i];

		printf("%-20s %-8s %s\n", feature->name, states[feature->state],
		       feature->found);
		if (feature->state != FEATURE_THERE)
			printf("%-20s %-8s %s\n", "", "", feature->cost);
	}
}

static void print_form(const struct hook *hook, const struct hook_form *form)
{
	const char *separator = "";

	printf("%-20s %-8s ", hook->name, form ? "ok" : "missing");
	if (!form)
		printf("not shown: %s", hook->without);
	for (int i = 0; form && i < FORM_ATTACHMENTS; i++) {
		const struct attachment *attachment = &form->attachment[i];

		if (!attachment->target)
			break;
		printf("%s%s %s", separator,
		       attachment_kind_text(attachment->kind),
		       attachment->target);
		separator = ", ";
	}
	printf("\n");
}

int machine_check(const struct options *options)
{
	struct loader_options loader = {
		.attach = options->attach,
		.types = options->types,
	};
	struct feature features[FEATURES_MAX];
	size_t count = features_probe(features);
	struct probe *probe = NULL;
	int err = 0;

	print_features(features, count);
	if (!features_fatal(features, count)) {
		err = probe_start(&loader, &probe);
		if (!err)
			err = probe_wait(probe);
		for (size_t i = 0; i < hook_count && !err; i++)
			print_form(&hooks[i], probe_hook_form(probe, i));
		probe_destroy(probe);
	} else {
		err = -1;
	}
	printf("egrets %s run here\n", err ? "cannot" : "can");
	if (fflush(stdout) == EOF) {
		log_error("cannot write to standard output");
		return EXIT_RUN_FAILED;
	}
	return err ? EXIT_CANNOT_RUN : EXIT_AS_ASKED;
}
