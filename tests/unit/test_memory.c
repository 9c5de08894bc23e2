/*
 * test_memory.c - what only the store in this process promises: time as
 * an argument, and a bounded table.
 */
#include "test.h"

#include "../../milter/store/memory/memory.h"
#include "../../milter/store/share.h"
#include "store_text.h"

#define T0 UINT64_C(1700000000000000)
#define SECOND UINT64_C(1000000)

static void
check(struct store *s, const char *ask, uint64_t now_us, const char *want)
{
	struct store_text t;

	store_text_parse(&t, ask);
	store_text_check(s, &t, now_us, want);
}

static void
refill(void **state)
{
	struct store *s = memory_new(10);

	(void)state;
	check(s, "a=m2/2000", T0, "taken 1");
	check(s, "a=m2/2000", T0, "taken 2");
	check(s, "a=m2/2000", T0 + SECOND - 1, "refused 0.0 2");
	check(s, "a=m2/2000", T0 + SECOND, "taken 2");
	check(s, "a=m2/2000", T0 + 10 * SECOND, "taken 1");
	store_free(s);
}

static void
wait_is_exact(void **state)
{
	struct store *s = memory_new(10);
	struct store_outcome o;
	struct store_text t;

	(void)state;
	check(s, "a=m2/2000", T0, "taken 1");
	check(s, "a=m2/2000", T0, "taken 2");
	store_text_parse(&t, "a=m2/2000");
	t.q.now_us = T0 + 1;
	assert_int_equal(store_take(s, &t.q, &o), STORE_REFUSED);
	assert_int_equal(o.wait_us, SECOND - 1);
	check(s, "a=m2/2000", T0 + 1 + o.wait_us - 1, "refused 0.0 2");
	check(s, "a=m2/2000", T0 + 1 + o.wait_us, "taken 2");
	store_free(s);
}

static void
clock_back(void **state)
{
	struct store *s = memory_new(10);

	(void)state;
	check(s, "a=m2/2000", T0, "taken 1");
	check(s, "a=m2/2000", T0 - 3600 * SECOND, "refused 0.0 2");
	check(s, "a=m2/2000", T0 - 3599 * SECOND - 1, "refused 0.0 2");
	check(s, "a=m2/2000", T0 - 3599 * SECOND, "taken 2");
	store_free(s);
}

/* Four places, all within reach of every key. */
static void
nearest_to_full(void **state)
{
	struct store *s = memory_new(4);

	(void)state;
	check(s, "a:1=r9/9000", T0, "taken 1");
	for (int i = 0; i < 5; i++)
		check(s, "a:2=m5/5000", T0 + (uint64_t)i,
		      (const char *[]){ "taken 1", "taken 2", "taken 3", "taken 4",
					"taken 5" }[i]);
	check(s, "a:3=m9/90000", T0, "taken 1");
	check(s, "a:4=m9/27000", T0, "taken 1");
	check(s, "a:5=m9/18000", T0, "taken 1");	/* a:1 has 1 s, so it goes */
	check(s, "a:6=m9/18000", T0, "taken 1");	/* a:5 has 2 s */
	check(s, "a:2=m5/5000", T0 + 9, "refused 0.0 5");
	check(s, "a:3=m9/90000", T0, "taken 2");
	check(s, "a:4=m9/27000", T0, "taken 2");
	check(s, "a:6=m9/18000", T0, "taken 2");
	check(s, "a:1=r9/9000", T0, "taken 1");
	store_free(s);
}

/* What Redis may be granting is not granted here; it leaves no trace. */
static void
on_its_way(void **state)
{
	struct store *s = memory_new(10);
	struct store_text sent;
	struct flight f = { .q = &sent.q };

	(void)state;
	store_text_parse(&sent, "b=m5/5000 a=m4/5000,r9/5000");
	check(s, "a=m5/5000", T0, "taken 1");
	memory_depart(s, &f);
	check(s, "a=m5/5000", T0, "taken 3");
	check(s, "a=r5/5000", T0, "taken 2");
	check(s, "c=m5/5000", T0, "taken 1");
	check(s, "a=m5/5000", T0 + SECOND, "taken 3");
	check(s, "a=m3/5000", T0 + SECOND, "refused 0.0 3");
	memory_land(s, &f);
	check(s, "a=m5/5000", T0 + SECOND, "taken 3");
	store_free(s);
}

static void
flood(void **state)
{
	struct store *s = memory_new(4);

	(void)state;
	check(s, "a=m1/86400000", T0, "taken 1");
	for (int i = 1; i < 1000; i++) {
		char ask[40];

		snprintf(ask, sizeof(ask), "b:%d=m100/100000", i);
		check(s, ask, T0, "taken 1");
	}
	check(s, "a=m1/86400000", T0, "refused 0.0 1");
	store_free(s);
}

static void
refusals_leave_nothing(void **state)
{
	struct store *s = memory_new(2);

	(void)state;
	check(s, "a=m1/86400000", T0, "taken 1");
	check(s, "b=m2/2000", T0, "taken 1");
	for (int i = 1; i < 100; i++) {
		char ask[60];

		snprintf(ask, sizeof(ask), "c:%d=m1/86400000 a=m1/86400000", i);
		check(s, ask, T0, "refused 1.0 0 1");
	}
	check(s, "b=m2/2000", T0, "taken 2");
	store_free(s);
}

/* Two nodes: Redis says so of the whole, of which the half is decided here. */
static const struct share_row {
	const char *name;
	unsigned level;			/* 4 s ago, of 10 */
	unsigned floor, debit;		/* what Redis is told */
} shares[] = {
	{ "what was full by then", 4, 1, 1 },
	{ "what was not", 6, 3, 1 },
	{ "more than the share", 8, 5, 1 },
};

static void
shared(void **state)
{
	const struct share_row *row = *state;
	struct store_outcome o = { .answer = STORE_TAKEN, .now_us = T0 };
	struct store *s = memory_new(10);
	struct share half;
	struct store_text t;

	store_text_parse(&t, "a=m10/10000");
	o.full_us[0][0] = T0 + row->level * SECOND;
	memory_note(s, &t.q, &o);
	t.q.now_us = T0 + 4 * SECOND;
	share_build(&half, &t.q, 2);
	assert_int_equal(store_take(s, &half.q, &o), STORE_TAKEN);
	memory_recall(s, &t.q);
	assert_int_equal(t.q.floor_us[0][0], t.q.now_us + row->floor * SECOND);
	assert_int_equal(t.q.debit_us[0][0], row->debit * SECOND);
	store_free(s);
}

int
main(void)
{
	static const struct CMUnitTest others[] = {
		{ "units come back with time", refill, NULL, NULL, NULL },
		{ "the wait is exact", wait_is_exact, NULL, NULL, NULL },
		{ "a clock that goes back gives nothing, and heals", clock_back, NULL, NULL, NULL },
		{ "the bucket nearest to full is forgotten first", nearest_to_full,
		  NULL, NULL, NULL },
		{ "what is on its way to Redis counts", on_its_way, NULL, NULL, NULL },
		{ "a flood of keys does not free an empty bucket", flood, NULL, NULL,
		  NULL },
		{ "a refusal takes nobody's place", refusals_leave_nothing, NULL, NULL,
		  NULL },
	};
	struct CMUnitTest tests[N_ROWS(shares) + N_ROWS(others)];
	size_t n = 0;

	ROWS(tests, &n, shares, shared);
	for (size_t i = 0; i < N_ROWS(others); i++)
		tests[n++] = others[i];
	return _cmocka_run_group_tests("memory", tests, n, NULL, NULL);
}
