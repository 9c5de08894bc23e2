/*
 * combine.c - many threads, one at a time at work, for all that wait.
 */
#include "combine.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
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

/* From here on the item's thread does not leave before it is woken. To be called
 * with the lock held. */
static void
unqueue(struct combine *c, struct combine_item *item, enum combine_state state)
{
	TAILQ_REMOVE(&c->queue, item, link);
	atomic_store(&item->state, state);
}

static void
wake(struct combine_item *item, enum combine_state state)
{
	atomic_store(&item->state, state);
	sem_post(&item->turn);
}

/* Returns true if the item was still in the queue, and is no longer. */
static bool
leave(struct combine *c, struct combine_item *item)
{
	bool is_late;

	pthread_mutex_lock(&c->lock);
	is_late = atomic_load(&item->state) == COMBINE_QUEUED;
	if (is_late)
		unqueue(c, item, COMBINE_LATE);
	pthread_mutex_unlock(&c->lock);
	return is_late;
}

/* Who is carried waits for the leader, whose deadline is not later. */
static void
wait_turn(struct combine *c, struct combine_item *item)
{
	struct timespec until = {
		.tv_sec = (time_t)(item->turn_us / 1000000),
		.tv_nsec = (long)(item->turn_us % 1000000) * 1000,
	};
	int failed;

	do
		failed = sem_clockwait(&item->turn, CLOCK_MONOTONIC, &until);
	while (failed && errno == EINTR);
	if (!failed || leave(c, item))
		return;
	while (sem_wait(&item->turn) < 0)
		;
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
		unqueue(c, item, COMBINE_CARRIED);
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
		unqueue(c, item, COMBINE_DROPPED);
		wake(item, COMBINE_DROPPED);
	}
}

/* The longest waiting leads next. */
static struct combine_item *
next_leader(struct combine *c)
{
	struct combine_item *next = TAILQ_FIRST(&c->queue);

	c->is_busy = next != NULL;
	if (next != NULL)
		unqueue(c, next, COMBINE_LEADS);
	return next;
}

/* The next leader is woken before those who only go. */
static enum combine_state
lead(struct combine *c, struct combine_item *own, const struct combine_work *work)
{
	struct combine_item *batch[COMBINE_MAX], *next;
	uint64_t now_us = clock_monotonic_us(), deadline_us;
	enum combine_state end = COMBINE_LATE;
	size_t n = 0;

	pthread_mutex_lock(&c->lock);
	if (own->turn_us > now_us) {
		n = gather(c, own, now_us, batch, &deadline_us);
		pthread_mutex_unlock(&c->lock);
		end = work->run(work->arg, batch, n, deadline_us) ?
		      COMBINE_DONE : COMBINE_FAILED;
		pthread_mutex_lock(&c->lock);
	}
	if (end == COMBINE_FAILED)
		drop_queue(c);
	next = next_leader(c);
	pthread_mutex_unlock(&c->lock);
	if (next != NULL)
		wake(next, COMBINE_LEADS);
	for (size_t i = 1; i < n; i++)
		wake(batch[i], end);
	return end;
}

enum combine_state
combine_run(struct combine *c, struct combine_item *item,
	    struct combine_work work)
{
	enum combine_state end;
	bool is_first;

	sem_init(&item->turn, 0, 0);
	atomic_init(&item->state, COMBINE_QUEUED);
	pthread_mutex_lock(&c->lock);
	is_first = !c->is_busy;
	c->is_busy = true;
	if (!is_first)
		TAILQ_INSERT_TAIL(&c->queue, item, link);
	pthread_mutex_unlock(&c->lock);
	if (!is_first)
		wait_turn(c, item);
	end = is_first ? COMBINE_LEADS : atomic_load(&item->state);
	if (end == COMBINE_LEADS)
		end = lead(c, item, &work);
	sem_destroy(&item->turn);
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
