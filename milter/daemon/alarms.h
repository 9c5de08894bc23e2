/*
 * alarms.h - what is amiss around this node, as its keeper sees it in Redis.
 *
 * Three things would make a limit larger than it says, unseen: more nodes than
 * the policy shares it among, buckets that Redis has lost, and a clock that
 * jumped. Each is an alarm: it is logged when it begins, when it changes and when
 * it ends, and stands in the status file. For one thread.
 */
#ifndef MILTER_ALARMS_H
#define MILTER_ALARMS_H

#include "../ledger/ledger_file.h"
#include "../ledger/mirror.h"
#include "../redis/genesis.h"

#define ALARMS_NAMES_MAX 512

struct alarms_status {
	unsigned nodes;			/* heard of within a day; 0: never counted */
	unsigned nodes_allowed;		/* as the policy says */
	char names[ALARMS_NAMES_MAX];	/* of these nodes */
	char strangers[ALARMS_NAMES_MAX];	/* that run another policy */
	int64_t clock_us;		/* Redis's clock minus this machine's */
	bool is_clock_off;
	uint64_t restarts;		/* of Redis, since the start of this node */
	uint64_t losses;		/* of all its data */
	uint64_t lost_us;		/* real time of the last one; 0: none */
};

struct alarms {
	struct ledger_file dir;
	struct genesis genesis;		/* as DIR/genesis has it */
	struct alarms_status status;
};

/* What was seen before this start is in DIR/genesis. False: e. */
bool alarms_init(struct alarms *w, const char *dir, struct error *e);
void alarms_fini(struct alarms *w);

/* Looks whether Redis has its data. False: e says why, and the connection must
 * be closed. */
bool alarms_genesis(struct alarms *w, struct conn *c, const char *ns,
		    uint64_t deadline_us, struct error *e);

/* Both read at one moment, or nearly. */
void alarms_clock(struct alarms *w, uint64_t redis_us, uint64_t here_us);

/* The registered nodes, at now_us by Redis's clock; the policy of this one has
 * that digest and allows so many. */
void alarms_nodes(struct alarms *w, const struct mirror_node *nodes, size_t n,
		  uint64_t now_us, unsigned allowed, uint64_t digest);

#endif
