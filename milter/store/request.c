/*
 * request.c - from a plan to the question that is asked of the store.
 */
#include "request.h"

#include <stdio.h>

static void
build_bucket(struct store_bucket *b, const struct policy *p, unsigned limit,
	     const struct policy_facts *f, const struct keys *k)
{
	struct policy_limit l = policy_limit(p, limit);
	char space[sizeof("limit ") + POLICY_NAME_MAX], key[POLICY_KEY_MAX];
	size_t len = policy_key(p, limit, f, key);

	snprintf(space, sizeof(space), "limit %s", l.name);
	b->window = l.window;
	b->n_windows = l.n_windows;
	b->budget = l.budget;
	b->strikes = l.strikes;
	b->is_observed = l.action == POLICY_OBSERVE;
	b->is_leasing = false;
	keys_pseudonym(k, space, key, len, b->id);
}

void
request_build(struct store_request *q, const struct policy *p,
	      const struct policy_plan *plan, const struct policy_facts *f,
	      const struct keys *k)
{
	struct policy_site site = policy_site(p);

	q->n = plan->n;
	for (unsigned i = 0; i < plan->n; i++)
		build_bucket(&q->bucket[i], p, plan->limit[i], f, k);
	q->recipients = f->recipients;
	q->nodes = site.nodes;
	q->lease_us = site.lease_us;
	q->token[0] = '\0';
	q->now_us = 0;
	q->whole = NULL;
	q->is_debit = false;
}
