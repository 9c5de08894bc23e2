/*
 * address.c - one spelling of an identity is one key: mail addresses.
 *
 * An address is taken apart into the plain bytes of its local part and its
 * domain, and written again in one way: quotes only where they are needed,
 * ASCII in lower case, the domain as A-labels.
 */
#include "identity.h"

#include <string.h>

#include "text.h"

struct parts {
	struct text local, domain;
	bool has_domain;
	bool has_gap;		/* space was read; is it between two words? */
};

static struct text *
current(struct parts *a)
{
	return a->has_domain ? &a->domain : &a->local;
}

/* Space between two words is one space; at the ends it is nothing. */
static void
put_plain(struct parts *a, char c)
{
	struct text *t = current(a);

	if (a->has_gap && t->len > 0)
		text_put(t, ' ');
	a->has_gap = false;
	text_put(t, c);
}

/* comment -> "(" { char | "\" char | comment } ")" */
static const char *
skip_comment(const char *p, const char *end)
{
	unsigned depth = 0;

	for (; p < end; p++) {
		if (*p == '\\')
			p++;
		else if (*p == '(')
			depth++;
		else if (*p == ')' && --depth == 0)
			return p + 1;
	}
	return NULL;
}

/* quoted -> <"> { char | "\" char } <">; p is behind the first quote */
static const char *
read_quoted(struct parts *a, const char *p, const char *end)
{
	for (; p < end; p++) {
		if (*p == '"')
			return p + 1;
		if (*p == '\\' && ++p == end)
			break;
		put_plain(a, *p);
	}
	return NULL;
}

/* The last @ is the one that counts: what was a domain belongs to the local
 * part. */
static void
begin_domain(struct parts *a)
{
	if (a->has_domain) {
		text_put(&a->local, '@');
		text_add(&a->local, a->domain.p, a->domain.len);
		a->local.is_over |= a->domain.is_over;
	}
	a->has_domain = true;
	a->has_gap = false;
	a->domain = (struct text){ .len = 0 };
}

/* Takes an address without brackets and route apart. False: it ends within a
 * comment, a quoted string or a pair. */
static bool
read_parts(struct parts *a, const char *p, const char *end)
{
	while (p != NULL && p < end) {
		char c = *p++;

		if (c == '"')
			p = read_quoted(a, p, end);
		else if (c == '(')
			p = skip_comment(p - 1, end);
		else if (c == '@')
			begin_domain(a);
		else if (c == ' ')
			a->has_gap = true;
		else if (c != '\\')
			put_plain(a, c);
		else if (p < end)
			put_plain(a, *p++);
		else
			p = NULL;
	}
	return p != NULL;
}

/* Removes what is around an address: space, <>, and a route (F15). */
static struct policy_text
bare(const char *p, size_t len)
{
	const char *colon;

	while (len > 0 && *p == ' ') {
		p++;
		len--;
	}
	while (len > 0 && p[len - 1] == ' ')
		len--;
	if (len >= 2 && p[0] == '<' && p[len - 1] == '>') {
		p++;
		len -= 2;
	}
	if (len > 0 && *p == '@' && (colon = memchr(p, ':', len)) != NULL) {
		len -= (size_t)(colon + 1 - p);
		p = colon + 1;
	}
	return (struct policy_text){ p, len };
}

/* SRS and BATV make a new local part for every message; their first word is
 * what remains, so that such mail is keyed by its domain. */
static size_t
without_tag(const char *local, size_t len)
{
	static const char *const word[] = { "srs0", "srs1", "prvs" };

	for (size_t i = 0; i < sizeof(word) / sizeof(word)[0]; i++)
		if (len > 4 && memcmp(local, word[i], 4) == 0 &&
		    memchr("=+-", local[4], 3) != NULL)
			return 4;
	return len;
}

/* As Postfix does, which takes no extension from a name that begins with the
 * delimiter. */
static size_t
without_extension(const char *local, size_t len, const char *delimiters)
{
	for (size_t i = 1; i < len; i++)
		if (strchr(delimiters, local[i]) != NULL)
			return i;
	return len;
}

static void
fold(struct text *local, const char *delimiters)
{
	for (size_t i = 0; i < local->len; i++)
		local->p[i] = text_lower(local->p[i]);
	local->len = without_tag(local->p, local->len);
	local->len = without_extension(local->p, local->len, delimiters);
}

static bool
needs_quotes(const struct text *local)
{
	for (size_t i = 0; i < local->len; i++)
		if (strchr(" \"(),:;<>@[\\]", local->p[i]) != NULL)
			return true;
	return false;
}

static void
put_local(struct text *to, const struct text *local)
{
	bool is_quoted = needs_quotes(local);

	if (is_quoted)
		text_put(to, '"');
	for (size_t i = 0; i < local->len; i++) {
		if (local->p[i] == '"' || local->p[i] == '\\')
			text_put(to, '\\');
		text_put(to, local->p[i]);
	}
	if (is_quoted)
		text_put(to, '"');
}

size_t
identity_address(const char *raw, size_t len, const char *delimiters,
		 char out[IDENTITY_MAX + 1])
{
	struct policy_text t = bare(raw, len);
	struct parts a = { .has_domain = false };
	struct text whole = { .len = 0 };
	char domain[IDENTITY_MAX + 1];
	size_t n;

	if (text_is_invalid(raw, len) || !text_is_clean(raw, len) ||
	    !read_parts(&a, t.p, t.p + t.len) || a.local.is_over || a.domain.is_over)
		return text_invalid(out);
	fold(&a.local, delimiters);
	put_local(&whole, &a.local);
	if (!a.has_domain) {
		if (whole.len == 0)
			text_add(&whole, IDENTITY_NULL_SENDER, 2);
		return text_finish(&whole, out);
	}
	n = identity_domain(a.domain.p, a.domain.len, domain);
	if (whole.len == 0 || text_is_invalid(domain, n))
		return text_invalid(out);
	text_put(&whole, '@');
	text_add(&whole, domain, n);
	return text_finish(&whole, out);
}
