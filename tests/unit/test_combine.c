/*
 * test_combine.c - every item is worked on once or sent away, and none is lost.
 */
#include "test.h"

#include <pthread.h>
#include <sched.h>
#include <semaphore.h>
#include <stdatomic.h>

#include "../../milter/clock.h"
#include "../../milter/store/combine.h"

#define FAR_US 60000000
#define THREADS_MAX 100
#define HAMMERS 8
#define BLOWS 3000

struct bench {
	struct combine *c;
	sem_t started, go;		/* of the first batch */
	bool is_failing;
	_Atomic int at_work;
	size_t batch[THREADS_MAX];	/* sizes, by whoever is at work */
	size_t n;
};

struct worker {
	struct combine_item item;	/* must be the first */
	struct bench *b;
	pthread_t thread;
	enum combine_state end;
	int worked;
};

static bool
work(void *arg, struct combine_item **batch, size_t n, uint64_t deadline_us)
{
	struct bench *b = arg;

	if (atomic_fetch_add(&b->at_work, 1) != 0)
		abort();
	for (size_t i = 0; i < n; i++) {
		((struct worker *)batch[i])->worked++;
		if (batch[i]->deadline_us < deadline_us)
			abort();
	}
	if (b->n < THREADS_MAX)
		b->batch[b->n] = n;
	if (b->n++ == 0) {
		sem_post(&b->started);
		sem_wait(&b->go);
	}
	atomic_fetch_sub(&b->at_work, 1);
	return !b->is_failing;
}

static void *
run(void *arg)
{
	struct worker *w = arg;

	w->end = combine_run(w->b->c, &w->item, (struct combine_work){ work, w->b });
	return NULL;
}

static void
start(struct worker *w, struct bench *b, uint64_t deadline_us)
{
	memset(w, 0, sizeof(*w));
	w->b = b;
	w->item.deadline_us = deadline_us;
	assert_int_equal(pthread_create(&w->thread, NULL, run, w), 0);
}

static void
wait_for_queue(struct bench *b, size_t n)
{
	while (combine_waiting(b->c) != n)
		sched_yield();
}

/* Starts one leader, which blocks, and n that queue up behind it in order. */
static void
line_up(struct bench *b, struct worker *w, size_t n, size_t alone)
{
	uint64_t deadline_us = clock_monotonic_us() + FAR_US;

	memset(b, 0, sizeof(*b));
	b->c = combine_new();
	sem_init(&b->started, 0, 0);
	sem_init(&b->go, 0, 0);
	start(&w[0], b, deadline_us);
	sem_wait(&b->started);
	for (size_t i = 1; i <= n; i++) {
		memset(&w[i], 0, sizeof(w[i]));
		w[i].b = b;
		w[i].item.deadline_us = deadline_us;
		w[i].item.is_alone = i == alone;
		assert_int_equal(pthread_create(&w[i].thread, NULL, run, &w[i]), 0);
		wait_for_queue(b, i);
	}
}

static void
let_go(struct bench *b, struct worker *w, size_t n)
{
	sem_post(&b->go);
	for (size_t i = 0; i <= n; i++)
		pthread_join(w[i].thread, NULL);
}

static void
clear(struct bench *b)
{
	combine_free(b->c);
	sem_destroy(&b->started);
	sem_destroy(&b->go);
}

static void
one_batch(void **state)
{
	struct worker w[11];
	struct bench b;

	(void)state;
	line_up(&b, w, 10, 0);
	let_go(&b, w, 10);
	assert_int_equal(b.n, 2);
	assert_int_equal(b.batch[1], 10);
	for (size_t i = 0; i <= 10; i++) {
		assert_int_equal(w[i].end, COMBINE_DONE);
		assert_int_equal(w[i].worked, 1);
	}
	clear(&b);
}

static void
bounded(void **state)
{
	static struct worker w[THREADS_MAX];
	struct bench b;

	(void)state;
	line_up(&b, w, THREADS_MAX - 1, 0);
	let_go(&b, w, THREADS_MAX - 1);
	assert_int_equal(b.n, 3);
	assert_int_equal(b.batch[1], COMBINE_MAX);
	assert_int_equal(b.batch[2], THREADS_MAX - 1 - COMBINE_MAX);
	clear(&b);
}

