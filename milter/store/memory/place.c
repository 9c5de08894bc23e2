/*
 * place.c - a window of a request, and what the table of slots knows of it.
 */
#include "place.h"

#include <string.h>

#include "../../../policy/bucket/bucket.h"

struct bucket_rate
place_rate(const struct policy_window *w)
{
	return (struct bucket_rate){ w->interval_us, w->burst };
}

static uint64_t
later(uint64_t a, uint64_t b)
{
	return a > b ? a : b;
}

/* Never 0, which says that a slot is unused. */
static uint64_t
before(uint64_t us, uint64_t by_us)
{
	return us > by_us ? us - by_us : 1;
}

static enum slot_kind
kind_of(unsigned k)
{
	if (k == CHARGE_BUDGET)
		return SLOT_BUDGET;
	return k == CHARGE_STRIKES ? SLOT_STRIKES : SLOT_WINDOW;
}

struct slot
place_name(const struct store_bucket *b, const struct policy_window *w,
	   enum slot_kind kind)
{
	struct slot name = { .kind = (uint8_t)kind, .unit = (uint8_t)w->unit,
			     .period_us = w->period_us };

	memcpy(name.id, b->id, sizeof(name.id));
	return name;
}

struct place
place_find(struct slots *s, const struct store_request *q, unsigned i, unsigned k)
{
	struct place p = { .w = store_window(&q->bucket[i], k) };

	if (p.w == NULL)
		return p;
	p.name = place_name(&q->bucket[i], p.w, kind_of(k));
	p.slot = slots_find(s, &p.name);
	return p;
}

/* A time that was kept with that interval, under w's rate. */
static uint64_t
time_of(uint64_t interval_us, const struct policy_window *w, uint64_t full_us,
	uint64_t now_us)
{
	if (full_us == 0 || interval_us == w->interval_us)
		return full_us;
	return bucket_convert(interval_us, place_rate(w), full_us, now_us);
}

/* So many units, rounded up, of another interval. */
static uint64_t
length_of(uint64_t us, uint64_t interval_us, uint64_t new_interval_us)
{
	if (us == 0 || interval_us == new_interval_us)
		return us;
	return (us + interval_us - 1) / interval_us * new_interval_us;
}

uint64_t
place_full(const struct place *p, uint64_t now_us)
{
	const struct slot *s = p->slot;

	return s == NULL ? 0 : time_of(s->interval_us, p->w, s->full_us, now_us);
}

uint64_t
place_debit(const struct place *p, uint64_t now_us)
{
	uint64_t full_us = later(place_full(p, now_us), now_us), start_us;
	const struct slot *s = p->slot;

	if (s == NULL)
		return 0;
	start_us = later(time_of(s->interval_us, p->w, s->start_us, now_us), now_us);
	return full_us > start_us ? full_us - start_us : 0;
}

struct slot *
place_open(struct slots *table, const struct place *p,
	   const struct policy_window *whole, uint64_t now_us)
{
	struct slot *s = slots_get(table, &p->name);

	s->full_us = time_of(s->interval_us, p->w, s->full_us, now_us);
	s->start_us = time_of(s->interval_us, p->w, s->start_us, now_us);
	s->sent_us = length_of(s->sent_us, s->interval_us, p->w->interval_us);
	s->floor_us = time_of(s->whole_us, whole, s->floor_us, now_us);
	s->interval_us = p->w->interval_us;
	s->whole_us = whole->interval_us;
	s->burst = whole->burst;
	return s;
}

/* Refusals have no floor: their count may have begun anew since. */
struct place_told
place_tell(struct slots *table, const struct place *p, unsigned k, uint64_t now_us)
{
	struct place_told t = { 0 };
	struct slot *s;

	if (p->slot == NULL)
		return t;
	t.debit_us = place_debit(p, now_us);
	if (k != CHARGE_STRIKES)
		t.floor_us = time_of(p->slot->whole_us, p->w, p->slot->floor_us,
				     now_us);
	if (t.debit_us == 0)
		return t;
	if (k != CHARGE_STRIKES)
		t.floor_us = later(t.floor_us, now_us) + t.debit_us;
	s = place_open(table, p, p->w, now_us);
	s->start_us = s->full_us;
	s->sent_us += t.debit_us;
	s->n_sent++;
	return t;
}

/* It is no longer on its way; the last of them leaves nothing there. Returns how
 * much it is under the slot's rate. */
static uint64_t
conclude(const struct place *p, struct place_told t)
{
	struct slot *s = p->slot;
	uint64_t us;

	if (s == NULL || s->n_sent == 0)
		return 0;
	us = length_of(t.debit_us, p->w->interval_us, s->interval_us);
	if (--s->n_sent == 0 || us > s->sent_us)
		us = s->sent_us;
	s->sent_us -= us;
	return us;
}

void
place_arrive(const struct place *p, struct place_told t)
{
	uint64_t us = conclude(p, t);

	if (us == 0)
		return;
	p->slot->full_us = before(p->slot->full_us, us);
	p->slot->start_us = before(p->slot->start_us, us);
}

void
place_take_back(const struct place *p, struct place_told t)
{
	uint64_t us = conclude(p, t);

	if (us > 0)
		p->slot->start_us = before(p->slot->start_us, us);
}

void
place_give_up(const struct place *p, struct place_told t)
{
	struct slot *s = p->slot;

	conclude(p, t);
	if (s == NULL || s->whole_us != p->w->interval_us)
		return;
	s->floor_us = later(s->floor_us, t.floor_us);
	if (s->interval_us == s->whole_us)
		s->floor_us = later(s->floor_us, before(s->start_us, s->sent_us));
}
