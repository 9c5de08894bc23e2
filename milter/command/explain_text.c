/*
 * explain_text.c - what `sluice explain` found out, for people.
 */
#include "explain.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "../clock.h"
#include "show.h"

#define INDENT "             "

static void
print_fact(const char *word, const char *value, void *unused)
{
	(void)unused;
	printf("%-9s  ", word);
	show_put(value, stdout);
	putchar('\n');
}

static void
print_policy(const struct explain *x)
{
	printf("policy     %s, %s\n", x->settings->policy, x->digest);
	if (x->running[0] != '\0' && strcmp(x->running, x->digest) != 0)
		printf(INDENT "sluiced runs another one, %s: reload it, or name its "
		       "file with -p\n", x->running);
}

static void
print_freeze(const struct explain *x)
{
	char age[SHOW_AGE_MAX], who[SHOW_WHO_MAX], scope[SCOPE_TEXT_MAX + 1];
	const struct record *r = x->freeze;

	if (x->state.ledger == NULL) {
		printf("frozen     unknown: %s\n", x->no_state.text);
	} else if (!x->is_frozen) {
		puts("frozen     no");
	} else if (r == NULL) {
		printf("frozen     yes: %s\n", ledger_broken(x->state.ledger) != NULL ?
		       ledger_broken(x->state.ledger) : "see sluice freezes");
	} else {
		scope_text(&r->scope, scope);
		printf("frozen     yes: ");
		show_put(scope, stdout);
		printf(", %s ago, by %s: ",
		       show_age(show_since(r->time_us, clock_real_us()), age),
		       show_who(r, who));
		show_put(r->reason, stdout);
		printf(" (%s)\n", r->id);
	}
	if (x->d.is_exempt)
		puts(INDENT "but it is exempt from that");
}

static void
print_window(const struct explain *x, const char *text, unsigned place,
	     unsigned which, const struct policy_window *w)
{
	const struct store_outcome *o = &x->d.outcome;
	uint64_t full = o->full_us[place][which];
	char wait[SHOW_AGE_MAX];

	if (!explain_has_levels(x)) {
		printf(INDENT "%s\n", text);
		return;
	}
	printf(INDENT "%-22s  level %u/%u", text, explain_level(x, w, place, which),
	       w->burst);
	if (full > o->now_us)
		printf(", full again in %s", show_wait(full - o->now_us, wait));
	putchar('\n');
}

/* What a limit has beside its windows. */
static void
print_rest(const struct explain *x, unsigned place, const struct policy_limit *l)
{
	char window[64], text[128], length[POLICY_PERIOD_MAX];

	if (l->budget != NULL) {
		policy_window_text(l->budget, window, sizeof(window));
		snprintf(text, sizeof(text), "held, %s", window);
		print_window(x, text, place, CHARGE_BUDGET, l->budget);
	}
	if (l->strikes != NULL) {
		policy_window_text(l->strikes, window, sizeof(window));
		snprintf(text, sizeof(text), "refusals, %s", window);
		print_window(x, text, place, CHARGE_STRIKES, l->strikes);
		policy_period_text(l->freeze_us, length, sizeof(length));
		printf(INDENT "and then it is frozen%s%s\n",
		       l->freeze_us > 0 ? " for " : " until a thaw",
		       l->freeze_us > 0 ? length : "");
	}
	if (l->warn_percent > 0)
		printf(INDENT "warns at %u%%\n", l->warn_percent);
}

static void
print_limit(const struct explain *x, unsigned place)
{
	struct policy_limit l = explain_limit(x, place);
	char key[POLICY_KEY_MAX], text[64];

	policy_key_text(x->policy, x->d.plan.limit[place], &x->facts.f, key,
			sizeof(key));
	printf("%-9s  %s, key ", l.kind == POLICY_LIMIT ? "limit" : "exempt", l.name);
	show_put(key, stdout);
	printf(", else %s", policy_action_word(l.action));
	if (l.budget != NULL) {
		policy_window_text(l.budget, text, sizeof(text));
		printf(" up to %s, then %s", text, policy_action_word(l.spent));
	}
	putchar('\n');
	for (unsigned k = 0; k < l.n_windows; k++) {
		policy_window_text(&l.window[k], text, sizeof(text));
		print_window(x, text, place, k, &l.window[k]);
	}
	print_rest(x, place, &l);
}

static void
print_limits(const struct explain *x)
{
	const char *why = explain_no_levels(x);

	if (x->d.plan.n == 0)
		puts("limit      none applies");
	for (unsigned i = 0; i < x->d.plan.n; i++)
		print_limit(x, i);
	if (why != NULL)
		printf(INDENT "levels unknown: %s\n", why);
}

static void
print_cause(const struct explain *x)
{
	const struct decision *d = &x->d;
	struct policy_limit l = { 0 };
	char window[64] = "", wait[SHOW_AGE_MAX];

	if (d->cause == CAUSE_LIMIT || d->cause == CAUSE_NEVER) {
		l = explain_limit(x, d->bucket);
		policy_window_text(&l.window[d->window], window, sizeof(window));
	}
	switch (d->cause) {
	case CAUSE_NONE:
		puts(d->plan.n > 0 ? "every limit has room" : "no limit applies");
		return;
	case CAUSE_LIMIT:
		printf("%s of limit %s is used up%s; room again in %s\n", window, l.name,
		       d->outcome.is_spent ? ", and so is what may be held" : "",
		       show_wait(d->outcome.wait_us, wait));
		return;
	case CAUSE_NEVER:
		printf("it can never pass %s of limit %s, however long it waits\n",
		       window, l.name);
		return;
	case CAUSE_FROZEN:
		puts("it is frozen");
		return;
	case CAUSE_OVER:
		printf("it meets more than %d limits\n", POLICY_PLAN_MAX);
		return;
	default:
		puts(cause_word(d->cause));
	}
}

static void
print_verdict(const struct explain *x)
{
	const struct decision *d = &x->d;
	struct verdict_reply reply;

	if (!explain_has_verdict(x)) {
		puts("verdict    unknown");
		return;
	}
	printf("verdict    %s: ", verdict_word(d->verdict));
	print_cause(x);
	verdict_reply(&reply, d->verdict, d->cause, d->text);
	if (reply.code != NULL)
		printf("reply      %s %s %s\n", reply.code, reply.dsn, reply.text);
}

void
explain_print(const struct explain *x)
{
	print_policy(x);
	facts_each(&x->facts, x->policy, print_fact, NULL);
	print_freeze(x);
	print_limits(x);
	if (x->is_traced) {
		puts("trace");
		if (x->d.is_exempt)
			policy_trace_frozen(x->policy, &x->facts.f, stdout);
		else
			policy_trace(x->policy, &x->facts.f, stdout);
	}
	print_verdict(x);
}
