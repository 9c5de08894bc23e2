/*
 * test_warn.c - a key is warned of once, and again after it has been low.
 */
#include "test.h"

#include "../../milter/daemon/warn.h"
#include "../../policy/bucket/bucket.h"

#define SECOND UINT64_C(1000000)

/* 10 a minute, and 100 recipients an hour. */
static const struct policy_window windows[] = {
	{ POLICY_MESSAGES, 10, 10, 60 * SECOND, 6 * SECOND },
	{ POLICY_RCPTS, 100, 100, 3600 * SECOND, 36 * SECOND },
};

/* So many messages at a time, which all but the last may be warned of. */
struct step {
	unsigned at_s, messages, rcpts;	/* of each */
	unsigned want, window;		/* at the last one; 0: nothing */
};

static const struct row {
	const char *name;
	unsigned percent;
	struct step step[5];
} rows[] = {
	{ "below", 80, { { 0, 7, 1, 0, 0 } } },
	{ "risen", 80, { { 0, 7, 1, 0, 0 }, { 0, 1, 1, 80, 0 } } },
	{ "once", 80, { { 0, 8, 1, 80, 0 }, { 0, 2, 1, 0, 0 } } },
	{ "over it in one step", 50, { { 0, 1, 70, 70, 1 } } },
	{ "the fullest window", 50, { { 0, 4, 1, 0, 0 }, { 0, 1, 80, 84, 1 } } },
	{ "not low enough to be news", 80,
	  { { 0, 8, 1, 80, 0 }, { 18, 1, 1, 0, 0 }, { 18, 2, 1, 0, 0 } } },
	{ "low, then risen again", 80,
	  { { 0, 8, 1, 80, 0 }, { 40, 1, 1, 0, 0 }, { 40, 5, 1, 80, 0 } } },
	{ "quiet, then over it in one step", 50,
	  { { 0, 1, 60, 60, 1 }, { 3600, 1, 60, 60, 1 } } },
	{ "low in one window is not enough", 50,
	  { { 0, 1, 60, 60, 1 }, { 60, 1, 1, 0, 0 }, { 60, 4, 1, 0, 0 } } },
	{ "full", 100, { { 0, 9, 1, 0, 0 }, { 0, 1, 1, 100, 0 } } },
	{ "at one percent", 1, { { 0, 1, 1, 10, 0 }, { 0, 1, 1, 0, 0 } } },
};

/* One bucket, as a store keeps it. */
struct bucket {
	struct store_request q;
	struct store_outcome o;
};

static void
fill(struct bucket *b, unsigned id)
{
	memset(b, 0, sizeof(*b));
	b->q.n = 1;
	b->q.bucket[0].window = windows;
	b->q.bucket[0].n_windows = N_ROWS(windows);
	memcpy(b->q.bucket[0].id, &id, sizeof(id));
}

static unsigned
send(struct warn *w, struct bucket *b, uint64_t now_us, unsigned rcpts,
     unsigned percent, unsigned *window)
{
	b->q.recipients = rcpts;
	b->o.now_us = now_us;
	for (unsigned k = 0; k < N_ROWS(windows); k++) {
		struct bucket_rate rate = { windows[k].interval_us, windows[k].burst };
		uint32_t cost = charge_cost(&windows[k], b->q.recipients);

		assert_int_equal(bucket_take(rate, &b->o.full_us[0][k], now_us,
					     cost), 0);
	}
	return warn_level(w, &b->q, &b->o, 0, percent, window);
}

static void
steps(void **state)
{
	const struct row *r = *state;
	struct warn *w = warn_new();
	struct bucket b;

	fill(&b, 1);
	for (const struct step *s = r->step; s->messages > 0; s++) {
		unsigned got = 0, window = 0;

		for (unsigned i = 0; i < s->messages; i++)
			got = send(w, &b, (1 + s->at_s) * SECOND, s->rcpts, r->percent,
				   &window);
		if (got != s->want || (got > 0 && window != s->window))
			fail_msg("step %td: got %u%% of window %u, want %u%% of %u",
				 s - r->step, got, window, s->want, s->window);
	}
	warn_free(w);
}

static void
keys_are_apart(void **state)
{
	struct warn *w = warn_new();
	struct bucket b;
	unsigned window;

	(void)state;
	for (unsigned id = 1; id < 100; id++) {
		fill(&b, id);
		assert_int_equal(send(w, &b, SECOND, 60, 50, &window), 60);
		assert_int_equal(send(w, &b, SECOND, 1, 50, &window), 0);
	}
	warn_free(w);
}

/* Of more keys than are remembered, what was low first is forgotten. */
static void
memory_is_bounded(void **state)
{
	struct warn *w = warn_new();
	struct bucket b, last;
	unsigned window;

	(void)state;
	fill(&last, 0);
	assert_int_equal(send(w, &last, 1000 * SECOND, 60, 50, &window), 60);
	for (unsigned id = 1; id < 100000; id++) {
		fill(&b, id);
		send(w, &b, SECOND, 60, 50, &window);
	}
	assert_int_equal(send(w, &last, 1000 * SECOND, 1, 50, &window), 0);
	warn_free(w);
}

int
main(void)
{
	struct CMUnitTest tests[N_ROWS(rows) + 2];
	size_t n = 0;

	ROWS(tests, &n, rows, steps);
	tests[n++] = (struct CMUnitTest)cmocka_unit_test(keys_are_apart);
	tests[n++] = (struct CMUnitTest)cmocka_unit_test(memory_is_bounded);
	return cmocka_run_group_tests_name("warn", tests, NULL, NULL);
}
