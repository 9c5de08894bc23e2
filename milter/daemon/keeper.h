/*
 * keeper.h - the thread behind the sessions: when a round is due.
 *
 * It makes a round (round.h) each second. In between it exchanges the ledger for
 * sessions that were told "stale", and writes to it what the policy freezes.
 */
#ifndef MILTER_KEEPER_H
#define MILTER_KEEPER_H

#include <stdbool.h>
#include <stdint.h>

#include "round.h"

struct keeper;

/* As round_new. NULL: e. */
struct keeper *keeper_new(const struct round_options *o, struct error *e);

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
