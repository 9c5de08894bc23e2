/*
 * test_trial_parts.c - the virtual time, the buckets and the durations of
 * trials, each by itself.
 */
#include "test.h"

#include "../../policy/trial/duration.h"
#include "../../policy/trial/streams.h"
#include "../../policy/trial/table.h"

#define MINUTE UINT64_C(60000000)

struct duration_row {
	const char *name;	/* what is wanted */
	uint64_t us;
};

static const struct duration_row durations[] = {
	{ "0 s", 0 },
	{ "0 s", 999 },
	{ "0.001 s", 1000 },
	{ "0.36 s", 360000 },
	{ "0.101 s", 101999 },
	{ "12 s", 12000000 },
	{ "59.999 s", MINUTE - 1 },
	{ "1 minute", MINUTE },
	{ "1 minute 4 s", MINUTE + 4900000 },
	{ "2 minutes 1 s", 2 * MINUTE + 1000000 },
	{ "1 hour", 60 * MINUTE + 30000000 },
	{ "2 hours 1 minute", 121 * MINUTE },
	{ "23 hours 59 minutes", 1440 * MINUTE - 1 },
	{ "1 day", 1440 * MINUTE },
	{ "366 days 5 hours", 366 * 1440 * MINUTE + 300 * MINUTE },
};

static void
duration(void **state)
{
	const struct duration_row *r = *state;
	char got[DURATION_MAX];

	assert_string_equal(duration_text(r->us, got), r->name);
}

/* Two streams and what is sent, in order: stream, and time in milliseconds. */
struct merge_row {
	const char *name;
	uint64_t count[3], for_s[3];	/* a minute */
	const char *want;
};

static const struct merge_row merges[] = {
	{ "one message", { 1 }, { 60 }, "a0" },
	{ "the first of a second minute", { 1 }, { 61 }, "a0 a60000" },
	{ "evenly", { 7 }, { 30 }, "a0 a8571 a17142 a25714" },
	{ "ties in file order", { 2, 2, 2 }, { 60, 60, 60 },
	  "a0 b0 c0 a30000 b30000 c30000" },
	{ "each by its time", { 3, 2, 4 }, { 60, 60, 60 },
	  "a0 b0 c0 c15000 a20000 b30000 c30000 a40000 c45000" },
	{ "one ends before the others", { 6, 60, 2 }, { 60, 2, 60 },
	  "a0 b0 c0 b1000 a10000 a20000 a30000 c30000 a40000 a50000" },
};

static void
play(struct streams *all, char *got, size_t size)
{
	struct stream *s;
	size_t len = 0;

	got[0] = '\0';
	for (; (s = streams_first(all)) != NULL; streams_advance(all)) {
		assert_true(len < size);
		len += (size_t)snprintf(got + len, size - len, "%s%c%u",
					len == 0 ? "" : " ",
					(char)('a' + (s - all->stream)),
					(unsigned)(s->at_us / 1000));
	}
}

static void
merge(void **state)
{
	const struct merge_row *r = *state;
	struct arena *a = arena_new(1 << 20);
	struct ast_stream source[3] = { { 0 } };
	struct ast_trial trial = { .streams = source };
	struct streams all;
	char got[500], again[500];

	assert_non_null(a);
	for (unsigned i = 0; i < 3 && r->count[i] != 0; i++) {
		source[i].count = r->count[i];
		source[i].period_us = MINUTE;
		source[i].for_us = r->for_s[i] * 1000000;
		if (i > 0)
			source[i - 1].next = &source[i];
	}
	assert_true(streams_init(&all, &trial, a));
	play(&all, got, sizeof(got));
	assert_string_equal(got, r->want);
	streams_rewind(&all);
	play(&all, again, sizeof(again));
	assert_string_equal(again, r->want);
	arena_free(a);
}

/* A value that becomes longer than an identity may be is none. */
static void
long_value(void **state)
{
	struct arena *a = arena_new(1 << 20);
	char text[300];
	struct ast_given given = {
		.fact = POLICY_SCRIPT, .value.word.text = { text, sizeof(text) },
	};
	struct ast_stream source = {
		.count = 1, .period_us = 1, .for_us = 1000000, .who.given = &given,
	};
	struct ast_trial trial = { .streams = &source };
	struct streams all;
	struct stream *s;

	(void)state;
	assert_non_null(a);
	memset(text, 'x', sizeof(text));
	memset(text, '*', 10);
	assert_true(streams_init(&all, &trial, a));
	for (; (s = streams_first(&all)) != NULL; streams_advance(&all)) {
		struct policy_text t = s->facts.text[POLICY_SCRIPT];

		if (s->number < 1000)
			assert_int_equal(t.len, 290 + 10 * (1 + (s->number > 9) +
							    (s->number > 99)));
		else
			assert_memory_equal(t.p, "(invalid)", t.len);
	}
	arena_free(a);
}

/* As many buckets as a trial may have messages. */
static void
table(void **state)
{
	struct table *t = table_new();
	char key[32];

	(void)state;
	assert_non_null(t);
	for (uint64_t i = 0; i < 1000000; i++) {
		size_t len = (size_t)snprintf(key, sizeof(key), "%u", (unsigned)i);
		struct table_entry *e;

		assert_null(table_find(t, key, len));
		e = table_add(t, key, len);
		assert_non_null(e);
		assert_int_equal(e->thaw_us, 0);
		e->thaw_us = i;
	}
	for (uint64_t i = 0; i < 1000000; i++) {
		size_t len = (size_t)snprintf(key, sizeof(key), "%u", (unsigned)i);
		const struct table_entry *e = table_find(t, key, len);

		assert_non_null(e);
		assert_int_equal(e->thaw_us, i);
	}
	assert_null(table_find(t, "1000000", 7));
	assert_null(table_find(t, "1\0", 2));
	assert_null(table_find(t, "", 0));
	table_free(t);
}

int
main(void)
{
	struct CMUnitTest tests[2 + N_ROWS(durations) + N_ROWS(merges)] = {
		cmocka_unit_test(long_value),
		cmocka_unit_test(table),
	};
	size_t n = 2;

	ROWS(tests, &n, durations, duration);
	ROWS(tests, &n, merges, merge);
	return cmocka_run_group_tests_name("trial_parts", tests, NULL, NULL);
}
