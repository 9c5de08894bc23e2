/*
 * lease.c - units of what may be held, taken from Redis in advance.
 */
#include "lease.h"

#include "place.h"

/* One beyond the whole budget is none either: the clock went back. */
static uint64_t
left_us(const struct slot *s, const struct policy_window *w, uint64_t now_us)
{
	if (s == NULL || s->interval_us != w->interval_us || s->full_us <= now_us ||
	    s->full_us - now_us > w->burst * w->interval_us)
		return 0;
	return s->full_us - now_us;
}

static struct slot *
find(struct slots *table, const struct store_bucket *b)
{
	struct slot name = place_name(b, b->budget, SLOT_LEASE);

	return slots_find(table, &name);
}

static void
set(struct slots *table, const struct store_bucket *b, uint64_t full_us)
{
	struct slot name = place_name(b, b->budget, SLOT_LEASE);
	struct slot *s = slots_get(table, &name);

	s->interval_us = s->whole_us = b->budget->interval_us;
	s->start_us = s->full_us = full_us;	/* it owes nothing */
}

bool
lease_has(struct slots *table, const struct store_bucket *b, uint32_t units,
	  uint64_t now_us)
{
	return left_us(find(table, b), b->budget, now_us) >=
	       units * b->budget->interval_us;
}

void
lease_add(struct slots *table, const struct store_bucket *b, uint32_t units,
	  uint64_t now_us)
{
	set(table, b, now_us + left_us(find(table, b), b->budget, now_us) +
	    units * b->budget->interval_us);
}

bool
lease_use(struct slots *table, const struct store_bucket *b, uint32_t units,
	  uint64_t now_us)
{
	struct slot *s = find(table, b);
	uint64_t used_us = units * b->budget->interval_us;

	if (used_us == 0 || left_us(s, b->budget, now_us) < used_us)
		return false;
	s->start_us = s->full_us -= used_us;
	return true;
}
