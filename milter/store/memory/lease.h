/*
 * lease.h - units of what may be held, taken from Redis in advance.
 *
 * A lease is kept as the time at which it will have come to nothing: it melts
 * as fast as the budget fills again, so that it is never worth more than what
 * Redis still has charged for it.
 */
#ifndef MILTER_LEASE_H
#define MILTER_LEASE_H

#include "../store.h"
#include "slots.h"

/* Whether there are so many units in hand of b's budget, which it must have. A
 * lease that was granted for another interval is none. */
bool lease_has(struct slots *s, const struct store_bucket *b, uint32_t units,
	       uint64_t now_us);

void lease_add(struct slots *s, const struct store_bucket *b, uint32_t units,
	       uint64_t now_us);

/* Uses so many, or returns false. */
bool lease_use(struct slots *s, const struct store_bucket *b, uint32_t units,
	       uint64_t now_us);

#endif
