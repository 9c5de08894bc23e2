/*
 * recall.h - refusing by what Redis said a moment ago.
 */
#ifndef MILTER_RECALL_H
#define MILTER_RECALL_H

#include "../store.h"
#include "slots.h"

/* memory_refuse (memory.h), by what was told since since_us. */
bool recall_refuse(struct slots *s, const struct store_request *q, uint64_t since_us,
		   struct store_outcome *o);

#endif
