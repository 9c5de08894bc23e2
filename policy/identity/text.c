/*
 * text.c - the text of an identity: bounded, UTF-8, without what nobody sees.
 */
#include "text.h"

#include <stdlib.h>
#include <string.h>

#include <unicase.h>
#include <uninorm.h>
#include <unistr.h>
#include <unictype.h>

void
text_put(struct text *t, char c)
{
	if (t->len < sizeof(t->p))
		t->p[t->len++] = c;
	else
		t->is_over = true;
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

/* Reads one character. Returns its length; < 0: it is not UTF-8. */
static int
decode(ucs4_t *c, const char *p, size_t len)
{
	*c = (unsigned char)*p;
	return *c < 0x80 ? 1 : u8_mbtoucr(c, (const uint8_t *)p, len);
}

static bool
is_invisible(ucs4_t c)
{
	return c >= 0x80 && uc_is_property_default_ignorable_code_point(c);
}

void
text_tidy(struct text *t)
{
	const char *p = t->p, *end = p + t->len;
	bool has_gap = false;
	ucs4_t c;

	t->len = 0;
	while (p < end) {
		size_t n = (size_t)decode(&c, p, (size_t)(end - p));

		if (c == ' ') {
			has_gap = true;
		} else if (!is_invisible(c)) {
			if (has_gap && t->len > 0)
				t->p[t->len++] = ' ';
			has_gap = false;
			memmove(t->p + t->len, p, n);
			t->len += n;
		}
		p += n;
	}
}

void
text_fold(struct text *t)
{
	size_t len = IDENTITY_MAX + 1;	/* remains if there is no memory */
	uint8_t *folded;

	if (text_is_ascii(t->p, t->len)) {
		for (size_t i = 0; i < t->len; i++)
			t->p[i] = text_lower(t->p[i]);
		return;
	}
	folded = u8_casefold((const uint8_t *)t->p, t->len, NULL, UNINORM_NFC,
			     NULL, &len);
	t->len = 0;
	text_add(t, (const char *)folded, len);
	free(folded);
}

bool
text_unfold(struct text *t, const char *raw, size_t len)
{
	for (size_t i = 0; i < len; i++)
		text_put(t, memchr("\t\r\n", raw[i], 3) == NULL ? raw[i] : ' ');
	if (t->is_over || !text_is_clean(t->p, t->len))
		return false;
	text_tidy(t);
	return true;
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

bool
text_is_ascii(const char *p, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if ((unsigned char)p[i] >= 0x80)
			return false;
	return true;
}

bool
text_is_clean(const char *p, size_t len)
{
	ucs4_t c;

	for (const char *end = p + len; p < end;) {
		int n = decode(&c, p, (size_t)(end - p));

		if (n < 0 || c < ' ' || (c >= 0x7f && c < 0xa0))
			return false;
		p += n;
	}
	return true;
}

struct policy_text
text_trim(const char *p, size_t len)
{
	while (len > 0 && p[0] == ' ') {
		p++;
		len--;
	}
	while (len > 0 && p[len - 1] == ' ')
		len--;
	return (struct policy_text){ p, len };
}

char
text_lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}
