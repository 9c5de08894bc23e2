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

/* As root it goes on as the owner of the state directory, so that every file
 * stays his; the real uid still tells who gave the order. False: e. */
bool state_open(struct state *st, const struct settings *s, struct error *e);
void state_close(struct state *st);

#endif
