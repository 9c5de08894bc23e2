/*
 * name.c - one spelling of an identity is one key: logins, headers, and names
 * that the administrator gave.
 */
#include "identity.h"

#include <string.h>

#include "text.h"

/* Writes the domain of a folded login, if it has one, as in an address. */
static void
fold_domain(struct text *login)
{
	const char *at = memrchr(login->p, '@', login->len);
	char domain[IDENTITY_MAX + 1];
	size_t begin, n;

	if (at == NULL)
		return;
	begin = (size_t)(at + 1 - login->p);
	n = identity_domain(at + 1, login->len - begin, domain);
	if (text_is_invalid(domain, n))
		return;
	login->len = begin;
	text_add(login, domain, n);
}

size_t
identity_login(const char *raw, size_t len, char out[IDENTITY_MAX + 1])
{
	struct text t = { .len = 0 };

	if (!text_is_clean(raw, len))
		return text_invalid(out);
	text_add(&t, raw, len);
	text_tidy(&t);
	text_fold(&t);
	if (t.len == 0 && len > 0)
		return text_invalid(out);
	fold_domain(&t);
	return text_finish(&t, out);
}

size_t
identity_header(const char *raw, size_t len, char out[IDENTITY_MAX + 1])
{
	struct text t = { .len = 0 };

	if (!text_unfold(&t, raw, len))
		return text_invalid(out);
	return text_finish(&t, out);
}

size_t
identity_name(const char *raw, size_t len, char out[IDENTITY_MAX + 1])
{
	struct text t = { .len = 0 };

	if (!text_is_ascii(raw, len) || !text_is_clean(raw, len))
		return text_invalid(out);
	text_add(&t, raw, len);
	return text_finish(&t, out);
}
