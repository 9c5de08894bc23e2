/*
 * test_charge.c - all charges of one message, or none: rows, and what holds for
 * any of them.
 */
#include "test.h"

#include "../../policy/bucket/bucket.h"
#include "../../policy/bucket/charge.h"
#include "random.h"

#define S INT64_C(1000000)
#define NOW UINT64_C(1700000000000000)
#define ROUNDS 20000

/* Ten messages at once, then one every 6 s; five recipients, one every 12 s. */
static const struct policy_window messages[] = {
	{ POLICY_MESSAGES, 10, 10, 60 * S, 6 * S },
};
static const struct policy_window both[] = {
	{ POLICY_MESSAGES, 10, 10, 60 * S, 6 * S },
	{ POLICY_RCPTS, 5, 5, 60 * S, 12 * S },
};
static const struct policy_window held = { POLICY_MESSAGES, 2, 2, 60 * S, 30 * S };
static const struct policy_window held_rcpts = { POLICY_RCPTS, 6, 6, 60 * S, 10 * S };
static const struct policy_window thrice = { POLICY_MESSAGES, 3, 3, 60 * S, 20 * S };
static const struct policy_window once = { POLICY_MESSAGES, 1, 1, 60 * S, 60 * S };

/* Windows, then budget, then strikes; seconds from NOW. */
enum { W0, W1, BUDGET, STRIKES, TIMES };

struct side {
	struct charge c;
	int64_t before[TIMES], after[TIMES];
};

struct row {
	const char *name;
	uint32_t recipients;
	unsigned n;
	struct side side[3];
	struct charge_result want;
};

#define MESSAGES .window = messages, .n_windows = 1
#define BOTH .window = both, .n_windows = 2
#define TAKEN .is_taken = true

