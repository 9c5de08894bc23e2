/*
 * outage.c - Redis, or memory while Redis is away.
 */
#include "outage.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "../clock.h"
#include "breaker.h"
#include "memory/memory.h"
#include "redis_store.h"
#include "settle.h"
#include "share.h"

struct outage {
	struct store store;		/* must be the first */
	struct store *redis, *memory;
	struct breaker breaker;
	pthread_mutex_t lock;		/* all that follows */
	unsigned behind, caught_up;	/* equal: the ledger is as Redis had it */
	uint64_t heard_us;		/* 0: not since the start */
	uint64_t lease_us;		/* that the others know of; 0: none */
	unsigned nodes;			/* registered */
};

/* The request in the clock of Redis, as the last reply told it. */
static struct store_request
in_redis_time(const struct outage *a, const struct store_request *q)
{
	struct store_request there = *q;

	there.now_us += (uint64_t)redis_store_offset_us(a->redis);
	return there;
}

static unsigned
nodes(struct outage *a, const struct store_request *q)
{
	unsigned n;

	pthread_mutex_lock(&a->lock);
	n = a->nodes > q->nodes ? a->nodes : q->nodes;
	pthread_mutex_unlock(&a->lock);
	return n;
}

/* What stands between mail that can be frozen and a decision made here; TAKEN:
 * nothing does. After the lease the others no longer wait for this node to
 * confirm their freezes. */
static enum store_answer
obstacle(struct outage *a, const struct store_request *q)
{
	uint64_t lease_us = q->lease_us;
	bool is_behind, is_expired;

	if (strcmp(q->token, STORE_ANY_TOKEN) == 0)
		return STORE_TAKEN;
	pthread_mutex_lock(&a->lock);
	is_behind = a->behind != a->caught_up;
	if (a->lease_us > 0 && a->lease_us < lease_us)
		lease_us = a->lease_us;
	is_expired = a->heard_us == 0 || q->now_us >= a->heard_us + lease_us;
	pthread_mutex_unlock(&a->lock);
	if (is_behind)
		return STORE_STALE;
	return is_expired && nodes(a, q) > 1 ? STORE_ALONE : STORE_TAKEN;
}

/* Hundreds of threads may wait in take_there: what the other ways need on the
 * stack must not lie under it. */
#define APART __attribute__((noinline))

static APART enum store_answer
take_here(struct outage *a, const struct store_request *q,
	  struct store_outcome *o, enum breaker_count what)
{
	enum store_answer answer = obstacle(a, q);
	unsigned n = nodes(a, q);
	struct store_request mine;
	struct share here;

	if (answer != STORE_TAKEN) {
		memset(o, 0, sizeof(*o));
		o->is_outage = true;
		return o->answer = answer;
	}
	mine = in_redis_time(a, q);
	share_build(&here, &mine, n);
	store_take(a->memory, &here.q, o);
	share_conclude(q, o);
	o->is_outage = true;
	o->nodes = n > 1 ? n : 0;
	breaker_count(&a->breaker, what);
	return o->answer;
}

/* What Redis refused a moment ago. */
static APART bool
refuse(struct outage *a, const struct store_request *q, struct store_outcome *o)
{
	struct store_request mine = in_redis_time(a, q);

	if (obstacle(a, q) != STORE_TAKEN || !memory_refuse(a->memory, &mine, o))
		return false;
	breaker_count(&a->breaker, BREAKER_RECALLED);
	return true;
}

/* A question to Redis, until it is answered. */
struct trip {
	struct store_request q;
	struct outage *a;
	struct flight flight;
	bool is_sent;
};

/* Memory's levels go along, as they are when it is sent: what was let through
 * without Redis is owed, and what a Redis that comes back empty has lost is a
 * floor there. */
static void
add_levels(void *arg)
{
	struct trip *t = arg;
	uint64_t now_us = t->q.now_us;

	t->q.now_us = in_redis_time(t->a, &t->q).now_us;
	memory_recall(t->a->memory, &t->q);
	t->q.now_us = now_us;
	memory_depart(t->a->memory, &t->flight);
	t->is_sent = true;
}

