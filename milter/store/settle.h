/*
 * settle.h - telling Redis what was decided without it.
 */
#ifndef MILTER_SETTLE_H
#define MILTER_SETTLE_H

#include "store.h"

#define SETTLE_MAX 64		/* requests of one round */

/* What became of a request that went to Redis with what memory recalls. */
void settle_answer(struct store *memory, const struct store_request *q,
		   const struct store_outcome *o);

/* Tells the redis store some of what the memory store owes it, for as long as a
 * request may take from now_us (monotonic) on. Returns what the last answer was,
 * TAKEN if nothing was owed. */
enum store_answer settle(struct store *redis, struct store *memory,
			 uint64_t now_us);

#endif
