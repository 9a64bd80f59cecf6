// SPDX-License-Identifier: MIT
#include "dns/literal.h"

#include <errno.h>

START_TEST(reads_a_query)
{
	ck_assert_int_eq(PARSE(ID QUERY "\0\1\0\0\0\0\0\0" QUESTION), 0);
	ck_assert_uint_eq(message.id, 0x1234);
	ck_assert(!message.is_response);
	ck_assert(!message.is_truncated);
	ck_assert(!message.is_cut);
	ck_assert_uint_eq(message.opcode, DNS_OPCODE_QUERY);
	ck_assert_uint_eq(message.rcode, 0);
	ck_assert_uint_eq(message.question_count, 1);
	ck_assert_uint_eq(message.type, DNS_TYPE_A);
	ck_assert_uint_eq(message.class, DNS_CLASS_IN);
	ck_assert_str_eq(message.name, "www.example.com");
	ck_assert_uint_eq(message.record_count, 0);
	ck_assert_uint_eq(message.record_total, 0);
	ck_assert_str_eq(message.text, "");
}
END_TEST

START_TEST(reads_flags)
{
	/* NOTIFY, and the codes of a truncated, refused response. */
	ck_assert_int_eq(PARSE(ID "\x20\0\0\0\0\0\0\0\0\0"), 0);
	ck_assert_uint_eq(message.opcode, 4);
	ck_assert_int_eq(PARSE(ID "\x78\0\0\0\0\0\0\0\0\0"), 0);
	ck_assert_uint_eq(message.opcode, 15);
	ck_assert_int_eq(PARSE(ID "\x83\x85\0\0\0\0\0\0\0\0"), 0);
	ck_assert(message.is_response);
	ck_assert(message.is_truncated);
	ck_assert_uint_eq(message.opcode, 0);
	ck_assert_uint_eq(message.rcode, 5);
	/* The bits around them are RD, RA, AD and CD, and AA. */
	ck_assert_int_eq(PARSE(ID "\x05\xf0\0\0\0\0\0\0\0\0"), 0);
	ck_assert(!message.is_response);
	ck_assert(!message.is_truncated);
	ck_assert_uint_eq(message.opcode, 0);
	ck_assert_uint_eq(message.rcode, 0);
}
END_TEST

START_TEST(reads_addresses)
{
	ck_assert_int_eq(PARSE(ID RESPONSE "\0\1\0\3\0\0\0\0" QUESTION TO_NAME A
				       ADDR_1 TO_NAME A ADDR_2 TO_NAME AAAA TTL
					   "\0\x10\x20\1\x0d\xb8"
					   "\0\0\0\0\0\0\0\0\0\0\0\7"),
			 0);
	ck_assert_uint_eq(message.record_count, 3);
	ck_assert_uint_eq(message.record_total, 3);
	ck_assert_uint_eq(message.record[0].type, DNS_TYPE_A);
	ck_assert_uint_eq(message.record[0].ttl_s, 300);
	ck_assert_str_eq(addr(0), "192.0.2.1");
	ck_assert_str_eq(addr(1), "192.0.2.2");
	ck_assert_uint_eq(message.record[2].type, DNS_TYPE_AAAA);
	ck_assert_str_eq(addr(2), "2001:db8::7");
	ck_assert_str_eq(value(2), "");
	ck_assert_str_eq(chain(), "+++");
}
END_TEST

START_TEST(reads_ttls_with_the_top_bit_as_zero)
{
	ck_assert_int_eq(PARSE(ID RESPONSE
			       "\0\1\0\2\0\0\0\0" QUESTION TO_NAME A
			       "\x7f\xff\xff\xff\0\4\1\2\3\4" TO_NAME A
			       "\x80\0\0\0\0\4\1\2\3\4"),
			 0);
	ck_assert_uint_eq(message.record[0].ttl_s, 0x7fffffff);
	ck_assert_uint_eq(message.record[1].ttl_s, 0);
}
END_TEST

START_TEST(messages_without_question_have_no_name)
{
	ck_assert_int_eq(PARSE(ID RESPONSE "\0\0\0\1\0\0\0\0" NAME A ADDR_1),
			 0);
	ck_assert_str_eq(message.name, "");
	ck_assert_uint_eq(message.type, 0);
	ck_assert_uint_eq(message.class, 0);
	ck_assert_str_eq(addr(0), "192.0.2.1");
	/* The record is where the question's name would be: it is not that. */
	ck_assert_str_eq(chain(), "-");
}
END_TEST

