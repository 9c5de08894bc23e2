/*
 * test_bucket.c - a limit is a limit: rows, and properties over random
 * schedules.
 */
#include "test.h"

#include "../../policy/bucket/bucket.h"
#include "random.h"

#define MINUTE UINT64_C(60000000)
#define NOW UINT64_C(1700000000000000)
#define NEVER UINT64_MAX
#define ROUNDS 2000
#define TAKES 200

/* Ten at once, then one every 6 s. */
static const struct bucket_rate ten = { MINUTE / 10, 10 };
static const struct bucket_rate widest = { BUCKET_SPAN_MAX_US, 1 };
static const struct bucket_rate finest = { 1, UINT32_MAX };

struct row {
	const char *name;
	const struct bucket_rate *rate;
	int64_t full_us;	/* from NOW */
	uint32_t cost;
	uint64_t want_wait;
	int64_t want_full;	/* from NOW; not looked at on a refusal */
	uint32_t want_level;	/* before */
};

static const struct row rows[] = {
	{ "full bucket, one", &ten, 0, 1, 0, 6000000, 0 },
	{ "full for long, one", &ten, -5000000, 1, 0, 6000000, 0 },
	{ "never used", &ten, -(int64_t)NOW, 1, 0, 6000000, 0 },
	{ "full bucket, all", &ten, 0, 10, 0, 60000000, 0 },
	{ "full bucket, more than it holds", &ten, 0, 11, NEVER, 0, 0 },
	{ "cost 0", &ten, 0, 0, 0, 0, 0 },
	{ "cost 0, empty bucket", &ten, 60000000, 0, 0, 60000000, 10 },
	{ "last unit", &ten, 54000000, 1, 0, 60000000, 9 },
	{ "one microsecond short", &ten, 54000001, 1, 1, 0, 10 },
	{ "empty bucket", &ten, 60000000, 1, 6000000, 0, 10 },
	{ "empty bucket, all", &ten, 60000000, 10, 60000000, 0, 10 },
	{ "clock went back 3 s, five in use", &ten, 33000000, 4, 0, 57000000, 6 },
	{ "clock went back for long", &ten, 7200000000, 1, 6000000, 0, 10 },
	{ "widest window", &widest, 0, 1, 0, BUCKET_SPAN_MAX_US, 0 },
	{ "widest window, empty", &widest, BUCKET_SPAN_MAX_US, 1, BUCKET_SPAN_MAX_US, 0, 1 },
	{ "finest window", &finest, 0, UINT32_MAX, 0, UINT32_MAX, 0 },
	{ "finest window, empty", &finest, UINT32_MAX, UINT32_MAX, UINT32_MAX, 0, UINT32_MAX },
};

static void
take(void **state)
{
	const struct row *r = *state;
	uint64_t before = NOW + (uint64_t)r->full_us, full = before, wait;

	assert_int_equal(bucket_level(*r->rate, full, NOW), r->want_level);
	assert_int_equal(bucket_wait(*r->rate, full, NOW, r->cost), r->want_wait);
	wait = bucket_take(*r->rate, &full, NOW, r->cost);
	assert_int_equal(wait, r->want_wait);
	assert_int_equal(full, wait == 0 ? NOW + (uint64_t)r->want_full : before);
}

struct convert_row {
	const char *name;
	uint64_t old_interval_us;
	uint32_t burst;		/* interval is that of ten */
	int64_t full_us;	/* from NOW */
	uint32_t want;		/* units in use afterwards */
};

static const struct convert_row convert_rows[] = {
	{ "full stays full", 1000, 10, -1, 0 },
	{ "level is kept", 1000, 10, 3000, 3 },
	{ "level is rounded up", 1000, 10, 2001, 3 },
	{ "one microsecond is one unit", 1000, 10, 1, 1 },
	{ "level is clamped at the burst", 1000, 10, 12000, 10 },
	{ "smaller burst", 1000, 2, 9000, 2 },
	{ "far ahead", 1, 10, 7200000000, 10 },
};

