/*
 * keeper.c - the thread behind the sessions: when a round is due.
 */
#include "keeper.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <time.h>

#include <systemd/sd-daemon.h>

#include "../clock.h"
#include "../log.h"

#define ROUND_US 1000000

struct keeper {
	struct round *round;
	pthread_t thread;
	bool is_started;

	pthread_mutex_t lock;		/* all that follows */
	pthread_cond_t changed;
	uint64_t wanted;		/* exchanges asked for */
	uint64_t tried, synced;		/* up to which request */
	bool is_stopping;
};

struct keeper *
keeper_new(const struct round_options *o, struct error *e)
{
	struct keeper *k = calloc(1, sizeof(*k));
	pthread_condattr_t attr;

	if (k == NULL) {
		error_set(e, "cannot start: out of memory");
		return NULL;
	}
	k->round = round_new(o, e);
	if (k->round == NULL) {
		free(k);
		return NULL;
	}
	pthread_mutex_init(&k->lock, NULL);
	pthread_condattr_init(&attr);
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	pthread_cond_init(&k->changed, &attr);
	pthread_condattr_destroy(&attr);
	return k;
}

void
keeper_round(struct keeper *k)
{
	round_run(k->round);
	sd_notify(0, "WATCHDOG=1");
}

/* Sleeps until it is time for a round, somebody wants an exchange, or the end.
 * Returns which exchanges are wanted. To be called with the lock held. */
static uint64_t
await(struct keeper *k, uint64_t until_us)
{
	struct timespec until = {
		.tv_sec = (time_t)(until_us / 1000000),
		.tv_nsec = (long)(until_us % 1000000 * 1000),
	};

	while (!k->is_stopping && k->wanted == k->tried &&
	       pthread_cond_timedwait(&k->changed, &k->lock, &until) != ETIMEDOUT)
		;
	return k->wanted;
}

static void
serve_sync(struct keeper *k, uint64_t wanted)
{
	bool is_ok = round_exchange(k->round);

	pthread_mutex_lock(&k->lock);
	k->tried = wanted;
	if (is_ok)
		k->synced = wanted;
	pthread_cond_broadcast(&k->changed);
	pthread_mutex_unlock(&k->lock);
}

static void *
run(void *arg)
{
	struct keeper *k = arg;
	uint64_t next = clock_monotonic_us() + ROUND_US, wanted, tried;
	bool is_stopping;

	for (;;) {
		pthread_mutex_lock(&k->lock);
		wanted = await(k, next);
		tried = k->tried;
		is_stopping = k->is_stopping;
		pthread_mutex_unlock(&k->lock);
		if (is_stopping)
			break;
		if (wanted != tried)
			serve_sync(k, wanted);
		if (clock_monotonic_us() >= next) {
			keeper_round(k);
			next = clock_monotonic_us() + ROUND_US;
		}
	}
	round_end(k->round);
	return NULL;
}

bool
keeper_start(struct keeper *k)
{
	k->is_started = pthread_create(&k->thread, NULL, run, k) == 0;
	return k->is_started;
}

void
keeper_stop(struct keeper *k)
{
	if (!k->is_started)
		return;
	pthread_mutex_lock(&k->lock);
	k->is_stopping = true;
	pthread_cond_broadcast(&k->changed);
	pthread_mutex_unlock(&k->lock);
	pthread_join(k->thread, NULL);
	k->is_started = false;
}

bool
keeper_sync(void *keeper, uint64_t deadline_us)
{
	struct keeper *k = keeper;
	struct timespec until = {
		.tv_sec = (time_t)(deadline_us / 1000000),
		.tv_nsec = (long)(deadline_us % 1000000 * 1000),
	};
	uint64_t mine;
	bool is_synced;

	pthread_mutex_lock(&k->lock);
	mine = ++k->wanted;
	pthread_cond_broadcast(&k->changed);
	while (k->tried < mine && !k->is_stopping &&
	       pthread_cond_timedwait(&k->changed, &k->lock, &until) != ETIMEDOUT)
		;
	is_synced = k->synced >= mine;
	pthread_mutex_unlock(&k->lock);
	return is_synced;
}

void
keeper_freeze(void *keeper, const struct strike *s)
{
	struct keeper *k = keeper;

	if (!round_strike(k->round, s))
		log_error("freeze=failed reason=\"too many wait to be written; the limit "
			  "goes on refusing\"");
	pthread_mutex_lock(&k->lock);
	k->wanted++;
	pthread_cond_broadcast(&k->changed);
	pthread_mutex_unlock(&k->lock);
}