START_TEST(steps_over_further_questions)
{
	ck_assert_int_eq(PARSE(ID RESPONSE "\0\3\0\1\0\0\0\0" QUESTION
					   "\3ftp" TO_EXAMPLE AAAA
					   "\0" A TO_NAME A ADDR_1),
			 0);
	ck_assert_uint_eq(message.question_count, 3);
	ck_assert_str_eq(message.name, "www.example.com");
	ck_assert_str_eq(addr(0), "192.0.2.1");
}
END_TEST

START_TEST(reads_the_root_and_other_odd_names)
{
	ck_assert_int_eq(PARSE(ID QUERY "\0\1\0\0\0\0\0\0"
					"\0"
					"\0\2" IN),
			 0);
	ck_assert_str_eq(message.name, ".");
	ck_assert_uint_eq(message.type, DNS_TYPE_NS);
	ck_assert_int_eq(PARSE(ID QUERY "\0\1\0\0\0\0\0\0"
					"\5a.\033 \xff\0" A),
			 0);
	ck_assert_str_eq(message.name, "a\\.\\027\\032\\255");
}
END_TEST

START_TEST(shows_targets_as_text)
{
	ck_assert_int_eq(
		PARSE(ID RESPONSE
		      "\0\1\0\6\0\0\0\0" QUESTION TO_NAME "\0\2" IN TTL
		      "\0\5\2ns" TO_EXAMPLE TO_NAME "\0\x0c" IN TTL
		      "\0\1\0" TO_NAME "\0\x0f" IN TTL
		      "\0\7\0\12\2mx" TO_COM TO_NAME "\0\x21" IN TTL
		      "\0\13\0\0\377\377\23\304\2s\\" TO_COM TO_NAME CNAME TTL
		      "\0\2" TO_EXAMPLE TO_NAME "\0\x10" IN TTL "\0\3\2hi"),
		0);
	ck_assert_str_eq(value(0), "ns.example.com");
	ck_assert_str_eq(value(1), ".");
	ck_assert_str_eq(value(2), "10 mx.com");
	ck_assert_str_eq(value(3), "0 65535 5060 s\\\\.com");
	ck_assert_str_eq(value(4), "example.com");
	/* TXT, and whatever else is not read. */
	ck_assert_uint_eq(message.record[5].type, DNS_TYPE_TXT);
	ck_assert_str_eq(value(5), "");
	ck_assert_str_eq(addr(5), "::");
	ck_assert_uint_eq(message.record_count, 6);
}
END_TEST

START_TEST(keeps_class_in_only)
{
	/* In class CH an A record holds a name and a number (RFC 1035 3.4). */
	ck_assert_int_eq(PARSE(ID RESPONSE "\0\1\0\2\0\0\0\0" QUESTION TO_NAME
					   "\0\1\0\3" TTL
					   "\0\4\1a\0\7" TO_NAME A ADDR_2),
			 0);
	ck_assert_uint_eq(message.record_total, 2);
	ck_assert_uint_eq(message.record_count, 1);
	ck_assert_str_eq(addr(0), "192.0.2.2");
	ck_assert_str_eq(chain(), "+");
}
END_TEST

#define OPT(rcode)                \
	"\0"                      \
	"\0\x29"                  \
	"\x04\xd0" rcode "\0\0\0" \
	"\0\0"
#define SOA TO_COM "\0\6" IN TTL "\0\2\0\0"

START_TEST(rcode_has_the_upper_bits_of_edns)
{
	ck_assert_int_eq(PARSE(ID "\x81\x80"
				  "\0\1\0\0\0\0\0\1" QUESTION OPT("\1")),
			 0);
	ck_assert_uint_eq(message.rcode, 16);
	/* BADCOOKIE; behind authority and other additional records. */
	ck_assert_int_eq(PARSE(ID "\x81\x87"
				  "\0\1\0\1\0\1\0\2" QUESTION TO_NAME A ADDR_1
					  SOA TO_NAME A ADDR_2 OPT("\1")),
			 0);
	ck_assert_uint_eq(message.rcode, 23);
	ck_assert_uint_eq(message.record_count, 1);
	ck_assert_int_eq(PARSE(ID "\x81\x8f"
				  "\0\1\0\0\0\0\0\1" QUESTION OPT("\xff")),
			 0);
	ck_assert_uint_eq(message.rcode, 4095);
}
END_TEST

