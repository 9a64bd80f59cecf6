// SPDX-License-Identifier: MIT
#include "dns/literal.h"

#include <errno.h>

START_TEST(reads_a_query)
{
	ck_assert_int_eq(PARSE(ID QUERY "\0\1\0\0\0\0\0\0" QUESTION), 0);
	ck_assert_uint_eq(message.id, 0x1234);
	ck_assert(!message.is_response);
	ck_assert(!(message.flags & DNS_FLAG_TC));
	ck_assert(!message.is_cut);
	ck_assert_uint_eq(message.opcode, DNS_OPCODE_QUERY);
	ck_assert_uint_eq(message.rcode, 0);
	ck_assert_uint_eq(message.question_count, 1);
	ck_assert_uint_eq(message.type, DNS_TYPE_A);
	ck_assert_uint_eq(message.class, DNS_CLASS_IN);
	ck_assert_str_eq(message.name, "www.example.com");
	ck_assert_uint_eq(message.record_count, 0);
	ck_assert_uint_eq(message.answer_total, 0);
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
	ck_assert(message.flags & DNS_FLAG_TC);
	ck_assert_uint_eq(message.opcode, 0);
	ck_assert_uint_eq(message.rcode, 5);
	/* The bits around them are RD, RA, AD and CD, and AA. */
	ck_assert_int_eq(PARSE(ID "\x05\xf0\0\0\0\0\0\0\0\0"), 0);
	ck_assert(!message.is_response);
	ck_assert(!(message.flags & DNS_FLAG_TC));
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
	ck_assert_uint_eq(message.answer_total, 3);
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

START_TEST(shows_values_as_text)
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
	ck_assert_uint_eq(message.record[5].type, DNS_TYPE_TXT);
	ck_assert_str_eq(value(5), "hi");
	ck_assert_str_eq(addr(5), "::");
	ck_assert_uint_eq(message.record_count, 6);
}
END_TEST

START_TEST(records_of_other_classes_are_kept_apart)
{
	/* In class CH an A record holds a name and a number (RFC 1035 3.4). */
	ck_assert_int_eq(PARSE(ID RESPONSE "\0\1\0\2\0\0\0\0" QUESTION TO_NAME
					   "\0\1\0\3" TTL
					   "\0\5\1a\0\0\7" TO_NAME A ADDR_2),
			 0);
	ck_assert_uint_eq(message.answer_total, 2);
	ck_assert_uint_eq(message.answer_count, 2);
	ck_assert_uint_eq(message.record[0].class, DNS_CLASS_CH);
	ck_assert(!dns_record_has_addr(&message.record[0]));
	ck_assert_str_eq(value(0), "\\# 5 0161000007");
	ck_assert_str_eq(addr(0), "::");
	ck_assert(dns_record_has_addr(&message.record[1]));
	ck_assert_str_eq(addr(1), "192.0.2.2");
	ck_assert_str_eq(chain(), "-+");
}
END_TEST

#define CH "\0\3"

START_TEST(questions_of_other_classes_have_answers)
{
	/* version.bind. CH TXT, as unbound answers it; and for any class. */
	ck_assert_int_eq(
		PARSE(ID RESPONSE
		      "\0\1\0\1\0\0\0\0\7version\4bind\0\0\20" CH TO_NAME
		      "\0\20" CH "\0\0\0\0\0\17\16unbound 1.17.1"),
		0);
	ck_assert_str_eq(value(0), "\"unbound 1.17.1\"");
	ck_assert_str_eq(chain(), "+");
	ck_assert_int_eq(PARSE(ID RESPONSE "\0\1\0\2\0\0\0\0" NAME
					   "\0\1\0\377" TO_NAME A ADDR_1 TO_NAME
					   "\0\20" CH TTL "\0\2\1a"),
			 0);
	ck_assert_str_eq(chain(), "++");
	/* An update that deletes (RFC 2136 2.5.2): any class, no content. */
	ck_assert_int_eq(PARSE(ID "\x28\0\0\1\0\0\0\1\0\0" NAME
				  "\0\6" IN TO_NAME "\0\1\0\377\0\0\0\0\0\0"),
			 0);
}
END_TEST

START_TEST(records_have_owners)
{
	ck_assert_int_eq(PARSE(ID RESPONSE
			       "\0\1\0\6\0\0\0\0" QUESTION CNAME_TO_CDN TO_CDN A
				       ADDR_1 TO_CDN A ADDR_2 TO_NAME
			       "\0\x0f" IN TTL "\0\7\0\12\2mx" TO_COM
			       "\300\140" A ADDR_1 "\3WWW" TO_EXAMPLE A ADDR_2),
			 0);
	ck_assert_str_eq(owner(0), "www.example.com");
	ck_assert_str_eq(owner(1), "cdn");
	/* Text is not written twice. */
	ck_assert_uint_eq(message.record[1].owner, message.record[0].value);
	ck_assert_uint_eq(message.record[2].owner, message.record[0].value);
	ck_assert_str_eq(value(3), "10 mx.com");
	ck_assert_str_eq(owner(4), "mx.com");
	ck_assert_uint_eq(message.record[4].owner, message.record[3].value + 3);
	ck_assert_str_eq(owner(5), "WWW.example.com");
	ck_assert_str_eq(chain(), "++++++");
}
END_TEST

