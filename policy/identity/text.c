/*
 * text.c - the text of an identity: bounded, UTF-8, ASCII case folded.
 */
#include "text.h"

#include <string.h>

void
text_put(struct text *t, char c)
{
	text_add(t, &c, 1);
}

void
text_add(struct text *t, const char *p, size_t len)
{
	if (len > sizeof(t->p) - t->len) {
		t->is_over = true;
		return;
	}
	memcpy(t->p + t->len, p, len);
	t->len += len;
}

size_t
text_finish(const struct text *t, char out[IDENTITY_MAX + 1])
{
	if (t->is_over)
		return text_invalid(out);
	memcpy(out, t->p, t->len);
	out[t->len] = '\0';
	return t->len;
}

size_t
text_invalid(char out[IDENTITY_MAX + 1])
{
	memcpy(out, IDENTITY_INVALID, sizeof(IDENTITY_INVALID));
	return sizeof(IDENTITY_INVALID) - 1;
}

bool
text_is_invalid(const char *p, size_t len)
{
	return len == sizeof(IDENTITY_INVALID) - 1 &&
	       memcmp(p, IDENTITY_INVALID, len) == 0;
}

/* Length of the UTF-8 sequence at text (RFC 3629, section 4); 0: there is
 * none. */
static size_t
sequence(const char *text, size_t len)
{
	const unsigned char *p = (const unsigned char *)text;
	size_t n = p[0] < 0x80 ? 1 : p[0] < 0xc2 ? 0 : p[0] < 0xe0 ? 2 :
		   p[0] < 0xf0 ? 3 : p[0] < 0xf5 ? 4 : 0;

	if (n > len)
		return 0;
	for (size_t i = 1; i < n; i++)
		if ((p[i] & 0xc0) != 0x80)
			return 0;
	if ((p[0] == 0xe0 && p[1] < 0xa0) || (p[0] == 0xed && p[1] > 0x9f) ||
	    (p[0] == 0xf0 && p[1] < 0x90) || (p[0] == 0xf4 && p[1] > 0x8f))
		return 0;
	return n;
}

bool
text_is_clean(const char *p, size_t len)
{
	for (size_t n; len > 0; p += n, len -= n) {
		n = sequence(p, len);
		if (n == 0 || (unsigned char)*p < ' ' || *p == 0x7f)
			return false;
	}
	return true;
}

char
text_lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}
