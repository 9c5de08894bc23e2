/*
 * share.c - one node's part of the limits, for the time without Redis.
 */
#include "share.h"

#include "../../policy/bucket/bucket.h"

struct policy_window
share_window(struct policy_window w, unsigned nodes)
{
	uint64_t longest_us;

	if (nodes <= 1)
		return w;
	w.burst = w.burst / nodes > 0 ? w.burst / nodes : 1;
	longest_us = BUCKET_SPAN_MAX_US / w.burst;
	w.interval_us = w.interval_us < longest_us / nodes ?
			w.interval_us * nodes : longest_us;
	return w;
}

static void
build_bucket(struct store_bucket *b, struct policy_window *window, unsigned nodes)
{
	for (unsigned k = 0; k < b->n_windows; k++)
		window[k] = share_window(b->window[k], nodes);
	b->window = window;
	if (b->budget == NULL)
		return;
	window[CHARGE_BUDGET] = share_window(*b->budget, nodes);
	b->budget = &window[CHARGE_BUDGET];
}

void
share_build(struct share *s, const struct store_request *q, unsigned nodes)
{
	s->q = *q;
	s->q.whole = q;
	for (unsigned i = 0; i < q->n && nodes > 1; i++)
		build_bucket(&s->q.bucket[i], s->window[i], nodes);
}

void
share_conclude(const struct store_request *q, struct store_outcome *o)
{
	const struct policy_window *w;

	if (o->answer != STORE_REFUSED || o->wait_us != UINT64_MAX)
		return;
	w = &q->bucket[o->bucket].window[o->window];
	if (charge_cost(w, q->recipients) <= w->burst)
		o->wait_us = w->period_us;
}
