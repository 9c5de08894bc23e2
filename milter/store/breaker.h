/*
 * breaker.h - whether Redis is in use; if not, since when and why.
 *
 * It begins open, and tells the log when it opens, when the reason has become
 * another one, and when it closes. Times are real, as people read them. Any
 * thread.
 */
#ifndef MILTER_BREAKER_H
#define MILTER_BREAKER_H

#include <pthread.h>

#include "outage.h"

#define BREAKER_PACE_US 10000000	/* between two reasons in the log */

struct breaker {
	pthread_mutex_t lock;
	struct outage_status status;
	uint64_t decisions_before;	/* it opened */
	uint64_t told_us;		/* 0: this outage is not in the log */
	char told[sizeof(((struct outage_status *)0)->reason)];
};

void breaker_init(struct breaker *b, uint64_t now_us);
void breaker_fini(struct breaker *b);

bool breaker_is_open(struct breaker *b);
void breaker_open(struct breaker *b, const char *reason, uint64_t now_us);
void breaker_close(struct breaker *b, uint64_t now_us);

/* One decision more, taken by this node alone. */
enum breaker_count { BREAKER_DECIDED, BREAKER_LATE, BREAKER_RECALLED };
void breaker_count(struct breaker *b, enum breaker_count what);

void breaker_status(struct breaker *b, struct outage_status *out);

#endif
