// SPDX-License-Identifier: MIT
#include "dns/name.h"
#include "suite.h"

#include <errno.h>
#include <string.h>

/* Names start after the header, which no pointer may lead into. */
#define HEADER	     "............"
#define LEN(literal) (sizeof(literal) - 1)

static char text[DNS_NAME_TEXT_MAX];
/* Where the cursor was left. */
static size_t left_at;

/* The message in a block of its very size, so that ASan sees the byte after. */
static int read_at(const char *message, size_t len, size_t offset)
{
	uint8_t *bytes = malloc(len);
	struct cursor cursor;
	int result;

	ck_assert_ptr_nonnull(bytes);
	memcpy(bytes, message, len);
	cursor_init(&cursor, bytes, len);
	cursor_seek(&cursor, offset);
	result = dns_name_read(&cursor, text);
	left_at = cursor_offset(&cursor);
	ck_assert(cursor_failed(&cursor) == (result < 0));
	if (result >= 0)
		ck_assert_uint_eq((size_t)result, strlen(text));
	free(bytes);
	return result;
}

#define READ(message)	     read_at(message, LEN(message), DNS_HEADER_LEN)
#define READ_AT(message, at) read_at(message, LEN(message), at)

/* A name of labels 'a', the last of them shortened so that the sum is right. */
static size_t long_name(char *message, size_t wire_len)
{
	size_t at = DNS_HEADER_LEN;

	memset(message, 'a', DNS_HEADER_LEN + wire_len);
	for (size_t left = wire_len - 1; left > 0;) {
		size_t label = left > 64 ? 64 : left;

		message[at] = (char)(label - 1);
		at += label;
		left -= label;
	}
	message[at] = 0;
	return at + 1;
}

START_TEST(reads_labels_as_text)
{
	ck_assert_int_eq(READ(HEADER "\3www\7example\3com\0"), 15);
	ck_assert_str_eq(text, "www.example.com");
	ck_assert_uint_eq(left_at, 12 + 17);
}
END_TEST

START_TEST(reads_the_root_as_a_dot)
{
	ck_assert_int_eq(READ(HEADER "\0"), 1);
	ck_assert_str_eq(text, ".");
	ck_assert_uint_eq(left_at, 13);
}
END_TEST

START_TEST(keeps_case)
{
	READ(HEADER "\3wWw\7eXaMpLe\0");
	ck_assert_str_eq(text, "wWw.eXaMpLe");
}
END_TEST

START_TEST(escapes_what_would_mislead)
{
	READ(HEADER "\3a.b\3c\\d\0");
	ck_assert_str_eq(text, "a\\.b.c\\\\d");
	READ(HEADER "\6\0\n\033 \177\377\0");
	ck_assert_str_eq(text, "\\000\\010\\027\\032\\127\\255");
	READ(HEADER "\7!\"$();~\0");
	ck_assert_str_eq(text, "!\"$();~");
}
END_TEST

START_TEST(follows_a_pointer_and_stops_after_it)
{
	READ_AT(HEADER "\3com\0\3www\300\14\1x", 17);
	ck_assert_str_eq(text, "www.com");
	ck_assert_uint_eq(left_at, 23);
	/* Nothing but a pointer. */
	READ_AT(HEADER "\3com\0\300\14", 17);
	ck_assert_str_eq(text, "com");
	ck_assert_uint_eq(left_at, 19);
	/* To a name that ends in a pointer itself. */
	READ_AT(HEADER "\3com\0\1b\300\14\1a\300\21", 21);
	ck_assert_str_eq(text, "a.b.com");
	ck_assert_uint_eq(left_at, 25);
}
END_TEST

START_TEST(rejects_pointers_that_do_not_lead_back)
{
	/* To itself, to the start of its own labels, forwards, past the end. */
	ck_assert_int_eq(READ(HEADER "\300\14"), -EBADMSG);
	ck_assert_int_eq(READ(HEADER "\1a\300\14"), -EBADMSG);
	ck_assert_int_eq(READ(HEADER "\300\16\1a\0"), -EBADMSG);
	ck_assert_int_eq(READ(HEADER "\377\377"), -EBADMSG);
	/* Two that lead to each other. */
	ck_assert_int_eq(READ(HEADER "\300\16\300\14"), -EBADMSG);
	ck_assert_int_eq(READ_AT(HEADER "\300\16\300\14", 14), -EBADMSG);
	/* Back, but into labels that come round to it again. */
	ck_assert_int_eq(READ_AT(HEADER "\1a\1b\300\14", 14), -EBADMSG);
	ck_assert_int_eq(READ_AT(HEADER "\1a\1b\300\16", 14), -EBADMSG);
	ck_assert_int_eq(READ_AT(HEADER "\1a\300\16\300\14", 16), -EBADMSG);
}
END_TEST

