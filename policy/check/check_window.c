/*
 * check_window.c - rates that can be reckoned with, and that mean something
 * beside each other.
 */
#include "check.h"

#include "../bucket/bucket.h"

#define COUNT_MAX UINT64_C(1000000000)

static uint64_t
interval_us(const struct ast_window *w)
{
	return (w->period_us + w->count - 1) / w->count;
}

bool
check_window(struct check *k, const struct ast_window *w)
{
	if (w->period_us == 0 || w->period_us > CHECK_PERIOD_MAX_US)
		diag_error(k->d, w->at, "a period lasts from 1 second to 366 "
			   "days: choose one of these");
	else if (w->count == 0)
		diag_error(k->d, w->count_at, "a window of 0 stops everything "
			   "for ever: allow at least 1, or use 'sluice freeze'");
	else if (w->count > COUNT_MAX || w->count > w->period_us)
		diag_error(k->d, w->count_at, "no more than 1000000 a second and "
			   "%llu in all can be counted: write less",
			   (unsigned long long)COUNT_MAX);
	else if (w->burst == 0)
		diag_error(k->d, w->burst_at, "a burst of 0 lets nothing "
			   "through: allow at least 1");
	else if (w->burst > COUNT_MAX)
		diag_error(k->d, w->burst_at, "the largest burst is %llu",
			   (unsigned long long)COUNT_MAX);
	else if (w->burst > BUCKET_SPAN_MAX_US / interval_us(w))
		diag_error(k->d, w->burst_at, "a burst of %llu at this rate "
			   "needs more than 142 years to come back: write less",
			   (unsigned long long)w->burst);
	else
		return true;
	return false;
}

/* True if whatever b lets through, a lets through too. */
static bool
is_implied(const struct ast_window *a, const struct ast_window *b)
{
	return a->unit == b->unit && b->burst <= a->burst &&
	       interval_us(b) >= interval_us(a);
}

static void
compare_windows(struct check *k, const struct ast_window *first,
		const struct ast_window *second)
{
	const struct ast_window *idle = NULL;

	if (first->unit == second->unit &&
	    first->period_us == second->period_us) {
		diag_error(k->d, second->at, "there is already a window of this "
			   "unit and period: remove one");
		diag_note(k->d, first->at, "it is here");
		return;
	}
	if (is_implied(second, first))
		idle = second;
	else if (is_implied(first, second))
		idle = first;
	if (idle == NULL)
		return;
	diag_warning(k->d, idle->at, "this window never refuses anything: "
		     "remove it, or make it narrower");
	diag_note(k->d, idle == first ? second->at : first->at,
		  "this one always refuses before it");
}

/* A message with more recipients than the burst can never pass. */
static void
check_burst(struct check *k, const struct ast_window *w)
{
	if (w->unit == POLICY_RCPTS && w->burst == 1)
		diag_warning(k->d, w->burst_at, "a message with two recipients "
			     "can never pass this window: write 'burst' and the "
			     "most that one message may have");
}

void
check_windows(struct check *k, const struct ast_limit *l)
{
	bool is_sound = true;
	unsigned n = 0;

	for (const struct ast_window *w = l->allow; w != NULL; w = w->next) {
		if (++n > POLICY_WINDOWS_MAX) {
			diag_error(k->d, w->at, "too many windows; the limit is "
				   "%d: remove this one", POLICY_WINDOWS_MAX);
			return;
		}
		is_sound &= check_window(k, w);
		check_burst(k, w);
	}
	for (const struct ast_window *w = l->allow; is_sound && w != NULL;
	     w = w->next)
		for (const struct ast_window *v = l->allow; v != w; v = v->next)
			compare_windows(k, v, w);
}