#define OPT(rcode)                \
	"\0"                      \
	"\0\x29"                  \
	"\x04\xd0" rcode "\0\0\0" \
	"\0\0"
#define SOA                               \
	TO_COM "\0\6" IN TTL "\0\x16\0\0" \
	       "\0\0\0\1\0\0\0\2\0\0\0\3\0\0\0\4\0\0\0\5"

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

START_TEST(trouble_after_the_answers_is_trouble)
{
	static const char bytes[] = ID
		"\x81\x83"
		"\0\1\0\1\0\1\0\1" QUESTION TO_NAME A ADDR_1 SOA OPT("\1");
	static const size_t answers_end = QUESTION_END + 16;

	for (size_t len = answers_end; len < LEN(bytes); len++) {
		ck_assert_int_eq(parse(bytes, len), -EBADMSG);
		ck_assert_int_eq(parse_cut(bytes, len, LEN(bytes)), 0);
		ck_assert_uint_eq(message.rcode, 3);
		ck_assert_str_eq(addr(0), "192.0.2.1");
	}
	ck_assert_int_eq(parse(bytes, LEN(bytes)), 0);
	ck_assert_uint_eq(message.rcode, 19);
	/* Bytes after the message's end. */
	ck_assert_int_eq(PARSE(ID QUERY "\0\1\0\0\0\0\0\0" QUESTION "xxx"), 0);
}
END_TEST

START_TEST(trouble_in_any_section_is_trouble)
{
	/* An address of three bytes, and an owner that leads to itself. */
	ck_assert_int_eq(PARSE(ID RESPONSE
			       "\0\1\0\0\0\1\0\0" QUESTION TO_NAME A TTL
			       "\0\3\1\2\3"),
			 -EBADMSG);
	ck_assert_int_eq(PARSE(ID RESPONSE
			       "\0\1\0\0\0\0\0\1" QUESTION TO_NAME A TTL
			       "\0\3\1\2\3"),
			 -EBADMSG);
	ck_assert_int_eq(PARSE(ID RESPONSE "\0\1\0\0\0\1\0\0" QUESTION
					   "\300\41" A ADDR_1),
			 -EBADMSG);
	ck_assert_int_eq(
		PARSE(ID RESPONSE "\0\2\0\0\0\0\0\0" QUESTION "\300\41" A),
		-EBADMSG);
	/* An EDNS option that is longer than its record. */
	ck_assert_int_eq(PARSE(ID QUERY "\0\1\0\0\0\0\0\1" QUESTION
					"\0\0\x29\4\xd0\0\0\0\0\0\4\0\3\0\1"),
			 -EBADMSG);
	ck_assert_int_eq(PARSE(ID QUERY "\0\1\0\0\0\0\0\1" QUESTION
					"\0\0\x29\4\xd0\0\0\0\0\0\5\0\3\0\1x"),
			 0);
}
END_TEST

START_TEST(reads_edns_flags)
{
	ck_assert_int_eq(PARSE(ID QUERY "\0\1\0\0\0\0\0\1" QUESTION
					"\0\0\x29\4\xd0\0\0\x80\0\0\0"),
			 0);
	ck_assert(message.dnssec_ok);
	ck_assert_uint_eq(message.flags, DNS_FLAG_RD);
	ck_assert_int_eq(PARSE(ID QUERY "\0\1\0\0\0\0\0\1" QUESTION OPT("\0")),
			 0);
	ck_assert(!message.dnssec_ok);
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
		ck_assert_uint_eq(message.answer_total, 5);
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
	ck_assert_int_eq(PARSE(ID RESPONSE "\0\1\0\0\0\1\0\0" QUESTION),
			 -EBADMSG);
	ck_assert_int_eq(PARSE(ID RESPONSE "\0\1\0\0\0\0\377\377" QUESTION),
			 -EBADMSG);
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
	/* All at the root, so that so many fit into a message. */
	static char bytes[QUESTION_END + (DNS_RECORDS_MAX + 10) * 15 + 11] =
		ID RESPONSE "\0\1\x10\x0a\0\0\0\1" QUESTION;
	size_t len = QUESTION_END;

	for (size_t i = 0; i < DNS_RECORDS_MAX + 10; i++, len += 15)
		memcpy(bytes + len, "\0" A ADDR_1, 15);
	memcpy(bytes + len, OPT("\1"), 11);
	len += 11;
	ck_assert_int_eq(parse(bytes, len), 0);
	ck_assert_uint_eq(message.answer_total, DNS_RECORDS_MAX + 10);
	ck_assert_uint_eq(message.answer_count, DNS_RECORDS_MAX);
	ck_assert_uint_eq(message.record_count, DNS_RECORDS_MAX);
	ck_assert_uint_eq(message.rcode, 16);
	ck_assert_int_eq(parse(bytes, len - 1), -EBADMSG);
}
END_TEST

