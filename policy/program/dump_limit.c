/*
 * dump_limit.c - a limit as it was written, but for what its instructions say.
 */
#include "dump.h"

#include <string.h>

#include "../facts.h"

#define CLAUSE "\n            "

void
dump_period(uint64_t us, FILE *out)
{
	char text[POLICY_PERIOD_MAX];

	policy_period_text(us, text, sizeof(text));
	fputs(text, out);
}

static void
print_key(const struct policy *p, const struct prog_key *k, FILE *out)
{
	dump_fact(p, k->fact, out);
	if (fact_type(k->fact) == FACT_ADDRESS && k->prefix4 != 32)
		fprintf(out, "/4:%u", k->prefix4);
	else if (fact_type(k->fact) == FACT_ADDRESS)
		fprintf(out, "/%u", k->prefix6);
	if (k->otherwise.len != 0)
		fprintf(out, " or \"%s\"", prog_bytes(p, k->otherwise).p);
}

void
dump_answer(struct policy_answer a, FILE *out)
{
	fputs(policy_action_word(a.action), out);
	if (a.text != NULL)
		fprintf(out, " \"%s\"", a.text);
}

/* policy_window_text leaves `messages` out. */
static void
print_window(const struct policy_window *w, FILE *out)
{
	char text[64];

	policy_window_text(w, text, sizeof(text));
	fprintf(out, "%u%s%s", w->count, w->unit == POLICY_MESSAGES ? " messages" : "",
		text + strspn(text, "0123456789"));
	if (w->burst != w->count)
		fprintf(out, " burst %u", w->burst);
}

static void
print_else(const struct policy_limit *l, FILE *out)
{
	fputs(CLAUSE "else ", out);
	if (l->budget == NULL) {
		dump_answer((struct policy_answer){ l->action, l->text }, out);
		return;
	}
	fprintf(out, "%s up to ", policy_action_word(l->action));
	print_window(l->budget, out);
	fputs(" then ", out);
	dump_answer((struct policy_answer){ l->spent, l->spent_text }, out);
}

static void
print_freeze(const struct policy_limit *l, FILE *out)
{
	fprintf(out, CLAUSE "freeze after %u refusal%s in ", l->strikes->count,
		l->strikes->count == 1 ? "" : "s");
	dump_period(l->strikes->period_us, out);
	if (l->freeze_us == 0)
		return;
	fputs(" for ", out);
	dump_period(l->freeze_us, out);
}

void
dump_limit(const struct policy *p, uint32_t i, FILE *out)
{
	const struct prog_limit *l = prog_limit(p, i);
	struct policy_limit view = policy_limit(p, i);

	for (uint32_t k = 0; k < l->n_keys; k++) {
		fputs(k == 0 ? CLAUSE "by " : ", ", out);
		print_key(p, prog_key(p, l->first_key + k), out);
	}
	for (unsigned w = 0; w < view.n_windows; w++) {
		fputs(w == 0 ? CLAUSE "allow " : ", ", out);
		print_window(&view.window[w], out);
	}
	if (view.warn_percent != 0)
		fprintf(out, CLAUSE "warn at %u%%", view.warn_percent);
	print_else(&view, out);
	if (view.strikes != NULL)
		print_freeze(&view, out);
}
