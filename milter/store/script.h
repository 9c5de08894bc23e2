/*
 * script.h - how take.lua is asked, and how its reply is read.
 */
#ifndef MILTER_SCRIPT_H
#define MILTER_SCRIPT_H

#include "../redis/conn.h"
#include "store.h"

#define SCRIPT_SHA_LEN 40
#define SCRIPT_NONCE_LEN 16

struct script_call {
	const struct store_request *q;
	uint64_t deadline_us;			/* Redis's clock */
	char nonce[SCRIPT_NONCE_LEN + 1];
};

enum script_result {
	SCRIPT_ANSWERED,
	SCRIPT_LATE,		/* nothing was charged; o->now_us is set */
	SCRIPT_MISSING,		/* nothing was charged: load it */
	SCRIPT_BAD		/* e says why; close the connection */
};

/* Queues the call. False: it is too long, or out of memory. */
bool script_append(struct conn *c, const char *sha, const char *ns,
		   const struct script_call *call);

/* Fills o if it is answered. Everything in the reply is checked: nonce, shape,
 * ranges. */
enum script_result script_read(const struct reply *r, const struct script_call *call,
			       struct store_outcome *o, struct error *e);

#endif
