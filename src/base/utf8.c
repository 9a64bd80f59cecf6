// SPDX-License-Identifier: MIT
#include "base/utf8.h"

size_t utf8_decode(const char *bytes, size_t len, uint32_t *ret)
{
	/* The smallest code point that needs so many bytes. */
	static const uint32_t smallest[] = {0, 0, 0x80, 0x800, 0x10000};
	uint32_t code_point;
	size_t need;
	uint8_t lead;

	if (!len)
		return 0;
	lead = (uint8_t)bytes[0];
	if (lead < 0x80) {
		*ret = lead;
		return 1;
	}
	if (lead < 0xc0 || lead > 0xf7)
		return 0;
	need = lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
	if (len < need)
		return 0;

	code_point = lead & (0xffU >> (need + 1));
	for (size_t i = 1; i < need; i++) {
		uint8_t byte = (uint8_t)bytes[i];

		if ((byte & 0xc0) != 0x80)
			return 0;
		code_point = code_point << 6 | (byte & 0x3fU);
	}
	if (code_point < smallest[need] || code_point > 0x10ffff ||
	    (code_point >= 0xd800 && code_point <= 0xdfff))
		return 0;
	*ret = code_point;
	return need;
}

/* In order; U+FFFE and U+FFFF of every plane are looked at apart. */
static const struct {
	uint32_t first;
	uint32_t last;
} unsafe[] = {
	{0x0000, 0x001f},      /* C0 */
	{0x007f, 0x00a0},      /* DEL, C1, no-break space */
	{0x00ad, 0x00ad},      /* soft hyphen */
	{0x034f, 0x034f},      /* combining grapheme joiner */
	{0x061c, 0x061c},      /* Arabic letter mark */
	{0x115f, 0x1160},      /* Hangul fillers, blank */
	{0x1680, 0x1680},      /* Ogham space */
	{0x17b4, 0x17b5},      /* Khmer inherent vowels, invisible */
	{0x180b, 0x180f},      /* Mongolian selectors and vowel separator */
	{0x2000, 0x200f},      /* spaces, zero width, direction marks */
	{0x2028, 0x202f},      /* separators, bidi embeddings and overrides */
	{0x205f, 0x206f},      /* space, invisible operators, bidi isolates */
	{0x2800, 0x2800},      /* blank Braille pattern */
	{0x3000, 0x3000},      /* ideographic space */
	{0x3164, 0x3164},      /* Hangul filler */
	{0xd800, 0xf8ff},      /* surrogates, private use */
	{0xfdd0, 0xfdef},      /* noncharacters */
	{0xfeff, 0xfeff},      /* byte order mark */
	{0xffa0, 0xffa0},      /* halfwidth Hangul filler */
	{0xfff0, 0xfffb},      /* interlinear annotation */
	{0x1d173, 0x1d17a},    /* musical format controls */
	{0xe0000, UINT32_MAX}, /* tags, selectors, private use, and no more */
};

bool utf8_is_safe(uint32_t code_point)
{
	if ((code_point & 0xfffe) == 0xfffe)
		return false;
	for (size_t i = 0; i < sizeof(unsafe) / sizeof(*unsafe); i++) {
		if (code_point <= unsafe[i].last)
			return code_point < unsafe[i].first;
	}
	return true;
}

size_t utf8_safe_length(const char *bytes, size_t len)
{
	uint32_t code_point;
	size_t used = utf8_decode(bytes, len, &code_point);

	return used && utf8_is_safe(code_point) ? used : 0;
}
