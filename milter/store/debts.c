/*
 * debts.c - what was decided here and Redis has not been told.
 */
#include "debts.h"

#include <string.h>

#include "place.h"

/* A slot with a debit, as a window; what it owes is handed out. */
static bool
owes(struct slots *table, struct slot *s, struct policy_window *w, uint64_t now_us,
     uint64_t *debit_us)
{
	struct place p = { .w = w, .slot = s, .name = *s };

	if (s->full_us <= now_us || s->full_us == s->start_us)
		return false;
	*w = (struct policy_window){
		.unit = s->unit, .period_us = s->period_us,
		.interval_us = s->whole_us, .burst = s->burst,
	};
	*debit_us = place_hand_out(table, &p, now_us);
	return *debit_us > 0;
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
add_debt(struct store_request *q, const struct slot *s, struct policy_window *w,
	 uint64_t debit_us)
{
	struct store_bucket *b = &q->bucket[q->n];
	unsigned k = 0;

	*b = (struct store_bucket){ .n_windows = 0 };
	memcpy(b->id, s->id, sizeof(b->id));
	if (s->kind == SLOT_BUDGET) {
		b->budget = w;
		k = CHARGE_BUDGET;
	} else if (s->kind == SLOT_STRIKES) {
		b->strikes = w;
		k = CHARGE_STRIKES;
	} else {
		b->window = w;
		b->n_windows = 1;
	}
	memset(q->floor_us[q->n], 0, sizeof(q->floor_us[q->n]));
	memset(q->debit_us[q->n], 0, sizeof(q->debit_us[q->n]));
	if (s->kind != SLOT_STRIKES)
		q->floor_us[q->n][k] = s->full_us;
	q->debit_us[q->n++][k] = debit_us;
}

bool
debts_collect(struct slots *table, size_t *next, struct store_request *q,
	      struct memory_windows *w, uint64_t now_us)
{
	size_t n = slots_count(table);

	memset(q, 0, sizeof(*q));
	q->is_debit = true;
	q->now_us = now_us;
	for (size_t i = 0; i < n && q->n < POLICY_PLAN_MAX; i++) {
		struct slot *s = slots_at(table, (*next)++);
		struct policy_window *window = &w->window[q->n][0];
		uint64_t debit_us;

		/* One window of a bucket at a time: it is one key in Redis. */
		if (!is_in(q, s) && owes(table, s, window, now_us, &debit_us))
			add_debt(q, s, window, debit_us);
	}
	return q->n > 0;
}
