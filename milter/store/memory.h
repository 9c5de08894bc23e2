/*
 * memory.h - the store in this process: the same arithmetic, a bounded table.
 *
 * Times are in the clock of whoever calls (Redis time, as the node estimates
 * it), so that a level that Redis reported can be carried on here.
 */
#ifndef MILTER_MEMORY_H
#define MILTER_MEMORY_H

#include <stddef.h>

#include "store.h"

/* A table of so many buckets; the bucket nearest to full is forgotten first.
 * NULL: out of memory. The store takes q->now_us as its clock and never
 * answers STALE or DOWN. */
struct store *memory_new(size_t buckets);

/* Remembers what Redis said of q's buckets (o->full_us). */
void memory_note(struct store *s, const struct store_request *q,
		 const struct store_outcome *o);

/* Fills q's floor_us with what is remembered of its buckets, but not with
 * strikes that were only told; q->now_us is in the clock of the table. */
void memory_recall(struct store *s, struct store_request *q);

#endif
