/*
 * state.h - this node, as a verb meets it: its key and its ledger.
 */
#ifndef MILTER_STATE_H
#define MILTER_STATE_H

#include "../ledger/ledger.h"
#include "../settings.h"

struct state {
	struct keys *keys;
	struct ledger *ledger;
};

/* The key must be there: only sluiced makes one. False: e. */
bool state_open(struct state *st, const struct settings *s, struct error *e);
void state_close(struct state *st);

#endif