static void
alone(void **state)
{
	struct worker w[5];
	struct bench b;

	(void)state;
	line_up(&b, w, 4, 1);
	let_go(&b, w, 4);
	assert_int_equal(b.n, 3);
	assert_int_equal(b.batch[1], 1);
	assert_int_equal(b.batch[2], 3);
	clear(&b);
}

static void
failure(void **state)
{
	struct worker w[11];
	struct bench b;

	(void)state;
	line_up(&b, w, 10, 0);
	b.is_failing = true;
	let_go(&b, w, 10);
	assert_int_equal(b.n, 1);
	for (size_t i = 0; i <= 10; i++) {
		assert_int_equal(w[i].end, COMBINE_FAILED);
		assert_int_equal(w[i].worked, i == 0);
	}
	clear(&b);
}

/* The leader is blocked until the one behind it has left. */
static void
late(void **state)
{
	struct worker w[1], second;
	struct bench b;

	(void)state;
	line_up(&b, w, 0, 0);
	start(&second, &b, clock_monotonic_us() + 1000);
	pthread_join(second.thread, NULL);
	assert_int_equal(second.end, COMBINE_LATE);
	assert_int_equal(second.worked, 0);
	assert_int_equal(combine_waiting(b.c), 0);
	let_go(&b, w, 0);
	assert_int_equal(w[0].end, COMBINE_DONE);
	clear(&b);
}

static void
too_late_at_once(void **state)
{
	struct bench b = { .c = combine_new() };
	struct worker w = { .b = &b, .item.deadline_us = 1 };

	(void)state;
	run(&w);
	assert_int_equal(w.end, COMBINE_LATE);
	assert_int_equal(w.worked, 0);
	combine_free(b.c);
}

static bool
count(void *arg, struct combine_item **batch, size_t n, uint64_t deadline_us)
{
	_Atomic int *at_work = arg;

	(void)deadline_us;
	if (atomic_fetch_add(at_work, 1) != 0)
		abort();
	for (size_t i = 0; i < n; i++)
		((struct worker *)batch[i])->worked++;
	sched_yield();
	atomic_fetch_sub(at_work, 1);
	return true;
}

/* A third has hardly any time, so that deadlines pass at every point. */
static void *
hammer(void *arg)
{
	struct bench *b = arg;

	for (unsigned i = 0; i < BLOWS; i++) {
		struct worker w = { .b = b };

		w.item.deadline_us = clock_monotonic_us() +
				     (i % 3 == 0 ? i % 60 : FAR_US);
		w.item.is_alone = i % 50 == 7;
		w.end = combine_run(b->c, &w.item,
				    (struct combine_work){ count, &b->at_work });
		if (w.end == COMBINE_FAILED ||
		    w.worked != (w.end == COMBINE_DONE) ||
		    (w.end == COMBINE_LATE && i % 3 != 0))
			abort();
	}
	return NULL;
}

static void
none_is_lost(void **state)
{
	struct bench b = { .c = combine_new() };
	pthread_t thread[HAMMERS];

	(void)state;
	for (size_t i = 0; i < HAMMERS; i++)
		assert_int_equal(pthread_create(&thread[i], NULL, hammer, &b), 0);
	for (size_t i = 0; i < HAMMERS; i++)
		pthread_join(thread[i], NULL);
	assert_int_equal(combine_waiting(b.c), 0);
	combine_free(b.c);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		{ "what waits becomes one batch", one_batch, NULL, NULL, NULL },
		{ "a batch is bounded", bounded, NULL, NULL, NULL },
		{ "alone means alone", alone, NULL, NULL, NULL },
		{ "a failure sends everybody away", failure, NULL, NULL, NULL },
		{ "who waits leaves at its deadline", late, NULL, NULL, NULL },
		{ "who is late does not lead", too_late_at_once, NULL, NULL, NULL },
		{ "none is lost, none is worked on twice", none_is_lost, NULL, NULL,
		  NULL },
	};

	return cmocka_run_group_tests_name("combine", tests, NULL, NULL);
}
