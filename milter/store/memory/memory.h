/*
 * memory.h - the store in this process: the same arithmetic, a bounded table.
 *
 * It keeps the time of each window of each bucket: as Redis last told it, and
 * as it is with what was decided here since. The difference is a debit that Redis
 * is told once. Times are in the clock of whoever calls (Redis time, as the node
 * estimates it), so that a level that Redis reported can be carried on here.
 */
#ifndef MILTER_MEMORY_H
#define MILTER_MEMORY_H

#include <stddef.h>

#include "../store.h"
#include "flight.h"

/* A table of so many windows; the one nearest to full is forgotten first.
 * NULL: out of memory. The store takes q->now_us as its clock and never
 * answers STALE or DOWN. Any thread, as all that follows. */
struct store *memory_new(size_t windows);

/* Remembers what Redis said of q's buckets (o->full_us), and what it leased. */
void memory_note(struct store *s, const struct store_request *q,
		 const struct store_outcome *o);

/* Fills q's floors and debits with what is remembered of its buckets; no floor
 * for refusals, whose count may have begun anew since. A debit is handed out
 * once. Where there is no lease for a message of this cost, q asks for one.
 * q->now_us is in the clock of the table. */
void memory_recall(struct store *s, struct store_request *q);

/* Between the two, f->q is on its way to Redis, and what it would cost its
 * windows counts as charged for what is decided here. */
void memory_depart(struct store *s, struct flight *f);
void memory_land(struct store *s, struct flight *f);

/* Takes q's debits back: it charged nothing. */
void memory_return(struct store *s, const struct store_request *q);

/* Nobody knows whether q charged its debits: they are not told again, but are a
 * floor. Each recalled request is noted, returned or lost. */
void memory_lose(struct store *s, const struct store_request *q);

/* True, with o filled as by Redis: a message of this cost does not fit, by what
 * Redis said within a second and under the same token; what is held comes
 * out of the lease, and the refusal is counted. False: Redis must be asked, also
 * when a lease or a count of refusals is at its end. */
bool memory_refuse(struct store *s, const struct store_request *q,
		   struct store_outcome *o);

/* Redis may have lost all that it told until now_us. */
void memory_doubt(struct store *s, uint64_t now_us);

/* Makes of q an is_debit request with the next buckets that have a debit, which
 * is handed out as by memory_recall, or of which Redis may have lost what it told;
 * one window of each, which is kept in window and must live as long as q. False:
 * there is none. */
bool memory_debts(struct store *s, struct store_request *q,
		  struct policy_window window[POLICY_PLAN_MAX], uint64_t now_us);

#endif
