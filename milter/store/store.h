/*
 * store.h - the one question that is asked of the buckets.
 *
 * A request names every bucket that a message is charged to. All charges are
 * taken in one atomic step or none is, as in charge.h; a refusal costs nothing
 * but what the refusing limit holds, and its count of refusals.
 *
 * Two stores keep this contract: redis_store.h and memory.h. outage.h puts them
 * together: Redis while it answers, memory while it does not.
 */
#ifndef MILTER_STORE_H
#define MILTER_STORE_H

#include <stdbool.h>
#include <stdint.h>

#include "../../policy/bucket/charge.h"
#include "../../policy/policy.h"
#include "../pseudonym.h"

#define STORE_TOKEN_MAX 32	/* bytes of the ledger's version token */
#define STORE_ANY_TOKEN "*"	/* for mail that no freeze concerns */

struct store_bucket {
	uint8_t id[PSEUDONYM_LEN];		/* pseudonym of limit and key */
	const struct policy_window *window;
	unsigned n_windows;
	const struct policy_window *budget;	/* of what is held; NULL: no end */
	const struct policy_window *strikes;	/* of refusals; NULL: no freeze */
	bool is_observed;
	bool is_leasing;	/* a refusal may take store_lease() units of the
				   budget beside its own */
};

struct store_request {
	struct store_bucket bucket[POLICY_PLAN_MAX];
	unsigned n;
	const struct store_request *whole;	/* of which this is one node's
					   share; NULL: it is whole */
	uint32_t recipients;		/* messages cost 1, recipients this */
	char token[STORE_TOKEN_MAX + 1];	/* the ledger as the node knows it */
	uint64_t now_us;		/* monotonic; the deadline counts from it */
	unsigned nodes;			/* without Redis each has its share */
	uint64_t lease_us;		/* and, if there are several, so long */
	/* Called just before it is sent to Redis, by whichever thread does that: what
	 * follows is as of then. NULL: it is complete. */
	void (*on_send)(void *arg);
	void *on_send_arg;
	bool is_debit;			/* no message: it costs nothing, and only
					   the debits count */
	/* No bucket is nearer to full than this, in the store's clock: what the
	 * node knows and Redis may have lost. 0: nothing is known. */
	uint64_t floor_us[POLICY_PLAN_MAX][CHARGE_TIMES];
	/* What the node decided by itself and Redis does not know yet: comes on
	 * top of the stored time (charge.h), before the floor is looked at. */
	uint64_t debit_us[POLICY_PLAN_MAX][CHARGE_TIMES];
};

enum store_answer {
	STORE_TAKEN,
	STORE_REFUSED,		/* no window was charged */
	STORE_STALE,		/* nothing was charged: the ledger has changed, and
				   this node does not know how */
	STORE_ALONE,		/* nothing was charged: Redis is away for longer
				   than the lease, and another node may have
				   frozen what this one does not know of */
	STORE_LATE,		/* nothing was charged: its turn did not come in
				   time, or Redis would not take it */
	STORE_DOWN		/* could not tell; a charge may have been taken */
};

struct store_outcome {
	enum store_answer answer;
	unsigned bucket, window;	/* REFUSED: the first, in request order */
	uint64_t wait_us;		/* REFUSED: until it fits; UINT64_MAX: never */
	bool is_spent, is_struck;	/* REFUSED: as in charge.h */
	uint32_t leased;		/* REFUSED: as in charge.h */
	uint16_t changed[POLICY_PLAN_MAX];	/* each bucket's (charge.h): what a
						   store keeps; not told by Redis */
	uint32_t would_refuse;		/* TAKEN: bit i: observed bucket i would have */
	bool is_outage;			/* decided without Redis, */
	unsigned nodes;			/* by one's share of so many; 0: by all */
	bool is_recalled;		/* REFUSED by what Redis said a moment ago:
					   it was not asked again */
	uint64_t now_us;		/* the store's clock */
	/* TAKEN, REFUSED: each bucket's times (charge.h) after the step; now_us
	 * if it is full. 0: it has no such window. */
	uint64_t full_us[POLICY_PLAN_MAX][CHARGE_TIMES];
};

/* A store is its first member, so that a caller sees only this. */
struct store {
	enum store_answer (*take)(struct store *s, const struct store_request *q,
				  struct store_outcome *o);
	void (*free)(struct store *s);
};

/* The window to which the k-th time of a bucket belongs, k < CHARGE_TIMES.
 * NULL: it has none. */
const struct policy_window *store_window(const struct store_bucket *b, unsigned k);

/* Units of a budget that a node may have in hand. */
uint32_t store_lease(const struct policy_window *budget);

/* The step itself (charge.h): from the stored times in o to those after it, at
 * o->now_us. Before it, a store sets the bits in o->changed of times that lie
 * beyond an empty bucket of the rate and burst they were kept with: the clock
 * went back, and they heal. Fills the answer and what belongs to it; returns it. */
enum store_answer store_charge(const struct store_request *q,
			       struct store_outcome *o);

/* Any thread. Returns o->answer. An empty request asks for the token alone. */
enum store_answer store_take(struct store *s, const struct store_request *q,
			     struct store_outcome *o);
void store_free(struct store *s);

#endif