START_TEST(no_other_record_extends_the_rcode)
{
	/* OPT in the authority section, or not at the root; another type there. */
	ck_assert_int_eq(PARSE(ID "\x81\x83"
				  "\0\1\0\0\0\1\0\2" QUESTION OPT("\1") TO_NAME
			       "\0\x29" IN "\1\0\0\0\0\0"
			       "\0" A "\1\0\0\0\0\4\1\2\3\4"),
			 0);
	ck_assert_uint_eq(message.rcode, 3);
	ck_assert_int_eq(PARSE(ID QUERY "\0\1\0\0\0\0\0\1" QUESTION OPT("\1")),
			 0);
	ck_assert_uint_eq(message.rcode, 0);
}
END_TEST

START_TEST(trouble_after_the_answers_is_no_trouble)
{
	static const char bytes[] = ID
		"\x81\x83"
		"\0\1\0\1\0\1\0\1" QUESTION TO_NAME A ADDR_1 SOA OPT("\1");
	static const size_t answers_end = QUESTION_END + 16;

	for (size_t len = answers_end; len < LEN(bytes); len++) {
		ck_assert_int_eq(parse(bytes, len), 0);
		ck_assert_uint_eq(message.rcode, 3);
		ck_assert_str_eq(addr(0), "192.0.2.1");
	}
	ck_assert_int_eq(parse(bytes, LEN(bytes)), 0);
	ck_assert_uint_eq(message.rcode, 19);
	/* Bytes after the message's end. */
	ck_assert_int_eq(PARSE(ID QUERY "\0\1\0\0\0\0\0\0" QUESTION "xxx"), 0);
}
END_TEST

/* Questions, an alias, both kinds of addresses, a name in full. */
#define TO_RICH_CDN "\300\63"
static const char rich[] = ID RESPONSE
	"\0\2\0\5\0\0\0\0" QUESTION TO_EXAMPLE AAAA CNAME_TO_CDN TO_RICH_CDN
		AAAA TTL
	"\0\x10\x20\1\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\7" TO_RICH_CDN
	"\0\x10" IN TTL "\0\3\2hi"
	"\3cdn\0" A ADDR_1 TO_RICH_CDN "\0\x0f" IN TTL "\0\7\0\12\2mx" TO_COM;
/* Where its records end. */
static const size_t rich_ends[] = {56, 84, 99, 118, 137};

START_TEST(rejects_every_truncation)
{
	for (size_t len = 0; len < LEN(rich); len++)
		ck_assert_int_eq(parse(rich, len), -EBADMSG);
	ck_assert_int_eq(parse(rich, LEN(rich)), 0);
}
END_TEST

START_TEST(marks_every_cut)
{
	size_t count = 0;

	for (size_t len = 0; len < LEN(rich); len++) {
		int result = parse_cut(rich, len, LEN(rich));

		if (len < QUESTION_END) {
			ck_assert_int_eq(result, -EBADMSG);
			continue;
		}
		ck_assert_int_eq(result, 0);
		ck_assert(message.is_cut);
		ck_assert_str_eq(message.name, "www.example.com");
		if (len == rich_ends[count])
			count++;
		ck_assert_uint_eq(message.record_count, count);
		ck_assert_uint_eq(message.record_total, 5);
	}
	ck_assert_str_eq(value(0), "cdn");
	ck_assert_str_eq(addr(3), "192.0.2.1");
	ck_assert_int_eq(parse(rich, LEN(rich)), 0);
	ck_assert(!message.is_cut);
	ck_assert_uint_eq(message.record_count, 5);
	ck_assert_str_eq(chain(), "+++++");
}
END_TEST

START_TEST(a_cut_message_ends_where_it_contradicts_itself)
{
	static const char bytes[] = ID RESPONSE
		"\0\1\0\2\0\0\0\1" QUESTION TO_NAME A ADDR_1 TO_NAME A TTL
		"\0\3\1\2\3" OPT("\1");

	ck_assert_int_eq(parse_cut(bytes, LEN(bytes), LEN(bytes) + 1), 0);
	ck_assert(message.is_cut);
	ck_assert_uint_eq(message.record_count, 1);
	ck_assert_uint_eq(message.rcode, 0);
}
END_TEST

