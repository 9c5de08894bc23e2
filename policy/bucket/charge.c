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

/* From now to the time of an empty bucket. */
static uint64_t
clamp(const struct policy_window *w, uint64_t full_us, uint64_t now_us)
{
	uint64_t empty_us = now_us + w->burst * w->interval_us;

	if (full_us < now_us)
		return now_us;
	return full_us < empty_us ? full_us : empty_us;
}

static void
clamp_all(struct charge *c, uint64_t now_us)
{
	uint64_t *budget = &c->full_us[CHARGE_BUDGET];
	uint64_t *strikes = &c->full_us[CHARGE_STRIKES];

	for (unsigned i = 0; i < c->n_windows; i++)
		c->full_us[i] = clamp(&c->window[i], c->full_us[i], now_us);
	if (c->budget != NULL)
		*budget = clamp(c->budget, *budget, now_us);
	if (c->strikes != NULL)
		*strikes = clamp(c->strikes, *strikes, now_us);
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
	for (unsigned i = 0; i < c->n_windows; i++)
		bucket_take(rate(&c->window[i]), &c->full_us[i], now_us,
			    charge_cost(&c->window[i], recipients));
}

/* What the refusal itself costs. */
static void
refuse(struct charge *c, uint32_t recipients, uint64_t now_us,
       struct charge_result *r)
{
	uint64_t *strikes = &c->full_us[CHARGE_STRIKES];

	if (c->budget != NULL)
		r->is_spent = bucket_take(rate(c->budget),
					  &c->full_us[CHARGE_BUDGET], now_us,
					  charge_cost(c->budget, recipients)) > 0;
	if (c->strikes == NULL)
		return;
	bucket_take(rate(c->strikes), strikes, now_us, 1);
	r->is_struck = bucket_wait(rate(c->strikes), *strikes, now_us, 1) > 0;
	if (r->is_struck)
		*strikes = now_us;
}

void
charge_take(struct charge *c, unsigned n, uint32_t recipients, uint64_t now_us,
	    struct charge_result *r)
{
	for (unsigned i = 0; i < n; i++)
		clamp_all(&c[i], now_us);
	judge(c, n, recipients, now_us, r);
	if (!r->is_taken)
		refuse(&c[r->refused], recipients, now_us, r);
	for (unsigned i = 0; i < n && r->is_taken; i++)
		if (!c[i].is_observed || r->would_refuse == 0)
			take(&c[i], recipients, now_us);
}
