/*
 * debts.h - what was decided here and Redis has not been told.
 */
#ifndef MILTER_DEBTS_H
#define MILTER_DEBTS_H

#include "memory.h"
#include "slots.h"

/* memory_debts, of the slots from *next on. */
bool debts_collect(struct slots *s, size_t *next, struct store_request *q,
		   struct memory_windows *w, uint64_t now_us);

#endif
