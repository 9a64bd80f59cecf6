// SPDX-License-Identifier: MIT
#include "dns_answers.h"

#include "dns/code.h"

#include <stdio.h>
#include <string.h>

#define NAME_LEN 128

/* Addresses of those who host for others. */
#define SHARED 4000

#define HEADER_LEN 12
#define NXDOMAIN   3

/* A message in the making, with the names that pointers may lead to. */
struct message {
	uint8_t *bytes;
	size_t len;
	uint16_t counts[4]; /* of records, by section */
	size_t known_count;
	struct {
		char text[NAME_LEN];
		size_t at;
	} known[32];
};

/* What there is to know about a site. */
enum trait {
	TRAIT_HOST,
	TRAIT_DOMAIN,
	TRAIT_EXISTS,
	TRAIT_ALIASES,
	TRAIT_TTL,
	TRAIT_HOSTED,
	TRAIT_HAS_AAAA,
	TRAIT_HAS_HTTPS,
	TRAIT_ADDRESSES, /* how many; and from here on, each of them */
};

static uint32_t trait(uint32_t site, unsigned int which, uint32_t limit)
{
	return (uint32_t)(mix((uint64_t)site << 32 | which) >> 32) % limit;
}

static void site_domain(uint32_t site, char *ret)
{
	static const char *const tops[] = {"com", "com", "com", "net",
					   "org", "de",	 "io",	"co.uk"};
	/* An odd factor gives each of 2^18 sites another number. */
	uint32_t number = site * 98765 & 0x3ffff;
	uint32_t dice = trait(site, TRAIT_DOMAIN, 512);
	char word[16] = "";

	for (int i = 0; i < 9; i += 3, number >>= 6) {
		word[i] = "bcdfghjklmnprstv"[number & 15];
		word[i + 1] = "aeio"[number >> 4 & 3];
		word[i + 2] = "nrsl"[dice >> i & 3];
	}
	snprintf(ret, NAME_LEN, "%s.%s", word, tops[dice % 8]);
}

static void site_name(uint32_t site, char *ret)
{
	static const char *const hosts[] = {
		"www.",
		"www.",
		"www.",
		"api.",
		"",
		"m.",
		"mail.",
		"images.eu-west-1.",
		"telemetry-incoming.r53-2.",
	};
	char domain[NAME_LEN];

	site_domain(site, domain);
	snprintf(ret, NAME_LEN, "%s%.32s", hosts[trait(site, TRAIT_HOST, 9)],
		 domain);
}

/* The i-th IPv4 address of a site: its own, or one that others have, too. */
static uint32_t site_addr(uint32_t site, unsigned int i)
{
	uint32_t number = trait(site, TRAIT_ADDRESSES + 1 + i, UINT32_MAX);

	if (trait(site, TRAIT_HOSTED, 2))
		number = (uint32_t)mix(number % SHARED);
	return (20u << 24) + number % (80u << 24);
}

static void put_u16(struct message *message, unsigned int value)
{
	message->bytes[message->len++] = (uint8_t)(value >> 8);
	message->bytes[message->len++] = (uint8_t)value;
}

static void put_u32(struct message *message, uint32_t value)
{
	put_u16(message, value >> 16);
	put_u16(message, value & 0xffff);
}

static void put_string(struct message *message, const char *text, size_t len)
{
	message->bytes[message->len++] = (uint8_t)len;
	memcpy(message->bytes + message->len, text, len);
	message->len += len;
}

/* Compressed wherever it can be. */
static void put_name(struct message *message, const char *name)
{
	while (*name) {
		size_t len = strcspn(name, ".");

		for (size_t i = 0; i < message->known_count; i++) {
			if (strcmp(message->known[i].text, name) != 0)
				continue;
			put_u16(message,
				0xc000 | (unsigned int)message->known[i].at);
			return;
		}
		if (message->known_count < 32) {
			strcpy(message->known[message->known_count].text, name);
			message->known[message->known_count++].at =
				message->len;
		}
		put_string(message, name, len);
		name += len + (name[len] == '.');
	}
	put_string(message, "", 0);
}

