/*
 * state.c - this node, as a verb meets it: its key and its ledger.
 */
#include "state.h"

bool
state_open(struct state *st, const struct settings *s, struct error *e)
{
	st->ledger = NULL;
	st->keys = keys_open(s->key, false, e);
	if (st->keys == NULL)
		return false;
	st->ledger = ledger_open(s->state, st->keys, e);
	if (st->ledger == NULL) {
		state_close(st);
		return false;
	}
	return true;
}

void
state_close(struct state *st)
{
	ledger_free(st->ledger);
	keys_free(st->keys);
	st->ledger = NULL;
	st->keys = NULL;
}
