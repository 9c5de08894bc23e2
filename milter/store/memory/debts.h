/*
 * debts.h - what this node knows and Redis does not, or may have lost.
 */
#ifndef MILTER_DEBTS_H
#define MILTER_DEBTS_H

#include "../store.h"
#include "slots.h"

/* memory_debts (memory.h), of the slots from *next on; what Redis told before
 * doubt_us it may have lost. */
bool debts_collect(struct slots *s, size_t *next, uint64_t doubt_us,
		   struct store_request *q,
		   struct policy_window window[POLICY_PLAN_MAX], uint64_t now_us);

#endif
