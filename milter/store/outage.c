/*
 * outage.c - Redis, or memory while Redis is away.
 */
#include "outage.h"

#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../clock.h"
#include "../log.h"
#include "memory.h"
#include "redis_store.h"
#include "share.h"

struct outage {
	struct store store;		/* must be the first */
	struct store *redis, *memory;
	pthread_mutex_t lock;
	bool is_told;			/* this outage is in the log */
	uint64_t decisions_before;	/* it began */
	unsigned behind, caught_up;	/* equal: the ledger is as Redis had it */
	uint64_t heard_us;		/* 0: not since the start */
	struct outage_status status;
};

static bool
is_outage(struct outage *a)
{
	bool is;

	pthread_mutex_lock(&a->lock);
	is = a->status.is_outage;
	pthread_mutex_unlock(&a->lock);
	return is;
}

/* The first reason stands: what follows it is often its consequence. */
static void
begin(struct outage *a, const char *reason)
{
	char value[1024];
	bool is_news;

	pthread_mutex_lock(&a->lock);
	is_news = !a->status.is_outage || !a->is_told;
	if (!a->status.is_outage) {
		a->status.since_us = clock_real_us();
		a->decisions_before = a->status.decisions;
	}
	if (is_news)
		snprintf(a->status.reason, sizeof(a->status.reason), "%s", reason);
	a->status.is_outage = a->is_told = true;
	pthread_mutex_unlock(&a->lock);
	if (is_news)
		log_error("outage begin reason=%s",
			  log_value(reason, strlen(reason), value, sizeof(value)));
}

static void
end(struct outage *a)
{
	struct outage_status was;
	uint64_t decisions;
	bool is_news;

	pthread_mutex_lock(&a->lock);
	was = a->status;
	decisions = was.decisions - a->decisions_before;
	is_news = was.is_outage && a->is_told;
	a->status.is_outage = a->is_told = false;
	a->status.reason[0] = '\0';
	pthread_mutex_unlock(&a->lock);
	if (is_news)
		log_warning("outage end lasted=%.1fs decisions=%" PRIu64,
			    (double)(clock_real_us() - was.since_us) / 1e6, decisions);
}

static bool
is_behind(struct outage *a)
{
	bool is;

	pthread_mutex_lock(&a->lock);
	is = a->behind != a->caught_up;
	pthread_mutex_unlock(&a->lock);
	return is;
}

/* Longer than the lease, after which the others no longer wait for this node to
 * confirm their freezes. */
static bool
is_alone(struct outage *a, const struct store_request *q)
{
	uint64_t heard_us;

	pthread_mutex_lock(&a->lock);
	heard_us = a->heard_us;
	pthread_mutex_unlock(&a->lock);
	return q->nodes > 1 &&
	       (heard_us == 0 || q->now_us >= heard_us + q->lease_us);
}

/* What stands between mail that can be frozen and a decision made here; TAKEN:
 * nothing does. */
static enum store_answer
obstacle(struct outage *a, const struct store_request *q)
{
	if (strcmp(q->token, STORE_ANY_TOKEN) == 0)
		return STORE_TAKEN;
	if (is_behind(a))
		return STORE_STALE;
	return is_alone(a, q) ? STORE_ALONE : STORE_TAKEN;
}

/* Memory goes on in Redis's time, as the last reply told it. */
static enum store_answer
take_here(struct outage *a, const struct store_request *q,
	  struct store_outcome *o)
{
	enum store_answer answer = obstacle(a, q);
	struct share here;

	if (answer != STORE_TAKEN) {
		memset(o, 0, sizeof(*o));
		o->is_outage = true;
		return o->answer = answer;
	}
	share_build(&here, q);
	here.q.now_us += (uint64_t)redis_store_offset_us(a->redis);
	store_take(a->memory, &here.q, o);
	share_conclude(q, o);
	o->is_outage = true;
	pthread_mutex_lock(&a->lock);
	a->status.decisions++;
	pthread_mutex_unlock(&a->lock);
	return o->answer;
}

/* Memory's levels go along: what was let through while Redis was away, and
 * what a Redis that comes back empty has lost, is a floor there. */
static enum store_answer
take_there(struct outage *a, const struct store_request *q,
	   struct store_outcome *o)
{
	struct store_request there = *q;

	there.now_us += (uint64_t)redis_store_offset_us(a->redis);
	memory_recall(a->memory, &there);
	there.now_us = q->now_us;
	return store_take(a->redis, &there, o);
}

static enum store_answer
take(struct store *store, const struct store_request *q, struct store_outcome *o)
{
	struct outage *a = (struct outage *)store;
	struct error why;

	if (is_outage(a))
		return take_here(a, q, o);
	switch (take_there(a, q, o)) {
	case STORE_TAKEN:
	case STORE_REFUSED:
		memory_note(a->memory, q, o);
		return o->answer;
	case STORE_STALE:
		outage_set_behind(store);
		return o->answer;
	case STORE_ALONE:
	case STORE_DOWN:
		break;
	}
	redis_store_reason(a->redis, &why);
	begin(a, why.text);
	return take_here(a, q, o);
}

static void
outage_free(struct store *store)
{
	struct outage *a = (struct outage *)store;

	store_free(a->redis);
	store_free(a->memory);
	pthread_mutex_destroy(&a->lock);
	free(a);
}

struct store *
outage_new(struct store *redis, struct store *memory)
{
	struct outage *a = calloc(1, sizeof(*a));

	if (a == NULL)
		return NULL;
	a->store = (struct store){ take, outage_free };
	a->redis = redis;
	a->memory = memory;
	pthread_mutex_init(&a->lock, NULL);
	a->status.is_outage = true;
	a->status.since_us = clock_real_us();
	snprintf(a->status.reason, sizeof(a->status.reason),
		 "Redis was not asked yet");
	return &a->store;
}

bool
outage_probe(struct store *store)
{
	struct outage *a = (struct outage *)store;
	struct error e;

	if (!redis_store_probe(a->redis, &e)) {
		begin(a, e.text);
		return false;
	}
	end(a);
	return true;
}

void
outage_begin(struct store *store, const char *reason)
{
	begin((struct outage *)store, reason);
}

void
outage_set_behind(struct store *store)
{
	struct outage *a = (struct outage *)store;

	pthread_mutex_lock(&a->lock);
	a->behind++;
	pthread_mutex_unlock(&a->lock);
}

unsigned
outage_behind(struct store *store)
{
	struct outage *a = (struct outage *)store;
	unsigned mark;

	pthread_mutex_lock(&a->lock);
	mark = a->behind;
	pthread_mutex_unlock(&a->lock);
	return mark;
}

void
outage_caught_up(struct store *store, unsigned mark)
{
	struct outage *a = (struct outage *)store;

	pthread_mutex_lock(&a->lock);
	a->caught_up = mark;
	pthread_mutex_unlock(&a->lock);
}

void
outage_heard(struct store *store, uint64_t now_us)
{
	struct outage *a = (struct outage *)store;

	pthread_mutex_lock(&a->lock);
	a->heard_us = now_us;
	pthread_mutex_unlock(&a->lock);
}

void
outage_status(struct store *store, struct outage_status *out)
{
	struct outage *a = (struct outage *)store;

	pthread_mutex_lock(&a->lock);
	*out = a->status;
	pthread_mutex_unlock(&a->lock);
}
