/*
 * request.h - from a plan to the question that is asked of the store.
 *
 * The daemon and `sluice explain` both ask through here, so that they mean the
 * same buckets.
 */
#ifndef MILTER_REQUEST_H
#define MILTER_REQUEST_H

#include "store.h"

/* Fills q, which is all zero at first, but for its token, which becomes empty, and
 * now_us, which becomes 0: they are the caller's. A bucket is named by the
 * pseudonym of its key, in the space "limit NAME"; its windows lie in p. */
void request_build(struct store_request *q, const struct policy *p,
		   const struct policy_plan *plan, const struct policy_facts *f,
		   const struct keys *k);

#endif
