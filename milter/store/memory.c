/*
 * memory.c - the store in this process: the same arithmetic, a bounded table.
 *
 * A bucket lives in one of the REACH places after the one that its pseudonym,
 * already uniformly random, points at. All of them are looked at, so nothing
 * need be moved or marked when another bucket takes its place.
 */
#include "memory.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../policy/bucket/bucket.h"

#define REACH 16
#define TAGS_MAX CHARGE_TIMES
#define REORDER_MAX_US 1000000	/* by which a reply may be overtaken */

enum { WINDOW, BUDGET, STRIKES };

/* One window, by kind, unit and period. Never used: full_us is 0. */
struct tag {
	uint8_t kind, unit;
	uint64_t period_us, interval_us, full_us;
};

struct entry {
	char limit[POLICY_NAME_MAX + 1];
	uint8_t id[PSEUDONYM_LEN];
	uint64_t told_us;		/* the clock at the last change */
	bool is_ours;			/* which was made here, not in Redis */
	struct tag tag[TAGS_MAX];
};

struct memory {
	struct store store;		/* must be the first */
	pthread_mutex_t lock;
	size_t n;
	struct entry *entry;
};

static struct entry *
place(struct memory *m, const struct store_bucket *b, size_t i)
{
	uint64_t home;

	memcpy(&home, b->id, sizeof(home));
	return &m->entry[(home % m->n + i) % m->n];
}

static size_t
reach(const struct memory *m)
{
	return m->n < REACH ? m->n : REACH;
}

static struct entry *
find(struct memory *m, const struct store_bucket *b)
{
	for (size_t i = 0; i < reach(m); i++) {
		struct entry *e = place(m, b, i);

		if (memcmp(e->id, b->id, sizeof(e->id)) == 0 &&
		    strcmp(e->limit, b->limit) == 0)
			return e;
	}
	return NULL;
}

static uint64_t
last_full(const struct entry *e)
{
	uint64_t full_us = 0;

	for (size_t i = 0; i < TAGS_MAX; i++)
		if (e->tag[i].full_us > full_us)
			full_us = e->tag[i].full_us;
	return full_us;
}

/* Forgets what is nearest to full within reach; an unused place is that. */
static struct entry *
make_room(struct memory *m, const struct store_bucket *b)
{
	struct entry *victim = place(m, b, 0);

	for (size_t i = 1; i < reach(m); i++) {
		struct entry *e = place(m, b, i);

		if (last_full(e) < last_full(victim))
			victim = e;
	}
	memset(victim, 0, sizeof(*victim));
	snprintf(victim->limit, sizeof(victim->limit), "%s", b->limit);
	memcpy(victim->id, b->id, sizeof(victim->id));
	return victim;
}

static uint8_t
kind(unsigned k)
{
	if (k == CHARGE_BUDGET)
		return BUDGET;
	return k == CHARGE_STRIKES ? STRIKES : WINDOW;
}

/* The tag is that of b's k-th time. */
static bool
is_of(const struct tag *t, const struct store_bucket *b, unsigned k)
{
	const struct policy_window *w = store_window(b, k);

	return w != NULL && t->full_us != 0 && t->kind == kind(k) &&
	       t->unit == w->unit && t->period_us == w->period_us;
}

static struct bucket_rate
rate(const struct policy_window *w)
{
	return (struct bucket_rate){ w->interval_us, w->burst };
}

/* The k-th time in e, which may be NULL; 0 if it is not there. */
static uint64_t
full_again(const struct entry *e, const struct store_bucket *b, unsigned k,
	   uint64_t now_us)
{
	const struct policy_window *w = store_window(b, k);

	for (size_t i = 0; e != NULL && i < TAGS_MAX; i++) {
		const struct tag *t = &e->tag[i];

		if (is_of(t, b, k))
			return t->interval_us == w->interval_us ? t->full_us :
				bucket_convert(t->interval_us, rate(w),
					       t->full_us, now_us);
	}
	return 0;
}

/* Puts what is in e, where it is later, into the times of b. */
static void
keep_later(const struct entry *e, const struct store_bucket *b, uint64_t now_us,
	   uint64_t *time_us)
{
	for (unsigned k = 0; k < CHARGE_TIMES; k++) {
		uint64_t full_us = full_again(e, b, k, now_us);

		if (time_us[k] < full_us)
			time_us[k] = full_us;
	}
}

static bool
is_in(const struct store_bucket *b, const struct tag *t)
{
	for (unsigned k = 0; k < CHARGE_TIMES; k++)
		if (is_of(t, b, k))
			return true;
	return false;
}

/* Tags that the bucket does not name belong to another version of the policy;
 * they stay until they are full, as far as there is room. */
