/*
 * charge.c - all charges of one message, or none.
 */
#include "charge.h"

#include "bucket.h"

static struct bucket_rate
rate(const struct policy_window *w)
{
	return (struct bucket_rate){ w->interval_us, w->burst };
}

uint32_t
charge_cost(const struct policy_window *w, uint32_t recipients)
{
	return w->unit == POLICY_RCPTS ? recipients : 1;
}

/* The k-th time, k < CHARGE_TIMES; NULL: there is none. */
static const struct policy_window *
window_of(const struct charge *c, unsigned k)
{
	if (k == CHARGE_BUDGET)
		return c->budget;
	if (k == CHARGE_STRIKES)
		return c->strikes;
	return k < c->n_windows ? &c->window[k] : NULL;
}

static void
keep(struct charge *c, unsigned k)
{
	c->changed = (uint16_t)(c->changed | 1U << k);
}

static uint64_t
clamp(uint64_t us, uint64_t min_us, uint64_t max_us)
{
	if (us < min_us)
		return min_us;
	return us < max_us ? us : max_us;
}

/* Adds what is owed, as far as there is room for it, and then the floor: who is
 * refused by it tells the others what the store has lost. */
static void
settle(struct charge *c, unsigned k, uint64_t now_us)
{
	const struct policy_window *w = window_of(c, k);
	uint64_t empty_us, full_us, debit_us;

	if (w == NULL)
		return;
	empty_us = now_us + w->burst * w->interval_us;
	full_us = clamp(c->full_us[k], now_us, empty_us);
	debit_us = clamp(c->debit_us[k], 0, empty_us - full_us);
	if (debit_us > 0)
		keep(c, k);
	full_us += debit_us;
	c->full_us[k] = clamp(c->floor_us[k], full_us, empty_us);
	if (c->full_us[k] > full_us)
		keep(c, k);
}

/* The first window that has no room; n_windows if all have. */
static unsigned
refusing(const struct charge *c, uint32_t recipients, uint64_t now_us,
	 uint64_t *wait_us)
{
	unsigned i;

	for (i = 0; i < c->n_windows; i++) {
		const struct policy_window *w = &c->window[i];

		*wait_us = bucket_wait(rate(w), c->full_us[i], now_us,
				       charge_cost(w, recipients));
		if (*wait_us > 0)
			break;
	}
	return i;
}

/* Fills is_taken, refused, window, wait_us and would_refuse. */
static void
judge(const struct charge *c, unsigned n, uint32_t recipients, uint64_t now_us,
      struct charge_result *r)
{
	*r = (struct charge_result){ .is_taken = true };
	for (unsigned i = 0; i < n; i++) {
		uint64_t wait_us;
		unsigned window = refusing(&c[i], recipients, now_us, &wait_us);

		if (window == c[i].n_windows)
			continue;
		if (c[i].is_observed) {
			r->would_refuse |= UINT32_C(1) << i;
			continue;
		}
		*r = (struct charge_result){ .refused = i, .window = window,
					     .wait_us = wait_us };
		return;
	}
}

static void
take(struct charge *c, uint32_t recipients, uint64_t now_us)
{
	for (unsigned i = 0; i < c->n_windows; i++) {
		bucket_take(rate(&c->window[i]), &c->full_us[i], now_us,
			    charge_cost(&c->window[i], recipients));
		keep(c, i);
	}
}

static bool
take_budget(struct charge *c, uint64_t now_us, uint32_t cost)
{
	return bucket_take(rate(c->budget), &c->full_us[CHARGE_BUDGET], now_us,
			   cost) == 0;
}

/* With the lease if there is room for it, else without. */
static void
hold(struct charge *c, uint32_t recipients, uint64_t now_us,
     struct charge_result *r)
{
	uint32_t cost = charge_cost(c->budget, recipients);

	if (c->lease > 0 && cost <= UINT32_MAX - c->lease &&
	    take_budget(c, now_us, cost + c->lease))
		r->leased = c->lease;
	else
		r->is_spent = !take_budget(c, now_us, cost);
	if (!r->is_spent)
		keep(c, CHARGE_BUDGET);
}

/* What the refusal itself costs. */
static void
refuse(struct charge *c, uint32_t recipients, uint64_t now_us,
       struct charge_result *r)
{
	uint64_t *strikes = &c->full_us[CHARGE_STRIKES];

	if (c->budget != NULL)
		hold(c, recipients, now_us, r);
	if (c->strikes == NULL)
		return;
	keep(c, CHARGE_STRIKES);
	bucket_take(rate(c->strikes), strikes, now_us, 1);
	r->is_struck = bucket_wait(rate(c->strikes), *strikes, now_us, 1) > 0;
	if (r->is_struck)
		*strikes = now_us;
}

void
charge_settle(struct charge *c, unsigned n, uint64_t now_us)
{
	for (unsigned i = 0; i < n; i++)
		for (unsigned k = 0; k < CHARGE_TIMES; k++)
			settle(&c[i], k, now_us);
}

void
charge_take(struct charge *c, unsigned n, uint32_t recipients, uint64_t now_us,
	    struct charge_result *r)
{
	charge_settle(c, n, now_us);
	judge(c, n, recipients, now_us, r);
	if (!r->is_taken)
		refuse(&c[r->refused], recipients, now_us, r);
	for (unsigned i = 0; i < n && r->is_taken; i++)
		if (!c[i].is_observed || r->would_refuse == 0)
			take(&c[i], recipients, now_us);
}
