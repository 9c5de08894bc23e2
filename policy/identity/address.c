/*
 * address.c - one spelling of an identity is one key: mail addresses.
 *
 * An address is taken apart into the plain bytes of its local part and its
 * domain, and written again in one way: quotes only where they are needed, the
 * local part folded (local.h), the domain as A-labels.
 */
#include "identity.h"

#include <string.h>

#include "local.h"
#include "text.h"

struct parts {
	struct text local, domain;
	bool has_domain;
};

static struct text *
current(struct parts *a)
{
	return a->has_domain ? &a->domain : &a->local;
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
		text_put(current(a), *p);
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
		else if (c != '\\')
			text_put(current(a), c);
		else if (p < end)
			text_put(current(a), *p++);
		else
			p = NULL;
	}
	return p != NULL;
}

/* Removes what is around an address: space, <>, and a route (F15). */
static struct policy_text
bare(const char *p, size_t len)
{
	struct policy_text t = text_trim(p, len);
	const char *colon;

	if (t.len >= 2 && t.p[0] == '<' && t.p[t.len - 1] == '>')
		t = text_trim(t.p + 1, t.len - 2);
	if (t.len > 0 && *t.p == '@' && (colon = memchr(t.p, ':', t.len)) != NULL) {
		t.len -= (size_t)(colon + 1 - t.p);
		t.p = colon + 1;
	}
	return t;
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

static bool
is_plain(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

/* True for what is in normal form already, as nearly every address is: a local
 * part with nothing to cut, and plain labels. */
static bool
is_normal(const char *p, size_t len, const char *delimiters)
{
	const char *at = memchr(p, '@', len), *end = p + len;
	char last = '.';

	if (at == NULL || at == p || len > IDENTITY_MAX)
		return false;
	for (; p < at; p++)
		if (!is_plain(*p) || strchr(delimiters, *p) != NULL)
			return false;
	for (p = at + 1; p < end; last = *p++)
		if (!is_plain(*p) && (*p != '.' || last == '.'))
			return false;
	return last != '.';
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

	if (is_normal(raw, len, delimiters)) {
		memcpy(out, raw, len);
		out[len] = '\0';
		return len;
	}
	if (text_is_invalid(raw, len) || !text_is_clean(raw, len) ||
	    !read_parts(&a, t.p, t.p + t.len) || a.local.is_over || a.domain.is_over)
		return text_invalid(out);
	text_tidy(&a.local);
	if (a.local.len == 0 && !a.has_domain) {
		text_add(&whole, IDENTITY_NULL_SENDER, 2);
		return text_finish(&whole, out);
	}
	local_fold(&a.local, delimiters);
	if (a.local.len == 0)
		return text_invalid(out);
	put_local(&whole, &a.local);
	if (a.has_domain) {
		n = identity_domain(a.domain.p, a.domain.len, domain);
		if (text_is_invalid(domain, n))
			return text_invalid(out);
		text_put(&whole, '@');
		text_add(&whole, domain, n);
	}
	return text_finish(&whole, out);
}
