/*
 * scope_option.c - a scope as options: --all, --script, --login and the rest.
 */
#include "scope_option.h"

#include <string.h>

/* A freeze compares whole values. Who writes a pattern, a path or half an
 * address believes that mail stops, and it does not. */
static bool
can_match(const struct scope *s, const char *value, struct error *e)
{
	bool is_text = s->kind == SCOPE_SCRIPT || s->kind == SCOPE_LOGIN ||
		       s->kind == SCOPE_SENDER;

	if (is_text && strpbrk(value, "*?") != NULL)
		return error_set(e, "'%.60s' is a pattern, and a freeze takes none: name "
				 "one; or --domain stops a sender's domain, --uid all "
				 "scripts of a user, --all everything", value);
	if (s->kind == SCOPE_SCRIPT && strchr(s->value, '/') != NULL)
		return error_set(e, "PHP names the file without its directory: write "
				 "--script %.*s:%s", (int)strcspn(s->value, ":"),
				 s->value, strrchr(s->value, '/') + 1);
	if (s->kind == SCOPE_SENDER && strchr(s->value, '@') == NULL &&
	    strcmp(s->value, IDENTITY_NULL_SENDER) != 0 &&
	    strcmp(s->value, IDENTITY_INVALID) != 0)
		return error_set(e, "'%.60s' is no sender: Postfix completes every "
				 "address; write it with its domain", value);
	return true;
}

bool
scope_option(struct scope *s, int c, const char *value, struct error *e)
{
	if (value == NULL)
		value = "";
	return scope_set(s, (enum scope_kind)(c - SCOPE_OPTION), value, e) &&
	       can_match(s, value, e);
}