static const struct row rows[] = {
	{ "nothing to charge", 1, 0, { { { 0 }, { 0 }, { 0 } } }, { TAKEN } },
	{ "one", 3, 1, { { { MESSAGES }, { 0 }, { 6 } } }, { TAKEN } },
	{ "each window by its unit", 3, 1, { { { BOTH }, { 0 }, { 6, 36 } } }, { TAKEN } },
	{ "the last unit", 1, 1, { { { MESSAGES }, { 54 }, { 60 } } }, { TAKEN } },
	{ "one limit refuses, none is charged", 1, 3,
	  { { { MESSAGES }, { 30 }, { 30 } },
	    { { MESSAGES }, { 60 }, { 60 } },
	    { { BOTH }, { 0 }, { 0 } } },
	  { .refused = 1, .wait_us = 6 * S } },
	{ "the first that refuses is named", 1, 2,
	  { { { MESSAGES }, { 57 }, { 57 } }, { { MESSAGES }, { 60 }, { 60 } } },
	  { .refused = 0, .wait_us = 3 * S } },
	{ "one window refuses, none is charged", 2, 1,
	  { { { BOTH }, { 6, 48 }, { 6, 48 } } },
	  { .window = 1, .wait_us = 12 * S } },
	{ "more than it holds", 6, 1, { { { BOTH }, { 0 }, { 0 } } },
	  { .window = 1, .wait_us = UINT64_MAX } },
	{ "the clock went back: an empty bucket", 1, 1,
	  { { { MESSAGES }, { 7200 }, { 60 } } }, { .wait_us = 6 * S } },
	{ "every time is clamped", 1, 1,
	  { { { MESSAGES, .budget = &held, .strikes = &thrice },
	      { -9, 0, 7200, 7200 }, { 6, 0, 60, 60 } } }, { TAKEN } },

	{ "observed and refusing: the others are taken", 1, 2,
	  { { { MESSAGES, .is_observed = true }, { 60 }, { 60 } },
	    { { MESSAGES }, { 0 }, { 6 } } }, { TAKEN, .would_refuse = 1 } },
	{ "observed limits: all or none", 1, 3,
	  { { { MESSAGES, .is_observed = true }, { 0 }, { 0 } },
	    { { MESSAGES }, { 0 }, { 6 } },
	    { { MESSAGES, .is_observed = true }, { 60 }, { 60 } } },
	  { TAKEN, .would_refuse = 4 } },
	{ "observed and charged", 1, 2,
	  { { { MESSAGES, .is_observed = true }, { 0 }, { 6 } },
	    { { MESSAGES }, { 0 }, { 6 } } }, { TAKEN } },
	{ "a refusal charges nothing that is observed", 1, 3,
	  { { { MESSAGES, .is_observed = true }, { 0 }, { 0 } },
	    { { MESSAGES }, { 60 }, { 60 } },
	    { { MESSAGES, .is_observed = true }, { 60 }, { 60 } } },
	  { .refused = 1, .wait_us = 6 * S } },
	{ "observed: neither budget nor strikes", 1, 1,
	  { { { MESSAGES, .budget = &held, .strikes = &once, .is_observed = true },
	      { 60 }, { 60 } } }, { TAKEN, .would_refuse = 1 } },

	{ "held", 9, 1, { { { MESSAGES, .budget = &held }, { 60 }, { 60, 0, 30 } } },
	  { .wait_us = 6 * S } },
	{ "held, by recipients", 4, 1,
	  { { { MESSAGES, .budget = &held_rcpts }, { 60 }, { 60, 0, 40 } } },
	  { .wait_us = 6 * S } },
	{ "spent", 1, 1,
	  { { { MESSAGES, .budget = &held }, { 60, 0, 40 }, { 60, 0, 40 } } },
	  { .wait_us = 6 * S, .is_spent = true } },
	{ "spent by what is too large for the budget", 7, 1,
	  { { { MESSAGES, .budget = &held_rcpts }, { 60 }, { 60 } } },
	  { .wait_us = 6 * S, .is_spent = true } },
	{ "taken: the budget is left alone", 1, 1,
	  { { { MESSAGES, .budget = &held }, { 0, 0, 60 }, { 6, 0, 60 } } }, { TAKEN } },
	{ "only the limit that refused first pays", 1, 2,
	  { { { MESSAGES, .budget = &held, .strikes = &thrice }, { 60 }, { 60, 0, 30, 20 } },
	    { { MESSAGES, .budget = &held, .strikes = &thrice }, { 60 }, { 60 } } },
	  { .wait_us = 6 * S } },

	{ "a strike", 5, 1, { { { MESSAGES, .strikes = &thrice }, { 60 }, { 60, 0, 0, 20 } } },
	  { .wait_us = 6 * S } },
	{ "the last strike, and the count begins anew", 1, 1,
	  { { { MESSAGES, .strikes = &thrice }, { 60, 0, 0, 40 }, { 60 } } },
	  { .wait_us = 6 * S, .is_struck = true } },
	{ "two strikes and a while", 1, 1,
	  { { { MESSAGES, .strikes = &thrice }, { 60, 0, 0, 20 }, { 60, 0, 0, 40 } } },
	  { .wait_us = 6 * S } },
	{ "the first is the last", 1, 1, { { { MESSAGES, .strikes = &once }, { 60 }, { 60 } } },
	  { .wait_us = 6 * S, .is_struck = true } },
	{ "no room for a strike", 1, 1,
	  { { { MESSAGES, .strikes = &thrice }, { 60, 0, 0, 60 }, { 60 } } },
	  { .wait_us = 6 * S, .is_struck = true } },
	{ "struck and spent", 1, 1,
	  { { { MESSAGES, .budget = &held, .strikes = &once }, { 60, 0, 60 }, { 60, 0, 60 } } },
	  { .wait_us = 6 * S, .is_spent = true, .is_struck = true } },
};

static const unsigned slot[TIMES] = { 0, 1, CHARGE_BUDGET, CHARGE_STRIKES };

static bool
has(const struct charge *c, unsigned time)
{
	if (time == BUDGET)
		return c->budget != NULL;
	return time == STRIKES ? c->strikes != NULL : time < c->n_windows;
}

static void
compare(const struct charge_result *got, const struct charge_result *want)
{
	assert_int_equal(got->is_taken, want->is_taken);
	assert_int_equal(got->refused, want->refused);
	assert_int_equal(got->window, want->window);
	assert_int_equal(got->wait_us, want->wait_us);
	assert_int_equal(got->is_spent, want->is_spent);
	assert_int_equal(got->is_struck, want->is_struck);
	assert_int_equal(got->would_refuse, want->would_refuse);
}