static void
convert(void **state)
{
	const struct convert_row *r = *state;
	struct bucket_rate rate = { ten.interval_us, r->burst };
	uint64_t full = bucket_convert(r->old_interval_us, rate,
				       NOW + (uint64_t)r->full_us, NOW);

	assert_int_equal(full, NOW + r->want * rate.interval_us);
	assert_int_equal(bucket_level(rate, full, NOW), r->want);
}

static struct bucket_rate
random_rate(uint64_t *seed)
{
	struct bucket_rate r;

	r.burst = (uint32_t)(1 + random_below(seed, 1 + random_below(seed, 1000)));
	r.interval_us = 1 + random_below(seed, 1 + random_below(seed, 10 * MINUTE));
	return r;
}

/* In every window [i, j] of a schedule: admitted <= burst + rate * length. */
static void
check_windows(struct bucket_rate r, const uint64_t *at, const uint32_t *admitted,
	      size_t n)
{
	for (size_t i = 0; i < n; i++) {
		uint64_t sum = 0;

		for (size_t j = i; j < n; j++) {
			uint64_t most = r.burst + (at[j] - at[i]) / r.interval_us;

			sum += admitted[j];
			if (sum > most)
				fail_msg("got %llu in %llu us, want at most %llu",
					 (unsigned long long)sum,
					 (unsigned long long)(at[j] - at[i]),
					 (unsigned long long)most);
		}
	}
}

static void
no_window_admits_more(void **state)
{
	uint64_t seed = 1;

	(void)state;
	for (unsigned round = 0; round < ROUNDS / 4; round++) {
		struct bucket_rate r = random_rate(&seed);
		uint64_t now = NOW, full = random_below(&seed, 2 * NOW);
		uint64_t at[TAKES];
		uint32_t admitted[TAKES];

		for (size_t i = 0; i < TAKES; i++) {
			uint32_t cost = (uint32_t)random_below(&seed, r.burst + 2);

			now += random_below(&seed, 2 * r.interval_us * (cost + 1));
			at[i] = now;
			admitted[i] = bucket_take(r, &full, now, cost) == 0 ? cost : 0;
		}
		check_windows(r, at, admitted, TAKES);
	}
}

/* Refused: nothing changes; after the wait it fits; a moment before, not. */
static void
wait_is_exact(void **state)
{
	uint64_t seed = 2, refused = 0;

	(void)state;
	for (unsigned round = 0; round < ROUNDS; round++) {
		struct bucket_rate r = random_rate(&seed);
		uint64_t empty = r.burst * r.interval_us;
		uint64_t full = NOW + random_below(&seed, empty + 1), before = full;
		uint32_t cost = (uint32_t)random_below(&seed, r.burst + 1);
		uint64_t wait = bucket_take(r, &full, NOW, cost);

		if (wait == 0)
			continue;
		refused++;
		assert_int_equal(full, before);
		assert_int_equal(bucket_wait(r, full, NOW + wait, cost), 0);
		assert_int_equal(bucket_wait(r, full, NOW + wait - 1, cost), 1);
	}
	assert_true(refused > ROUNDS / 10);
}

/* After a change of rate no more fits than before. */
static void
convert_never_mints(void **state)
{
	uint64_t seed = 3;

	(void)state;
	for (unsigned round = 0; round < ROUNDS; round++) {
		struct bucket_rate from = random_rate(&seed), to = random_rate(&seed);
		uint64_t empty = from.burst * from.interval_us;
		uint64_t full = NOW - MINUTE + random_below(&seed, empty + 2 * MINUTE);
		uint32_t level = bucket_level(from, full, NOW), got;

		full = bucket_convert(from.interval_us, to, full, NOW);
		got = bucket_level(to, full, NOW);
		assert_true(full >= NOW);
		if (got < level && got != to.burst)
			fail_msg("got level %u, want %u or %u", got, level, to.burst);
	}
}

int
main(void)
{
	struct CMUnitTest tests[3 + N_ROWS(rows) + N_ROWS(convert_rows)] = {
		cmocka_unit_test(no_window_admits_more),
		cmocka_unit_test(wait_is_exact),
		cmocka_unit_test(convert_never_mints),
	};
	size_t n = 3;

	ROWS(tests, &n, rows, take);
	ROWS(tests, &n, convert_rows, convert);
	return cmocka_run_group_tests_name("bucket", tests, NULL, NULL);
}
