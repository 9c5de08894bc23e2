/*
 * round.h - what has to be done each second, on a connection of its own.
 *
 * Is Redis there, fit, and still the one that it was; who else uses it; does it
 * know the ledger, and this node what Redis knows; what was decided without it;
 * what the policy freezes; the status file. For one thread, but for round_strike.
 */
#ifndef MILTER_ROUND_H
#define MILTER_ROUND_H

#include "status.h"
#include "strike.h"

struct round;

struct round_options {
	struct status status;		/* its sync fields and alarms are the round's */
	const struct target *redis;
	const char *ns;
	char fingerprint[PSEUDONYM_HEX + 1];
	uint64_t timeout_us;		/* for each exchange with Redis */
};

/* Copies o; what o points to is kept. It lives as long as the process. NULL: e. */
struct round *round_new(const struct round_options *o, struct error *e);

void round_run(struct round *r);

/* Out of turn: what the policy froze goes into the ledger, whether or not Redis
 * can be told, and the ledger is exchanged. False: that failed. */
bool round_exchange(struct round *r);

/* The last status file. */
void round_end(struct round *r);

/* Any thread. Takes a copy, to be written by the next of the two above. False:
 * too many wait already. */
bool round_strike(struct round *r, const struct strike *s);

#endif