START_TEST(bytes_beyond_the_wire_length_do_not_count)
{
	size_t len = LEN(rich);

	ck_assert_int_eq(parse_cut(rich, len, len - 1), -EBADMSG);
	ck_assert_int_eq(parse_cut(rich, len, 5), -EBADMSG);
	ck_assert_int_eq(parse_cut(rich, len, 65536), -EBADMSG);
	ck_assert_int_eq(parse_cut(rich, len, 65535), 0);
}
END_TEST

START_TEST(counts_that_lie_are_rejected)
{
	ck_assert_int_eq(
		PARSE(ID RESPONSE "\0\1\0\2\0\0\0\0" QUESTION TO_NAME A ADDR_1),
		-EBADMSG);
	ck_assert_int_eq(
		PARSE(ID RESPONSE
		      "\0\1\377\377\0\0\0\0" QUESTION TO_NAME A ADDR_1),
		-EBADMSG);
	ck_assert_int_eq(PARSE(ID QUERY "\377\377\0\0\0\0\0\0" QUESTION),
			 -EBADMSG);
	ck_assert_int_eq(PARSE(ID QUERY "\0\1\0\0\0\0\0\0"), -EBADMSG);
	/* In the sections that are only walked over, they are passed by. */
	ck_assert_int_eq(PARSE(ID RESPONSE "\0\1\0\0\377\377\377\377" QUESTION),
			 0);
}
END_TEST

START_TEST(content_that_is_not_of_its_type_is_rejected)
{
	/* Addresses of 3 bytes, with a good one behind, of 5 and of 15. */
	ck_assert_int_eq(PARSE(ID RESPONSE
			       "\0\1\0\2\0\0\0\0" QUESTION TO_NAME A TTL
			       "\0\3\1\2\3" TO_NAME A ADDR_1),
			 -EBADMSG);
	ck_assert_int_eq(PARSE(ID RESPONSE
			       "\0\1\0\1\0\0\0\0" QUESTION TO_NAME A TTL
			       "\0\5\1\2\3\4\5"),
			 -EBADMSG);
	ck_assert_int_eq(PARSE(ID RESPONSE
			       "\0\1\0\1\0\0\0\0" QUESTION TO_NAME AAAA TTL
			       "\0\17\1\2\3\4\5\6\7\1\2\3\4\5\6\7\1"),
			 -EBADMSG);
	/* A target that ends after, and one that ends before its record. */
	ck_assert_int_eq(PARSE(ID RESPONSE
			       "\0\1\0\2\0\0\0\0" QUESTION TO_NAME CNAME TTL
			       "\0\4\3cdn\0" TO_NAME A ADDR_1),
			 -EBADMSG);
	ck_assert_int_eq(PARSE(ID RESPONSE
			       "\0\1\0\1\0\0\0\0" QUESTION TO_NAME CNAME TTL
			       "\0\6\3cdn\0\0"),
			 -EBADMSG);
	/* One that leads to itself. */
	ck_assert_int_eq(PARSE(ID RESPONSE
			       "\0\1\0\1\0\0\0\0" QUESTION TO_NAME CNAME TTL
			       "\0\2\300\55"),
			 -EBADMSG);
	/* Owners that lead nowhere, whatever the record's type. */
	ck_assert_int_eq(PARSE(ID RESPONSE "\0\1\0\1\0\0\0\0" QUESTION "\300\41"
					   "\0\x10" IN TTL "\0\0"),
			 -EBADMSG);
	ck_assert_int_eq(PARSE(ID RESPONSE "\0\0\0\1\0\0\0\0" TO_NAME A ADDR_1),
			 -EBADMSG);
}
END_TEST

/*
 * Labels were once taken for pointers: the bytes \3a, less 0xc000, are 0x4361,
 * which is where the owner of the record before happened to be.
 */
START_TEST(labels_are_not_taken_for_pointers)
{
	static const char records[] = "\1x\0" A ADDR_1 "\3abc\0" A ADDR_2;
	static const size_t at = 0x4361;
	char bytes[0x4361 + LEN(records)] = ID RESPONSE "\0\1\0\3\0\0\0\0"
							"\1x\0" A TO_NAME
							"\0\x10" IN TTL;
	size_t content = DNS_HEADER_LEN + 7 + 12;

	bytes[content - 2] = (char)((at - content) >> 8);
	bytes[content - 1] = (char)(at - content);
	memcpy(bytes + at, records, LEN(records));
	ck_assert_int_eq(parse(bytes, sizeof(bytes)), 0);
	ck_assert_str_eq(chain(), "++-");
}
END_TEST

