// SPDX-License-Identifier: MIT
#include "unicode.h"

#include <idn2.h>
#include <stdbool.h>
#include <string.h>
#include <strings.h>

/* RFC 5890 2.3.2.1 */
#define A_LABEL_PREFIX "xn--"

static bool has_a_label(const char *name)
{
	while (name) {
		if (strncasecmp(name, A_LABEL_PREFIX, strlen(A_LABEL_PREFIX)) ==
		    0)
			return true;
		name = strchr(name, '.');
		if (name)
			name++;
	}
	return false;
}

/*
 * Whether a name's A-labels are what its U-labels would be sent as: else they
 * are no A-labels (RFC 5891 5.4), but made to look like others.
 */
static bool is_sent_as(const char *unicode, const char *name)
{
	char *sent = NULL;
	bool same = idn2_to_ascii_8z(unicode, &sent, IDN2_NONTRANSITIONAL) ==
			    IDN2_OK &&
		    strcasecmp(sent, name) == 0;

	idn2_free(sent);
	return same;
}

const char *unicode_name(const char *name, char *buf)
{
	char *unicode = NULL;
	const char *result = NULL;

	/* No A-label has a byte that needs an escape. */
	if (!has_a_label(name) || strchr(name, '\\'))
		return NULL;
	if (idn2_to_unicode_8z8z(name, &unicode, 0) == IDN2_OK &&
	    strlen(unicode) < UNICODE_NAME_MAX &&
	    strcasecmp(unicode, name) != 0 && is_sent_as(unicode, name))
		result = strcpy(buf, unicode);
	idn2_free(unicode);
	return result;
}
