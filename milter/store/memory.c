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
#define TAGS_MAX POLICY_WINDOWS_MAX
#define REORDER_MAX_US 1000000	/* by which a reply may be overtaken */

/* One window, by unit and period. Never used: full_us is 0. */
struct tag {
	enum policy_unit unit;
	uint64_t period_us, interval_us, full_us;
};

struct entry {
	char limit[POLICY_NAME_MAX + 1];
	uint8_t id[PSEUDONYM_LEN];
	uint64_t told_us;		/* the clock at the last change */
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

static bool
is_of(const struct tag *t, const struct policy_window *w)
{
	return t->full_us != 0 && t->unit == w->unit &&
	       t->period_us == w->period_us;
}

static struct bucket_rate
rate(const struct policy_window *w)
{
	return (struct bucket_rate){ w->interval_us, w->burst };
}

/* From now to the time of an empty bucket. */
static uint64_t
clamp(uint64_t full_us, const struct policy_window *w, uint64_t now_us)
{
	uint64_t empty_us = now_us + w->burst * w->interval_us;

	if (full_us < now_us)
		return now_us;
	return full_us < empty_us ? full_us : empty_us;
}

/* The window's time in e, which may be NULL. */
static uint64_t
full_again(const struct entry *e, const struct policy_window *w, uint64_t now_us)
{
	uint64_t full_us = now_us;

	for (size_t i = 0; e != NULL && i < TAGS_MAX; i++) {
		const struct tag *t = &e->tag[i];

		if (!is_of(t, w))
			continue;
		full_us = t->interval_us == w->interval_us ? t->full_us :
			  bucket_convert(t->interval_us, rate(w), t->full_us,
					 now_us);
	}
	return clamp(full_us, w, now_us);
}

/* The same, and no nearer to full than the caller knows. */
static uint64_t
full_or_floor(const struct entry *e, const struct store_request *q, unsigned i,
	      unsigned k)
{
	const struct policy_window *w = &q->bucket[i].window[k];
	uint64_t full_us = full_again(e, w, q->now_us);
	uint64_t floor_us = clamp(q->floor_us[i][k], w, q->now_us);

	return full_us > floor_us ? full_us : floor_us;
}

static bool
is_in(const struct store_bucket *b, const struct tag *t)
{
	for (unsigned i = 0; i < b->n_windows; i++)
		if (is_of(t, &b->window[i]))
			return true;
	return false;
}

/* Tags that the bucket does not name belong to another version of the policy;
 * they stay until they are full, as far as there is room. */
static void
write_entry(struct entry *e, const struct store_bucket *b,
	    const uint64_t *full_us, uint64_t now_us)
{
	struct tag tag[TAGS_MAX] = { 0 };
	size_t n = 0;

	for (; n < b->n_windows; n++) {
		const struct policy_window *w = &b->window[n];

		tag[n] = (struct tag){ w->unit, w->period_us, w->interval_us,
				       full_us[n] };
	}
	for (size_t i = 0; i < TAGS_MAX && n < TAGS_MAX; i++)
		if (e->tag[i].full_us > now_us && !is_in(b, &e->tag[i]))
			tag[n++] = e->tag[i];
	memcpy(e->tag, tag, sizeof(tag));
	e->told_us = now_us;
}

/* The first window that has no room; returns n_windows if all have. */
static unsigned
refusing(const struct store_request *q, unsigned i, const uint64_t *full_us,
	 uint64_t *wait_us)
{
	const struct store_bucket *b = &q->bucket[i];
	unsigned k;

	for (k = 0; k < b->n_windows; k++) {
		const struct policy_window *w = &b->window[k];

		*wait_us = bucket_wait(rate(w), full_us[k], q->now_us,
				       store_cost(q, w));
		if (*wait_us > 0)
			break;
	}
	return k;
}

/* Fills answer, bucket, window, wait_us and would_refuse. */
static void
judge(const struct store_request *q, struct store_outcome *o)
{
	uint64_t wait_us;

	for (unsigned i = 0; i < q->n; i++) {
		unsigned k = refusing(q, i, o->full_us[i], &wait_us);

		if (k == q->bucket[i].n_windows)
			continue;
		if (q->bucket[i].is_observed) {
			o->would_refuse |= UINT32_C(1) << i;
			continue;
		}
		o->answer = STORE_REFUSED;
		o->bucket = i;
		o->window = k;
		o->wait_us = wait_us;
		o->would_refuse = 0;
		return;
	}
	o->answer = STORE_TAKEN;
}

static void
charge(struct memory *m, const struct store_request *q, unsigned i,
       uint64_t *full_us)
{
	const struct store_bucket *b = &q->bucket[i];
	struct entry *e = find(m, b);

	for (unsigned k = 0; k < b->n_windows; k++)
		bucket_take(rate(&b->window[k]), &full_us[k], q->now_us,
			    store_cost(q, &b->window[k]));
	if (e == NULL)
		e = make_room(m, b);
	write_entry(e, b, full_us, q->now_us);
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
		const struct entry *e = find(m, b);

		for (unsigned k = 0; k < b->n_windows; k++)
			o->full_us[i][k] = full_or_floor(e, q, i, k);
	}
	judge(q, o);
	for (unsigned i = 0; i < q->n && o->answer == STORE_TAKEN; i++)
		if (!q->bucket[i].is_observed || o->would_refuse == 0)
			charge(m, q, i, o->full_us[i]);
	pthread_mutex_unlock(&m->lock);
	return o->answer;
}

static bool
is_full(const struct store_bucket *b, const uint64_t *full_us, uint64_t now_us)
{
	for (unsigned k = 0; k < b->n_windows; k++)
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
	uint64_t full_us[POLICY_WINDOWS_MAX];
	struct entry *e = find(m, b);
	bool is_late = e != NULL && e->told_us > now_us &&
		       e->told_us - now_us < REORDER_MAX_US;

	if (e == NULL && is_full(b, told, now_us))
		return;
	for (unsigned k = 0; k < b->n_windows; k++) {
		uint64_t here = full_again(e, &b->window[k], now_us);

		full_us[k] = is_late && here > told[k] ? here : told[k];
	}
	if (is_late)
		now_us = e->told_us;
	if (e == NULL)
		e = make_room(m, b);
	write_entry(e, b, full_us, now_us);
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

void
memory_recall(struct store *store, struct store_request *q)
{
	struct memory *m = (struct memory *)store;

	pthread_mutex_lock(&m->lock);
	for (unsigned i = 0; i < q->n; i++) {
		const struct store_bucket *b = &q->bucket[i];
		const struct entry *e = find(m, b);

		for (unsigned k = 0; e != NULL && k < b->n_windows; k++)
			q->floor_us[i][k] = full_again(e, &b->window[k], q->now_us);
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
