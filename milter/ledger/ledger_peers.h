/*
 * ledger_peers.h - every node that this one has ever seen beside it.
 *
 * DIR/nodes, a name a line. Redis has the list too, but a Redis that comes back
 * empty has forgotten it, and a node that nobody remembers is a node that
 * nobody asks whether it knows of a freeze.
 */
#ifndef MILTER_LEDGER_PEERS_H
#define MILTER_LEDGER_PEERS_H

#include "ledger.h"

#define LEDGER_PEERS_MAX 100

/* name[0..*n) are the nodes that Redis knows. Writes down those that are new,
 * and appends those that only the file knows. False: e says why. */
bool ledger_peers(struct ledger *l, char name[][RECORD_NODE_MAX + 1], size_t *n,
		  struct error *e);

#endif