/*
 * The chain of aliases once read such an owner, which ran on into the records
 * after its own, where those were out of sight, and took it for no name.
 */
START_TEST(rejects_names_that_run_into_themselves)
{
	ck_assert_int_eq(READ_AT(HEADER "\4ab\300\14\0", 15), -EBADMSG);
	ck_assert_int_eq(READ_AT(HEADER "\2ab\300\14\0", 15), -EBADMSG);
	/* This one ends just before. */
	ck_assert_int_eq(READ_AT(HEADER "\1a\0\300\14", 15), 1);
}
END_TEST

START_TEST(rejects_pointers_into_the_header)
{
	ck_assert_int_eq(READ("\0..........."
			      "\1a\300\0"),
			 -EBADMSG);
	ck_assert_int_eq(READ("...........\0"
			      "\1a\300\13"),
			 -EBADMSG);
}
END_TEST

START_TEST(bounds_the_number_of_pointers)
{
	char message[DNS_HEADER_LEN + 1 + 2 * (DNS_NAME_POINTERS_MAX + 1)] =
		HEADER;
	size_t at = DNS_HEADER_LEN + 1;
	size_t last = sizeof(message) - 2;

	/* A root label, then pointers, each to the one before. */
	message[DNS_HEADER_LEN] = 0;
	for (size_t to = DNS_HEADER_LEN; at < sizeof(message); at += 2) {
		message[at] = (char)(0xc0 | to >> 8);
		message[at + 1] = (char)to;
		to = at;
	}
	ck_assert_int_eq(read_at(message, sizeof(message), last - 2), 1);
	ck_assert_int_eq(read_at(message, sizeof(message), last), -EBADMSG);
}
END_TEST

START_TEST(reads_names_of_255_bytes_and_no_more)
{
	char message[DNS_HEADER_LEN + 300] = HEADER;
	size_t len;

	for (size_t wire_len = 250; wire_len <= 255; wire_len++) {
		len = long_name(message, wire_len);
		ck_assert_uint_eq(len, DNS_HEADER_LEN + wire_len);
		ck_assert_int_eq(read_at(message, len, DNS_HEADER_LEN),
				 (int)wire_len - 2);
	}
	len = long_name(message, 256);
	ck_assert_int_eq(read_at(message, len, DNS_HEADER_LEN), -EBADMSG);
}
END_TEST

START_TEST(counts_pointed_to_labels_into_the_255)
{
	char message[DNS_HEADER_LEN + 300] = HEADER;
	size_t len = long_name(message, 253);

	memcpy(message + len, "\1a\300\14", 4);
	ck_assert_int_eq(read_at(message, len + 4, len), 253);
	memcpy(message + len, "\2aa\300\14", 5);
	ck_assert_int_eq(read_at(message, len + 5, len), -EBADMSG);
}
END_TEST

START_TEST(longest_text_fits)
{
	char message[DNS_HEADER_LEN + 300] = HEADER;
	size_t len = long_name(message, 255);

	for (size_t i = DNS_HEADER_LEN; i < len; i++) {
		if (message[i] == 'a')
			message[i] = (char)0xff;
	}
	/* Four labels: their length bytes become dots, all but the first. */
	ck_assert_int_eq(read_at(message, len, DNS_HEADER_LEN),
			 (255 - 4 - 1) * 4 + 3);
}
END_TEST

START_TEST(reads_labels_of_63_bytes_and_no_other_types)
{
	char message[DNS_HEADER_LEN + 100] = HEADER;

	memset(message + DNS_HEADER_LEN, 'a', 100);
	message[DNS_HEADER_LEN] = 63;
	message[DNS_HEADER_LEN + 64] = 0;
	ck_assert_int_eq(read_at(message, DNS_HEADER_LEN + 65, 12), 63);
	message[DNS_HEADER_LEN] = 64;
	message[DNS_HEADER_LEN + 65] = 0;
	ck_assert_int_eq(read_at(message, DNS_HEADER_LEN + 66, 12), -EBADMSG);
	ck_assert_int_eq(READ(HEADER "\100\0"), -EBADMSG);
	ck_assert_int_eq(READ(HEADER "\101\1\0\0\0"), -EBADMSG);
	ck_assert_int_eq(READ(HEADER "\200\14\0"), -EBADMSG);
}
END_TEST

START_TEST(rejects_every_truncation)
{
	static const char message[] = HEADER "\7example\3com\0\3www\300\14";
	static const size_t start = 12 + 13;

	for (size_t len = 12; len < start; len++)
		ck_assert_int_eq(read_at(message, len, 12), -EBADMSG);
	for (size_t len = start; len < LEN(message); len++)
		ck_assert_int_eq(read_at(message, len, start), -EBADMSG);
	ck_assert_int_eq(read_at(message, LEN(message), start), 15);
}
END_TEST

