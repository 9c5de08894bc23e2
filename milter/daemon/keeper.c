/*
 * keeper.c - the thread behind the sessions.
 *
 * It has a connection of its own, so that what it does never waits for mail
 * and mail never waits for it.
 */
#include "keeper.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <systemd/sd-daemon.h>

#include "../clock.h"
#include "../ledger/mirror.h"
#include "../log.h"
#include "../store/outage.h"
#include "../store/redis_store.h"

#define ROUND_US 1000000
#define CHECK_ROUNDS 10		/* a connected Redis is looked at this often */

struct keeper {
	struct keeper_options o;
	struct conn *conn;		/* the thread's own; NULL: none */
	unsigned round;			/* since it was connected */
	unsigned skipped;		/* records, at the last exchange */
	struct error sync_error;
	bool is_status_failing;
	struct strikes *strikes;
	pthread_t thread;
	bool is_started;

	pthread_mutex_t lock;		/* all that follows */
	pthread_cond_t changed;
	uint64_t wanted;		/* exchanges asked for */
	uint64_t tried, synced;		/* up to which request */
	bool is_stopping;
};

struct keeper *
keeper_new(const struct keeper_options *o)
{
	struct keeper *k = calloc(1, sizeof(*k));
	pthread_condattr_t attr;

	if (k == NULL)
		return NULL;
	k->strikes = strikes_new();
	if (k->strikes == NULL) {
		free(k);
		return NULL;
	}
	k->o = *o;
	pthread_mutex_init(&k->lock, NULL);
	pthread_condattr_init(&attr);
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	pthread_cond_init(&k->changed, &attr);
	pthread_condattr_destroy(&attr);
	return k;
}

static uint64_t
deadline(const struct keeper *k)
{
	return clock_monotonic_us() + k->o.timeout_us;
}

static void
disconnect(struct keeper *k)
{
	conn_close(k->conn);
	k->conn = NULL;
	k->round = 0;
}

/* A Redis that can be reached but must not be used is no Redis. */
static bool
connect_fit(struct keeper *k, struct error *e)
{
	if (k->conn == NULL) {
		k->conn = conn_open(k->o.redis, deadline(k), e);
		if (k->conn == NULL)
			return false;
	}
	if (k->round++ % CHECK_ROUNDS != 0)
		return true;
	if (redis_fit(k->conn, k->o.ns, k->o.fingerprint, true, deadline(k),
		      e) ==
	    REDIS_FIT)
		return true;
	disconnect(k);
	return false;
}

static void
say_synced(struct keeper *k, const struct mirror_result *r)
{
	if (r->learned > 0)
		log_info("ledger learned=%u", r->learned);
	if (r->restored > 0)
		log_warning("ledger restored=%u reason=\"Redis lacked records of "
			    "this node; it has them now\"", r->restored);
	if (r->skipped > k->skipped)
		log_warning("ledger skipped=%u reason=\"Redis holds records that are "
			    "not signed with this node's key\"", r->skipped);
	k->skipped = r->skipped;
}

/* Logs a failure when it begins and when it changes. */
static void
say_failed(struct keeper *k, const struct error *e)
{
	char value[sizeof(e->text) + 2];

	if (strcmp(e->text, k->sync_error.text) == 0)
		return;
	k->sync_error = *e;
	log_warning("ledger sync=failed reason=%s",
		    log_value(e->text, strlen(e->text), value, sizeof(value)));
}

static bool
exchange(struct keeper *k)
{
	unsigned mark = outage_behind(k->o.status.store);
	struct mirror_result r;
	struct error e;

	memset(&r, 0, sizeof(r));
	if (!mirror_sync(k->o.status.ledger, k->conn, k->o.ns, deadline(k), &r, &e)) {
		say_failed(k, &e);
		disconnect(k);
		return false;
	}
	outage_caught_up(k->o.status.store, mark);
	k->sync_error.text[0] = '\0';
	k->o.status.synced_us = clock_real_us();
	say_synced(k, &r);
	return true;
}

/* Who is there beside us, now and for the time when Redis has forgotten it. */
static void
keep_nodes(struct keeper *k)
{
	struct mirror_node *nodes = NULL;
	uint64_t now_us;
	struct error e;
	size_t n;

	if (mirror_nodes(k->o.status.ledger, k->conn, k->o.ns, deadline(k), &nodes, &n,
			 &now_us, &e)) {
		free(nodes);
		return;
	}
	say_failed(k, &e);
	disconnect(k);
}

/* "I am here"; then the ledger, if Redis knows more or it has been long. The
 * others count our silence from the "here", so the lease does too. */
static void
keep_ledger(struct keeper *k)
{
	uint64_t here_us = clock_monotonic_us();
	bool is_stale;
	struct error e;

	if (!mirror_heartbeat(k->o.status.ledger, k->conn, k->o.ns, deadline(k),
			      &is_stale, &e)) {
		say_failed(k, &e);
		disconnect(k);
		return;
	}
	if (is_stale)
		outage_set_behind(k->o.status.store);
	if ((is_stale || k->round % CHECK_ROUNDS == 1) && !exchange(k))
		return;
	outage_heard(k->o.status.store, here_us);
	if (k->round % CHECK_ROUNDS == 1)
		keep_nodes(k);
}

static void
keep_status(struct keeper *k)
{
	char value[sizeof(struct error) + 2];
	struct error e;
	bool is_ok;

	k->o.status.sync_error = k->sync_error.text[0] != '\0' ?
				 k->sync_error.text : NULL;
	is_ok = status_write(&k->o.status, &e);
	if (!is_ok && !k->is_status_failing)
		log_error("status=failed reason=%s",
			  log_value(e.text, strlen(e.text), value, sizeof(value)));
	k->is_status_failing = !is_ok;
}

void
keeper_round(struct keeper *k)
{
	struct store *store = k->o.status.store;
	struct error e;

	strikes_write(k->strikes, k->o.status.ledger);
	strikes_expire(k->o.status.ledger);
	if (!connect_fit(k, &e)) {
		outage_begin(store, e.text);
	} else {
		keep_ledger(k);
		/* Behind a connection that was lost there may be another Redis
		 * now: it is checked before it is used. */
		if (k->conn != NULL || connect_fit(k, &e))
			outage_probe(store);
		else
			outage_begin(store, e.text);
	}
	keep_status(k);
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
	struct error e;
	bool is_ok;

	/* Here first, whether or not Redis can be told. */
	strikes_write(k->strikes, k->o.status.ledger);
	is_ok = connect_fit(k, &e) && exchange(k);
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
	keep_status(k);
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

	if (!strikes_add(k->strikes, s))
		log_error("freeze=failed reason=\"too many wait to be written; the limit "
			  "goes on refusing\"");
	pthread_mutex_lock(&k->lock);
	k->wanted++;
	pthread_cond_broadcast(&k->changed);
	pthread_mutex_unlock(&k->lock);
}
