/*
 * verdict.c - what is answered for a message, and what that is in SMTP.
 */
#include "verdict.h"

#include <stddef.h>

static const char *const words[VERDICTS] = {
	[VERDICT_ACCEPT] = "accept",
	[VERDICT_HOLD] = "hold",
	[VERDICT_TEMPFAIL] = "tempfail",
	[VERDICT_REJECT] = "reject",
};

static const char *const texts[CAUSES] = {
	[CAUSE_NONE] = "",
	[CAUSE_LIMIT] = "Too much mail, try again later",
	[CAUSE_NEVER] = "Too many recipients in one message",
	[CAUSE_FROZEN] = "Mail is suspended, try again later",
	[CAUSE_ALONE] = "Mail cannot be checked, try again later",
	[CAUSE_STALE] = "Limits cannot be checked, try again later",
	[CAUSE_OVER] = "Limits cannot be checked, try again later",
	[CAUSE_DOWN] = "Limits cannot be checked, try again later",
};

/* What a rejected sender reads: nothing to try again. */
static const char *const final_texts[CAUSES] = {
	[CAUSE_LIMIT] = "Too much mail",
	[CAUSE_FROZEN] = "Mail is suspended",
	[CAUSE_ALONE] = "Mail cannot be checked",
};

static const char *const cause_words[CAUSES] = {
	[CAUSE_NONE] = "none",
	[CAUSE_LIMIT] = "limit",
	[CAUSE_NEVER] = "never",
	[CAUSE_FROZEN] = "frozen",
	[CAUSE_ALONE] = "alone",
	[CAUSE_STALE] = "stale",
	[CAUSE_OVER] = "over",
	[CAUSE_DOWN] = "down",
};

static enum verdict
as_asked(enum policy_action asked)
{
	switch (asked) {
	case POLICY_TEMPFAIL: return VERDICT_TEMPFAIL;
	case POLICY_REJECT: return VERDICT_REJECT;
	case POLICY_OBSERVE: return VERDICT_ACCEPT;
	case POLICY_HOLD: break;
	}
	return VERDICT_HOLD;
}

/* Local mail is held: tempfail would keep it in maildrop for ever (F32-F35),
 * reject would bounce it to a sender that anybody can forge (F36). */
enum verdict
verdict_of(enum cause cause, enum policy_class class, enum policy_action asked)
{
	bool is_local = class == POLICY_LOCAL;

	switch (cause) {
	case CAUSE_NONE:
		return VERDICT_ACCEPT;
	case CAUSE_LIMIT:
	case CAUSE_FROZEN:
	case CAUSE_ALONE:
		return as_asked(asked);
	case CAUSE_NEVER:
		return is_local ? VERDICT_HOLD : VERDICT_REJECT;
	case CAUSE_STALE:
	case CAUSE_OVER:
	case CAUSE_DOWN:
	case CAUSES:
		break;
	}
	return is_local ? VERDICT_HOLD : VERDICT_TEMPFAIL;
}

const char *
verdict_word(enum verdict v)
{
	return words[v];
}

const char *
cause_word(enum cause c)
{
	return cause_words[c];
}

/* A lone % would void the text (F30). What does not fit is cut. */
static void
double_percent(const char *text, char *out, size_t size)
{
	size_t n = 0;

	for (; *text != '\0' && n + 2 < size; text++) {
		if (*text == '%')
			out[n++] = '%';
		out[n++] = *text;
	}
	out[n] = '\0';
}

void
verdict_reply(struct verdict_reply *r, enum verdict v, enum cause cause,
	      const char *text)
{
	if (text == NULL || cause == CAUSE_NEVER)
		text = v == VERDICT_REJECT && final_texts[cause] != NULL ?
		       final_texts[cause] : texts[cause];
	r->code = r->dsn = NULL;
	if (v == VERDICT_TEMPFAIL) {
		r->code = "451";
		r->dsn = "4.7.1";
	} else if (v == VERDICT_REJECT) {
		r->code = "550";
		r->dsn = "5.7.1";
	}
	double_percent(text, r->text, sizeof(r->text));
}
