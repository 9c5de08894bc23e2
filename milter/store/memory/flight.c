/*
 * flight.c - requests that are on their way to Redis.
 */
#include "flight.h"

#include <string.h>

static uint64_t
units_of_bucket(const struct store_bucket *b, uint32_t recipients,
		const struct policy_window *w)
{
	uint64_t units = 0;

	for (unsigned k = 0; k < b->n_windows; k++)
		if (b->window[k].unit == w->unit &&
		    b->window[k].period_us == w->period_us)
			units += charge_cost(&b->window[k], recipients);
	return units;
}

static uint64_t
units_of(const struct store_request *q, const uint8_t id[PSEUDONYM_LEN],
	 const struct policy_window *w)
{
	uint64_t units = 0;

	for (unsigned i = 0; i < q->n; i++)
		if (memcmp(q->bucket[i].id, id, PSEUDONYM_LEN) == 0)
			units += units_of_bucket(&q->bucket[i], q->recipients, w);
	return units;
}

uint64_t
flight_cost(const struct flights *list, const struct store_request *q, unsigned i,
	    unsigned k)
{
	const struct policy_window *w = &q->bucket[i].window[k];
	const struct flight *f;
	uint64_t units = 0;

	if (k >= q->bucket[i].n_windows)
		return 0;
	LIST_FOREACH(f, list, link)
		units += units_of(f->q, q->bucket[i].id, w);
	return (units < w->burst ? units : w->burst) * w->interval_us;
}
