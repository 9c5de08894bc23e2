/*
 * order.c - a freeze or a thaw, from the operator's words to this node's file.
 */
#include "order.h"

#include <inttypes.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define WAIT_MAX_S 3600

static bool
is_reason(const char *reason, struct error *e)
{
	bool is_blank = true;

	for (const char *c = reason; *c != '\0'; c++) {
		if ((unsigned char)*c < 0x20 || *c == 0x7f)
			return error_set(e, "the reason must be one line of plain text");
		is_blank = is_blank && *c == ' ';
	}
	if (is_blank)
		return error_set(e, "say why: --reason \"spam run, ticket 4711\"");
	if (strlen(reason) > RECORD_REASON_MAX)
		return error_set(e, "the reason is longer than %d bytes: shorten it",
				 RECORD_REASON_MAX);
	return true;
}

bool
order_begin(struct record *r, enum record_kind kind, const char *reason,
	    struct error *e)
{
	const struct passwd *pw = getpwuid(getuid());
	const char *sudo = getenv("SUDO_USER");

	if (!is_reason(reason != NULL ? reason : "", e))
		return false;
	memset(r, 0, sizeof(*r));
	r->kind = kind;
	snprintf(r->reason, sizeof(r->reason), "%s", reason);
	if (pw != NULL)
		snprintf(r->by, sizeof(r->by), "%s", pw->pw_name);
	else
		snprintf(r->by, sizeof(r->by), "%u", getuid());
	snprintf(r->sudo, sizeof(r->sudo), "%s", sudo != NULL ? sudo : "");
	for (char *c = r->sudo; *c != '\0'; c++)
		if (*c < 0x20 || *c > 0x7e)
			*c = '?';	/* the environment may hold anything */
	return true;
}

bool
order_wait(const char *text, uint64_t *wait_us, struct error *e)
{
	char *end;
	unsigned long s = strtoul(text, &end, 10);

	if (*text < '0' || *text > '9' || *end != '\0' || s > WAIT_MAX_S)
		return error_set(e, "--wait takes seconds, 0 to %d, not '%s'",
				 WAIT_MAX_S, text);
	*wait_us = (uint64_t)s * 1000000;
	return true;
}

size_t
order_select(struct record *active, size_t n, const char *scope_or_id)
{
	char text[SCOPE_TEXT_MAX + 1];
	size_t found = 0;

	for (size_t i = 0; i < n; i++) {
		scope_text(&active[i].scope, text);
		if (strcmp(text, scope_or_id) != 0 &&
		    strcmp(active[i].id, scope_or_id) != 0)
			continue;
		if (i != found) {
			struct record r = active[i];

			active[i] = active[found];
			active[found] = r;
		}
		found++;
	}
	return found;
}
