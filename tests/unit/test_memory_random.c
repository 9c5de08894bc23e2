/*
 * test_memory_random.c - what memory promises whatever happens: random
 * histories of nodes before one Redis, in virtual time.
 *
 * Redis is a memory store too: that they agree is test_agree's.
 */
#include "test.h"

#include <unistd.h>

#include "../../milter/store/memory/memory.h"
#include "../../milter/store/share.h"
#include "../../policy/bucket/bucket.h"
#include "random.h"
#include "store_text.h"

#define T0 UINT64_C(1700000000000000)
#define SECOND UINT64_C(1000000)
#define ROUNDS 20000
#define NODES 2
#define KEYS 3

struct world {
	uint64_t seed, now_us;
	uint64_t lag_us;		/* by which a node's estimate may be late */
	struct store *redis, *node[NODES];
	unsigned n_recalled, n_held;
	uint64_t held_us[KEYS];		/* a budget of its own, that watches */
};

static void
world_init(struct world *w, uint64_t seed)
{
	*w = (struct world){ .seed = seed, .now_us = T0,
			     .redis = memory_new(1000) };
	for (unsigned i = 0; i < NODES; i++)
		w->node[i] = memory_new(100);
}

static void
world_fini(struct world *w)
{
	store_free(w->redis);
	for (unsigned i = 0; i < NODES; i++)
		store_free(w->node[i]);
}

/* The times in Redis; nothing is charged. */
static void
look(struct world *w, const struct store_request *q, struct store_outcome *o)
{
	struct store_request there = *q;

	there.is_debit = true;
	store_take(w->redis, &there, o);
}

/* As the outage store does while Redis is in use. Returns Redis's answer. */
static enum store_answer
ask_redis(struct world *w, struct store *node, struct store_request *q,
	  struct store_outcome *o)
{
	memory_recall(node, q);
	q->now_us = w->now_us;
	store_take(w->redis, q, o);
	memory_note(node, q, o);
	return o->answer;
}

static uint64_t
wait_in_redis(struct world *w, const struct store_request *q, unsigned k)
{
	const struct policy_window *window = store_window(&q->bucket[0], k);
	struct store_outcome o;

	look(w, q, &o);
	return bucket_wait((struct bucket_rate){ window->interval_us, window->burst },
			   o.full_us[0][k], q->now_us,
			   charge_cost(window, q->recipients));
}

/* One message of some size at a node. */
static void
send(struct world *w, const char *ask, unsigned key, uint32_t recipients,
     struct store_outcome *o)
{
	struct store *node = w->node[random_below(&w->seed, NODES)];
	struct store_text t;

	store_text_parse(&t, ask);
	t.q.bucket[0].id[0] = (uint8_t)key;
	t.q.recipients = recipients;
	t.q.now_us = w->now_us - (w->lag_us > 0 ? random_below(&w->seed, w->lag_us) : 0);
	if (!memory_refuse(node, &t.q, o)) {
		ask_redis(w, node, &t.q, o);
		return;
	}
	w->n_recalled++;
	assert_true(wait_in_redis(w, &t.q, o->window) > 0);
	if (o->is_spent)
		assert_true(wait_in_redis(w, &t.q, CHARGE_BUDGET) > 0);
}

static const struct row {
	const char *name, *ask;
	uint64_t pace_us;
} held[] = {
	{ "messages, fast", "a=m5/1000,hm64/3000", 20000 },
	{ "messages, slow", "a=m1/1000,hm64/300000", 200000 },
	{ "recipients", "a=m5/1000,hr320/60000", 20000 },
	{ "a large budget", "a=m2/1000,hm2000/9000", 5000 },
	{ "with strikes", "a=m5/1000,hm640/9000,sm20/10000", 9000 },
}, refused[] = {
	{ "one window", "a=m5/1000", 50000 },
	{ "two windows", "a=m5/1000,r40/20000", 50000 },
	{ "a burst", "a=m5/1000b20", 50000 },
	{ "a budget", "a=m5/1000,hm64/90000", 50000 },
};

static void
held_within_budget(void **state)
{
	const struct row *row = *state;
	struct store_text t;
	const struct policy_window *b;
	struct world w;

	world_init(&w, 1);
	store_text_parse(&t, row->ask);
	b = t.q.bucket[0].budget;
	for (unsigned i = 0; i < ROUNDS; i++) {
		unsigned key = (unsigned)random_below(&w.seed, KEYS);
		uint32_t size = 1 + (uint32_t)random_below(&w.seed, 3);
		struct bucket_rate rate = { b->interval_us, b->burst };
		struct store_outcome o;

		w.now_us += random_below(&w.seed, row->pace_us);
		send(&w, row->ask, key, size, &o);
		if (o.answer != STORE_REFUSED || o.is_spent)
			continue;
		w.n_held++;
		assert_int_equal(bucket_take(rate, &w.held_us[key], w.now_us,
					     charge_cost(b, size)), 0);
	}
	assert_true(w.n_held > 100 && w.n_recalled > 100);
	world_fini(&w);
}

/* Also when the clock is a little behind: what did not fit then does not now,
 * but for that little. */
