/*
 * combine.c - many threads, one at a time at work, for all that wait.
 */
#include "combine.h"

#include <errno.h>
#include <stdlib.h>
#include <time.h>

#include "../clock.h"

TAILQ_HEAD(queue, combine_item);

struct combine {
	pthread_mutex_t lock;
	bool is_busy;		/* somebody leads */
	struct queue queue;
};

struct combine *
combine_new(void)
{
	struct combine *c = calloc(1, sizeof(*c));

	if (c == NULL)
		return NULL;
	pthread_mutex_init(&c->lock, NULL);
	TAILQ_INIT(&c->queue);
	return c;
}

void
combine_free(struct combine *c)
{
	if (c == NULL)
		return;
	pthread_mutex_destroy(&c->lock);
	free(c);
}

static void
init_item(struct combine_item *item)
{
	pthread_condattr_t attr;

	pthread_condattr_init(&attr);
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	pthread_cond_init(&item->turn, &attr);
	pthread_condattr_destroy(&attr);
	item->state = COMBINE_QUEUED;
}

static void
set_state(struct combine_item *item, enum combine_state state)
{
	item->state = state;
	pthread_cond_signal(&item->turn);
}

static void
wait_turn(struct combine *c, struct combine_item *item)
{
	struct timespec until = {
		.tv_sec = (time_t)(item->turn_us / 1000000),
		.tv_nsec = (long)(item->turn_us % 1000000) * 1000,
	};

	TAILQ_INSERT_TAIL(&c->queue, item, link);
	while (item->state == COMBINE_QUEUED)
		if (pthread_cond_timedwait(&item->turn, &c->lock, &until) ==
		    ETIMEDOUT && item->state == COMBINE_QUEUED) {
			TAILQ_REMOVE(&c->queue, item, link);
			item->state = COMBINE_LATE;
		}
	/* The leader's deadline is ours or earlier. */
	while (item->state == COMBINE_CARRIED)
		pthread_cond_wait(&item->turn, &c->lock);
}

/* The leader's own item, then what waits and still has time, in order. */
static size_t
gather(struct combine *c, struct combine_item *own, uint64_t now_us,
       struct combine_item **batch, uint64_t *deadline_us)
{
	struct combine_item *item, *next;
	size_t n = 0;

	batch[n++] = own;
	*deadline_us = own->deadline_us;
	for (item = TAILQ_FIRST(&c->queue); item != NULL && !own->is_alone &&
	     n < COMBINE_MAX; item = next) {
		next = TAILQ_NEXT(item, link);
		if (item->is_alone || item->turn_us <= now_us)
			continue;
		TAILQ_REMOVE(&c->queue, item, link);
		item->state = COMBINE_CARRIED;
		if (item->deadline_us < *deadline_us)
			*deadline_us = item->deadline_us;
		batch[n++] = item;
	}
	return n;
}

/* Sends everybody away who waits for what has just failed. */
static void
drop_queue(struct combine *c)
{
	struct combine_item *item, *next;

	for (item = TAILQ_FIRST(&c->queue); item != NULL; item = next) {
		next = TAILQ_NEXT(item, link);
		if (item->is_alone)
			continue;
		TAILQ_REMOVE(&c->queue, item, link);
		set_state(item, COMBINE_DROPPED);
	}
}

/* Unlocks for the time of the work. */
static enum combine_state
lead(struct combine *c, struct combine_item *own, const struct combine_work *work)
{
	struct combine_item *batch[COMBINE_MAX];
	uint64_t now_us = clock_monotonic_us(), deadline_us;
	enum combine_state end;
	size_t n;

	if (own->turn_us <= now_us)
		return COMBINE_LATE;
	n = gather(c, own, now_us, batch, &deadline_us);
	pthread_mutex_unlock(&c->lock);
	end = work->run(work->arg, batch, n, deadline_us) ? COMBINE_DONE :
							    COMBINE_FAILED;
	pthread_mutex_lock(&c->lock);
	for (size_t i = 1; i < n; i++)
		set_state(batch[i], end);
	if (end == COMBINE_FAILED)
		drop_queue(c);
	return end;
}

static void
hand_over(struct combine *c)
{
	struct combine_item *next = TAILQ_FIRST(&c->queue);

	c->is_busy = next != NULL;
	if (next != NULL) {
		TAILQ_REMOVE(&c->queue, next, link);
		set_state(next, COMBINE_LEADS);
	}
}

enum combine_state
combine_run(struct combine *c, struct combine_item *item,
	    struct combine_work work)
{
	enum combine_state end;

	init_item(item);
	pthread_mutex_lock(&c->lock);
	if (c->is_busy) {
		wait_turn(c, item);
	} else {
		c->is_busy = true;
		item->state = COMBINE_LEADS;
	}
	end = item->state;
	if (end == COMBINE_LEADS) {
		end = lead(c, item, &work);
		hand_over(c);
	}
	pthread_mutex_unlock(&c->lock);
	pthread_cond_destroy(&item->turn);
	return end;
}

size_t
combine_waiting(struct combine *c)
{
	struct combine_item *item;
	size_t n = 0;

	pthread_mutex_lock(&c->lock);
	TAILQ_FOREACH(item, &c->queue, link)
		n++;
	pthread_mutex_unlock(&c->lock);
	return n;
}