static void
write_entry(struct memory *m, const struct store_bucket *b,
	    const uint64_t *full_us, uint64_t now_us, bool is_ours)
{
	struct tag tag[TAGS_MAX] = { 0 };
	struct entry *e = find(m, b);
	size_t n = 0;

	if (e == NULL)
		e = make_room(m, b);
	for (unsigned k = 0; k < CHARGE_TIMES; k++) {
		const struct policy_window *w = store_window(b, k);

		if (w != NULL)
			tag[n++] = (struct tag){ kind(k), (uint8_t)w->unit,
				w->period_us, w->interval_us, full_us[k] };
	}
	for (size_t i = 0; i < TAGS_MAX && n < TAGS_MAX; i++)
		if (e->tag[i].full_us > now_us && !is_in(b, &e->tag[i]))
			tag[n++] = e->tag[i];
	memcpy(e->tag, tag, sizeof(tag));
	e->told_us = now_us;
	e->is_ours = is_ours;
}

/* The step changed bucket i, or may have. */
static bool
is_charged(const struct store_request *q, unsigned i,
	   const struct store_outcome *o)
{
	const struct store_bucket *b = &q->bucket[i];

	if (o->answer == STORE_TAKEN)
		return !b->is_observed || o->would_refuse == 0;
	return o->bucket == i && (b->budget != NULL || b->strikes != NULL);
}

static enum store_answer
take(struct store *store, const struct store_request *q, struct store_outcome *o)
{
	struct memory *m = (struct memory *)store;

	memset(o, 0, sizeof(*o));
	o->now_us = q->now_us;
	pthread_mutex_lock(&m->lock);
	for (unsigned i = 0; i < q->n; i++) {
		const struct store_bucket *b = &q->bucket[i];

		memcpy(o->full_us[i], q->floor_us[i], sizeof(o->full_us[i]));
		keep_later(find(m, b), b, q->now_us, o->full_us[i]);
	}
	store_charge(q, o);
	for (unsigned i = 0; i < q->n; i++)
		if (is_charged(q, i, o))
			write_entry(m, &q->bucket[i], o->full_us[i], q->now_us,
				    true);
	pthread_mutex_unlock(&m->lock);
	return o->answer;
}

static bool
is_full(const uint64_t *full_us, uint64_t now_us)
{
	for (unsigned k = 0; k < CHARGE_TIMES; k++)
		if (full_us[k] > now_us)
			return false;
	return true;
}

/* A report that was overtaken by another adds to it. One that is much older
 * than what is here says that Redis's clock went back, and counts. */
static void
note(struct memory *m, const struct store_bucket *b, const uint64_t *told,
     uint64_t now_us)
{
	uint64_t full_us[CHARGE_TIMES];
	struct entry *e = find(m, b);
	bool is_late = e != NULL && e->told_us > now_us &&
		       e->told_us - now_us < REORDER_MAX_US;

	if (e == NULL && is_full(told, now_us))
		return;
	memcpy(full_us, told, sizeof(full_us));
	if (is_late) {
		keep_later(e, b, now_us, full_us);
		now_us = e->told_us;
	}
	write_entry(m, b, full_us, now_us, false);
}

void
memory_note(struct store *store, const struct store_request *q,
	    const struct store_outcome *o)
{
	struct memory *m = (struct memory *)store;

	pthread_mutex_lock(&m->lock);
	for (unsigned i = 0; i < q->n; i++)
		note(m, &q->bucket[i], o->full_us[i], o->now_us);
	pthread_mutex_unlock(&m->lock);
}

/* What Redis said of refusals is no floor there: their count may have begun
 * anew since, when another node's was the last. */
void
memory_recall(struct store *store, struct store_request *q)
{
	struct memory *m = (struct memory *)store;

	pthread_mutex_lock(&m->lock);
	for (unsigned i = 0; i < q->n; i++) {
		const struct entry *e = find(m, &q->bucket[i]);

		keep_later(e, &q->bucket[i], q->now_us, q->floor_us[i]);
		if (e != NULL && !e->is_ours)
			q->floor_us[i][CHARGE_STRIKES] = 0;
	}
	pthread_mutex_unlock(&m->lock);
}

static void
memory_free(struct store *store)
{
	struct memory *m = (struct memory *)store;

	pthread_mutex_destroy(&m->lock);
	free(m->entry);
	free(m);
}

struct store *
memory_new(size_t buckets)
{
	struct memory *m = calloc(1, sizeof(*m));

	if (m == NULL)
		return NULL;
	m->store = (struct store){ take, memory_free };
	m->n = buckets > 0 ? buckets : 1;
	m->entry = calloc(m->n, sizeof(*m->entry));
	if (m->entry == NULL) {
		free(m);
		return NULL;
	}
	pthread_mutex_init(&m->lock, NULL);
	return &m->store;
}
