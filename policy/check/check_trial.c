/*
 * check_trial.c - trials that can be run, and that say something.
 */
#include "check_who.h"

#include "../language/words.h"

#define MESSAGES_MAX 1000000	/* of one trial */
#define COUNT_MAX 1000000000

/* Messages of a stream; 0 after an error. */
static double
check_rate(struct check *k, const struct ast_stream *s)
{
	double messages = 0;

	if (s->count < 1 || s->count > COUNT_MAX)
		diag_error(k->d, s->at, "a stream is of 1 to %d messages in a "
			   "period: write one of these", COUNT_MAX);
	else if (s->period_us < 1 || s->period_us > CHECK_PERIOD_MAX_US)
		diag_error(k->d, s->at, "a period lasts from 1 second to 366 "
			   "days: choose one of these");
	else if (s->for_us < 1 || s->for_us > CHECK_PERIOD_MAX_US)
		diag_error(k->d, s->at, "a stream lasts from 1 second to 366 "
			   "days: write another time after 'for'");
	else
		messages = (double)s->count * (double)s->for_us /
			   (double)s->period_us;
	if (messages > 0 && messages < 1)
		diag_error(k->d, s->at, "this is less than one message: let it "
			   "last longer");
	return messages;
}

static void
check_streams(struct check *k, struct ast_trial *t)
{
	double messages = 0;

	for (struct ast_stream *s = t->streams; s != NULL; s = s->next) {
		messages += check_rate(k, s);
		check_sender(k, &s->who);
		if (s->who.class == -1)
			diag_error(k->d, s->at, "how does this mail come in? Add "
				   "its class: local, authenticated, relayed or "
				   "inbound");
	}
	if (t->streams == NULL)
		diag_error(k->d, t->name.at, "nobody sends anything here: write a "
			   "stream, as '500 messages/minute for 1 hour local'");
	if (messages > MESSAGES_MAX)
		diag_error(k->d, t->name.at, "%.0f messages are too many for one "
			   "trial; the limit is %d: let its streams be shorter",
			   messages, MESSAGES_MAX);
}

/* From low to high is what meets the bounds so far. */
struct bounds {
	uint64_t low, high;
};

/* Narrows b to what meets the bound too. False: nothing does. */
static bool
narrow(struct bounds *b, const struct ast_bound *bound)
{
	uint64_t n = bound->number, low = 0, high = UINT64_MAX;

	if (bound->relation == AST_EQ || bound->relation == AST_GE)
		low = n;
	if (bound->relation == AST_EQ || bound->relation == AST_LE)
		high = n;
	if (bound->relation == AST_GT && n < UINT64_MAX)
		low = n + 1;
	if (bound->relation == AST_LT && n == 0)
		return false;
	if (bound->relation == AST_LT)
		high = n - 1;
	b->low = b->low > low ? b->low : low;
	b->high = b->high < high ? b->high : high;
	return b->low <= b->high;
}

static void
check_bounds(struct check *k, const struct ast_expect *e)
{
	struct bounds all[AST_FIRST_REFUSAL + 1];

	for (int i = 0; i <= AST_FIRST_REFUSAL; i++)
		all[i] = (struct bounds){ 0, UINT64_MAX };
	for (const struct ast_bound *b = e->bounds; b != NULL; b = b->next)
		if (!narrow(&all[b->subject], b))
			diag_error(k->d, b->at, "no number is like this, and "
				   "like what stands before it: correct one "
				   "of them");
		else if (b->relation == AST_GE && b->number == 0)
			diag_warning(k->d, b->at, "every number is like this: "
				     "remove it, or write what is expected");
}

/* Its streams are sound. */
static void
check_about(struct check *k, const struct ast_trial *t,
	    const struct ast_expect *e)
{
	for (const struct ast_stream *s = t->streams; s != NULL; s = s->next)
		if (check_is_about(&e->who, &s->who))
			return;
	diag_error(k->d, e->who.at.len != 0 ? e->who.at : e->at, "no stream of "
		   "this trial is like that: write the facts of one, or fewer of "
		   "them");
}

static bool
is_timed(const struct ast_expr *e)
{
	if (e == NULL)
		return false;
	return e->op == AST_DURING || e->op == AST_ON || is_timed(e->left) ||
	       is_timed(e->right);
}

static bool
has_timed(const struct ast_limit *l)
{
	for (; l != NULL; l = l->next)
		if (is_timed(l->when))
			return true;
	return false;
}

static void
check_trial(struct check *k, struct ast_trial *t, bool has_clock)
{
	unsigned errors = diags_errors(k->d);

	check_streams(k, t);
	if (t->expects == NULL)
		diag_error(k->d, t->name.at, "nothing is expected, so nothing is "
			   "shown: add 'expect', as 'expect accepted <= 30'");
	for (struct ast_expect *e = t->expects; e != NULL; e = e->next)
		check_who(k, &e->who);
	for (struct ast_expect *e = t->expects; e != NULL; e = e->next) {
		check_bounds(k, e);
		if (diags_errors(k->d) == errors)
			check_about(k, t, e);
	}
	if (has_clock && !t->has_start)
		diag_warning(k->d, t->name.at, "the policy asks for the time, and "
			     "this trial does not say when it is: add 'starting "
			     "monday 09:00', or another time");
}

void
check_trials(struct check *k)
{
	const struct ast_policy *t = k->tree;
	bool has_clock = has_timed(t->limits) || has_timed(t->exempts) ||
			 has_timed(t->frozen.exempts);

	for (struct ast_trial *i = t->trials; i != NULL; i = i->next)
		check_trial(k, i, has_clock);
}
