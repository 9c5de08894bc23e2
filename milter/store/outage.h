/*
 * outage.h - the store that the daemon uses: Redis, or memory while Redis is
 * away.
 *
 * What Redis refused a moment ago is refused without asking again. The breaker
 * opens at the first failure; from then on memory decides at once, each bucket
 * starting from the level that Redis last reported; one of several nodes decides
 * by its share (share.h), and for the lease only. A probe, called by the daemon's
 * keeper, closes it again; what memory let through meanwhile is told to Redis
 * once, and is a floor under its levels.
 */
#ifndef MILTER_OUTAGE_H
#define MILTER_OUTAGE_H

#include "store.h"

struct outage_status {
	bool is_outage;
	uint64_t since_us;	/* real time at which it began */
	uint64_t decisions;	/* taken without Redis since the start */
	uint64_t recalled;	/* refusals for which Redis was not asked again */
	uint64_t late;		/* of the decisions: its turn did not come in time */
	unsigned nodes;		/* registered; 0: not known */
	char reason[400];	/* why Redis could not be used, at last */
};

/* Owns both stores. Starts open (in outage) until the first probe. */
struct store *outage_new(struct store *redis, struct store *memory);

/* Tries to use Redis again; logs the end of an outage. Returns true if Redis
 * is in use. Called by one thread. */
bool outage_probe(struct store *s);

/* Something else found Redis unfit: begin an outage, or keep the one there is. */
void outage_begin(struct store *s, const char *reason);

/* Redis has another version of the ledger than this node: until the node has
 * caught up, what needs the ledger is answered STALE also in an outage. A STALE
 * from Redis does the same. Any thread. */
void outage_set_behind(struct store *s);

/* How often that was so. Taken before an exchange of the ledger and given back
 * after it succeeded, so that what came in between still counts. */
unsigned outage_behind(struct store *s);
void outage_caught_up(struct store *s, unsigned mark);

/* At that time (monotonic) this node was on its way to tell Redis that it is
 * there, and found every freeze known: the lease counts from it. What the others
 * were told of the lease (0: nothing) bounds it, whatever policy comes later. */
void outage_heard(struct store *s, uint64_t now_us, uint64_t lease_us);

/* So many nodes are registered; if they are more than the policy says, they
 * count. Any thread. */
void outage_set_nodes(struct store *s, unsigned nodes);

/* Redis may have lost what it knew: what this node remembers is told to it with
 * what is settled. */
void outage_doubt(struct store *s, uint64_t now_us);

/* Tells Redis some of what was decided without it; to be called by the keeper
 * while Redis is in use. Returns false when it could not. */
bool outage_settle(struct store *s, uint64_t now_us);

void outage_status(struct store *s, struct outage_status *out);

#endif
