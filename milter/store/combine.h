/*
 * combine.h - many threads, one at a time at work, for all that wait.
 *
 * Whoever finds nobody at work leads: it takes everything that waits as one
 * batch and works on it, while others queue up for the next. Under load the
 * batch grows by itself. No lock is held during work, and none is needed to go
 * when it is done.
 */
#ifndef MILTER_COMBINE_H
#define MILTER_COMBINE_H

#include <semaphore.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/queue.h>

#define COMBINE_MAX 64		/* items of one batch */

enum combine_state {
	COMBINE_QUEUED,		/* in the queue; may leave it */
	COMBINE_LEADS,		/* out of it, and the one at work */
	COMBINE_CARRIED,	/* in the leader's batch */
	COMBINE_DONE,		/* worked on */
	COMBINE_FAILED,		/* worked on, and work failed */
	COMBINE_LATE,		/* not worked on: its turn did not come in time */
	COMBINE_DROPPED		/* not worked on: work failed before its turn */
};

/* Lies on the stack of its thread, which leaves only when nobody else can see
 * it any more. The caller sets the first three. Who is not at work at turn_us
 * leaves, so that no batch has less time than lies between the two: one item
 * that is nearly late does not make its batch fail. */
struct combine_item {
	uint64_t turn_us, deadline_us;	/* monotonic */
	bool is_alone;			/* never in a batch with others, and not
					   dropped when theirs failed */
	_Atomic enum combine_state state;
	sem_t turn;			/* posted with the last of its states, or
					   when it leads */
	TAILQ_ENTRY(combine_item) link;
};

struct combine;

/* Works on the batch until deadline_us, the earliest of its items. On false
 * all others that wait are dropped. */
struct combine_work {
	bool (*run)(void *arg, struct combine_item **batch, size_t n,
		    uint64_t deadline_us);
	void *arg;
};

struct combine *combine_new(void);
void combine_free(struct combine *c);

/* Returns DONE, FAILED, LATE or DROPPED. The work is that of whoever leads; with
 * is_alone it is the caller's own, and it has to itself whatever work uses. */
enum combine_state combine_run(struct combine *c, struct combine_item *item,
			       struct combine_work work);

/* Items in the queue, not counting the batch that is worked on. */
size_t combine_waiting(struct combine *c);

#endif
