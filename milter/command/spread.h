/*
 * spread.h - from this node's ledger to all others, and back the news that
 * they have it.
 */
#ifndef MILTER_SPREAD_H
#define MILTER_SPREAD_H

#include "../ledger/mirror.h"
#include "../settings.h"

/* A node that was silent for so long is not waited for, unless it has a lease:
 * then for that long. */
#define SPREAD_AWAY_US UINT64_C(60000000)

struct spread_node {
	char name[RECORD_NODE_MAX + 1];
	uint64_t silent_us;	/* since its last heartbeat */
	bool is_confirmed;	/* it has this node's records */
	bool is_away;		/* silent for longer than that */
	bool is_over;		/* and so is its lease: it lets no outbound mail
				   through until it has this node's records */
	bool is_unheard;	/* Redis had forgotten it, and it has not come yet */
};

struct spread {
	bool is_mirrored;	/* Redis has the records */
	struct error why;	/* what Redis did wrong, "" if nothing */
	struct spread_node *node;	/* this node is among them */
	size_t n;
};

/* Exchanges records with Redis once. False: e. */
bool spread_sync(struct ledger *l, const struct settings *s, struct error *e);

/* Mirrors the ledger and waits until every node has confirmed or is away, for
 * wait_us at most. */
void spread_wait(struct spread *out, struct ledger *l, const struct settings *s,
		 uint64_t wait_us);
void spread_free(struct spread *sp);

/* True if every node has confirmed, or its lease is over. One without a lease
 * that is away may be running without Redis. */
bool spread_is_complete(const struct spread *sp);

/* "everywhere", "on this node only": where the order holds. */
const char *spread_where(const struct spread *sp);

/* " 2 of 2 nodes confirmed.", on stdout. */
void spread_print(const struct spread *sp);

/* Says on stderr who is missing; do_there is what to run on that node. */
void spread_complain(const struct spread *sp, const struct settings *s,
		     const char *do_there);

#endif
