/*
 * store.c - the one question that is asked of the buckets.
 */
#include "store.h"

#include <string.h>

enum store_answer
store_take(struct store *s, const struct store_request *q,
	   struct store_outcome *o)
{
	return s->take(s, q, o);
}

void
store_free(struct store *s)
{
	if (s != NULL)
		s->free(s);
}

const struct policy_window *
store_window(const struct store_bucket *b, unsigned k)
{
	if (k == CHARGE_BUDGET)
		return b->budget;
	if (k == CHARGE_STRIKES)
		return b->strikes;
	return k < b->n_windows ? &b->window[k] : NULL;
}

static void
conclude(const struct charge_result *r, struct store_outcome *o)
{
	if (r->is_taken) {
		o->answer = STORE_TAKEN;
		o->would_refuse = r->would_refuse;
		return;
	}
	o->answer = STORE_REFUSED;
	o->bucket = r->refused;
	o->window = r->window;
	o->wait_us = r->wait_us;
	o->is_spent = r->is_spent;
	o->is_struck = r->is_struck;
}

enum store_answer
store_charge(const struct store_request *q, struct store_outcome *o)
{
	struct charge c[POLICY_PLAN_MAX];
	struct charge_result r;

	for (unsigned i = 0; i < q->n; i++) {
		const struct store_bucket *b = &q->bucket[i];

		c[i] = (struct charge){
			.window = b->window, .n_windows = b->n_windows,
			.budget = b->budget, .strikes = b->strikes,
			.is_observed = b->is_observed,
		};
		memcpy(c[i].full_us, o->full_us[i], sizeof(c[i].full_us));
	}
	charge_take(c, q->n, q->recipients, o->now_us, &r);
	for (unsigned i = 0; i < q->n; i++)
		memcpy(o->full_us[i], c[i].full_us, sizeof(c[i].full_us));
	conclude(&r, o);
	return o->answer;
}