START_TEST(a_limit_ends_the_name_too)
{
	static const char message[] = HEADER "\3www\7example\0";
	struct cursor cursor;

	cursor_init(&cursor, message, LEN(message));
	cursor_seek(&cursor, DNS_HEADER_LEN);
	cursor_limit(&cursor, 12);
	ck_assert_int_eq(dns_name_read(&cursor, text), -EBADMSG);
}
END_TEST

static bool skip(const char *message, size_t len, size_t offset)
{
	uint8_t *bytes = malloc(len);
	struct cursor cursor;

	ck_assert_ptr_nonnull(bytes);
	memcpy(bytes, message, len);
	cursor_init(&cursor, bytes, len);
	cursor_seek(&cursor, offset);
	dns_name_skip(&cursor);
	left_at = cursor_offset(&cursor);
	free(bytes);
	return !cursor_failed(&cursor);
}

START_TEST(skips_without_following)
{
	static const char plain[] = HEADER "\3www\3com\0\1x";
	static const char compressed[] = HEADER "\3com\0\3www\300\14\1x";
	/* Reading would refuse this pointer; skipping does not look. */
	static const char loop[] = HEADER "\300\14";

	ck_assert(skip(plain, LEN(plain), 12));
	ck_assert_uint_eq(left_at, 21);
	ck_assert(skip(compressed, LEN(compressed), 17));
	ck_assert_uint_eq(left_at, 23);
	ck_assert(skip(loop, LEN(loop), 12));
	ck_assert_uint_eq(left_at, 14);
}
END_TEST

START_TEST(skipping_fails_on_truncations_and_label_types)
{
	static const char message[] = HEADER "\3www\300\14";
	/* As many bytes as a length of 0x80 could ask for. */
	char bytes[12 + 1 + 0x80 + 1] = "";

	for (size_t len = 12; len < LEN(message); len++)
		ck_assert(!skip(message, len, 12));
	memcpy(bytes, HEADER, LEN(HEADER));
	bytes[12] = 0x40;
	ck_assert(!skip(bytes, sizeof(bytes), 12));
	bytes[12] = (char)0x80;
	ck_assert(!skip(bytes, sizeof(bytes), 12));
}
END_TEST

START_TEST(texts_are_equal_but_for_ascii_case)
{
	ck_assert(dns_name_equal("www.Example.COM", "WWW.example.com"));
	ck_assert(dns_name_equal("AZ", "az"));
	ck_assert(dns_name_equal(".", "."));
	ck_assert(dns_name_equal("", ""));
	ck_assert(!dns_name_equal("example.com", "example.co"));
	ck_assert(!dns_name_equal("example.co", "example.com"));
	ck_assert(!dns_name_equal("example.com", "example.net"));
	/* Bytes that differ in the bit that tells the cases of letters apart. */
	ck_assert(!dns_name_equal("a@", "a`"));
	ck_assert(!dns_name_equal("a[", "a{"));
	ck_assert(!dns_name_equal("\\196", "\\228"));
}
END_TEST

static struct dns_wire_name wire(const char *labels, size_t len)
{
	char message[DNS_HEADER_LEN + 300];
	struct dns_wire_name name;
	struct cursor cursor;

	memcpy(message + DNS_HEADER_LEN, labels, len);
	cursor_init(&cursor, message, DNS_HEADER_LEN + len);
	cursor_seek(&cursor, DNS_HEADER_LEN);
	ck_assert_int_eq(dns_wire_name_read(&cursor, &name), 0);
	return name;
}

#define WIRE(labels) wire(labels, sizeof(labels))

START_TEST(folding_makes_letters_lower_case)
{
	struct dns_wire_name name = WIRE("\4AMZ@\6[az`\304\344\3com");

	dns_wire_name_fold(&name);
	dns_wire_name_format(&name, text);
	ck_assert_str_eq(text, "amz@.[az`\\196\\228.com");
}
END_TEST

START_TEST(equal_wire_names_are_so_to_the_root)
{
	struct dns_wire_name a = WIRE("\3www\7example");
	struct dns_wire_name b = WIRE("\3www\7example");
	struct dns_wire_name other = WIRE("\3www\7examplf");
	struct dns_wire_name longer = WIRE("\3www\7example\3com");
	struct dns_wire_name split = WIRE("\3www\3exa\3ple");
	struct dns_wire_name root = WIRE("");

	ck_assert(dns_wire_name_equal(&a, &b));
	ck_assert(!dns_wire_name_equal(&a, &other));
	ck_assert(!dns_wire_name_equal(&a, &longer));
	ck_assert(!dns_wire_name_equal(&a, &split));
	ck_assert(!dns_wire_name_equal(&a, &root));
	ck_assert(dns_wire_name_equal(&root, &root));
}
END_TEST

