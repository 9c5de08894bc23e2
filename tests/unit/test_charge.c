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

	{ "what is owed comes on top", 1, 1,
	  { { { MESSAGES, .debit_us = { 12 * S } }, { 30 }, { 48 } } }, { TAKEN } },
	{ "what is owed by a full bucket counts from now", 1, 1,
	  { { { MESSAGES, .debit_us = { 12 * S } }, { -99 }, { 18 } } }, { TAKEN } },
	{ "no more is owed than there is room", 1, 1,
	  { { { MESSAGES, .debit_us = { 12 * S } }, { 54 }, { 60 } } }, { .wait_us = 6 * S } },
	{ "by an empty bucket nothing is owed", 1, 1,
	  { { { MESSAGES, .debit_us = { 12 * S } }, { 60 }, { 60 } } }, { .wait_us = 6 * S } },
	{ "it is owed whoever refuses", 1, 2,
	  { { { MESSAGES }, { 60 }, { 60 } },
	    { { BOTH, .budget = &held,
		.debit_us = { [0] = 6 * S, [CHARGE_BUDGET] = 3 * S } },
	      { 12, 12, 9 }, { 18, 12, 12 } } }, { .wait_us = 6 * S } },
	{ "the floor is looked at after the debit", 1, 1,
	  { { { BOTH, .debit_us = { 6 * S, 6 * S },
		.floor_us = { NOW + 12 * S, NOW + 3 * S } }, { 0, 6 }, { 18, 24 } } },
	  { TAKEN } },
	{ "a floor is no higher than an empty bucket", 1, 1,
	  { { { MESSAGES, .floor_us = { NOW + 7200 * S } }, { 54 }, { 60 } } }, { .wait_us = 6 * S } },

	{ "held, and a lease", 1, 1,
	  { { { MESSAGES, .budget = &held_rcpts, .lease = 4 }, { 60 }, { 60, 0, 50 } } },
	  { .wait_us = 6 * S, .leased = 4 } },
	{ "held, and no room for a lease", 3, 1,
	  { { { MESSAGES, .budget = &held_rcpts, .lease = 4 }, { 60 }, { 60, 0, 30 } } },
	  { .wait_us = 6 * S } },
	{ "spent, and no lease", 3, 1,
	  { { { MESSAGES, .budget = &held_rcpts, .lease = 2 }, { 60, 0, 40 }, { 60, 0, 40 } } },
	  { .wait_us = 6 * S, .is_spent = true } },
	{ "taken, and no lease", 1, 1,
	  { { { MESSAGES, .budget = &held_rcpts, .lease = 2 }, { 0 }, { 6 } } }, { TAKEN } },
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
	assert_int_equal(got->leased, want->leased);
	assert_int_equal(got->would_refuse, want->would_refuse);
}

static void
fill(struct charge *c, const struct side *side)
{
	*c = side->c;
	for (unsigned t = 0; t < TIMES; t++)
		c->full_us[slot[t]] = NOW + (uint64_t)(side->before[t] * S);
}

static const struct policy_window *
window_of(const struct charge *c, unsigned time)
{
	if (time == BUDGET)
		return c->budget;
	return time == STRIKES ? c->strikes : &c->window[time];
}

/* A time is to be kept if the step made it another than the one that was stored,
 * no later than that of an empty bucket, and no earlier than now. */
static bool
is_kept(const struct side *side, unsigned time)
{
	const struct policy_window *w = window_of(&side->c, time);
	uint64_t was_us = NOW + (uint64_t)(side->before[time] * S);
	uint64_t empty_us = NOW + w->burst * w->interval_us;

	if (was_us < NOW)
		was_us = NOW;
	return NOW + (uint64_t)(side->after[time] * S) !=
	       (was_us < empty_us ? was_us : empty_us);
}

static void
check_side(const struct charge *c, const struct side *side, bool is_struck)
{
	for (unsigned t = 0; t < TIMES; t++) {
		uint64_t got_us = c->full_us[slot[t]];

		if (!has(c, t))
			continue;
		if (got_us != NOW + (uint64_t)(side->after[t] * S))
			fail_msg("time %u: got %lld us, want %lld s", t,
				 (long long)(got_us - NOW), (long long)side->after[t]);
		assert_int_equal(c->changed >> slot[t] & 1, is_kept(side, t) ||
				 (t == STRIKES && is_struck));
	}
}

static void
row(void **state)
{
	const struct row *r = *state;
	struct charge c[3];
	struct charge_result got;

	for (unsigned i = 0; i < r->n; i++)
		fill(&c[i], &r->side[i]);
	charge_take(c, r->n, r->recipients, NOW, &got);
	compare(&got, &r->want);
	for (unsigned i = 0; i < r->n; i++)
		check_side(&c[i], &r->side[i], got.is_struck);
}

/* As when no message is asked for. */
static void
settled(void **state)
{
	struct charge c = { BOTH };

	(void)state;
	c.full_us[0] = c.full_us[1] = NOW;
	c.floor_us[0] = NOW + (uint64_t)(6 * S);
	charge_settle(&c, 1, NOW);
	assert_int_equal(c.full_us[0], NOW + (uint64_t)(6 * S));
	assert_int_equal(c.changed, 1);
	c.changed = 0;
	c.debit_us[1] = 5;
	charge_settle(&c, 1, NOW);
	assert_int_equal(c.full_us[1], NOW + 5);
	assert_int_equal(c.changed, 2);
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
	struct CMUnitTest tests[3 + N_ROWS(rows)] = {
		cmocka_unit_test(all_or_none),
		cmocka_unit_test(again_and_again),
		cmocka_unit_test(settled),
	};
	size_t n = 3;

	ROWS(tests, &n, rows, row);
	return cmocka_run_group_tests_name("charge", tests, NULL, NULL);
}
