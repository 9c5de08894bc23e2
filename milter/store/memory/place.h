/*
 * place.h - a window of a request, and what the table of slots knows of it.
 *
 * Times are in the store's clock, under the rate that the request gives.
 */
#ifndef MILTER_PLACE_H
#define MILTER_PLACE_H

#include "../store.h"
#include "slots.h"

struct place {
	const struct policy_window *w;	/* NULL: there is no such window */
	struct slot *slot;		/* NULL: nothing is known of it */
	struct slot name;
};

/* The k-th window of q's i-th bucket. */
struct place place_find(struct slots *s, const struct store_request *q, unsigned i,
			unsigned k);

/* The slot's name for a window of b. */
struct slot place_name(const struct store_bucket *b, const struct policy_window *w,
		       enum slot_kind kind);

/* When it is full, what was decided here included. 0: nothing is known. */
uint64_t place_full(const struct place *p, uint64_t now_us);

/* What was decided here and Redis has not been told. */
uint64_t place_debit(const struct place *p, uint64_t now_us);

/* Makes the slot, if need be, one of p's rate, of which whole is the whole. */
struct slot *place_open(struct slots *s, const struct place *p,
			const struct policy_window *whole, uint64_t now_us);

/* What Redis is told of p, for the k-th time of a bucket: its debit, of which the
 * slot says from now on that Redis knows it, and its floor. A debit that is on
 * its way is in nobody else's floor, or it would be charged twice. */
struct place_told {
	uint64_t floor_us, debit_us;
};
struct place_told place_tell(struct slots *s, const struct place *p, unsigned k,
			     uint64_t now_us);

/* What became of a debit that was told; each is concluded once. Until then it
 * counts here on top of whatever Redis says, which does not know it yet. */

/* Redis charged it, and says so next. */
void place_arrive(const struct place *p, struct place_told t);

/* Redis charged nothing of it: it is owed as before. */
void place_take_back(const struct place *p, struct place_told t);

/* Redis may have charged it: it is not owed, but a floor, on top of what Redis
 * has said since. */
void place_give_up(const struct place *p, struct place_told t);

struct bucket_rate place_rate(const struct policy_window *w);

#endif
