/*
 * bucket.c - token bucket arithmetic on one integer.
 */
#include "bucket.h"

/* Time until the bucket is full again; never more than that of an empty one. */
static uint64_t
debt(struct bucket_rate r, uint64_t full_us, uint64_t now_us)
{
	uint64_t empty = r.burst * r.interval_us;

	if (full_us <= now_us)
		return 0;
	return full_us - now_us < empty ? full_us - now_us : empty;
}

/* Units that come back in the time, rounded up. */
static uint64_t
units(uint64_t us, uint64_t interval_us)
{
	return us / interval_us + (us % interval_us != 0);
}

uint64_t
bucket_wait(struct bucket_rate r, uint64_t full_us, uint64_t now_us, uint32_t cost)
{
	uint64_t empty = r.burst * r.interval_us, after;

	if (cost > r.burst)
		return UINT64_MAX;
	after = debt(r, full_us, now_us) + cost * r.interval_us;
	return after > empty ? after - empty : 0;
}

uint64_t
bucket_take(struct bucket_rate r, uint64_t *full_us, uint64_t now_us, uint32_t cost)
{
	uint64_t wait = bucket_wait(r, *full_us, now_us, cost);

	if (wait == 0)
		*full_us = now_us + debt(r, *full_us, now_us) + cost * r.interval_us;
	return wait;
}

uint32_t
bucket_level(struct bucket_rate r, uint64_t full_us, uint64_t now_us)
{
	return (uint32_t)units(debt(r, full_us, now_us), r.interval_us);
}

uint64_t
bucket_convert(uint64_t old_interval_us, struct bucket_rate r, uint64_t full_us,
	       uint64_t now_us)
{
	uint64_t level = full_us <= now_us ? 0 :
		units(full_us - now_us, old_interval_us);

	return now_us + (level < r.burst ? level : r.burst) * r.interval_us;
}
