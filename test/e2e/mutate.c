// SPDX-License-Identifier: MIT
/*
 * mutate SEED COUNT FILE >VARIANTS
 *
 * Take the DNS messages out of a capture (Ethernet, UDP port 53) and write a
 * capture of COUNT damaged ones: each is a copy of one of them, or of two, with
 * some bytes changed, inserted or taken out. The n-th has a server of its own,
 * 10.0.0.0 + n, and goes in the direction that its header says.
 */
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MESSAGES_MAX 4096
#define MESSAGE_MAX  4096
/* Ethernet, IPv4 without options, UDP. */
#define FRAME_HEAD 42
#define IPV4_HEAD  20
#define IPV6_HEAD  40
#define UDP_HEAD   8
#define DNS_HEAD   12

struct message {
	size_t len;
	uint8_t bytes[MESSAGE_MAX];
};

struct file_header {
	uint32_t magic;
	uint16_t major, minor;
	uint32_t zone, accuracy, snapshot, link;
};

struct frame_header {
	uint32_t seconds, microseconds, captured, sent;
};

static struct message messages[MESSAGES_MAX];
static size_t message_count;

/* Xorshift: the same variants for the same seed, on every machine. */
static uint64_t random_state;

static uint32_t random_below(size_t limit)
{
	random_state ^= random_state << 13;
	random_state ^= random_state >> 7;
	random_state ^= random_state << 17;
	return (uint32_t)((random_state >> 16) % limit);
}

static void fail(const char *what)
{
	fprintf(stderr, "mutate: %s\n", what);
	exit(2);
}

static uint16_t get_u16(const uint8_t *at)
{
	return (uint16_t)(at[0] << 8 | at[1]);
}

static void put_u16(uint8_t *at, size_t value)
{
	at[0] = (uint8_t)(value >> 8);
	at[1] = (uint8_t)value;
}

/* Keep the frame's message, if it has one. */
static void take_message(const uint8_t *frame, size_t len)
{
	size_t at = 14;
	uint16_t type = len > at ? get_u16(frame + 12) : 0;
	struct message *message = &messages[message_count];

	if (type == 0x0800)
		at += IPV4_HEAD;
	else if (type == 0x86dd)
		at += IPV6_HEAD;
	else
		return;
	at += UDP_HEAD;
	if (len < at + DNS_HEAD || len > at + MESSAGE_MAX / 2 ||
	    message_count == MESSAGES_MAX)
		return;
	message->len = len - at;
	memcpy(message->bytes, frame + at, message->len);
	message_count++;
}

static void read_messages(const char *path)
{
	static uint8_t frame[65536];
	struct file_header file;
	struct frame_header head;
	FILE *in = fopen(path, "rb");

	if (!in || fread(&file, sizeof(file), 1, in) != 1 ||
	    file.magic != 0xa1b2c3d4 || file.link != 1)
		fail("the file is not a capture of Ethernet");
	while (fread(&head, sizeof(head), 1, in) == 1) {
		if (head.captured > sizeof(frame) ||
		    fread(frame, 1, head.captured, in) != head.captured)
			fail("the file is cut");
		take_message(frame, head.captured);
	}
	fclose(in);
	if (!message_count)
		fail("the file has no DNS");
}

/* A place in the message, the first bytes more often than others. */
static size_t some_place(const struct message *message)
{
	if (random_below(3) == 0 && message->len >= DNS_HEAD)
		return random_below(DNS_HEAD);
	return random_below(message->len);
}

static void cut_out(struct message *message, size_t at, size_t len)
{
	if (len > message->len - at)
		len = message->len - at;
	memmove(message->bytes + at, message->bytes + at + len,
		message->len - at - len);
	message->len -= len;
}

static void insert(struct message *message, size_t at, const uint8_t *bytes,
		   size_t len)
{
	if (message->len + len > MESSAGE_MAX)
		return;
	memmove(message->bytes + at + len, message->bytes + at,
		message->len - at);
	memmove(message->bytes + at, bytes, len);
	message->len += len;
}

