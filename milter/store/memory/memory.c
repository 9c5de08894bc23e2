/*
 * memory.c - the store in this process: the same arithmetic, a bounded table.
 */
#include "memory.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "debts.h"
#include "lease.h"
#include "place.h"
#include "recall.h"

#define REORDER_MAX_US 1000000	/* by which a reply may be overtaken */

struct memory {
	struct store store;		/* must be the first */
	pthread_mutex_t lock;
	struct slots *slots;
	struct flights flights;
	size_t next;			/* slot to look at for debts */
	uint64_t doubt_us;		/* Redis may have lost what it told before */
	char token[STORE_TOKEN_MAX + 1];	/* the last that Redis knew, */
	uint64_t token_us;		/* and since when, in its clock */
};

static uint64_t
later(uint64_t a, uint64_t b)
{
	return a > b ? a : b;
}

static uint64_t
sooner(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

static const struct policy_window *
whole_of(const struct store_request *q, unsigned i, unsigned k)
{
	return store_window(&(q->whole != NULL ? q->whole : q)->bucket[i], k);
}

/* Beyond an empty bucket: the clock went back, and it heals. */
static bool
is_beyond(const struct place *p, uint64_t now_us)
{
	const struct slot *s = p->slot;
	uint32_t burst = s->interval_us == s->whole_us ? s->burst : p->w->burst;

	return s->full_us > now_us + burst * s->interval_us;
}

static void
read_bucket(struct memory *m, const struct store_request *q, unsigned i,
	    struct store_outcome *o)
{
	for (unsigned k = 0; k < CHARGE_TIMES; k++) {
		struct place p = place_find(m->slots, q, i, k);

		if (p.w == NULL)
			continue;
		o->full_us[i][k] = later(place_full(&p, o->now_us), o->now_us) +
				   flight_cost(&m->flights, q, i, k);
		if (p.slot != NULL && is_beyond(&p, o->now_us))
			o->changed[i] |= (uint16_t)(1u << k);
	}
}

/* Redis knows as much as before, or, of refusals that have begun anew, less. */
static void
write_bucket(struct memory *m, const struct store_request *q, unsigned i,
	     const struct store_outcome *o)
{
	for (unsigned k = 0; k < CHARGE_TIMES; k++) {
		struct place p = place_find(m->slots, q, i, k);
		struct slot *s;

		if (p.w == NULL || (o->changed[i] >> k & 1) == 0)
			continue;
		s = place_open(m->slots, &p, whole_of(q, i, k), o->now_us);
		s->full_us = o->full_us[i][k] - flight_cost(&m->flights, q, i, k);
		s->start_us = sooner(s->start_us, s->full_us);
		s->floor_us = sooner(s->floor_us, s->full_us);
	}
}

static enum store_answer
take(struct store *store, const struct store_request *q, struct store_outcome *o)
{
	struct memory *m = (struct memory *)store;

	memset(o, 0, sizeof(*o));
	o->now_us = q->now_us;
	pthread_mutex_lock(&m->lock);
	for (unsigned i = 0; i < q->n; i++)
		read_bucket(m, q, i, o);
	store_charge(q, o);
	for (unsigned i = 0; i < q->n; i++)
		write_bucket(m, q, i, o);
	pthread_mutex_unlock(&m->lock);
	return o->answer;
}

/* A report that is a little older than what is here was overtaken; one that is
 * much older says that Redis's clock went back, and counts. */
static bool
is_overtaken(uint64_t told_us, uint64_t now_us)
{
	return told_us > now_us && told_us - now_us < REORDER_MAX_US;
}

/* A report that was overtaken adds to the other. What is on its way, and what was
 * decided here meanwhile, comes on top. */
static void
note_window(struct memory *m, const struct place *p, uint64_t told_us, uint64_t now_us)
{
	uint64_t debit_us = place_debit(p, now_us), start_us;
	struct slot *s;
	bool is_late;

	if (p->slot == NULL && told_us <= now_us)
		return;
	s = place_open(m->slots, p, p->w, now_us);
	is_late = is_overtaken(s->told_us, now_us);
	start_us = later(told_us, s->sent_us > 0 ? now_us : 0) + s->sent_us;
	s->start_us = is_late ? later(s->start_us, start_us) : start_us;
	s->floor_us = is_late ? later(s->floor_us, told_us) : told_us;
	s->full_us = later(s->start_us, debit_us > 0 ? now_us : 0) + debit_us;
	if (!is_late)
		s->told_us = now_us;
}

/* What was told under another token counts no more for refusing. */
static void
note_token(struct memory *m, const struct store_request *q, uint64_t now_us)
{
	if (strcmp(q->token, STORE_ANY_TOKEN) == 0 ||
	    is_overtaken(m->token_us, now_us) ||
	    (strcmp(q->token, m->token) == 0 && m->token_us <= now_us))
		return;
	memcpy(m->token, q->token, sizeof(m->token));
	m->token_us = now_us;
}

/* What became of q's debits. */
static void
conclude(struct memory *m, const struct store_request *q,
	 void (*fn)(const struct place *p, struct place_told t))
{
	for (unsigned i = 0; i < q->n; i++)
		for (unsigned k = 0; k < CHARGE_TIMES; k++) {
			struct place p = place_find(m->slots, q, i, k);

			if (q->debit_us[i][k] > 0)
				fn(&p, (struct place_told){ q->floor_us[i][k],
							    q->debit_us[i][k] });
		}
}

void
memory_note(struct store *store, const struct store_request *q,
	    const struct store_outcome *o)
{
	struct memory *m = (struct memory *)store;

	pthread_mutex_lock(&m->lock);
	note_token(m, q, o->now_us);
	conclude(m, q, place_arrive);
	for (unsigned i = 0; i < q->n; i++)
		for (unsigned k = 0; k < CHARGE_TIMES; k++) {
			struct place p = place_find(m->slots, q, i, k);

			if (p.w != NULL)
				note_window(m, &p, o->full_us[i][k], o->now_us);
		}
	if (o->answer == STORE_REFUSED && o->leased > 0)
		lease_add(m->slots, &q->bucket[o->bucket], o->leased, o->now_us);
	pthread_mutex_unlock(&m->lock);
}

static void
recall_bucket(struct memory *m, struct store_request *q, unsigned i)
{
	struct store_bucket *b = &q->bucket[i];

	for (unsigned k = 0; k < CHARGE_TIMES; k++) {
		struct place p = place_find(m->slots, q, i, k);
		struct place_told t = place_tell(m->slots, &p, k, q->now_us);

		q->floor_us[i][k] = t.floor_us;
		q->debit_us[i][k] = t.debit_us;
	}
	b->is_leasing = b->budget != NULL &&
			!lease_has(m->slots, b, charge_cost(b->budget, q->recipients),
				   q->now_us);
}

void
memory_recall(struct store *store, struct store_request *q)
{
	struct memory *m = (struct memory *)store;

	pthread_mutex_lock(&m->lock);
	for (unsigned i = 0; i < q->n; i++)
		recall_bucket(m, q, i);
	pthread_mutex_unlock(&m->lock);
}

void
memory_return(struct store *store, const struct store_request *q)
{
	struct memory *m = (struct memory *)store;

	pthread_mutex_lock(&m->lock);
	conclude(m, q, place_take_back);
	pthread_mutex_unlock(&m->lock);
}

void
memory_lose(struct store *store, const struct store_request *q)
{
	struct memory *m = (struct memory *)store;

	pthread_mutex_lock(&m->lock);
	conclude(m, q, place_give_up);
	pthread_mutex_unlock(&m->lock);
}

void
memory_depart(struct store *store, struct flight *f)
{
	struct memory *m = (struct memory *)store;

	pthread_mutex_lock(&m->lock);
	LIST_INSERT_HEAD(&m->flights, f, link);
	pthread_mutex_unlock(&m->lock);
}

void
memory_land(struct store *store, struct flight *f)
{
	struct memory *m = (struct memory *)store;

	pthread_mutex_lock(&m->lock);
	LIST_REMOVE(f, link);
	pthread_mutex_unlock(&m->lock);
}

bool
memory_refuse(struct store *store, const struct store_request *q,
	      struct store_outcome *o)
{
	struct memory *m = (struct memory *)store;
	bool is_known;

	pthread_mutex_lock(&m->lock);
	is_known = strcmp(q->token, STORE_ANY_TOKEN) == 0 ||
		   strcmp(q->token, m->token) == 0;
	is_known = is_known && recall_refuse(m->slots, q, m->token_us, o);
	pthread_mutex_unlock(&m->lock);
	return is_known;
}

void
memory_doubt(struct store *store, uint64_t now_us)
{
	struct memory *m = (struct memory *)store;

	pthread_mutex_lock(&m->lock);
	m->doubt_us = now_us;
	pthread_mutex_unlock(&m->lock);
}

bool
memory_debts(struct store *store, struct store_request *q,
	     struct policy_window window[POLICY_PLAN_MAX], uint64_t now_us)
{
	struct memory *m = (struct memory *)store;
	bool is_any;

	pthread_mutex_lock(&m->lock);
	is_any = debts_collect(m->slots, &m->next, m->doubt_us, q, window, now_us);
	pthread_mutex_unlock(&m->lock);
	return is_any;
}

static void
memory_free(struct store *store)
{
	struct memory *m = (struct memory *)store;

	pthread_mutex_destroy(&m->lock);
	slots_free(m->slots);
	free(m);
}

struct store *
memory_new(size_t windows)
{
	struct memory *m = calloc(1, sizeof(*m));

	if (m == NULL)
		return NULL;
	m->store = (struct store){ take, memory_free };
	LIST_INIT(&m->flights);
	m->slots = slots_new(windows);
	if (m->slots == NULL) {
		free(m);
		return NULL;
	}
	pthread_mutex_init(&m->lock, NULL);
	return &m->store;
}
