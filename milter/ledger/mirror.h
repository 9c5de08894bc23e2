/*
 * mirror.h - the ledger in Redis: a union of records, and a version token.
 *
 *   sluice:{ns}:ledger   hash, id/mac -> sealed record
 *   sluice:{ns}:token    random, set afresh with every write
 *   sluice:{ns}:nodes    hash, node -> "time_us token lease_us digest", or the
 *                        first two alone, as earlier versions wrote it
 *
 * A node whose token equals Redis's holds every record that Redis holds.
 */
#ifndef MILTER_MIRROR_H
#define MILTER_MIRROR_H

#include "../redis/conn.h"
#include "ledger.h"

struct mirror_result {
	unsigned learned;	/* records that Redis had and the file had not */
	unsigned sent;		/* records that are new to Redis */
	unsigned restored;	/* records that Redis had lost: an alarm */
	unsigned skipped;	/* fields in Redis that hold no record of ours */
};

/* Exchanges records both ways and takes over the token. False: e says why and
 * the connection must be closed. */
bool mirror_sync(struct ledger *l, struct conn *c, const char *ns,
		 uint64_t deadline_us, struct mirror_result *r, struct error *e);

/* What a node says of itself with each heartbeat. */
struct mirror_beat {
	uint64_t lease_us;		/* so long it decides without Redis; 0: for
					   ever, as its policy says one node */
	uint64_t digest;		/* of its policy */
};

/* "I am here, and this is the token that I know." Returns in *is_stale whether
 * Redis has another token, and in *now_us Redis's time. */
bool mirror_heartbeat(struct ledger *l, struct conn *c, const char *ns,
		      const struct mirror_beat *beat, uint64_t deadline_us,
		      bool *is_stale, uint64_t *now_us, struct error *e);

struct mirror_node {
	char name[RECORD_NODE_MAX + 1];
	uint64_t seen_us;		/* Redis time of the last heartbeat; 0: none
					   since Redis lost its list of nodes */
	char token[STORE_TOKEN_MAX + 1];
	bool has_beat;			/* false: it is of an earlier version */
	struct mirror_beat beat;
};

/* Registered nodes, allocated: those in Redis, and those that l remembers,
 * which are put back there. *now_us is Redis's time. False: e. */
bool mirror_nodes(struct ledger *l, struct conn *c, const char *ns, uint64_t deadline_us,
		  struct mirror_node **nodes, size_t *n, uint64_t *now_us,
		  struct error *e);

#endif
