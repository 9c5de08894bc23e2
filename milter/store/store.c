/*
 * store.c - the one question that is asked of the buckets.
 */
#include "store.h"

#include <string.h>

#define LEASE_PART 16	/* of a budget, that one node has in hand at most, */
#define LEASE_MAX 64	/* and so many units */

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
	o->leased = r->leased;
}

uint32_t
store_lease(const struct policy_window *budget)
{
	uint32_t part = budget->burst / LEASE_PART;

	return part < LEASE_MAX ? part : LEASE_MAX;
}

static void
build(struct charge *c, const struct store_request *q, unsigned i,
      const uint64_t *stored_us, uint16_t changed)
{
	const struct store_bucket *b = &q->bucket[i];

	*c = (struct charge){
		.window = b->window, .n_windows = b->n_windows,
		.budget = b->budget, .strikes = b->strikes,
		.is_observed = b->is_observed,
	};
	if (b->is_leasing && b->budget != NULL)
		c->lease = store_lease(b->budget);
	memcpy(c->full_us, stored_us, sizeof(c->full_us));
	memcpy(c->debit_us, q->debit_us[i], sizeof(c->debit_us));
	memcpy(c->floor_us, q->floor_us[i], sizeof(c->floor_us));
	c->changed = changed;
}

enum store_answer
store_charge(const struct store_request *q, struct store_outcome *o)
{
	struct charge c[POLICY_PLAN_MAX];
	struct charge_result r = { .is_taken = true };

	for (unsigned i = 0; i < q->n; i++)
		build(&c[i], q, i, o->full_us[i], o->changed[i]);
	if (q->is_debit)
		charge_settle(c, q->n, o->now_us);
	else
		charge_take(c, q->n, q->recipients, o->now_us, &r);
	for (unsigned i = 0; i < q->n; i++) {
		memcpy(o->full_us[i], c[i].full_us, sizeof(c[i].full_us));
		o->changed[i] = c[i].changed;
	}
	conclude(&r, o);
	return o->answer;
}
