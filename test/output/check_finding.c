// SPDX-License-Identifier: MIT
#include "output/finding.h"

#include "output/json_checker.h"
#include "suite.h"

static const struct finding kernel = {
	.name = "kernel",
	.found = "Linux 6.1.0, x86_64",
};

static const struct finding headers = {
	.name = "kernel headers",
	.state = FINDING_MISSING,
	.found = "no /lib/modules/6.1.0/build",
	.cost = "none, there is BTF",
	.cure = "install linux-headers-6.1.0",
};

static const struct finding hook = {
	.name = "tcp.state",
	.state = FINDING_UNTRIED,
	.found = "raw tracepoint inet_sock_set_state",
};

static char *format(void (*fn)(struct writer *writer,
			       const struct findings *findings),
		    const struct finding *machine, size_t count, bool can_run)
{
	struct findings findings = {
		.machine = machine,
		.machine_count = count,
		.hooks = &hook,
		.hook_count = 1,
		.kernel = "6.1.0",
		.architecture = "x86_64",
		.wall_ns = 1700000000000000000,
		.can_run = can_run,
	};
	struct writer writer;
	char *text;

	writer_init(&writer);
	fn(&writer, &findings);
	ck_assert(!writer_failed(&writer));
	text = strndup(writer.text, writer.len);
	writer_deinit(&writer);
	return text;
}

START_TEST(a_table_is_aligned_and_leaves_out_what_is_empty)
{
	const struct finding machine[] = {kernel, headers};
	char *text = format(findings_text, machine, 2, true);

	ck_assert_str_eq(
		text,
		"kernel             ok      Linux 6.1.0, x86_64\n"
		"kernel headers     missing no /lib/modules/6.1.0/build\n"
		"                           cost: none, there is BTF\n"
		"                           cure: install linux-headers-6.1.0\n"
		"\n"
		"tcp.state          untried raw tracepoint "
		"inet_sock_set_state\n"
		"\n"
		"egrets can run here\n");
	free(text);
}
END_TEST

/* Each line of text, also the last. */
static size_t longest_line(const char *text)
{
	size_t longest = 0;

	while (*text) {
		size_t len = strcspn(text, "\n");

		if (len > longest)
			longest = len;
		text += len + (text[len] == '\n');
	}
	return longest;
}

START_TEST(long_texts_are_broken_between_words)
{
	struct finding finding = {.name = "long"};
	char *text;

	for (size_t i = 0; i < 25; i++)
		strcat(finding.found, i % 5 ? "word " : "another ");
	strcpy(finding.cure, finding.found);
	text = format(findings_text, &finding, 1, true);
	ck_assert_uint_le(longest_line(text), 100);
	ck_assert_uint_gt(longest_line(text), 90);
	ck_assert(strstr(text, "\n                           word "));
	free(text);
}
END_TEST

/* A path or a compiler's message: not torn, as it may be copied. */
START_TEST(a_word_without_end_is_not_broken)
{
	struct finding finding = {.name = "path"};
	char *text;

	strcpy(finding.found, "no ");
	memset(finding.found + 3, '/', 150);
	text = format(findings_text, &finding, 1, true);
	ck_assert(strstr(text, "ok      no\n                           ///"));
	ck_assert_uint_eq(longest_line(text), 27 + 150);
	free(text);
}
END_TEST

START_TEST(a_long_name_does_not_run_into_its_state)
{
	struct finding finding = {.name = "a name of twenty chars"};
	char *text = format(findings_text, &finding, 1, false);

	ck_assert(strstr(text, "a name of twenty chars ok "));
	ck_assert(strstr(text, "\negrets cannot run here\n"));
	free(text);
}
END_TEST

START_TEST(json_is_one_object_on_one_line)
{
	const struct finding machine[] = {kernel, headers};
	char *text = format(findings_json, machine, 2, true);

	ck_assert_str_eq(
		text,
		"{\"@timestamp\":\"2023-11-14T22:13:20.000000000Z\","
		"\"ecs\":{\"version\":\"8.11.0\"},"
		"\"event\":{\"kind\":\"state\",\"category\":[\"host\"],"
		"\"type\":[\"info\"],\"dataset\":\"egrets\","
		"\"action\":\"egrets.check\",\"outcome\":\"success\"},"
		"\"host\":{\"architecture\":\"x86_64\","
		"\"os\":{\"type\":\"linux\",\"kernel\":\"6.1.0\"}},"
		"\"egrets\":{\"check\":{\"can_run\":true,"
		"\"machine\":["
		"{\"name\":\"kernel\",\"state\":\"ok\","
		"\"found\":\"Linux 6.1.0, x86_64\"},"
		"{\"name\":\"kernel headers\",\"state\":\"missing\","
		"\"found\":\"no /lib/modules/6.1.0/build\","
		"\"cost\":\"none, there is BTF\","
		"\"cure\":\"install linux-headers-6.1.0\"}],"
		"\"hooks\":[{\"name\":\"tcp.state\",\"state\":\"untried\","
		"\"found\":\"raw tracepoint inet_sock_set_state\"}]}}}\n");
	ck_assert(json_is_valid(text, strlen(text) - 1));
	free(text);
}
END_TEST

/* A compiler's message is not ours. */
START_TEST(escapes_what_was_found)
{
	struct finding finding = {.name = "probes", .state = FINDING_FATAL};
	char *text;

	finding_found(&finding, "error: \"\x1b[2J\xff\" in line %d", 7);
	text = format(findings_json, &finding, 1, false);
	ck_assert(json_is_valid(text, strlen(text) - 1));
	ck_assert(strstr(text, "error: \\\"\\u001b[2J"));
	ck_assert(strstr(text, "\"outcome\":\"failure\""));
	ck_assert(strstr(text, "\"can_run\":false"));
	ck_assert(strstr(text, "\"state\":\"fatal\""));
	free(text);

	text = format(findings_text, &finding, 1, false);
	ck_assert(strstr(text, "error: \"\\x1b[2J\\xff\" in line 7\n"));
	free(text);
}
END_TEST

START_TEST(a_text_that_is_too_long_is_cut)
{
	struct finding finding = {.name = "long"};

	finding_found(&finding, "%0500d", 0);
	finding_cost(&finding, "%0500d", 0);
	finding_cure(&finding, "%0500d", 0);
	ck_assert_uint_eq(strlen(finding.found), sizeof(finding.found) - 1);
	ck_assert_uint_eq(strlen(finding.cost), sizeof(finding.cost) - 1);
	ck_assert_uint_eq(strlen(finding.cure), sizeof(finding.cure) - 1);
}
END_TEST

START_TEST(the_first_fatal_one_is_told)
{
	struct finding findings[4] = {kernel, headers, hook, kernel};

	ck_assert_ptr_null(finding_first_fatal(findings, 4));
	findings[1].state = FINDING_FATAL;
	findings[3].state = FINDING_FATAL;
	ck_assert_ptr_eq(finding_first_fatal(findings, 4), &findings[1]);
	ck_assert_ptr_null(finding_first_fatal(findings, 1));
}
END_TEST

SUITE_MAIN("output/finding", a_table_is_aligned_and_leaves_out_what_is_empty,
	   long_texts_are_broken_between_words,
	   a_word_without_end_is_not_broken,
	   a_long_name_does_not_run_into_its_state,
	   json_is_one_object_on_one_line, escapes_what_was_found,
	   a_text_that_is_too_long_is_cut, the_first_fatal_one_is_told)
