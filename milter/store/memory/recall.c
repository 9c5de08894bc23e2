/*
 * recall.c - refusing by what Redis said a moment ago.
 *
 * Others only add to what Redis told, so what did not fit then still does not,
 * but for the time that has passed.
 */
#include "recall.h"

#include <string.h>

#include "../../../policy/bucket/bucket.h"
#include "lease.h"
#include "place.h"

#define RECALL_US 1000000	/* so long Redis need not be asked again */

/* The clock is an estimate: a time told may lie a little ahead of it. */
static bool
is_fresh(const struct slot *s, uint64_t since_us, uint64_t now_us)
{
	return s != NULL && s->told_us != 0 && s->told_us >= since_us &&
	       s->told_us < now_us + RECALL_US &&
	       now_us < s->told_us + RECALL_US;
}

/* Until cost units fit, as far as is known; 0: they may. What is on its way may
 * be in what Redis said already. */
static uint64_t
wait_of(struct slots *table, const struct store_request *q, unsigned i, unsigned k,
	uint64_t since_us)
{
	struct place p = place_find(table, q, i, k);

	if (p.w == NULL || !is_fresh(p.slot, since_us, q->now_us) ||
	    p.slot->n_sent > 0)
		return 0;
	return bucket_wait(place_rate(p.w), place_full(&p, q->now_us), q->now_us,
			   charge_cost(p.w, q->recipients));
}

/* The first window that has no room; false: none is known. */
static bool
find_refusing(struct slots *table, const struct store_request *q, uint64_t since_us,
	      struct store_outcome *o)
{
	for (unsigned i = 0; i < q->n; i++)
		for (unsigned k = 0; k < q->bucket[i].n_windows; k++) {
			if (q->bucket[i].is_observed)
				continue;
			o->wait_us = wait_of(table, q, i, k, since_us);
			o->bucket = i;
			o->window = k;
			if (o->wait_us > 0)
				return o->wait_us != UINT64_MAX;
		}
	return false;
}

/* What is held comes out of the lease; without one only what is known to be
 * spent can be answered. */
static bool
hold(struct slots *table, const struct store_request *q, uint64_t since_us,
     struct store_outcome *o)
{
	const struct store_bucket *b = &q->bucket[o->bucket];

	if (b->budget == NULL ||
	    lease_use(table, b, charge_cost(b->budget, q->recipients), q->now_us))
		return true;
	o->is_spent = wait_of(table, q, o->bucket, CHARGE_BUDGET, since_us) > 0;
	return o->is_spent;
}

/* The refusal that strikes is Redis's to count. */
static bool
may_strike(struct slots *table, const struct store_request *q, unsigned i,
	   struct place *p, uint64_t *full_us)
{
	*p = place_find(table, q, i, CHARGE_STRIKES);
	if (p->w == NULL)
		return true;
	*full_us = place_full(p, q->now_us);
	return bucket_wait(place_rate(p->w), *full_us, q->now_us, 2) == 0;
}

static void
strike(struct slots *table, const struct place *p, uint64_t full_us, uint64_t now_us)
{
	if (p->w == NULL)
		return;
	bucket_take(place_rate(p->w), &full_us, now_us, 1);
	place_open(table, p, p->w, now_us)->full_us = full_us;
}

/* What is not known is as if it were full. */
static void
fill_times(struct slots *table, const struct store_request *q,
	   struct store_outcome *o)
{
	for (unsigned i = 0; i < q->n; i++)
		for (unsigned k = 0; k < CHARGE_TIMES; k++) {
			struct place p = place_find(table, q, i, k);
			uint64_t full_us = place_full(&p, q->now_us);

			if (p.w != NULL)
				o->full_us[i][k] = full_us > q->now_us ? full_us :
						   q->now_us;
		}
}

bool
recall_refuse(struct slots *table, const struct store_request *q, uint64_t since_us,
	      struct store_outcome *o)
{
	uint64_t strikes_us = 0;
	struct place strikes;

	memset(o, 0, sizeof(*o));
	o->now_us = q->now_us;
	if (!find_refusing(table, q, since_us, o) ||
	    !may_strike(table, q, o->bucket, &strikes, &strikes_us) ||
	    !hold(table, q, since_us, o))
		return false;
	strike(table, &strikes, strikes_us, q->now_us);
	fill_times(table, q, o);
	o->is_recalled = true;
	o->answer = STORE_REFUSED;
	return true;
}
