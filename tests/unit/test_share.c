/*
 * test_share.c - several nodes without Redis: each has its part, for the lease.
 *
 * A level here is that of the whole limit: a part that is empty shows as a limit
 * that is. Time is an argument, and there is no Redis.
 */
#include "test.h"

#include "../../milter/store/memory/memory.h"
#include "../../milter/store/outage.h"
#include "../../milter/store/redis_store.h"
#include "store_text.h"

#define T0 UINT64_C(1000000000)
#define SECOND UINT64_C(1000000)
#define LEASE_US (60 * SECOND)
#define DAY "86400000"
#define STEPS_MAX 6

struct room {
	struct store *s, *memory;
	unsigned nodes;
};

static void
room_init(struct room *r, unsigned nodes)
{
	struct target t = { .address = "unix:/nonexistent/redis" };

	r->memory = memory_new(1000);
	r->s = outage_new(redis_store_new(&t, "test", SECOND), r->memory);
	r->nodes = nodes;
	outage_heard(r->s, T0, 0);
}

static void
parse(const struct room *r, struct store_text *t, const char *ask)
{
	store_text_parse(t, ask);
	t->q.nodes = r->nodes;
	t->q.lease_us = LEASE_US;
}

static void
check(const struct room *r, const char *ask, uint64_t now_us, const char *want)
{
	struct store_text t;

	parse(r, &t, ask);
	store_text_check(r->s, &t, now_us, want);
}

struct row {
	const char *name;
	unsigned nodes;
	struct {
		const char *ask;
		uint32_t recipients;	/* 0: one */
		uint64_t after_us;
		const char *want;
	} step[STEPS_MAX];
};

static const struct row rows[] = {
	{ "one node has the whole", 1, {
		{ "a=m2/" DAY, 0, 0, "taken 1" },
		{ "a=m2/" DAY, 0, 0, "taken 2" },
		{ "a=m2/" DAY, 0, 0, "refused 0.0 2" } } },
	{ "one of two has half", 2, {
		{ "a=m4/" DAY, 0, 0, "taken 2" },
		{ "a=m4/" DAY, 0, 0, "taken 4" },
		{ "a=m4/" DAY, 0, 0, "refused 0.0 4" } } },
	{ "half of an odd burst is rounded down", 2, {
		{ "a=m5/" DAY, 0, 0, "taken 2" },
		{ "a=m5/" DAY, 0, 0, "taken 4" },
		{ "a=m5/" DAY, 0, 0, "refused 0.0 4" } } },
	{ "each has one at least", 5, {
		{ "a=m2/" DAY, 0, 0, "taken 2" },
		{ "a=m2/" DAY, 0, 0, "refused 0.0 2" } } },
	{ "units come back at a part of the rate", 3, {
		{ "a=m3/3000", 0, 0, "taken 3" },
		{ "a=m3/3000", 0, 3 * SECOND - 1, "refused 0.0 1" },
		{ "a=m3/3000", 0, 3 * SECOND, "taken 3" } } },
	{ "every window has its part", 2, {
		{ "a=m9/" DAY ",r4/" DAY " b=m6/" DAY, 2, 0, "taken 2,4 2" },
		{ "a=m9/" DAY ",r4/" DAY " b=m6/" DAY, 1, 0, "refused 0.1 2,4 2" } } },
	{ "more than the part and within the whole may pass some day", 2, {
		{ "a=r10/" DAY, 6, 0, "refused 0.0 0" },
		{ "a=r10/" DAY, 11, 0, "refused 0.0 never 0" },
		{ "a=r10/" DAY, 5, 0, "taken 10" } } },
	{ "what may be held has its part", 2, {
		{ "a=m1/" DAY ",hm4/" DAY, 0, 0, "taken 1,h0" },
		{ "a=m1/" DAY ",hm4/" DAY, 0, 0, "refused 0.0 1,h2" },
		{ "a=m1/" DAY ",hm4/" DAY, 0, 0, "refused 0.0 1,h4" },
		{ "a=m1/" DAY ",hm4/" DAY, 0, 0, "refused 0.0 spent 1,h4" } } },
	{ "refusals are counted whole", 2, {
		{ "a=m1/" DAY ",sm2/" DAY, 0, 0, "taken 1,s0" },
		{ "a=m1/" DAY ",sm2/" DAY, 0, 0, "refused 0.0 1,s1" },
		{ "a=m1/" DAY ",sm2/" DAY, 0, 0, "refused 0.0 struck 1,s0" } } },
	{ "a part of the longest window there is", 60000, {
		{ "a=m1/4503599627370", 0, 0, "taken 1" },
		{ "a=m1/4503599627370", 0, 0, "refused 0.0 1" } } },
	{ "the lease, to the microsecond", 2, {
		{ "a=m9/" DAY, 0, LEASE_US - 1, "taken 2" },
		{ "a=m9/" DAY, 0, LEASE_US, "alone" },
		{ "", 0, LEASE_US, "alone" } } },
	{ "one node needs no lease", 1, {
		{ "a=m9/" DAY, 0, 1000 * LEASE_US, "taken 1" } } },
};

