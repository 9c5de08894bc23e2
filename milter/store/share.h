/*
 * share.h - one node's part of the limits, for the time without Redis.
 */
#ifndef MILTER_SHARE_H
#define MILTER_SHARE_H

#include "store.h"

struct share {
	struct store_request q;
	struct policy_window window[POLICY_PLAN_MAX][CHARGE_TIMES];
};

/* One node's part of w, of so many nodes: at least one unit. */
struct policy_window share_window(struct policy_window w, unsigned nodes);

/* Keeps q. The same question, but that each window, and what may be
 * held, is such a part. Refusals are counted whole, so that no limit is frozen
 * sooner than the policy says. */
void share_build(struct share *s, const struct store_request *q, unsigned nodes);

/* A cost above the part but within the whole is refused for now, not for ever:
 * puts that into the outcome. */
void share_conclude(const struct store_request *q, struct store_outcome *o);

#endif
