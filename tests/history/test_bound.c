/*
 * test_bound.c - the sweep finds what is one too many, and nothing else; on
 * random histories it agrees with a look at every time.
 */
#include "../unit/test.h"

#include "bound.h"
#include "tree.h"

#define LEN(a) (sizeof(a) / sizeof((a)[0]))

/* A burst of 3 and one back every 10 us. */
static const struct row {
	const char *name;
	struct event event[6];
	struct step step[2];
	struct stretch stretch[2];
	int64_t over;
} rows[] = {
	{ "a burst at once", { { 0, 0, 10 }, { 0, 0, 10 }, { 0, 0, 10 } }, .over = 0 },
	{ "one more at once",
	  { { 0, 0, 10 }, { 0, 0, 10 }, { 0, 0, 10 }, { 0, 0, 10 } }, .over = 10 },
	{ "the fourth when one is back",
	  { { 0, 0, 10 }, { 0, 0, 10 }, { 0, 0, 10 }, { 10, 10, 10 } }, .over = 0 },
	{ "the fourth one us too early",
	  { { 0, 0, 10 }, { 0, 0, 10 }, { 0, 0, 10 }, { 9, 9, 10 } }, .over = 1 },
	{ "it may have been late enough",
	  { { 0, 0, 10 }, { 0, 0, 10 }, { 0, 0, 10 }, { 5, 10, 10 } }, .over = 0 },
	{ "the first may have been early enough",
	  { { -1, 0, 10 }, { 0, 0, 10 }, { 0, 0, 10 }, { 9, 9, 10 } }, .over = 0 },
	{ "one that began before counts only with its own start",
	  { { 0, 100, 10 }, { 90, 90, 10 }, { 90, 90, 10 }, { 90, 90, 10 },
	    { 90, 90, 10 } }, .over = 10 },
	{ "a step forgives once, where it is touched",
	  { { 0, 0, 10 }, { 0, 0, 10 }, { 0, 0, 10 }, { 0, 0, 10 }, { 5, 5, 10 } },
	  .step = { { 5, 6, 20 } }, .over = 10 },
	{ "a step that is over before is no excuse",
	  { { 8, 8, 10 }, { 8, 8, 10 }, { 8, 8, 10 }, { 8, 8, 10 } },
	  .step = { { 5, 7, 20 } }, .over = 10 },
	{ "a step may be there at the last moment",
	  { { 8, 8, 10 }, { 8, 8, 10 }, { 8, 8, 10 }, { 8, 8, 10 } },
	  .step = { { 5, 8, 10 } }, .over = 0 },
	{ "a stretch counts as far as both last",
	  { { 0, 0, 30 }, { 10, 10, 23 } }, .stretch = { { 4, 90, 2 } }, .over = 1 },
	{ "two stretches", { { 0, 0, 30 }, { 10, 10, 20 } },
	  .stretch = { { 4, 6, 2 }, { 0, 5, 1 } }, .over = 1 },
};

static size_t
events(const struct event *event, size_t max)
{
	size_t n = 0;

	while (n < max && event[n].weight > 0)
		n++;
	return n;
}

static void
test_row(void **state)
{
	const struct row *row = *state;
	struct event event[LEN(row->event)];
	struct bound b = { .burst = 30, .speed = 1,
			   .step = row->step, .n_steps = LEN(row->step),
			   .stretch = row->stretch, .n_stretches = LEN(row->stretch) };
	struct excess e;

	memcpy(event, row->event, sizeof(event));
	e = bound_worst(&b, event, events(event, LEN(event)));
	if (e.over != row->over)
		fail_msg("got %lld, want %lld", (long long)e.over,
			 (long long)row->over);
}

static uint64_t seed = 1;

static int64_t
below(int64_t n)
{
	seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return (int64_t)(seed >> 33) % n;
}

static int64_t
both(int64_t s, int64_t e, int64_t from, int64_t to)
{
	int64_t first = s > from ? s : from, last = e < to ? e : to;

	return last > first ? last - first : 0;
}

/* As the promise reads, for one time. */
static int64_t
over(const struct bound *b, const struct event *event, size_t n, int64_t s, int64_t e)
{
	int64_t sum = -b->burst - b->speed * (e - s);

	for (size_t i = 0; i < n; i++)
		if (event[i].start_us >= s && event[i].end_us <= e)
			sum += event[i].weight;
	for (size_t i = 0; i < b->n_steps; i++)
		if (b->step[i].from_us <= e && b->step[i].to_us >= s)
			sum -= b->step[i].weight;
	for (size_t i = 0; i < b->n_stretches; i++)
		sum -= b->stretch[i].speed *
		       both(s, e, b->stretch[i].from_us, b->stretch[i].to_us);
	return sum;
}

static int64_t
slow_worst(const struct bound *b, const struct event *event, size_t n)
{
	int64_t worst = INT64_MIN;

	for (size_t i = 0; i < n; i++)
		for (size_t j = 0; j < n; j++) {
			int64_t s = event[i].start_us, e = event[j].end_us;
			int64_t now = e < s ? INT64_MIN : over(b, event, n, s, e);

			if (now > worst)
				worst = now;
		}
	return worst;
}

static void
test_random(void **state)
{
	struct event event[24];
	struct step step[3];
	struct stretch stretch[3];
	struct bound b = { .step = step, .n_steps = 3, .stretch = stretch,
			   .n_stretches = 3 };

	(void)state;
	for (int round = 0; round < 5000; round++) {
		size_t n = (size_t)below(LEN(event)) + 1;
		int64_t span = below(200) + 1, want;
		struct excess got;

		b.burst = below(30);
		b.speed = below(4);
		for (size_t i = 0; i < n; i++) {
			int64_t s = below(span);

			event[i] = (struct event){ s, s + below(20), below(9) + 1 };
		}
		for (size_t i = 0; i < 3; i++) {
			int64_t s = below(span), t = below(span);

			step[i] = (struct step){ s, s + below(20), below(20) };
			stretch[i] = (struct stretch){ t, t + below(40), below(3) };
		}
		want = slow_worst(&b, event, n);
		got = bound_worst(&b, event, n);
		if (got.over != want)
			fail_msg("round %d: got %lld, want %lld", round,
				 (long long)got.over, (long long)want);
		assert_int_equal(over(&b, event, n, got.from_us, got.to_us), want);
	}
}

/* Against a plain row. */
static void
test_tree(void **state)
{
	int64_t row[70];

	(void)state;
	for (size_t n = 1; n <= LEN(row); n++) {
		struct tree *t;

		for (size_t i = 0; i < n; i++)
			row[i] = below(100) - 50;
		t = tree_new(row, n);
		for (int round = 0; round < 50; round++) {
			size_t from = (size_t)below((int64_t)n), best = from, at;
			int64_t amount = below(40) - 20;

			tree_add(t, from, amount);
			for (size_t i = from; i < n; i++)
				row[i] += amount;
			from = best = (size_t)below((int64_t)n);
			for (size_t i = from; i < n; i++)
				if (row[i] > row[best])
					best = i;
			assert_int_equal(tree_max(t, from, &at), row[best]);
			assert_int_equal(row[at], row[best]);
		}
		tree_free(t);
	}
}

int
main(void)
{
	struct CMUnitTest tests[N_ROWS(rows) + 2];
	size_t n = 0;

	ROWS(tests, &n, rows, test_row);
	tests[n++] = (struct CMUnitTest)cmocka_unit_test(test_random);
	tests[n++] = (struct CMUnitTest)cmocka_unit_test(test_tree);
	return _cmocka_run_group_tests("bound", tests, n, NULL, NULL);
}