static void
shared(void **state)
{
	const struct row *row = *state;
	struct room r;

	room_init(&r, row->nodes);
	for (size_t i = 0; i < STEPS_MAX && row->step[i].ask != NULL; i++) {
		struct store_text t;

		parse(&r, &t, row->step[i].ask);
		if (row->step[i].recipients != 0)
			t.q.recipients = row->step[i].recipients;
		store_text_check(r.s, &t, T0 + row->step[i].after_us,
				 row->step[i].want);
	}
	store_free(r.s);
}

static void
heard_again(void **state)
{
	struct room r;

	(void)state;
	room_init(&r, 2);
	check(&r, "a=m9/" DAY, T0 + 2 * LEASE_US, "alone");
	outage_heard(r.s, T0 + 2 * LEASE_US, 0);
	check(&r, "a=m9/" DAY, T0 + 2 * LEASE_US, "taken 2");
	check(&r, "a=m9/" DAY, T0 + 3 * LEASE_US, "alone");
	store_free(r.s);
}

/* A policy with a longer lease came while Redis was away. */
static void
told_less(void **state)
{
	struct room r;

	(void)state;
	room_init(&r, 2);
	outage_heard(r.s, T0, LEASE_US / 2);
	check(&r, "a=m9/" DAY, T0 + LEASE_US / 2 - 1, "taken 2");
	check(&r, "a=m9/" DAY, T0 + LEASE_US / 2, "alone");
	store_free(r.s);
}

static void
never_heard(void **state)
{
	struct room r;

	(void)state;
	room_init(&r, 2);
	outage_heard(r.s, 0, 0);
	check(&r, "a=m9/" DAY, 1, "alone");
	store_free(r.s);
}

/* Inbound mail asks with it. */
static void
not_for_what_no_freeze_concerns(void **state)
{
	struct store_text t;
	struct room r;

	(void)state;
	room_init(&r, 2);
	parse(&r, &t, "a=m4/" DAY);
	snprintf(t.q.token, sizeof(t.q.token), "%s", STORE_ANY_TOKEN);
	store_text_check(r.s, &t, T0 + 2 * LEASE_US, "taken 2");
	store_text_check(r.s, &t, T0 + 2 * LEASE_US, "taken 4");
	store_text_check(r.s, &t, T0 + 2 * LEASE_US, "refused 0.0 4");
	store_free(r.s);
}

/* A freeze that this node is known to lack is the stronger reason. */
static void
behind_and_alone(void **state)
{
	struct room r;

	(void)state;
	room_init(&r, 2);
	outage_set_behind(r.s);
	check(&r, "a=m9/" DAY, T0 + 2 * LEASE_US, "stale");
	outage_caught_up(r.s, outage_behind(r.s));
	check(&r, "a=m9/" DAY, T0 + 2 * LEASE_US, "alone");
	store_free(r.s);
}