START_TEST(origin_is_where_the_first_label_is)
{
	static const char message[] = HEADER "\1a\0\300\14\300\17\1b\300\14";
	static const struct {
		size_t at;
		size_t origin;
	} cases[] = {{12, 12}, {15, 12}, {17, 12}, {19, 19}};
	struct dns_wire_name name;
	struct cursor cursor;

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		cursor_init(&cursor, message, LEN(message));
		cursor_seek(&cursor, cases[i].at);
		ck_assert_int_eq(dns_wire_name_read(&cursor, &name), 0);
		ck_assert_uint_eq(name.origin, cases[i].origin);
	}
}
END_TEST

START_TEST(rewrites_the_end_of_a_name)
{
	struct dns_wire_name name = WIRE("\1A\1b\3old\3com");
	struct dns_wire_name from = WIRE("\3old\3com");
	struct dns_wire_name to = WIRE("\3new");
	struct dns_wire_name root = WIRE("");
	struct dns_wire_name ret;

	ck_assert_int_eq(dns_wire_name_rewrite(&name, &from, &to, &ret), 0);
	dns_wire_name_format(&ret, text);
	ck_assert_str_eq(text, "A.b.new");
	ck_assert_int_eq(dns_wire_name_rewrite(&name, &root, &to, &ret), 0);
	dns_wire_name_format(&ret, text);
	ck_assert_str_eq(text, "A.b.old.com.new");
	ck_assert_int_eq(dns_wire_name_rewrite(&name, &from, &root, &ret), 0);
	dns_wire_name_format(&ret, text);
	ck_assert_str_eq(text, "A.b");
}
END_TEST

START_TEST(rewrites_only_below_and_at_label_boundaries)
{
	struct dns_wire_name itself = WIRE("\3old\3com");
	struct dns_wire_name within = WIRE("\4xold\3com");
	struct dns_wire_name other = WIRE("\1a\3odd\3com");
	struct dns_wire_name above = WIRE("\3com");
	/* The last label's bytes, with the root's, spell old.com too. */
	struct dns_wire_name inside = WIRE("\10\3old\3com");
	struct dns_wire_name from = WIRE("\3old\3com");
	struct dns_wire_name to = WIRE("\3new");
	const struct dns_wire_name *not_below[] = {&itself, &within, &other,
						   &above, &inside};
	struct dns_wire_name ret;

	for (size_t i = 0; i < sizeof(not_below) / sizeof(*not_below); i++)
		ck_assert_int_eq(
			dns_wire_name_rewrite(not_below[i], &from, &to, &ret),
			-ENOENT);
}
END_TEST

START_TEST(rewriting_does_not_exceed_255_bytes)
{
	char message[DNS_HEADER_LEN + 300];
	size_t len = long_name(message, 252);
	struct dns_wire_name to = wire(message + 12, len - 12);
	struct dns_wire_name from = WIRE("\1x");
	struct dns_wire_name fits = WIRE("\2aa\1x");
	struct dns_wire_name exceeds = WIRE("\3aaa\1x");
	struct dns_wire_name ret;

	ck_assert_int_eq(dns_wire_name_rewrite(&fits, &from, &to, &ret), 0);
	ck_assert_uint_eq(ret.len, 255);
	ck_assert_int_eq(dns_wire_name_rewrite(&exceeds, &from, &to, &ret),
			 -ENAMETOOLONG);
}
END_TEST

SUITE_MAIN("dns/name", reads_labels_as_text, reads_the_root_as_a_dot,
	   keeps_case, escapes_what_would_mislead,
	   follows_a_pointer_and_stops_after_it,
	   rejects_pointers_that_do_not_lead_back,
	   rejects_names_that_run_into_themselves,
	   rejects_pointers_into_the_header, bounds_the_number_of_pointers,
	   reads_names_of_255_bytes_and_no_more,
	   counts_pointed_to_labels_into_the_255, longest_text_fits,
	   reads_labels_of_63_bytes_and_no_other_types,
	   rejects_every_truncation, a_limit_ends_the_name_too,
	   skips_without_following,
	   skipping_fails_on_truncations_and_label_types,
	   texts_are_equal_but_for_ascii_case, folding_makes_letters_lower_case,
	   equal_wire_names_are_so_to_the_root,
	   origin_is_where_the_first_label_is, rewrites_the_end_of_a_name,
	   rewrites_only_below_and_at_label_boundaries,
	   rewriting_does_not_exceed_255_bytes)