static void
refused_is_right(void **state)
{
	const struct row *row = *state;
	struct world w;

	world_init(&w, 2);
	w.lag_us = 500;
	for (unsigned i = 0; i < ROUNDS; i++) {
		unsigned key = (unsigned)random_below(&w.seed, KEYS);
		struct store_outcome o;

		w.now_us += random_below(&w.seed, row->pace_us);
		send(&w, row->ask, key, 1 + (uint32_t)random_below(&w.seed, 3), &o);
	}
	assert_true(w.n_recalled > 1000);
	world_fini(&w);
}

/* A day for a unit, so that none comes back meanwhile. */
#define SLOW "a=m5000/432000000000"

static void
settle(struct world *w, struct store *node)
{
	struct policy_window window[POLICY_PLAN_MAX];
	struct store_request q;
	struct store_outcome o;

	while (memory_debts(node, &q, window, w->now_us)) {
		store_take(w->redis, &q, &o);
		memory_note(node, &q, &o);
	}
}

/* Whatever is decided here, told there, or given back: each unit arrives. */
static void
debits_sum_up(void **state)
{
	struct store_outcome o;
	struct store_text t, other;
	struct world w;
	unsigned taken = 0;

	(void)state;
	world_init(&w, 3);
	for (unsigned i = 0; i < 4000; i++) {
		struct store *node = w.node[random_below(&w.seed, NODES)];

		w.now_us += random_below(&w.seed, 10);
		store_text_parse(&t, SLOW);
		t.q.now_us = w.now_us;
		switch (random_below(&w.seed, 4)) {
		case 0:
			taken += store_take(node, &t.q, &o) == STORE_TAKEN;
			break;
		case 1:
			taken += ask_redis(&w, node, &t.q, &o) == STORE_TAKEN;
			break;
		case 2:
			memory_recall(node, &t.q);
			other = t;
			if (random_below(&w.seed, 2) == 0)
				taken += ask_redis(&w, node, &other.q, &o) ==
					 STORE_TAKEN;
			memory_return(node, &t.q);
			break;
		default:
			settle(&w, node);
		}
	}
	for (unsigned i = 0; i < NODES; i++)
		settle(&w, w.node[i]);
	store_text_parse(&t, SLOW);
	t.q.now_us = w.now_us;
	look(&w, &t.q, &o);
	assert_true(taken > 1000);
	assert_int_equal(bucket_level((struct bucket_rate){ t.window[0][0].interval_us,
							    t.window[0][0].burst },
				      o.full_us[0][0], w.now_us), taken);
	world_fini(&w);
}

/* 60 an hour for all, at two nodes 24 an hour each. */
#define STEADY "a=m60/3600000b10"
#define STEADY_US (150 * SECOND)

static enum store_answer
decide_here(struct store *node, const struct store_request *q)
{
	struct store_outcome o;
	struct share here;

	share_build(&here, q, NODES);
	store_take(node, &here.q, &o);
	return o.answer;
}

static void
steady_sender(void **state)
{
	struct world w;

	(void)state;
	world_init(&w, 4);
	for (unsigned i = 0; i < 4 * 24; i++, w.now_us += STEADY_US)
		for (unsigned k = 0; k < NODES; k++) {
			bool is_away = i >= 24 && i < 3 * 24;
			struct store_outcome o;
			struct store_text t;

			store_text_parse(&t, STEADY);
			t.q.now_us = w.now_us;
			assert_int_equal(is_away ? decide_here(w.node[k], &t.q) :
					 ask_redis(&w, w.node[k], &t.q, &o),
					 STORE_TAKEN);
			if (i == 3 * 24)
				settle(&w, w.node[k]);
		}
	world_fini(&w);
}

static long
resident_pages(void)
{
	FILE *f = fopen("/proc/self/statm", "r");
	long n = 0;

	assert_non_null(f);
	assert_int_equal(fscanf(f, "%*d %ld", &n), 1);
	fclose(f);
	return n;
}

static void
flat(void **state)
{
	struct store *s = memory_new(32768);
	struct store_outcome o;
	struct store_text t;
	long before = 0;

	(void)state;
	store_text_parse(&t, "a=m5/60000");
	t.q.now_us = T0;
	for (uint64_t i = 0; i < 1000000; i++) {
		if (i == 200000)
			before = resident_pages();
		memcpy(t.q.bucket[0].id, &i, sizeof(i));
		assert_int_equal(store_take(s, &t.q, &o), STORE_TAKEN);
	}
	assert_in_range(resident_pages() - before, 0, 256);
	store_free(s);
}

int
main(void)
{
	static const struct CMUnitTest others[] = {
		{ "debits sum up", debits_sum_up, NULL, NULL, NULL },
		{ "who is steady is never refused", steady_sender, NULL, NULL, NULL },
		{ "a million keys take no more memory", flat, NULL, NULL, NULL },
	};
	struct CMUnitTest tests[N_ROWS(held) + N_ROWS(refused) + N_ROWS(others)];
	size_t n = 0;

	ROWS(tests, &n, held, held_within_budget);
	ROWS(tests, &n, refused, refused_is_right);
	for (size_t i = 0; i < N_ROWS(others); i++)
		tests[n++] = others[i];
	return _cmocka_run_group_tests("memory, random", tests, n, NULL, NULL);
}
