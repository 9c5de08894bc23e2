/*
 * test_breaker.c - what is said of an outage, and how often.
 */
#include "test.h"

#include "../../milter/store/breaker.h"
#include "log_catch.h"

#define T0 UINT64_C(1700000000000000)
#define SECOND UINT64_C(1000000)
#define STEPS_MAX 6

struct row {
	const char *name;
	struct {
		uint64_t at_us;		/* after T0 */
		const char *reason;	/* NULL: Redis is in use again */
	} step[STEPS_MAX];		/* ends at 0, NULL */
	const char *log;
};

static const struct row rows[] = {
	{ "a start that finds Redis is no news", {
		{ SECOND, NULL } }, "" },
	{ "a start without it is", {
		{ 0, "no" } },
	  "outage begin reason=no\n" },
	{ "a reason is told once", {
		{ 0, "no" }, { SECOND, "no" }, { 60 * SECOND, "no" } },
	  "outage begin reason=no\n" },
	{ "another one after a while", {
		{ 0, "closed" }, { SECOND, "refused" }, { 9 * SECOND, "refused" },
		{ 10 * SECOND, "refused" }, { 30 * SECOND, "refused" } },
	  "outage begin reason=closed\noutage goes-on reason=refused\n" },
	{ "reasons that take turns are no storm", {
		{ 0, "a" }, { SECOND, "b" }, { 2 * SECOND, "a" }, { 3 * SECOND, "b" },
		{ 11 * SECOND, "a" }, { 12 * SECOND, "b" } },
	  "outage begin reason=a\noutage goes-on reason=b\n" },
	{ "the end, and the next one", {
		{ 0, "a" }, { 90 * SECOND, NULL }, { 91 * SECOND, NULL },
		{ 92 * SECOND, "a" } },
	  "outage begin reason=a\noutage end lasted=90.0s decisions=0\n"
	  "outage begin reason=a\n" },
	{ "a reason is one value", {
		{ 0, "a \"b\"\nc" } },
	  "outage begin reason=\"a \\\"b\\\"\\x0ac\"\n" },
};

static void
step(struct breaker *b, uint64_t at_us, const char *reason)
{
	if (reason != NULL)
		breaker_open(b, reason, T0 + at_us);
	else
		breaker_close(b, T0 + at_us);
}

static void
told(void **state)
{
	const struct row *row = *state;
	struct log_catch l;
	struct breaker b;
	char log[2000];

	breaker_init(&b, T0);
	log_catch_begin(&l);
	for (size_t i = 0; i < STEPS_MAX; i++)
		if (row->step[i].reason != NULL || row->step[i].at_us > 0)
			step(&b, row->step[i].at_us, row->step[i].reason);
	log_catch_end(&l, log, sizeof(log));
	assert_string_equal(log, row->log);
	breaker_fini(&b);
}

static void
status(void **state)
{
	struct outage_status s;
	struct log_catch l;
	struct breaker b;
	char log[2000];

	(void)state;
	breaker_init(&b, T0);
	breaker_status(&b, &s);
	assert_true(s.is_outage);
	assert_string_equal(s.reason, "Redis was not asked yet");
	log_catch_begin(&l);
	breaker_close(&b, T0 + 1);
	breaker_status(&b, &s);
	assert_false(s.is_outage);
	assert_string_equal(s.reason, "");
	breaker_open(&b, "a", T0 + 2);
	breaker_open(&b, "b", T0 + 3);
	breaker_status(&b, &s);
	log_catch_end(&l, log, sizeof(log));
	assert_true(s.is_outage && breaker_is_open(&b));
	assert_int_equal(s.since_us, T0 + 2);
	assert_string_equal(s.reason, "b");
	breaker_fini(&b);
}

static void
counts(void **state)
{
	struct outage_status s;
	struct log_catch l;
	struct breaker b;
	char log[2000];

	(void)state;
	breaker_init(&b, T0);
	breaker_count(&b, BREAKER_DECIDED);
	breaker_close(&b, T0);
	breaker_count(&b, BREAKER_LATE);
	breaker_count(&b, BREAKER_RECALLED);
	log_catch_begin(&l);
	breaker_open(&b, "a", T0);
	breaker_count(&b, BREAKER_DECIDED);
	breaker_count(&b, BREAKER_DECIDED);
	breaker_close(&b, T0 + SECOND / 2);
	log_catch_end(&l, log, sizeof(log));
	breaker_status(&b, &s);
	assert_int_equal(s.decisions, 4);
	assert_int_equal(s.late, 1);
	assert_int_equal(s.recalled, 1);
	assert_string_equal(log, "outage begin reason=a\n"
			    "outage end lasted=0.5s decisions=2\n");
	breaker_fini(&b);
}

int
main(void)
{
	struct CMUnitTest tests[N_ROWS(rows) + 2] = {
		{ "status", status, NULL, NULL, NULL },
		{ "decisions are counted", counts, NULL, NULL, NULL },
	};
	size_t n = 2;

	ROWS(tests, &n, rows, told);
	return cmocka_run_group_tests_name("breaker", tests, NULL, NULL);
}