/* The policy may be older than the newest node. */
static void
registered(void **state)
{
	struct outage_status status;
	struct room r;

	(void)state;
	room_init(&r, 2);
	outage_set_nodes(r.s, 4);
	check(&r, "a=m8/" DAY, T0, "taken 4");
	check(&r, "a=m8/" DAY, T0, "taken 8");
	check(&r, "a=m8/" DAY, T0, "refused 0.0 8");
	outage_set_nodes(r.s, 1);
	check(&r, "b=m8/" DAY, T0, "taken 2");
	outage_status(r.s, &status);
	assert_int_equal(status.nodes, 1);
	store_free(r.s);
}

static void
registered_and_alone(void **state)
{
	struct room r;

	(void)state;
	room_init(&r, 1);
	check(&r, "a=m8/" DAY, T0 + LEASE_US, "taken 1");
	outage_set_nodes(r.s, 2);
	check(&r, "a=m8/" DAY, T0 + LEASE_US, "alone");
	store_free(r.s);
}

/* What Redis said of the bucket's first window: so many units in use. */
static void
note(const struct room *r, const char *ask, uint64_t now_us, uint32_t level)
{
	struct store_outcome o = { .answer = STORE_TAKEN, .now_us = now_us };
	struct store_text t;

	parse(r, &t, ask);
	o.full_us[0][0] = now_us + level * t.window[0][0].interval_us;
	memory_note(r->memory, &t.q, &o);
}

/* Memory's clock is Redis's; any answer tells it. */
static void
levels_go_in(void **state)
{
	struct store_outcome o;
	struct store_text t;
	struct room r;
	uint64_t now_us;

	(void)state;
	room_init(&r, 2);
	parse(&r, &t, "");
	t.q.now_us = T0;
	store_take(r.s, &t.q, &o);
	now_us = o.now_us;
	note(&r, "a=m10/" DAY, now_us, 3);
	note(&r, "b=m10/" DAY, now_us, 7);
	check(&r, "a=m10/" DAY, T0, "taken 8");
	check(&r, "a=m10/" DAY, T0, "taken 10");
	check(&r, "a=m10/" DAY, T0, "refused 0.0 10");
	check(&r, "b=m10/" DAY, T0, "refused 0.0 10");
	store_free(r.s);
}

static void
levels_come_out(void **state)
{
	struct store_outcome o;
	struct store_text t;
	struct room r;

	(void)state;
	room_init(&r, 2);
	check(&r, "a=m10/" DAY, T0, "taken 2");
	check(&r, "a=m10/" DAY, T0, "taken 4");
	parse(&r, &t, "a=m10/" DAY);
	t.q.now_us = T0;
	store_take(r.s, &t.q, &o);
	t.q.now_us = o.now_us;
	memory_recall(r.memory, &t.q);
	assert_int_equal(t.q.floor_us[0][0],
			 o.now_us + 3 * t.window[0][0].interval_us);
	store_free(r.s);
}

int
main(void)
{
	struct CMUnitTest tests[N_ROWS(rows) + 9] = {
		{ "heard again", heard_again, NULL, NULL, NULL },
		{ "a lease that the others know of", told_less, NULL, NULL, NULL },
		{ "never heard", never_heard, NULL, NULL, NULL },
		{ "mail that no freeze concerns needs no lease",
		  not_for_what_no_freeze_concerns, NULL, NULL, NULL },
		{ "a node that is behind says so first", behind_and_alone, NULL, NULL,
		  NULL },
		{ "nodes that are registered count", registered, NULL, NULL, NULL },
		{ "they need a lease too", registered_and_alone, NULL, NULL, NULL },
		{ "levels go into the part", levels_go_in, NULL, NULL, NULL },
		{ "levels come out of the part", levels_come_out, NULL, NULL, NULL },
	};
	size_t n = 9;

	ROWS(tests, &n, rows, shared);
	return cmocka_run_group_tests_name("share", tests, NULL, NULL);
}
