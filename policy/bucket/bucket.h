/*
 * bucket.h - token bucket arithmetic on one integer.
 *
 * A bucket is the time at which it will be full again (full_us); a full
 * bucket is any time that has passed. take.lua does the same in Redis.
 * burst * interval_us is at most BUCKET_SPAN_MAX_US, which the compiler checks,
 * so nothing here overflows.
 */
#ifndef POLICY_BUCKET_H
#define POLICY_BUCKET_H

#include <stdbool.h>
#include <stdint.h>

#define BUCKET_SPAN_MAX_US (UINT64_C(1) << 52)

struct bucket_rate {
	uint64_t interval_us;	/* one unit comes back in this time */
	uint32_t burst;		/* units in a full bucket */
};

/* Takes cost units and returns 0, or takes nothing and returns the time in
 * microseconds after which they would fit (UINT64_MAX: never, cost > burst).
 * A full_us further ahead than an empty bucket means that the clock went back:
 * it counts as an empty bucket. */
uint64_t bucket_take(struct bucket_rate r, uint64_t *full_us, uint64_t now_us,
		     uint32_t cost);

/* The same question without the taking. */
uint64_t bucket_wait(struct bucket_rate r, uint64_t full_us, uint64_t now_us,
		     uint32_t cost);

/* Units in use, rounded up; at most burst. */
uint32_t bucket_level(struct bucket_rate r, uint64_t full_us, uint64_t now_us);

/* The bucket under a new rate: the level in units is kept, rounded up and
 * clamped at the new burst, so a change never mints tokens. */
uint64_t bucket_convert(uint64_t old_interval_us, struct bucket_rate r,
			uint64_t full_us, uint64_t now_us);

#endif