/*
 * 64 targets of 253 characters, and one of 64 and as many more as asked for.
 */
static int parse_targets(uint8_t last)
{
	static char bytes[QUESTION_END + 65 * (12 + 255)];
	char *at = bytes + QUESTION_END;

	memset(bytes, 'a', sizeof(bytes));
	memcpy(bytes, ID RESPONSE "\0\1\0\101\0\0\0\0" QUESTION, QUESTION_END);
	for (int i = 0; i < 64; i++) {
		memcpy(at, TO_NAME "\0\2" IN TTL "\0\377", 12);
		at[12] = at[12 + 64] = at[12 + 128] = 63;
		at[12 + 192] = 61;
		at[12 + 254] = 0;
		at += 12 + 255;
	}
	memcpy(at, TO_NAME "\0\2" IN TTL "\0\0", 12);
	at[11] = (char)(64 + last + 2);
	at[12] = 63;
	at[12 + 64] = (char)last;
	at[12 + 64 + 1 + last] = 0;
	return parse(bytes, (size_t)(at - bytes) + 12 + 64 + 2 + last);
}

START_TEST(text_is_filled_to_its_last_byte)
{
	ck_assert_int_eq(parse_targets(62), 0);
	ck_assert_uint_eq(message.answer_count, 65);
	ck_assert_uint_eq(strlen(value(64)), 64 + 62);
	ck_assert_uint_eq(message.text_len, DNS_TEXT_MAX);
	ck_assert_int_eq(parse_targets(63), 0);
	ck_assert_uint_eq(message.answer_count, 64);
	ck_assert_uint_eq(message.answer_total, 65);
}
END_TEST

START_TEST(records_whose_values_do_not_fit_are_left_out)
{
	/* A name of 250 bytes that need escapes: 996 of text and a NUL. */
	char bytes[12 + 256 + 17 * 14 + 16] = ID RESPONSE "\0\1\0\22\0\0\0\0";
	size_t len = 12;

	for (int i = 0; i < 4; i++) {
		bytes[len] = i == 3 ? 57 : 63;
		memset(bytes + len + 1, 1, 63);
		len += 1 + (size_t)bytes[len];
	}
	memcpy(bytes + len, "\0\0\1\0\1", 5);
	len += 5;
	for (int i = 0; i < 17; i++) {
		memcpy(bytes + len, TO_NAME "\0\2" IN TTL "\0\2" TO_NAME, 14);
		len += 14;
	}
	memcpy(bytes + len, TO_NAME A ADDR_1, 16);
	ck_assert_int_eq(parse(bytes, len + 16), 0);
	ck_assert_uint_eq(message.answer_total, 18);
	ck_assert_uint_eq(message.answer_count, 17);
	ck_assert_str_eq(value(15), message.name);
	ck_assert_uint_eq(message.record[16].type, DNS_TYPE_A);
	ck_assert_str_eq(addr(16), "192.0.2.1");
	ck_assert_str_eq(chain(), "+++++++++++++++++");
}
END_TEST

SUITE_MAIN("dns/message", reads_a_query, reads_flags, reads_addresses,
	   reads_ttls_with_the_top_bit_as_zero,
	   messages_without_question_have_no_name, steps_over_further_questions,
	   reads_the_root_and_other_odd_names, shows_values_as_text,
	   records_of_other_classes_are_kept_apart,
	   questions_of_other_classes_have_answers, records_have_owners,
	   rcode_has_the_upper_bits_of_edns, no_other_record_extends_the_rcode,
	   trouble_after_the_answers_is_trouble,
	   trouble_in_any_section_is_trouble, reads_edns_flags,
	   rejects_every_truncation, marks_every_cut,
	   a_cut_message_ends_where_it_contradicts_itself,
	   bytes_beyond_the_wire_length_do_not_count,
	   counts_that_lie_are_rejected,
	   content_that_is_not_of_its_type_is_rejected,
	   labels_are_not_taken_for_pointers, more_records_than_fit_are_counted,
	   text_is_filled_to_its_last_byte,
	   records_whose_values_do_not_fit_are_left_out)