/* A record but for its content. Returns where the content's length goes. */
static size_t begin_record(struct message *message, int section,
			   const char *owner, enum dns_type type, uint32_t ttl)
{
	message->counts[section]++;
	put_name(message, owner);
	put_u16(message, type);
	put_u16(message, DNS_CLASS_IN);
	put_u32(message, ttl);
	put_u16(message, 0);
	return message->len - 2;
}

static void end_record(struct message *message, size_t length_at)
{
	size_t end = message->len;

	message->len = length_at;
	put_u16(message, (unsigned int)(end - length_at - 2));
	message->len = end;
}

static void put_named(struct message *message, const char *owner,
		      enum dns_type type, uint32_t ttl, const char *name)
{
	size_t at = begin_record(message, 1, owner, type, ttl);

	if (type == DNS_TYPE_MX)
		put_u16(message, 10);
	put_name(message, name);
	end_record(message, at);
}

/* Resolvers turn the list from time to time. */
static void put_addresses(struct message *message, int section,
			  const char *owner, enum dns_type type, uint32_t ttl,
			  const struct question *question)
{
	static const uint8_t counts[] = {1, 1, 1, 2, 2, 3, 4, 6};
	uint32_t site = question->site;
	unsigned int count = counts[trait(site, TRAIT_ADDRESSES, 8)];

	for (unsigned int i = 0; i < count; i++) {
		uint32_t addr = site_addr(site, (i + question->moment) % count);
		size_t at = begin_record(message, section, owner, type, ttl);

		if (type == DNS_TYPE_AAAA) {
			put_u32(message, 0x20010db8 + (addr >> 24));
			put_u32(message, addr & 0xffffff);
			put_u32(message, 0);
		}
		put_u32(message, addr);
		end_record(message, at);
	}
}

/* The authority that says so. */
static void put_nothing(struct message *message, uint32_t site)
{
	char domain[NAME_LEN], name[NAME_LEN];
	size_t at;

	site_domain(site, domain);
	at = begin_record(message, 2, domain, DNS_TYPE_SOA, 900);
	snprintf(name, sizeof(name), "ns1.%.32s", domain);
	put_name(message, name);
	snprintf(name, sizeof(name), "hostmaster.%.32s", domain);
	put_name(message, name);
	put_u32(message, 2024010100 + site % 100);
	put_u32(message, 7200);
	put_u32(message, 900);
	put_u32(message, 1209600);
	put_u32(message, 300);
	end_record(message, at);
}

/* name becomes that of the last alias's target. */
static void put_aliases(struct message *message, uint32_t site, uint32_t ttl,
			char *name)
{
	static const uint8_t counts[] = {0, 0, 0, 0, 0, 0, 1, 1, 2, 3};
	int count = counts[trait(site, TRAIT_ALIASES, 10)];
	char next[NAME_LEN];

	for (int i = 0; i < count; i++) {
		if (i == 0)
			snprintf(next, sizeof(next), "%.80s.edge.example",
				 name);
		else
			snprintf(next, sizeof(next), "e%u.%c.cdn.example",
				 site % 9999, 'a' + i);
		put_named(message, name, DNS_TYPE_CNAME, i ? 20 : ttl, next);
		strcpy(name, next);
	}
}

static void put_https(struct message *message, const char *owner, uint32_t ttl)
{
	size_t at = begin_record(message, 1, owner, DNS_TYPE_HTTPS, ttl);

	put_u16(message, 1);
	put_name(message, "");
	put_u16(message, 1); /* alpn */
	put_u16(message, 6);
	put_string(message, "h3", 2);
	put_string(message, "h2", 2);
	end_record(message, at);
}