static void
row(void **state)
{
	const struct row *r = *state;
	struct charge c[3];
	struct charge_result got;

	for (unsigned i = 0; i < r->n; i++) {
		c[i] = r->side[i].c;
		for (unsigned t = 0; t < TIMES; t++)
			c[i].full_us[slot[t]] = NOW + (uint64_t)(r->side[i].before[t] * S);
	}
	charge_take(c, r->n, r->recipients, NOW, &got);
	compare(&got, &r->want);
	for (unsigned i = 0; i < r->n; i++)
		for (unsigned t = 0; t < TIMES; t++)
			if (has(&c[i], t) && c[i].full_us[slot[t]] !=
			    NOW + (uint64_t)(r->side[i].after[t] * S))
				fail_msg("limit %u, time %u: got %lld us, want %lld s",
					 i, t, (long long)(c[i].full_us[slot[t]] - NOW),
					 (long long)r->side[i].after[t]);
}

static void
random_charge(uint64_t *seed, struct charge *c)
{
	*c = (struct charge){
		.window = both,
		.n_windows = 1 + (unsigned)random_below(seed, 2),
		.budget = random_below(seed, 2) ? &held : NULL,
		.strikes = random_below(seed, 2) ? &thrice : NULL,
		.is_observed = random_below(seed, 3) == 0,
	};
	for (unsigned t = 0; t < CHARGE_TIMES; t++)
		c->full_us[t] = NOW + random_below(seed, 80 * S);
}

static bool
fits(const struct charge *c, uint32_t recipients)
{
	for (unsigned w = 0; w < c->n_windows; w++) {
		struct bucket_rate r = { c->window[w].interval_us, c->window[w].burst };

		if (bucket_wait(r, c->full_us[w], NOW, w == 0 ? 1 : recipients) > 0)
			return false;
	}
	return true;
}

static bool
has_paid(const struct charge *before, const struct charge *after)
{
	for (unsigned w = 0; w < before->n_windows; w++) {
		uint64_t empty = NOW + both[w].burst * both[w].interval_us;
		uint64_t was = before->full_us[w] < empty ? before->full_us[w] : empty;

		if (after->full_us[w] != was)
			return true;
	}
	return false;
}

/* Whatever the plan: all that fit together pay, in two groups, or none. */
static void
all_or_none(void **state)
{
	uint64_t seed = 1;
	unsigned taken = 0, mixed = 0;

	(void)state;
	for (unsigned round = 0; round < ROUNDS; round++) {
		struct charge before[4], c[4];
		struct charge_result r;
		uint32_t recipients = 1 + (uint32_t)random_below(&seed, 3);
		bool fit[2] = { true, true };

		for (unsigned i = 0; i < 4; i++) {
			random_charge(&seed, &before[i]);
			if (!fits(&before[i], recipients))
				fit[before[i].is_observed] = false;
		}
		memcpy(c, before, sizeof(c));
		charge_take(c, 4, recipients, NOW, &r);
		assert_int_equal(r.is_taken, fit[0]);
		for (unsigned i = 0; i < 4; i++)
			assert_int_equal(has_paid(&before[i], &c[i]), fit[0] &&
					 (!c[i].is_observed || fit[1]));
		taken += r.is_taken;
		mixed += r.is_taken && r.would_refuse != 0;
	}
	assert_in_range(taken, ROUNDS / 50, ROUNDS * 9 / 10);
	assert_true(mixed > 0);
}

/* Twenty refusals at once: every third strikes, two are held. */
static void
again_and_again(void **state)
{
	struct charge c = { MESSAGES, .budget = &held, .strikes = &thrice };
	struct charge_result r;

	(void)state;
	c.full_us[0] = NOW + (uint64_t)(60 * S);
	for (unsigned i = 1; i <= 20; i++) {
		charge_take(&c, 1, 1, NOW, &r);
		assert_false(r.is_taken);
		assert_int_equal(r.is_struck, i % 3 == 0);
		assert_int_equal(r.is_spent, i > 2);
	}
}

int
main(void)
{
	struct CMUnitTest tests[2 + N_ROWS(rows)] = {
		cmocka_unit_test(all_or_none),
		cmocka_unit_test(again_and_again),
	};
	size_t n = 2;

	ROWS(tests, &n, rows, row);
	return cmocka_run_group_tests_name("charge", tests, NULL, NULL);
}
