/*
 * domain.c - one spelling of an identity is one key: domains.
 */
#include "identity.h"

#include <string.h>

#include <idn2.h>

#include "text.h"

#define IDN_FLAGS (IDN2_NFC_INPUT | IDN2_NONTRANSITIONAL)

struct policy_text
identity_domain_of(const char *address, size_t len)
{
	const char *at = memrchr(address, '@', len), *end = address + len;

	if (text_is_invalid(address, len))
		return (struct policy_text){ address, len };
	/* A quote behind the @: it stands in a quoted local part. */
	if (at == NULL || memchr(at, '"', (size_t)(end - at)) != NULL)
		return (struct policy_text){ NULL, 0 };
	return (struct policy_text){ at + 1, (size_t)(end - at) - 1 };
}

/* [192.0.2.1], [IPv6:2001:db8::1]: the address as it is printed. False: not a
 * domain literal. */
static bool
put_literal(struct text *to, const char *raw, size_t len)
{
	char text[IDENTITY_NETWORK_MAX];
	struct policy_address a;

	if (len == 0 || raw[0] != '[' || !identity_client(raw, len, &a))
		return false;
	identity_client_text(&a, text);
	text_put(to, '[');
	if (a.family == 6)
		text_add(to, "ipv6:", 5);
	text_add(to, text, strlen(text));
	text_put(to, ']');
	return true;
}

/* One label as ASCII. False: it can be no label. */
static bool
put_label(struct text *to, const char *p, size_t len)
{
	char label[IDENTITY_MAX + 1];
	uint8_t *ascii;

	if (text_is_ascii(p, len)) {
		text_add(to, p, len);
		return true;
	}
	memcpy(label, p, len);
	label[len] = '\0';
	if (idn2_lookup_u8((const uint8_t *)label, &ascii, IDN_FLAGS) != IDN2_OK)
		return false;
	text_add(to, (const char *)ascii, strlen((const char *)ascii));
	idn2_free(ascii);
	return true;
}

static bool
put_labels(struct text *to, const char *p, const char *end)
{
	for (;;) {
		const char *dot = memchr(p, '.', (size_t)(end - p));

		if (dot == NULL)
			return put_label(to, p, (size_t)(end - p));
		if (!put_label(to, p, (size_t)(dot - p)))
			return false;
		text_put(to, '.');
		p = dot + 1;
	}
}

static bool
is_label_char(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' ||
	       c == '_';
}

/* Lower case, no trailing dot. False: an empty label, or a byte that no domain
 * has. An IDN mapping can make either, so this comes last. */
static bool
fold(struct text *d)
{
	bool is_empty = true;	/* the label so far */

	if (d->len > 0 && d->p[d->len - 1] == '.')
		d->len--;
	for (size_t i = 0; i < d->len; i++) {
		char c = d->p[i] = text_lower(d->p[i]);

		if (c == '.' ? is_empty : !is_label_char(c))
			return false;
		is_empty = c == '.';
	}
	return !is_empty;
}

size_t
identity_domain(const char *raw, size_t len, char out[IDENTITY_MAX + 1])
{
	struct policy_text t = text_trim(raw, len);
	struct text d = { .len = 0 };

	if (t.len > IDENTITY_MAX || !text_is_clean(t.p, t.len))
		return text_invalid(out);
	if (!put_literal(&d, t.p, t.len) &&
	    (!put_labels(&d, t.p, t.p + t.len) || !fold(&d)))
		return text_invalid(out);
	return text_finish(&d, out);
}
