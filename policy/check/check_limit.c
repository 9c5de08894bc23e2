/*
 * check_limit.c - one limit, or one exemption.
 */
#include "check.h"

#include "../facts.h"
#include "../language/words.h"

#define STRIKES_MAX 1000000

static void
check_warn(struct check *k, const struct ast_limit *l)
{
	if (l->warn_at.len != 0 &&
	    (l->warn_percent < 1 || l->warn_percent > 100))
		diag_error(k->d, l->warn_at, "a level is from 1%% to 100%% of the "
			   "window: write one of these, as 'warn at 80%%'");
}

static void
check_strikes_numbers(struct check *k, const struct ast_limit *l)
{
	const struct ast_window *w = l->strikes;

	if (w->count < 1 || w->count > STRIKES_MAX)
		diag_error(k->d, w->count_at, "a freeze comes after 1 to %d "
			   "refusals: write one of these", STRIKES_MAX);
	else if (w->period_us < 1 || w->period_us > CHECK_PERIOD_MAX_US)
		diag_error(k->d, w->at, "refusals are counted over 1 second to "
			   "366 days: choose a time between");
	else if (l->freeze_for_at.len != 0 &&
		 (l->freeze_us < 1 || l->freeze_us > CHECK_PERIOD_MAX_US))
		diag_error(k->d, l->freeze_for_at, "a freeze that ends by itself "
			   "lasts 1 second to 366 days: choose a time between, or "
			   "leave 'for' out");
}

/* Who is frozen must not be for others to say. */
static void
check_strikes_keys(struct check *k, const struct ast_limit *l)
{
	const struct ast_key *claimed = NULL;

	for (const struct ast_key *key = l->by; key != NULL; key = key->next)
		if (fact_trust(key->fact) == FACT_PROVEN)
			return;
		else if (claimed == NULL)
			claimed = key;
	if (claimed == NULL)
		return;
	diag_warning(k->d, claimed->at, "who forges a '%s' can have it frozen for "
		     "everybody: count by a proven fact as well, as 'by %s, %s'",
		     words_fact(claimed->fact),
		     check_has_class(l, POLICY_LOCAL) ? "uid" :
		     check_has_class(l, POLICY_AUTHENTICATED) ? "login" :
		     "client", words_fact(claimed->fact));
	diag_note(k->d, l->freeze_at, "this is what freezes it");
}

static void
check_strikes(struct check *k, const struct ast_limit *l)
{
	if (l->strikes == NULL)
		return;
	if (l->kind == POLICY_FROM_FREEZE)
		diag_error(k->d, l->freeze_at, "this mail goes although it is "
			   "frozen: remove 'freeze after'");
	else if (l->otherwise.action == POLICY_OBSERVE)
		diag_error(k->d, l->freeze_at, "'observe' refuses nothing, so "
			   "this would never freeze anything: remove it, or "
			   "write another 'else'");
	else if (check_has_class(l, POLICY_INBOUND))
		diag_error(k->d, l->freeze_at, "no freeze stops inbound mail, and "
			   "whoever sends it could have others frozen: remove it, "
			   "or write %s of its own for inbound mail",
			   l->kind == POLICY_LIMIT ? "a limit" : "an exemption");
	else {
		check_strikes_numbers(k, l);
		check_strikes_keys(k, l);
	}
}

void
check_limit(struct check *k, struct ast_limit *l)
{
	if (l->when != NULL)
		check_expr(k, l, l->when);
	if (l->is_broken)
		return;
	check_keys(k, l);
	check_windows(k, l);
	check_answer(k, &l->otherwise, check_has_class(l, POLICY_LOCAL));
	check_warn(k, l);
	check_strikes(k, l);
}
