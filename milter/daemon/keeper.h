/*
 * keeper.h - the thread behind the sessions: what has to be done now and then.
 *
 * Each second it looks whether Redis is there and fit, opens or closes the
 * outage, exchanges the ledger if that is due, and writes the status file. In
 * between it exchanges the ledger for sessions that were told "stale", and
 * writes to it what the policy freezes.
 */
#ifndef MILTER_KEEPER_H
#define MILTER_KEEPER_H

#include <stdbool.h>
#include <stdint.h>

#include "status.h"
#include "strike.h"

struct keeper;

struct keeper_options {
	struct status status;		/* its sync fields are the keeper's */
	const struct conn_target *redis;
	const char *ns;
	char fingerprint[PSEUDONYM_HEX + 1];
	uint64_t timeout_us;		/* for each exchange with Redis */
};

/* Copies o; what o points to is kept. NULL: out of memory. */
struct keeper *keeper_new(const struct keeper_options *o);

/* One round in the calling thread, before keeper_start. */
void keeper_round(struct keeper *k);

/* Signals must be blocked (F54). False: no thread could be made. */
bool keeper_start(struct keeper *k);

/* Ends the thread, if there is one, after a last status file. */
void keeper_stop(struct keeper *k);

/* For struct site: any thread. One exchange serves all who wait. */
bool keeper_sync(void *keeper, uint64_t deadline_us);

/* For struct site: any thread, does not wait. */
void keeper_freeze(void *keeper, const struct strike *s);

#endif