/* Replace the end by that of another message. */
static void splice(struct message *message, size_t at)
{
	const struct message *other = &messages[random_below(message_count)];
	size_t from = random_below(other->len);

	message->len = at;
	insert(message, at, other->bytes + from, other->len - from);
}

static void change_once(struct message *message)
{
	static const uint8_t telling[] = {0,  1,  2,	3,    4,    5,	  6,
					  12, 15, 16,	28,   33,   41,	  63,
					  64, 65, 0x7f, 0x80, 0xbf, 0xc0, 0xff};
	uint8_t noise[16];
	size_t at;

	if (!message->len)
		return;
	at = some_place(message);
	for (size_t i = 0; i < sizeof(noise); i++)
		noise[i] = (uint8_t)random_below(256);
	switch (random_below(10)) {
	case 0:
		message->bytes[at] ^= (uint8_t)(1 << random_below(8));
		break;
	case 1:
		message->bytes[at] = noise[0];
		break;
	case 2:
		message->bytes[at] = telling[random_below(sizeof(telling))];
		break;
	case 3:
		message->bytes[at]++;
		break;
	case 4:
		message->bytes[at]--;
		break;
	case 5: /* a compression pointer */
		if (at + 1 < message->len)
			put_u16(message->bytes + at,
				0xc000u | random_below(message->len + 4));
		break;
	case 6:
		message->len = at;
		break;
	case 7:
		cut_out(message, at, 1 + random_below(sizeof(noise)));
		break;
	case 8:
		insert(message, at, noise, 1 + random_below(sizeof(noise)));
		break;
	default:
		splice(message, at);
		break;
	}
}

static void write_frame(const struct message *message, uint32_t number)
{
	static const uint8_t ether[] = {2, 0, 0, 0, 0, 1, 2,
					0, 0, 0, 0, 2, 8, 0};
	static const uint8_t client[] = {192, 0, 2, 1};
	const uint8_t server[] = {10, (uint8_t)(number >> 16),
				  (uint8_t)(number >> 8), (uint8_t)number};
	bool is_response = message->len > 2 && message->bytes[2] & 0x80;
	uint8_t head[FRAME_HEAD] = {0};
	uint8_t *ip = head + sizeof(ether), *udp = ip + IPV4_HEAD;
	struct frame_header frame = {
		.seconds = 1700000000 + number / 1000,
		.microseconds = number % 1000 * 1000,
		.captured = (uint32_t)(sizeof(head) + message->len),
		.sent = (uint32_t)(sizeof(head) + message->len),
	};

	memcpy(head, ether, sizeof(ether));
	ip[0] = 0x45;
	put_u16(ip + 2, IPV4_HEAD + UDP_HEAD + message->len);
	ip[8] = 64;
	ip[9] = 17;
	memcpy(ip + 12, is_response ? server : client, 4);
	memcpy(ip + 16, is_response ? client : server, 4);
	put_u16(udp, is_response ? 53 : 40000);
	put_u16(udp + 2, is_response ? 40000 : 53);
	put_u16(udp + 4, UDP_HEAD + message->len);
	fwrite(&frame, sizeof(frame), 1, stdout);
	fwrite(head, sizeof(head), 1, stdout);
	fwrite(message->bytes, 1, message->len, stdout);
}

int main(int argc, char **argv)
{
	struct file_header file = {
		.magic = 0xa1b2c3d4,
		.major = 2,
		.minor = 4,
		.snapshot = 65535,
		.link = 1,
	};
	struct message message;
	uint32_t count;

	if (argc != 4)
		fail("usage: mutate SEED COUNT FILE >VARIANTS");
	random_state = strtoull(argv[1], NULL, 0) * 2654435761u + 1;
	count = (uint32_t)strtoul(argv[2], NULL, 0);
	read_messages(argv[3]);
	fwrite(&file, sizeof(file), 1, stdout);
	for (uint32_t i = 0; i < count; i++) {
		uint32_t changes = 1 + random_below(4) / 2;

		message = messages[random_below(message_count)];
		while (changes--)
			change_once(&message);
		write_frame(&message, i);
	}
	if (fflush(stdout) || ferror(stdout))
		fail("cannot write the variants");
	return 0;
}
