/*
 * strike.h - what the policy freezes by itself: `freeze after N refusals in D`.
 *
 * Whoever refuses a message one time too many says so here, and does not wait;
 * the keeper writes the freeze to the ledger, and a thaw when its time is over.
 */
#ifndef MILTER_STRIKE_H
#define MILTER_STRIKE_H

#include "../ledger/ledger.h"

#define STRIKE_BY "policy"	/* who: in the ledger, instead of a user */

struct strike {
	struct scope scope;		/* limit and key */
	uint64_t freeze_us;		/* for so long; 0: until a thaw */
	char reason[128];
};

/* What limit i says of the message with these facts. */
void strike_set(struct strike *s, const struct policy *p, unsigned i,
		const struct policy_facts *f);

/* Those that wait to be written; bounded. */
struct strikes;

/* NULL: out of memory. */
struct strikes *strikes_new(void);
void strikes_free(struct strikes *q);

/* Any thread. False: too many wait already; the next N refusals bring it. */
bool strikes_add(struct strikes *q, const struct strike *s);

/* False: there have been so many that one more has to wait, for the ledger
 * only grows. True counts it. One thread. */
bool strikes_may(struct strikes *q, uint64_t now_us);

/* Writes what waits to the ledger, logs it, and keeps what could not be
 * written. One thread. */
void strikes_write(struct strikes *q, struct ledger *l);

/* Puts on record that freezes of this node have ended by themselves; of many,
 * the oldest. */
void strikes_expire(struct ledger *l);

#endif
