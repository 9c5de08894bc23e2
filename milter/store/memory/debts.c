/*
 * debts.c - what this node knows and Redis does not, or may have lost.
 */
#include "debts.h"

#include <string.h>

#include "place.h"

static unsigned
time_of(const struct slot *s)
{
	if (s->kind == SLOT_BUDGET)
		return CHARGE_BUDGET;
	return s->kind == SLOT_STRIKES ? CHARGE_STRIKES : 0;
}

/* Redis said more of it than it may still know. */
static bool
is_doubted(const struct slot *s, uint64_t doubt_us, uint64_t now_us)
{
	return s->kind != SLOT_STRIKES && s->told_us < doubt_us &&
	       s->floor_us > now_us;
}

/* A slot of which Redis is to be told, as a window, and what it is told. */
static bool
owes(struct slots *table, struct slot *s, struct policy_window *w, uint64_t doubt_us,
     uint64_t now_us, struct place_told *told)
{
	struct place p = { .w = w, .slot = s, .name = *s };
	bool is_floor = is_doubted(s, doubt_us, now_us);

	if (!is_floor && (s->full_us <= now_us || s->full_us == s->start_us))
		return false;
	*w = (struct policy_window){
		.unit = s->unit, .period_us = s->period_us,
		.interval_us = s->whole_us, .burst = s->burst,
	};
	*told = place_tell(table, &p, time_of(s), now_us);
	return is_floor || told->debit_us > 0;
}

static bool
is_in(const struct store_request *q, const struct slot *s)
{
	for (unsigned i = 0; i < q->n; i++)
		if (memcmp(q->bucket[i].id, s->id, sizeof(s->id)) == 0)
			return true;
	return false;
}

static void
add_debt(struct store_request *q, const struct slot *s,
	 const struct policy_window *w, struct place_told told)
{
	struct store_bucket *b = &q->bucket[q->n];
	unsigned k = time_of(s);

	*b = (struct store_bucket){
		.window = w, .n_windows = k == 0,
		.budget = k == CHARGE_BUDGET ? w : NULL,
		.strikes = k == CHARGE_STRIKES ? w : NULL,
	};
	memcpy(b->id, s->id, sizeof(b->id));
	q->floor_us[q->n][k] = told.floor_us;
	q->debit_us[q->n++][k] = told.debit_us;
}

bool
debts_collect(struct slots *table, size_t *next, uint64_t doubt_us,
	      struct store_request *q,
	      struct policy_window window[POLICY_PLAN_MAX], uint64_t now_us)
{
	size_t n = slots_count(table);

	memset(q, 0, sizeof(*q));
	q->is_debit = true;
	q->now_us = now_us;
	for (size_t i = 0; i < n && q->n < POLICY_PLAN_MAX; i++) {
		struct slot *s = slots_at(table, (*next)++);
		struct policy_window *w = &window[q->n];
		struct place_told told;

		/* One window of a bucket at a time: it is one key in Redis. */
		if (!is_in(q, s) && owes(table, s, w, doubt_us, now_us, &told))
			add_debt(q, s, w, told);
	}
	return q->n > 0;
}
