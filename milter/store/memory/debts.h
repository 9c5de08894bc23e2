/*
 * debts.h - what this node knows and Redis does not, or may have lost.
 */
#ifndef MILTER_DEBTS_H
#define MILTER_DEBTS_H

#include "memory.h"
#include "slots.h"

/* memory_debts, of the slots from *next on; what Redis told before doubt_us it
 * may have lost. */
bool debts_collect(struct slots *s, size_t *next, uint64_t doubt_us,
		   struct store_request *q, struct memory_windows *w,
		   uint64_t now_us);

#endif