static void put_text(struct message *message, const char *owner, uint32_t ttl)
{
	static const char text[] = "v=spf1 include:_spf.mail.example ~all";
	size_t at = begin_record(message, 1, owner, DNS_TYPE_TXT, ttl);

	put_string(message, text, sizeof(text) - 1);
	end_record(message, at);
}

static void asked_name(const struct question *question, char *ret)
{
	uint32_t addr = site_addr(question->site, 0);

	switch (question->type) {
	case DNS_TYPE_PTR:
		snprintf(ret, NAME_LEN, "%u.%u.%u.%u.in-addr.arpa", addr & 255,
			 addr >> 8 & 255, addr >> 16 & 255, addr >> 24);
		break;
	case DNS_TYPE_MX:
	case DNS_TYPE_TXT:
		site_domain(question->site, ret);
		break;
	default:
		site_name(question->site, ret);
	}
}

/* What a name has of a type that not all have. */
static void put_rarer(struct message *message, const struct question *question,
		      uint32_t ttl, char *name)
{
	bool is_https = question->type == DNS_TYPE_HTTPS;

	put_aliases(message, question->site, ttl, name);
	if (!trait(question->site, is_https ? TRAIT_HAS_HTTPS : TRAIT_HAS_AAAA,
		   2))
		put_nothing(message, question->site);
	else if (is_https)
		put_https(message, name, ttl);
	else
		put_addresses(message, 1, name, DNS_TYPE_AAAA, ttl, question);
}

static void put_answer(struct message *message, const struct question *question,
		       char *name)
{
	static const uint32_t ttls[] = {5, 20, 60, 60, 300, 300, 3600, 86400};
	uint32_t site = question->site;
	/* It has been in a cache for a while. */
	uint32_t ttl = 1 + question->moment % ttls[trait(site, TRAIT_TTL, 8)];
	char target[NAME_LEN];

	switch (question->type) {
	case DNS_TYPE_PTR:
		site_name(site, target);
		put_named(message, name, DNS_TYPE_PTR, ttl, target);
		break;
	case DNS_TYPE_MX:
		snprintf(target, sizeof(target), "mx1.%.100s", name);
		put_named(message, name, DNS_TYPE_MX, ttl, target);
		put_addresses(message, 3, target, DNS_TYPE_A, ttl, question);
		break;
	case DNS_TYPE_TXT:
		put_text(message, name, ttl);
		break;
	case DNS_TYPE_A:
		put_aliases(message, site, ttl, name);
		put_addresses(message, 1, name, DNS_TYPE_A, ttl, question);
		break;
	default:
		put_rarer(message, question, ttl, name);
	}
}

static void put_edns(struct message *message, bool wants_dnssec)
{
	message->counts[3]++;
	put_name(message, "");
	put_u16(message, DNS_TYPE_OPT);
	put_u16(message, MESSAGE_MAX);
	put_u32(message, wants_dnssec ? 0x8000 : 0);
	put_u16(message, 0);
}

size_t make_message(const struct question *question, bool is_answer,
		    uint8_t *ret)
{
	struct message message = {
		.bytes = ret, .len = HEADER_LEN, .counts = {1}};
	bool exists = trait(question->site, TRAIT_EXISTS, 30);
	unsigned int flags = DNS_FLAG_RD;
	char name[NAME_LEN];
	size_t len;

	asked_name(question, name);
	put_name(&message, name);
	put_u16(&message, question->type);
	put_u16(&message, DNS_CLASS_IN);
	if (is_answer && exists)
		put_answer(&message, question, name);
	else if (is_answer)
		put_nothing(&message, question->site);
	if (question->has_edns)
		put_edns(&message, question->wants_dnssec);
	if (is_answer) {
		flags |= DNS_FLAG_RESPONSE | DNS_FLAG_RA;
		if (!exists)
			flags |= NXDOMAIN;
	}
	len = message.len;
	message.len = 0;
	put_u16(&message, question->id);
	put_u16(&message, flags);
	for (int i = 0; i < 4; i++)
		put_u16(&message, message.counts[i]);
	return len;
}