/* What was owed and may have been charged is not told again. */
static APART enum store_answer
take_there(struct outage *a, const struct store_request *q,
	   struct store_outcome *o)
{
	struct trip t = { .q = *q, .a = a, .flight.q = &t.q };

	t.q.on_send = add_levels;
	t.q.on_send_arg = &t;
	store_take(a->redis, &t.q, o);
	settle_answer(a->memory, &t.q, o);
	if (t.is_sent)
		memory_land(a->memory, &t.flight);
	return o->answer;
}

/* Whoever finds the connection closed may be the first. */
static bool
begin_if_closed(struct outage *a)
{
	struct error why;

	if (!redis_store_is_closed(a->redis))
		return false;
	redis_store_reason(a->redis, &why);
	breaker_open(&a->breaker, why.text, clock_real_us());
	return true;
}

/* Redis was waited for: what stands in the way of a decision here is asked as of
 * now, for the lease may have come to its end. */
static enum store_answer
take_after(struct outage *a, const struct store_request *q,
	   struct store_outcome *o, enum breaker_count what)
{
	struct store_request here = *q;
	uint64_t now_us = clock_monotonic_us();

	if (here.now_us < now_us)
		here.now_us = now_us;
	return take_here(a, &here, o, what);
}

static enum store_answer
take(struct store *store, const struct store_request *q, struct store_outcome *o)
{
	struct outage *a = (struct outage *)store;
	enum store_answer answer;

	if (breaker_is_open(&a->breaker))
		return take_here(a, q, o, BREAKER_DECIDED);
	if (refuse(a, q, o))
		return o->answer;
	answer = take_there(a, q, o);
	if (answer == STORE_STALE)
		outage_set_behind(store);
	if (answer != STORE_LATE && answer != STORE_DOWN)
		return answer;
	return take_after(a, q, o, begin_if_closed(a) ? BREAKER_DECIDED :
							BREAKER_LATE);
}

static void
outage_free(struct store *store)
{
	struct outage *a = (struct outage *)store;

	store_free(a->redis);
	store_free(a->memory);
	breaker_fini(&a->breaker);
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
	breaker_init(&a->breaker, clock_real_us());
	pthread_mutex_init(&a->lock, NULL);
	return &a->store;
}

bool
outage_probe(struct store *store)
{
	struct outage *a = (struct outage *)store;
	struct error e;

	if (!redis_store_probe(a->redis, &e)) {
		outage_begin(store, e.text);
		return false;
	}
	breaker_close(&a->breaker, clock_real_us());
	return true;
}

void
outage_begin(struct store *store, const char *reason)
{
	breaker_open(&((struct outage *)store)->breaker, reason, clock_real_us());
}

void
outage_doubt(struct store *store, uint64_t now_us)
{
	struct outage *a = (struct outage *)store;

	memory_doubt(a->memory, now_us + (uint64_t)redis_store_offset_us(a->redis));
}

bool
outage_settle(struct store *store, uint64_t now_us)
{
	struct outage *a = (struct outage *)store;
	enum store_answer answer;

	if (breaker_is_open(&a->breaker))
		return false;
	answer = settle(a->redis, a->memory, now_us);
	if (answer != STORE_TAKEN)
		begin_if_closed(a);
	return answer == STORE_TAKEN;
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
outage_heard(struct store *store, uint64_t now_us, uint64_t lease_us)
{
	struct outage *a = (struct outage *)store;

	pthread_mutex_lock(&a->lock);
	a->heard_us = now_us;
	a->lease_us = lease_us;
	pthread_mutex_unlock(&a->lock);
}

void
outage_set_nodes(struct store *store, unsigned n)
{
	struct outage *a = (struct outage *)store;

	pthread_mutex_lock(&a->lock);
	a->nodes = n;
	pthread_mutex_unlock(&a->lock);
}

void
outage_status(struct store *store, struct outage_status *out)
{
	struct outage *a = (struct outage *)store;

	breaker_status(&a->breaker, out);
	pthread_mutex_lock(&a->lock);
	out->nodes = a->nodes;
	pthread_mutex_unlock(&a->lock);
}