START_TEST(more_records_than_fit_are_counted)
{
	char bytes[12 + 21 + 100 * 16] = ID RESPONSE
		"\0\1\0\x64\0\0\0\0" QUESTION;

	for (size_t i = 0; i < 100; i++)
		memcpy(bytes + QUESTION_END + i * 16, TO_NAME A ADDR_1, 16);
	ck_assert_int_eq(parse(bytes, sizeof(bytes)), 0);
	ck_assert_uint_eq(message.record_total, 100);
	ck_assert_uint_eq(message.record_count, DNS_RECORDS_MAX);
	ck_assert_int_eq(parse(bytes, sizeof(bytes) - 1), -EBADMSG);
}
END_TEST

/* 16 targets of 253 characters and one of as many as asked for. */
static int parse_targets(uint8_t last)
{
	char bytes[QUESTION_END + 16 * (12 + 255) + 12 + 34] = ID RESPONSE
		"\0\1\0\21\0\0\0\0" QUESTION;
	char *at = bytes + QUESTION_END;

	memset(at, 'a', sizeof(bytes) - QUESTION_END);
	for (int i = 0; i < 16; i++) {
		memcpy(at, TO_NAME "\0\2" IN TTL "\0\377", 12);
		at[12] = at[12 + 64] = at[12 + 128] = 63;
		at[12 + 192] = 61;
		at[12 + 254] = 0;
		at += 12 + 255;
	}
	memcpy(at, TO_NAME "\0\2" IN TTL "\0\0", 12);
	at[11] = (char)(last + 2);
	at[12] = (char)last;
	at[13 + last] = 0;
	return parse(bytes, (size_t)(at - bytes) + 14 + last);
}

START_TEST(text_is_filled_to_its_last_byte)
{
	ck_assert_int_eq(parse_targets(30), 0);
	ck_assert_uint_eq(message.record_count, 17);
	ck_assert_uint_eq(strlen(value(16)), 30);
	ck_assert_uint_eq(message.text_len, DNS_TEXT_MAX);
	ck_assert_int_eq(parse_targets(31), 0);
	ck_assert_uint_eq(message.record_count, 16);
}
END_TEST

START_TEST(records_whose_values_do_not_fit_are_left_out)
{
	/* A name of 250 bytes that need escapes: 996 of text and a NUL. */
	char bytes[12 + 256 + 5 * 14 + 16] = ID RESPONSE "\0\1\0\6\0\0\0\0";
	size_t len = 12;

	for (int i = 0; i < 4; i++) {
		bytes[len] = i == 3 ? 57 : 63;
		memset(bytes + len + 1, 1, 63);
		len += 1 + (size_t)bytes[len];
	}
	memcpy(bytes + len, "\0\0\1\0\1", 5);
	len += 5;
	for (int i = 0; i < 5; i++) {
		memcpy(bytes + len, TO_NAME "\0\2" IN TTL "\0\2" TO_NAME, 14);
		len += 14;
	}
	memcpy(bytes + len, TO_NAME A ADDR_1, 16);
	ck_assert_int_eq(parse(bytes, len + 16), 0);
	ck_assert_uint_eq(message.record_total, 6);
	ck_assert_uint_eq(message.record_count, 5);
	ck_assert_str_eq(value(3), message.name);
	ck_assert_uint_eq(message.record[4].type, DNS_TYPE_A);
	ck_assert_str_eq(addr(4), "192.0.2.1");
	ck_assert_str_eq(chain(), "+++++");
}
END_TEST

SUITE_MAIN("dns/message", reads_a_query, reads_flags, reads_addresses,
	   reads_ttls_with_the_top_bit_as_zero,
	   messages_without_question_have_no_name, steps_over_further_questions,
	   reads_the_root_and_other_odd_names, shows_targets_as_text,
	   keeps_class_in_only, rcode_has_the_upper_bits_of_edns,
	   no_other_record_extends_the_rcode,
	   trouble_after_the_answers_is_no_trouble, rejects_every_truncation,
	   marks_every_cut, a_cut_message_ends_where_it_contradicts_itself,
	   bytes_beyond_the_wire_length_do_not_count,
	   counts_that_lie_are_rejected,
	   content_that_is_not_of_its_type_is_rejected,
	   labels_are_not_taken_for_pointers, more_records_than_fit_are_counted,
	   text_is_filled_to_its_last_byte,
	   records_whose_values_do_not_fit_are_left_out)
