/*
 * show.c - scopes, ages and other people's text, as they are shown.
 */
#include "show.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

static const char *const kinds[] = {
	[SCOPE_ALL] = "all outbound mail",
	[SCOPE_SCRIPT] = "script",
	[SCOPE_UID] = "user id",
	[SCOPE_LOGIN] = "login",
	[SCOPE_SENDER] = "sender",
	[SCOPE_DOMAIN] = "sender domain",
	[SCOPE_CLIENT] = "client",
	[SCOPE_LIMIT] = "what meets limit",
};

const char *
show_scope(const struct scope *s, char out[SHOW_SCOPE_MAX])
{
	char text[SCOPE_TEXT_MAX + 1], *value;

	scope_text(s, text);
	value = strpbrk(text, ":/");	/* the word before it is the kind */
	if (s->kind == SCOPE_CLASS)
		snprintf(out, SHOW_SCOPE_MAX, "all %s mail",
			 policy_class_word(s->class));
	else
		snprintf(out, SHOW_SCOPE_MAX, "%s%s%s", kinds[s->kind],
			 value != NULL ? " " : "", value != NULL ? value + 1 : "");
	return out;
}

const char *
show_age(uint64_t us, char out[SHOW_AGE_MAX])
{
	uint64_t s = us / 1000000, min = s / 60, h = min / 60;

	if (s < 60)
		snprintf(out, SHOW_AGE_MAX, "%" PRIu64 " s", s);
	else if (min < 60)
		snprintf(out, SHOW_AGE_MAX, "%" PRIu64 " min", min);
	else if (h < 48)
		snprintf(out, SHOW_AGE_MAX, "%" PRIu64 " h %" PRIu64 " min", h,
			 min % 60);
	else
		snprintf(out, SHOW_AGE_MAX, "%" PRIu64 " days", h / 24);
	return out;
}

const char *
show_wait(uint64_t us, char out[SHOW_AGE_MAX])
{
	uint64_t tenths = (us + 99999) / 100000;

	if (tenths >= 100)
		return show_age((tenths + 9) / 10 * 1000000, out);
	snprintf(out, SHOW_AGE_MAX, "%" PRIu64 ".%" PRIu64 " s", tenths / 10,
		 tenths % 10);
	return out;
}

uint64_t
show_since(uint64_t then_us, uint64_t now_us)
{
	return now_us > then_us ? now_us - then_us : 0;
}

const char *
show_who(const struct record *r, char out[SHOW_WHO_MAX])
{
	if (r->sudo[0] != '\0' && strcmp(r->sudo, r->by) != 0)
		snprintf(out, SHOW_WHO_MAX, "%s as %s", r->sudo, r->by);
	else
		snprintf(out, SHOW_WHO_MAX, "%s", r->by);
	return out;
}

void
show_put(const char *text, FILE *out)
{
	for (const unsigned char *c = (const unsigned char *)text; *c != 0; c++)
		fputc(*c < 0x20 || *c == 0x7f ? '?' : *c, out);
}

json_t *
show_json(const char *text)
{
	json_t *j = text != NULL ? json_string(text) : json_null();
	char *ascii;

	if (j != NULL || (ascii = strdup(text)) == NULL)
		return j;
	for (char *c = ascii; *c != '\0'; c++)
		if ((unsigned char)*c >= 0x80)
			*c = '?';
	j = json_string(ascii);
	free(ascii);
	return j;
}
