/*
 * node.h - the name of this node: its host's, and a suffix made at install.
 */
#ifndef MILTER_NODE_H
#define MILTER_NODE_H

#include "ledger_file.h"

/* Reads DIR/node, or makes it. False: e says why. */
bool node_name(const struct ledger_file *f, char out[RECORD_NODE_MAX + 1],
	       struct error *e);

#endif
