/*
 * order.h - a freeze or a thaw, from the operator's words to this node's file.
 */
#ifndef MILTER_ORDER_H
#define MILTER_ORDER_H

#include "../ledger/ledger.h"

/* A record of the kind and reason by whoever runs this. False: there is no
 * reason, or one that a record cannot hold; e says which. */
bool order_begin(struct record *r, enum record_kind kind, const char *reason,
		 struct error *e);

#define ORDER_WAIT_US UINT64_C(5000000)	/* for the other nodes, unless told */

/* --wait, in seconds. */
bool order_wait(const char *text, uint64_t *wait_us, struct error *e);

/* The records that are active for exactly this scope text, or the one of that
 * id: moved to the front. Returns how many. */
size_t order_select(struct record *active, size_t n, const char *scope_or_id);

#endif
