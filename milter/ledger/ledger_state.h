/*
 * ledger_state.h - what a ledger holds in memory, and how it follows the file.
 *
 * Only for the ledger_*.c files; everybody else uses ledger.h.
 *
 * Writers take three locks, always in this order: `append` (threads of this
 * process), flock (processes), `lock` (what is in memory). Readers take `lock`
 * alone, so that nobody's fsync delays a decision. Whoever sees that the file
 * has grown reads on, writer or reader.
 */
#ifndef MILTER_LEDGER_STATE_H
#define MILTER_LEDGER_STATE_H

#include <pthread.h>
#include <stdatomic.h>

#include "chain.h"
#include "frozen.h"
#include "head.h"
#include "ledger.h"

struct ledger {
	struct ledger_file file;
	const struct keys *keys;
	char node[RECORD_NODE_MAX + 1];
	struct head head;		/* as it was when we opened */
	pthread_mutex_t append;
	pthread_mutex_t lock;		/* for all that follows */
	off_t size;			/* bytes read and found good */
	size_t count;			/* records in them */
	char last[RECORD_MAC_HEX + 1];
	struct chains chains;
	struct frozen frozen;
	char token[STORE_TOKEN_MAX + 1];
	size_t mirrored;
	struct error broken;		/* never changes once is_broken is set */
	atomic_bool is_broken;
};

/* From now on everything is frozen; the first reason stays. */
void ledger_state_break(struct ledger *l, const char *why);

/* Reads what was added to the file. Under lock. */
void ledger_state_follow(struct ledger *l);

bool ledger_state_is_own(const struct ledger *l, const struct record *r);

#endif
